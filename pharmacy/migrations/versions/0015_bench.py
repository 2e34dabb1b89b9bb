"""The bench: steps confirmed, timers, pauses, photographs; several containers and a second lot for one component; a
second person who reads the weight.

Pharmacies that are there already go on without a second reader until their pharmacist-in-charge decides.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACTS, PHOTOS = "bench_acts", "bench_photos"
ACT_KINDS = ("done", "timer started", "paused", "resumed")
FILE_KINDS = ("application/pdf", "image/png", "image/jpeg")
SECOND_READINGS = ("none", "the active", "the active and the filler")
MEANINGS = (
    "I approve this master formulation record",
    "I examined this lot and its certificate and release it for compounding",
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
    """Add the columns; make the two tables and keep their rows; allow the new meaning of a signature."""
    op.add_column("batches", sa.Column("procedure", sa.JSON(), nullable=True))
    op.add_column("batch_inputs", sa.Column("continues", sa.Integer(), nullable=True))
    op.add_column("batch_inputs", sa.Column("worked_out", sa.JSON(), nullable=True))
    op.add_column("weigh_ins", sa.Column("reading", sa.String(120), nullable=True))
    op.add_column("weigh_ins", sa.Column("more", sa.Boolean(), nullable=False, server_default=sa.false()))
    # SQLite takes a CHECK with a new column, and only there.
    op.get_bind().exec_driver_sql(
        "ALTER TABLE pharmacy ADD COLUMN second_reading VARCHAR(120) DEFAULT 'none' NOT NULL"
        f" CONSTRAINT ck_pharmacy_second_reading CHECK (second_reading IN ({_listed(SECOND_READINGS)}))"
    )
    op.create_table(
        ACTS,
        *_of_a_batch(ACTS),
        sa.Column("kind", sa.String(120), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_listed(ACT_KINDS)})", name=f"ck_{ACTS}_kind"),
    )
    op.create_table(
        PHOTOS,
        *_of_a_batch(PHOTOS),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_listed(FILE_KINDS)})", name=f"ck_{PHOTOS}_kind"),
    )
    for table, called in ((ACTS, "An act at the bench"), (PHOTOS, "A photograph of a batch")):
        op.create_index(f"ix_{table}_batch_id", table, ["batch_id", "id"])
        _keep(table, called)
    _allow_meanings()


def _of_a_batch(table: str) -> tuple[Any, ...]:
    """Number, batch, who and when."""
    return (
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _to(table, "batches", "batch_id"),
        _to(table, "people", "person_id"),
        sa.Column("at", MOMENT, nullable=False),
    )


def _to(table: str, other: str, column: str) -> sa.Column[Any]:
    """A column that holds the number of a row of another table."""
    return sa.Column(column, KEY, sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}"), nullable=False)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _allow_meanings() -> None:
    """SQLite cannot change a CHECK: the table is made anew there, and its triggers are put back."""
    name, check = "ck_signatures_meaning", f"meaning IN ({_listed(MEANINGS)})"
    if _on_postgres():
        op.drop_constraint(name, "signatures", type_="check")
        op.create_check_constraint(op.f(name), "signatures", check)
        return
    held = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'signatures'")
    triggers = list(op.get_bind().scalars(held))
    with op.batch_alter_table("signatures", recreate="always") as table:
        table.drop_constraint(op.f(name), type_="check")
        table.create_check_constraint(op.f(name), sa.text(check))
    for trigger in triggers:
        op.get_bind().exec_driver_sql(trigger)


def _keep(table: str, called: str) -> None:
    """Rows are only ever added. Only PostgreSQL can empty a table without asking its rows."""
    for act, sentence in (
        ("UPDATE", f"{called} is never changed; add another one."),
        ("DELETE", f"{called} is never deleted."),
        ("TRUNCATE", f"{called} is never deleted."),
    ):
        each = "STATEMENT" if act == "TRUNCATE" else "ROW"
        if _on_postgres():
            body = f"FOR EACH {each} EXECUTE FUNCTION refuse_change('{sentence}')"
        elif act == "TRUNCATE":
            continue
        else:
            body = f"FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        op.get_bind().exec_driver_sql(f"CREATE TRIGGER {table}_keep_{act.lower()} BEFORE {act} ON {table} {body}")


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
