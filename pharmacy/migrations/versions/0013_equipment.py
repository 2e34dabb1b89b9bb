"""Balances and capsule machines are registered with their checks, and a batch says which of them it was made with.

Batches of before name none; the least weight that was typed for them stays with them. What a batch was made with stands
in rows of its own, as a balance may fail between two weighings, and as a table made anew on SQLite loses its triggers.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LINE = sa.String(120)
EQUIPMENT, CHECKS, OF_BATCHES = "equipment", "equipment_checks", "batch_equipment"
KINDS = ("balance", "capsule machine")
CLASSES = ("electronic", "class III prescription balance")
CHECK_KINDS = ("calibration", "repeatability test", "cleaning or maintenance")
OF_ITS_KIND = (
    "CASE WHEN kind = 'balance'"
    " THEN balance_class IS NOT NULL AND readability_mg IS NOT NULL AND readability_mg > 0"
    " AND capacity_mg IS NOT NULL AND capacity_mg > readability_mg AND at_once IS NULL"
    " ELSE balance_class IS NULL AND readability_mg IS NULL AND capacity_mg IS NULL"
    " AND at_once IS NOT NULL AND at_once > 0 END"
)


def upgrade() -> None:
    """Make the three tables and keep their rows."""
    op.create_table(
        EQUIPMENT,
        *_key(EQUIPMENT),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("kind", LINE, nullable=False),
        *_filled(LINE, "name", "serial", "location"),
        sa.Column("balance_class", LINE, nullable=True),
        sa.Column("readability_mg", sa.BigInteger(), nullable=True),
        sa.Column("capacity_mg", sa.BigInteger(), nullable=True),
        sa.Column("capsule_sizes", sa.JSON(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=True),
        sa.Column("out_of_service", sa.Text(), nullable=False),
        _reference(EQUIPMENT, "added_by_id", "people"),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.UniqueConstraint("number", name="uq_equipment_number"),
        _one_of(EQUIPMENT, "kind", KINDS),
        _one_of(EQUIPMENT, "balance_class", CLASSES),
        sa.CheckConstraint(OF_ITS_KIND, name="ck_equipment_of_its_kind"),
    )
    op.create_table(
        CHECKS,
        *_key(CHECKS),
        _reference(CHECKS, "equipment_id", EQUIPMENT),
        sa.Column("kind", LINE, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("reference", LINE, nullable=False),
        *_filled(sa.JSON(), "weights_mg", "found"),
        sa.Column("minimum_mg", sa.BigInteger(), nullable=True),
        *_by_whom(CHECKS),
        _one_of(CHECKS, "kind", CHECK_KINDS),
    )
    op.create_index("ix_equipment_checks_equipment_id", CHECKS, ["equipment_id", "kind", "id"])
    op.create_table(
        OF_BATCHES,
        *_key(OF_BATCHES),
        _reference(OF_BATCHES, "batch_id", "batches"),
        sa.Column("kind", LINE, nullable=False),
        _reference(OF_BATCHES, "equipment_id", EQUIPMENT, nullable=True),
        sa.Column("minimum_mg", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *_by_whom(OF_BATCHES),
        _one_of(OF_BATCHES, "kind", KINDS),
        sa.CheckConstraint("equipment_id IS NOT NULL OR kind = 'capsule machine'", name="ck_batch_equipment_by_hand"),
    )
    op.create_index("ix_batch_equipment_batch_id", OF_BATCHES, ["batch_id", "id"])
    op.create_index("ix_batch_equipment_equipment_id", OF_BATCHES, ["equipment_id", "batch_id"])
    _keep(EQUIPMENT, ("DELETE", "TRUNCATE"), "Equipment")
    _keep(CHECKS, ("UPDATE", "DELETE", "TRUNCATE"), "A check of equipment")
    _keep(OF_BATCHES, ("UPDATE", "DELETE", "TRUNCATE"), "What a batch was made with")


def _key(table: str) -> tuple[Any, ...]:
    return sa.Column("id", KEY, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _reference(table: str, column: str, other: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, KEY, sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _by_whom(table: str) -> tuple[sa.Column[Any], ...]:
    return _reference(table, "person_id", "people"), sa.Column("at", sa.DateTime(timezone=True), nullable=False)


def _filled(kind: Any, *names: str) -> list[sa.Column[Any]]:
    """Columns of one kind that every row fills."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


def _keep(table: str, acts: tuple[str, ...], called: str) -> None:
    """Only PostgreSQL can empty a table without asking its rows."""
    for act in acts:
        sentence = f"{called} is never {'changed; add another row' if act == 'UPDATE' else 'deleted'}."
        each = "STATEMENT" if act == "TRUNCATE" else "ROW"
        if op.get_bind().dialect.name == "postgresql":
            body = f"FOR EACH {each} EXECUTE FUNCTION refuse_change('{sentence}')"
        elif act == "TRUNCATE":
            continue
        else:
            body = f"FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        op.get_bind().exec_driver_sql(f"CREATE TRIGGER {table}_keep_{act.lower()} BEFORE {act} ON {table} {body}")
