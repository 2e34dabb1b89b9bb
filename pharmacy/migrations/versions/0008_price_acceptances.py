"""Prices outside the usual are accepted by the pharmacist-in-charge, once for the same capsules and total."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TABLE = "price_acceptances"


def upgrade() -> None:
    """Make the table and keep its rows."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", key, nullable=False),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", key, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=f"fk_{TABLE}_person_id"),
    )
    op.create_index(f"ix_{TABLE}_total", TABLE, ["total", "contents"])
    _keep("UPDATE", "An accepted price is never changed.")
    _keep("DELETE", "An accepted price is never deleted.")
    if _on_postgres():
        _create("TRUNCATE", "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('An accepted price is never deleted.')")


def _keep(act: str, sentence: str) -> None:
    if _on_postgres():
        _create(act, f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{sentence}')")
    else:
        _create(act, f"FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{sentence}'); END")


def _create(act: str, body: str) -> None:
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {TABLE}_keep_{act.lower()} BEFORE {act} ON {TABLE} {body}")


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
