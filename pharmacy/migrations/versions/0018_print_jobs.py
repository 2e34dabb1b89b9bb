"""Labels on their way to printers, test pages, and what was measured and scanned on those.

Of a print job only the progress may change, until it was sent or cancelled; the database itself keeps the rest.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CODE, LINE = sa.String(64), sa.String(120)
PAGES, CHECKS, JOBS = "printer_pages", "printer_checks", "print_jobs"
VIA = ("the server", "the browser")
STATES = ("queued", "sending", "doubtful", "failed", "sent", "cancelled")
AS_QUEUED = ("id", "printer", "label_id", "page_id", "form", "zpl", "sha256", "queued_by_id", "queued_at")


def upgrade() -> None:
    """Make the three tables and keep their rows."""
    op.create_table(
        PAGES,
        *_key(PAGES),
        _filled("printer", LINE),
        _filled("via", LINE),
        *(_filled(name, CODE) for name in ("stock", "token", "line_code", "sha256")),
        *(_filled(name, sa.Integer()) for name in ("across_mm", "down_mm")),
        _filled("content", sa.JSON()),
        _filled("pdf", sa.LargeBinary()),
        _to(PAGES, "made_by_id", "people"),
        _filled("made_at", MOMENT),
        sa.UniqueConstraint("token", name="uq_printer_pages_token"),
        sa.CheckConstraint(f"via IN ({_listed(VIA)})", name="ck_printer_pages_via"),
        sa.CheckConstraint("across_mm > 0 AND down_mm > 0", name="ck_printer_pages_has_rulers"),
    )
    op.create_table(
        CHECKS,
        *_key(CHECKS),
        _to(CHECKS, "page_id", PAGES),
        _filled("scanner", LINE),
        *(_filled(name, sa.BigInteger()) for name in ("across_mm", "down_mm")),
        *(_filled(name, sa.JSON()) for name in ("scanned", "faults")),
        _filled("passed", sa.Boolean()),
        _to(CHECKS, "person_id", "people"),
        _filled("at", MOMENT),
    )
    op.create_index("ix_printer_checks_page_id", CHECKS, ["page_id", "id"])
    op.create_table(JOBS, *_key(JOBS), *_as_queued(), *_progress(), *_checks())
    op.create_index("ix_print_jobs_open", JOBS, ["is_open", "printer", "next_try_at", "id"])
    op.create_index("ix_print_jobs_label_id", JOBS, ["label_id"])
    op.create_index("ix_print_jobs_page_id", JOBS, ["page_id"])
    for table, called in ((PAGES, "A test page"), (CHECKS, "The check of a printer")):
        _refuse(table, "UPDATE", f"{called} is never changed; add another one.")
        _never_deleted(table, called)
    sentence = "What was queued for a printer is never changed, and nothing of it once it was sent or cancelled."
    _refuse(JOBS, "UPDATE", sentence, when=f"NOT OLD.is_open OR {_changed(AS_QUEUED)}")
    _never_deleted(JOBS, "A print job")


def _as_queued() -> tuple[Any, ...]:
    return (
        _filled("printer", CODE),
        _to(JOBS, "label_id", "labels", nullable=True),
        _to(JOBS, "page_id", PAGES, nullable=True),
        _filled("form", CODE),
        sa.Column("zpl", sa.LargeBinary(), nullable=True),
        _filled("sha256", CODE),
        _to(JOBS, "queued_by_id", "people"),
        _filled("queued_at", MOMENT),
    )


def _progress() -> tuple[Any, ...]:
    return (
        _filled("state", LINE),
        _filled("is_open", sa.Boolean()),
        _filled("attempts", sa.Integer()),
        _filled("next_try_at", MOMENT),
        sa.Column("taken_at", MOMENT, nullable=True),
        _filled("error", sa.Text()),
        sa.Column("settled_at", MOMENT, nullable=True),
        _to(JOBS, "settled_by_id", "people", nullable=True),
        _filled("reason", sa.Text()),
    )


def _checks() -> tuple[Any, ...]:
    return (
        sa.CheckConstraint(f"state IN ({_listed(STATES)})", name="ck_print_jobs_state"),
        sa.CheckConstraint("(label_id IS NULL) <> (page_id IS NULL)", name="ck_print_jobs_of_one_paper"),
        sa.CheckConstraint("is_open = (state NOT IN ('sent', 'cancelled'))", name="ck_print_jobs_is_open"),
    )


def _key(table: str) -> tuple[Any, ...]:
    return sa.Column("id", KEY, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _to(table: str, column: str, other: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A column that holds the number of a row of another table."""
    return sa.Column(column, KEY, sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _filled(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _never_deleted(table: str, called: str) -> None:
    for act in ("DELETE", "TRUNCATE"):
        _refuse(table, act, f"{called} is never deleted.")


def _refuse(table: str, act: str, sentence: str, *, when: str = "") -> None:
    """A trigger; only PostgreSQL can empty a table without asking its rows, so only it refuses that."""
    postgres = op.get_bind().dialect.name == "postgresql"
    if act == "TRUNCATE" and not postgres:
        return
    each, condition = "STATEMENT" if act == "TRUNCATE" else "ROW", f"WHEN ({when})" if when else ""
    if postgres:
        body = f"FOR EACH {each} {condition} EXECUTE FUNCTION refuse_change('{sentence}')"
    else:
        body = f"FOR EACH ROW {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {table}_keep_{act.lower()} BEFORE {act} ON {table} {body}")


def _changed(columns: tuple[str, ...]) -> str:
    """Whether any of these columns changes."""
    differs = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return f"({' OR '.join(f'OLD.{name} {differs} NEW.{name}' for name in columns)})"
