"""More kinds of label are kept, of equipment too, and the stock that each was drawn for.

SQLite cannot change a CHECK: the labels are made anew there, and their triggers are put back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    "kind IN ('vial', 'batch', 'trituration', 'lot', 'equipment', 'bag', 'auxiliary', 'calendar', 'card', 'leaflet',"
    " 'receipt', 'cover')"
)
NAME = "ck_labels_kind"
OF_EQUIPMENT = ("fk_labels_equipment_id", "equipment", ["equipment_id"], ["id"])


def upgrade() -> None:
    """Add the columns, and let the kinds in."""
    op.add_column("labels", sa.Column("equipment_id", KEY, nullable=True))
    op.add_column("labels", sa.Column("stock", sa.String(64), server_default="", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(NAME, "labels", type_="check")
        op.create_check_constraint(op.f(NAME), "labels", KINDS)
        called, other, local, remote = OF_EQUIPMENT
        op.create_foreign_key(called, "labels", other, local, remote)
    else:
        _make_anew()
    op.create_index("ix_labels_equipment_id", "labels", ["equipment_id"])


def _make_anew() -> None:
    found = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'labels'")
    triggers = list(op.get_bind().scalars(found))
    with op.batch_alter_table("labels", recreate="always") as changed:
        changed.drop_constraint(op.f(NAME), type_="check")
        changed.create_check_constraint(op.f(NAME), sa.text(KINDS))
        changed.create_foreign_key(*OF_EQUIPMENT)
    for trigger in triggers:
        op.get_bind().exec_driver_sql(trigger)
