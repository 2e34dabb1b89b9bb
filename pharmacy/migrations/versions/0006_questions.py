"""Questions to the prescriber get a table of their own, and what was asked or answered is kept as it was.

A prescription that was waiting for an answer before stays so, with its question in its remark: nobody noted then
how and whom one asked, so no row is made up for it. Asking anew from its page brings it on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
HOW = ("phone", "fax", "electronic message", "in person")

SETTLED_ONCE = (
    "CASE WHEN is_open THEN answer IS NULL AND withdrawn_at IS NULL ELSE (answer IS NULL) <> (withdrawn_at IS NULL) END"
)
ANSWER_WHOLE = (
    "CASE WHEN answer IS NULL THEN recorded_at IS NULL ELSE answered_by_name IS NOT NULL"
    " AND answered_how IS NOT NULL AND read_back IS NOT NULL AND answered_at IS NOT NULL"
    " AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL END"
)
WITHDRAWAL_WHOLE = (
    "CASE WHEN withdrawn_at IS NULL THEN withdrawn_reason IS NULL"
    " ELSE withdrawn_by_id IS NOT NULL AND withdrawn_reason IS NOT NULL END"
)
AS_ASKED = (
    "id", "prescription_id", "about", "text", "asked_how", "asked_whom", "asked_by_id", "asked_at",
)  # fmt: skip


def upgrade() -> None:
    """Make the table, its indexes, and the triggers that keep its rows."""
    op.create_table("questions", *_asked(), *_answered(), *_withdrawn(), *_checks())
    op.create_index("ix_questions_prescription_id", "questions", ["prescription_id", "id"])
    op.create_index("ix_questions_open", "questions", ["is_open", "asked_at", "id"])
    _refuse(
        "UPDATE",
        "A question once asked and an answer once recorded are never changed; ask another question.",
        when=f"NOT OLD.is_open OR {_changed(AS_ASKED)}",
    )
    _refuse("DELETE", "A question to the prescriber is never deleted.")
    _refuse("TRUNCATE", "A question to the prescriber is never deleted.")


def _asked() -> tuple[Any, ...]:
    return (
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        _to("prescriptions", "prescription_id", nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_how", sa.String(120), nullable=False),
        sa.Column("asked_whom", sa.String(120), nullable=False),
        _to("people", "asked_by_id", nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
    )


def _answered() -> tuple[Any, ...]:
    return (
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by_name", sa.String(120), nullable=True),
        sa.Column("answered_how", sa.String(120), nullable=True),
        sa.Column("read_back", sa.Boolean(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        _to("people", "recorded_by_id", nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=True),
    )


def _withdrawn() -> tuple[Any, ...]:
    return (
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        _to("people", "withdrawn_by_id", nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
    )


def _checks() -> tuple[Any, ...]:
    listed = ", ".join(f"'{way}'" for way in HOW)
    return (
        sa.CheckConstraint(f"asked_how IN ({listed})", name="ck_questions_asked_how"),
        sa.CheckConstraint(f"answered_how IN ({listed})", name="ck_questions_answered_how"),
        sa.CheckConstraint(SETTLED_ONCE, name="ck_questions_settled_once"),
        sa.CheckConstraint(ANSWER_WHOLE, name="ck_questions_answer_whole"),
        sa.CheckConstraint(WITHDRAWAL_WHOLE, name="ck_questions_withdrawal_whole"),
    )


def _to(other: str, column: str, *, nullable: bool) -> sa.Column[int]:
    """A column that holds the number of a row of another table."""
    return sa.Column(column, KEY, sa.ForeignKey(f"{other}.id", name=f"fk_questions_{column}"), nullable=nullable)


def _refuse(act: str, sentence: str, *, when: str = "") -> None:
    """A trigger; only PostgreSQL can empty a table without asking its rows, so only it refuses that."""
    postgres = op.get_bind().dialect.name == "postgresql"
    if act == "TRUNCATE" and not postgres:
        return
    condition = f"WHEN ({when})" if when else ""
    if act == "TRUNCATE":
        body = f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{sentence}')"
    elif postgres:
        body = f"FOR EACH ROW {condition} EXECUTE FUNCTION refuse_change('{sentence}')"
    else:
        body = f"FOR EACH ROW {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER questions_keep_{act.lower()} BEFORE {act} ON questions {body}")


def _changed(columns: tuple[str, ...]) -> str:
    """Whether any of these columns changes."""
    differs = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return f"({' OR '.join(f'OLD.{name} {differs} NEW.{name}' for name in columns)})"
