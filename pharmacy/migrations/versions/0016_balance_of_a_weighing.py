"""A weighing names the balance it stood on; the release of a trituration has a meaning of its own.

Weighings from before name none; what their batch was weighed on stands in `batch_equipment`. SQLite cannot add a named
reference, nor change a CHECK: the tables are made anew there, and their triggers are put back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0016"
down_revision = "0015"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MEANINGS = (
    "I approve this master formulation record",
    "I examined this lot and its certificate and release it for compounding",
    "I reviewed the record of this trituration and release it for compounding",
    "I compared this prescription with its source and verified it",
    "I accept this deviation for the reason given",
    "I read this weight on the balance as the second person",
    "I reviewed the compounding record and release this batch",
    "I reject this batch",
    "I am the only pharmacist on duty here and sign alone where two would sign",
    "I take this screening rule out of force for the reason given",
    "I put this screening rule back in force for the reason given",
    "I checked the contents and the label of this container against the prescription",
)


def upgrade() -> None:
    """Add the reference; allow the new meaning."""
    _name_the_balance()
    _allow_meanings()


def _name_the_balance() -> None:
    column, name = sa.Column("balance_id", KEY, nullable=True), "fk_weigh_ins_balance_id"
    if _on_postgres():
        op.add_column("weigh_ins", column)
        op.create_foreign_key(name, "weigh_ins", "equipment", ["balance_id"], ["id"])
        return
    with _made_anew("weigh_ins") as table:
        table.add_column(column)
        table.create_foreign_key(name, "equipment", ["balance_id"], ["id"])


def _allow_meanings() -> None:
    name, check = "ck_signatures_meaning", f"meaning IN ({_listed()})"
    if _on_postgres():
        op.drop_constraint(name, "signatures", type_="check")
        op.create_check_constraint(op.f(name), "signatures", check)
        return
    with _made_anew("signatures") as table:
        table.drop_constraint(op.f(name), type_="check")
        table.create_check_constraint(op.f(name), sa.text(check))


def _listed() -> str:
    return ", ".join(f"'{meaning}'" for meaning in MEANINGS)


@contextmanager
def _made_anew(table: str) -> Iterator[BatchOperations]:
    """A table of SQLite with its triggers put back afterwards."""
    held = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    triggers = list(op.get_bind().scalars(held, {"table": table}))
    with op.batch_alter_table(table, recreate="always") as changed:
        yield changed
    for trigger in triggers:
        op.get_bind().exec_driver_sql(trigger)


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
