"""Potency assays: what was sent to a laboratory, and what it answered. An answer once recorded is never changed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TABLE = "potency_assays"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
AS_SENT = ("id", "batch_id", "capsules", "laboratory", "method", "sent_by_id", "sent_at")
WHOLE = (
    "CASE WHEN is_open THEN percent IS NULL AND recorded_at IS NULL"
    " ELSE percent IS NOT NULL AND passed IS NOT NULL AND reported_on IS NOT NULL AND certificate IS NOT NULL"
    " AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL END"
)


def upgrade() -> None:
    """Make the table, its indexes, and the triggers that keep its rows."""
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        _to("batches", "batch_id", nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("capsules", sa.Integer(), nullable=False),
        sa.Column("laboratory", sa.String(120), nullable=False),
        sa.Column("method", sa.String(120), nullable=False),
        _to("people", "sent_by_id", nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(120), nullable=True),
        _to("people", "recorded_by_id", nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.CheckConstraint(WHOLE, name=f"ck_{TABLE}_answer_whole"),
    )
    op.create_index(f"ix_{TABLE}_batch_id", TABLE, ["batch_id", "id"])
    op.create_index(f"ix_{TABLE}_open", TABLE, ["is_open", "sent_at", "id"])
    _refuse("UPDATE", "An assay as sent, and its answer, are never changed.", when=f"NOT OLD.is_open OR {_changed()}")
    _refuse("DELETE", "A potency assay is never deleted.")
    if _on_postgres():
        _trigger("TRUNCATE", "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('A potency assay is never deleted.')")


def _to(other: str, column: str, *, nullable: bool) -> sa.Column[Any]:
    """A column that holds the number of a row of another table."""
    return sa.Column(column, KEY, sa.ForeignKey(f"{other}.id", name=f"fk_{TABLE}_{column}"), nullable=nullable)


def _refuse(act: str, sentence: str, *, when: str = "") -> None:
    condition = f"WHEN ({when})" if when else ""
    if _on_postgres():
        _trigger(act, f"FOR EACH ROW {condition} EXECUTE FUNCTION refuse_change('{sentence}')")
    else:
        _trigger(act, f"FOR EACH ROW {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END")


def _trigger(act: str, body: str) -> None:
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {TABLE}_keep_{act.lower()} BEFORE {act} ON {TABLE} {body}")


def _changed() -> str:
    """Whether anything of what was sent changes."""
    differs = "IS DISTINCT FROM" if _on_postgres() else "IS NOT"
    return f"({' OR '.join(f'OLD.{name} {differs} NEW.{name}' for name in AS_SENT)})"


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
