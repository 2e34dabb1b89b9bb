"""A signature may mean more: a pharmacist alone on duty says so; a screening rule is taken out of force or put back.

SQLite cannot change a CHECK: the table is made anew there, its rows are moved, and its triggers are put back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MEANINGS = (
    "I approve this master formulation record",
    "I examined this lot and its certificate and release it for compounding",
    "I compared this prescription with its source and verified it",
    "I accept this deviation for the reason given",
    "I reviewed the compounding record and release this batch",
    "I reject this batch",
    "I am the only pharmacist on duty here and sign alone where two would sign",
    "I take this screening rule out of force for the reason given",
    "I put this screening rule back in force for the reason given",
    "I checked the contents and the label of this container against the prescription",
)
NAME = "ck_signatures_meaning"


def upgrade() -> None:
    """Allow the new meanings."""
    listed = ", ".join(f"'{meaning}'" for meaning in MEANINGS)
    check = f"meaning IN ({listed})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(NAME, "signatures", type_="check")
        op.create_check_constraint(op.f(NAME), "signatures", check)
        return
    triggers = _triggers()
    with op.batch_alter_table("signatures", recreate="always") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), sa.text(check))
    for trigger in triggers:
        op.get_bind().exec_driver_sql(trigger)


def _triggers() -> list[str]:
    """What the triggers of the table were made with."""
    found = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'signatures'")
    return list(op.get_bind().scalars(found))
