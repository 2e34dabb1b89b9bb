"""Receipt of bought containers: their codes, the files of their certificates, weighings behind the packing statistic,
and the level below which an ingredient is ordered again.

Lots that were received before have no code; nobody scanned one.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FILES, MEASUREMENTS = "certificate_files", "packing_measurements"
KINDS = ("application/pdf", "image/png", "image/jpeg")


def upgrade() -> None:
    """Add the columns; make the two tables and keep their rows."""
    op.add_column("ingredients", sa.Column("reorder_level", sa.BigInteger(), nullable=True))
    op.add_column("lots", sa.Column("gtin", sa.String(14), nullable=True))
    op.add_column("lots", sa.Column("ndc", sa.String(14), nullable=True))
    op.create_index("ix_lots_gtin", "lots", ["gtin"])
    op.create_index("ix_lots_ndc", "lots", ["ndc"])
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_table(
        FILES,
        *_of_a_lot(FILES),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("before_release", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("lot_id", "sha256", name="uq_certificate_files_lot_id_sha256"),
        sa.CheckConstraint(f"kind IN ({listed})", name="ck_certificate_files_kind"),
    )
    op.create_table(
        MEASUREMENTS,
        *_of_a_lot(MEASUREMENTS),
        sa.Column("size", sa.String(4), nullable=False),
        sa.Column("filled_mg", sa.JSON(), nullable=False),
        sa.Column("shells_mg", sa.JSON(), nullable=False),
        sa.Column("shell_mg", sa.BigInteger(), nullable=True),
        sa.Column("shell_rsd_percent", sa.BigInteger(), nullable=True),
        sa.Column("packing_mg", sa.BigInteger(), nullable=True),
        sa.Column("filled_rsd_percent", sa.BigInteger(), nullable=True),
        sa.Column("error_mg", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_packing_measurements_lot_id", MEASUREMENTS, ["lot_id", "size", "id"])
    _keep(FILES, "A certificate")
    _keep(MEASUREMENTS, "A measurement of a lot")


def _of_a_lot(table: str) -> tuple[Any, ...]:
    """Number, lot, who and when."""
    return (
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.Column("lot_id", KEY, sa.ForeignKey("lots.id", name=f"fk_{table}_lot_id"), nullable=False),
        sa.Column("person_id", KEY, sa.ForeignKey("people.id", name=f"fk_{table}_person_id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _keep(table: str, called: str) -> None:
    """Rows are only ever added. Only PostgreSQL can empty a table without asking its rows."""
    for act, sentence in (
        ("UPDATE", f"{called} is never changed; add another one."),
        ("DELETE", f"{called} is never deleted."),
        ("TRUNCATE", f"{called} is never deleted."),
    ):
        each = "STATEMENT" if act == "TRUNCATE" else "ROW"
        if op.get_bind().dialect.name == "postgresql":
            body = f"FOR EACH {each} EXECUTE FUNCTION refuse_change('{sentence}')"
        elif act == "TRUNCATE":
            continue
        else:
            body = f"FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        op.get_bind().exec_driver_sql(f"CREATE TRIGGER {table}_keep_{act.lower()} BEFORE {act} ON {table} {body}")
