"""Drills of a recall are kept: who walked from which lot or batch, when, what was found, and how long it took.

The index from a batch to its fills holds the quantity too, so that a recall need not read the allocations themselves.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLE = "recall_drills"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LINE = sa.String(120)


def upgrade() -> None:
    """Make the table and keep its rows."""
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        *_filled(LINE, "searched", "code", "supplier"),
        sa.Column("person_id", KEY, nullable=True),
        *_filled(LINE, "person"),
        *_filled(sa.DateTime(timezone=True), "at"),
        *_filled(sa.BigInteger(), "took_ms"),
        *_filled(sa.Integer(), "batches", "on_shelf", "fills", "patients", "prescribers", "suppliers"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_drills"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_recall_drills_person_id"),
        sa.CheckConstraint("searched IN ('lot', 'maker lot', 'batch')", name="ck_recall_drills_searched"),
    )
    op.create_index("ix_recall_drills_code", TABLE, ["code", "id"])
    op.drop_index("ix_allocations_batch_id", "allocations")
    op.create_index("ix_allocations_batch_id", "allocations", ["batch_id", "fill_id", "quantity"])
    _keep("UPDATE", "A recall drill is never changed; do another one.")
    _keep("DELETE", "A recall drill is never deleted.")
    if _on_postgres():
        _create("TRUNCATE", "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('A recall drill is never deleted.')")


def _filled(kind: Any, *names: str) -> list[sa.Column[Any]]:
    """Columns of one kind that every row fills."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def _keep(act: str, sentence: str) -> None:
    if _on_postgres():
        _create(act, f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{sentence}')")
    else:
        _create(act, f"FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{sentence}'); END")


def _create(act: str, body: str) -> None:
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {TABLE}_keep_{act.lower()} BEFORE {act} ON {TABLE} {body}")


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
