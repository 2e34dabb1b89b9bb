"""A maker's lot is found by index, however it was written: a recall reads its other deliveries and no other lot."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"


def upgrade() -> None:
    """Add the index over what a recall compares."""
    op.create_index("ix_lots_maker_lot", "lots", [sa.text("lower(maker_lot)")])
