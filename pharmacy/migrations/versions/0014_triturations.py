"""Triturations: planned, weighed and mixed here, and then a lot; the ledger and the labels know them.

SQLite cannot change a CHECK: the ledger and the labels are made anew there, and their triggers are put back.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
MADE, WEIGHINGS = "triturations", "trituration_weighings"
STATES = "state IN ('planned', 'weighing', 'mixing', 'mixed', 'rejected', 'recalled')"
MOVEMENTS = "kind IN ('received', 'weighed', 'triturated', 'adjusted', 'wasted')"
LABELS = "kind IN ('vial', 'batch', 'trituration')"
AS_PLANNED = (
    *("id", "number", "formula_id", "capsules", "purpose", "active_lot_id", "diluent_lot_id", "active_mg"),
    *(
        "diluent_mg",
        "needed_mg",
        "aliquot_mg",
        "minimum_mg",
        "balance_id",
        "compounded",
        "beyond_use_date",
        "beyond_use_rule",
    ),
    *("planned_by_id", "planned_at"),
)
AS_MIXED = ("mixing_mg", "mixed_by_id", "mixed_at", "lot_id")


def upgrade() -> None:
    """Make the tables, let the ledger and the labels name triturations, and keep what is never changed."""
    _triturations()
    op.create_table(
        WEIGHINGS,
        sa.Column("id", KEY, nullable=False),
        _to(WEIGHINGS, "triturations", "trituration_id"),
        sa.Column("part", sa.String(120), nullable=False),
        sa.Column("lot_scanned", sa.String(64), nullable=False),
        sa.Column("weighed", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        _to(WEIGHINGS, "people", "person_id"),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{WEIGHINGS}"),
        sa.UniqueConstraint("trituration_id", "part", name=f"uq_{WEIGHINGS}_trituration_id_part"),
        sa.CheckConstraint("part IN ('active', 'diluent')", name=f"ck_{WEIGHINGS}_part"),
        sa.CheckConstraint("source IN ('balance', 'typed')", name=f"ck_{WEIGHINGS}_source"),
    )
    op.add_column("labels", sa.Column("lot_id", KEY, nullable=True))
    _allow("labels", LABELS, foreign_key=("fk_labels_lot_id", "lots", ["lot_id"], ["id"]))
    op.create_index("ix_labels_lot_id", "labels", ["lot_id"])
    _allow("lot_movements", MOVEMENTS)
    _refuse("UPDATE", MADE, "The plan of a trituration never changes; plan another one.", when=_changed(AS_PLANNED))
    _refuse(
        "UPDATE_MIXED",
        MADE,
        "A trituration that was mixed never changes.",
        when=f"OLD.lot_id IS NOT NULL AND {_changed(AS_MIXED)}",
    )
    _refuse("UPDATE", WEIGHINGS, "A weighing is never changed.")
    for table, called in ((MADE, "A trituration"), (WEIGHINGS, "A weighing")):
        _refuse("DELETE", table, f"{called} is never deleted.")
        if _on_postgres():
            body = f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{called} is never deleted.')"
            _create("TRUNCATE", table, body)


def _triturations() -> None:
    op.create_table(
        MADE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("state", sa.String(120), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        _to(MADE, "formulas", "formula_id"),
        sa.Column("capsules", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        _to(MADE, "lots", "active_lot_id"),
        _to(MADE, "lots", "diluent_lot_id"),
        _to(MADE, "equipment", "balance_id"),
        *(sa.Column(f"{name}_mg", sa.BigInteger(), nullable=False) for name in _WEIGHTS),
        sa.Column("compounded", sa.Date(), nullable=False),
        sa.Column("beyond_use_date", sa.Date(), nullable=False),
        sa.Column("beyond_use_rule", sa.Text(), nullable=False),
        _to(MADE, "people", "planned_by_id"),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("mixing_mg", sa.JSON(), nullable=False),
        _to(MADE, "people", "mixed_by_id", nullable=True),
        sa.Column("mixed_at", MOMENT, nullable=True),
        _to(MADE, "lots", "lot_id", nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{MADE}"),
        sa.UniqueConstraint("number", name=f"uq_{MADE}_number"),
        sa.CheckConstraint(STATES, name=f"ck_{MADE}_state"),
    )
    op.create_index(f"ix_{MADE}_queue", MADE, ["is_open", "planned_at", "id"])
    op.create_index(f"ix_{MADE}_active_lot_id", MADE, ["active_lot_id", "lot_id"])
    op.create_index(f"ix_{MADE}_diluent_lot_id", MADE, ["diluent_lot_id", "lot_id"])
    op.create_index(f"ix_{MADE}_lot_id", MADE, ["lot_id"], unique=True)


_WEIGHTS = ("active", "diluent", "needed", "aliquot", "minimum")


def _to(table: str, other: str, column: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A column that holds the number of a row of another table."""
    return sa.Column(column, KEY, sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _allow(table: str, check: str, *, foreign_key: tuple[Any, ...] = ()) -> None:
    """Another CHECK of the kind; with it, on SQLite, a reference that ALTER TABLE cannot add there."""
    name = f"ck_{table}_kind"
    if _on_postgres():
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(op.f(name), table, check)
        if foreign_key:
            called, other, local, remote = foreign_key
            op.create_foreign_key(called, table, other, local, remote)
        return
    triggers = _triggers(table)
    with op.batch_alter_table(table, recreate="always") as changed:
        changed.drop_constraint(op.f(name), type_="check")
        changed.create_check_constraint(op.f(name), sa.text(check))
        if foreign_key:
            changed.create_foreign_key(*foreign_key)
    for trigger in triggers:
        op.get_bind().exec_driver_sql(trigger)


def _triggers(table: str) -> list[str]:
    """What the triggers of a table were made with."""
    found = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    return list(op.get_bind().scalars(found, {"table": table}))


def _refuse(act: str, table: str, sentence: str, *, when: str = "") -> None:
    condition = f"WHEN ({when})" if when else ""
    if _on_postgres():
        _create(act, table, f"FOR EACH ROW {condition} EXECUTE FUNCTION refuse_change('{sentence}')")
    else:
        _create(act, table, f"FOR EACH ROW {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END")


def _create(act: str, table: str, body: str) -> None:
    done = act.split("_")[0]
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {table}_keep_{act.lower()} BEFORE {done} ON {table} {body}")


def _changed(columns: tuple[str, ...]) -> str:
    """Whether any of these columns changes. Compared as text, since PostgreSQL cannot compare JSON itself."""
    differs = "IS DISTINCT FROM" if _on_postgres() else "IS NOT"
    tests = (f"CAST(OLD.{name} AS TEXT) {differs} CAST(NEW.{name} AS TEXT)" for name in columns)
    return f"({' OR '.join(tests)})"


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
