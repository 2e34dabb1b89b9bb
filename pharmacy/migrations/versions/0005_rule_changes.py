"""Screening rules may be taken out of force and put back: each change is a row, and only ever added."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TABLE = "rule_changes"


def upgrade() -> None:
    """Make the table and keep its rows; let answers to findings be counted by time."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", key, nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", key, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_changes"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_rule_changes_person_id"),
    )
    op.create_index("ix_rule_changes_rule", TABLE, ["rule", "id"])
    op.create_index("ix_overrides_at", "overrides", ["at", "rule"])
    _keep("UPDATE", "A change of a rule is never changed; add another one.")
    _keep("DELETE", "A change of a rule is never deleted.")
    if _on_postgres():
        _create("TRUNCATE", "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('A change of a rule is never deleted.')")


def _keep(act: str, sentence: str) -> None:
    if _on_postgres():
        _create(act, f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{sentence}')")
    else:
        _create(act, f"FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{sentence}'); END")


def _create(act: str, body: str) -> None:
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {TABLE}_keep_{act.lower()} BEFORE {act} ON {TABLE} {body}")


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
