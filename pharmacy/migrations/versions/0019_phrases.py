"""A patient has a language, and what became of each translated phrase is kept: drafts, signatures, withdrawals.

A label prints a translation only over the signature of a person who names the translator. SQLite cannot change a CHECK:
the signatures are made anew there, and their triggers are put back.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TABLE = "phrase_signatures"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACTS = ("drafted", "signed", "withdrawn")
MEANINGS = (
    "I approve this master formulation record",
    "I examined this lot and its certificate and release it for compounding",
    "I reviewed the record of this trituration and release it for compounding",
    "I compared this prescription with its source and verified it",
    "I accept this deviation for the reason given",
    "I read this weight on the balance as the second person",
    "I reviewed the compounding record and release this batch",
    "I reject this batch",
    "I am the only pharmacist on duty here and sign alone where two would sign",
    "I take this screening rule out of force for the reason given",
    "I put this screening rule back in force for the reason given",
    "I release this translation for labels, as the named translator has checked it",
    "I withdraw this translation from labels for the reason given",
    "I checked the contents and the label of this container against the prescription",
)


def upgrade() -> None:
    """Add the column; make the table and keep its rows; allow the two new meanings of a signature."""
    op.add_column("patients", sa.Column("language", sa.String(64), server_default="", nullable=False))
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("language", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("act", sa.String(120), nullable=False),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("translated", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("translator", sa.String(120), nullable=False),
        sa.Column("qualification", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=f"fk_{TABLE}_person_id"),
        sa.CheckConstraint(f"act IN ({_listed(ACTS)})", name=f"ck_{TABLE}_act"),
    )
    op.create_index(f"ix_{TABLE}_phrase", TABLE, ["language", "key", "id"])
    _keep()
    _allow_meanings()


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _allow_meanings() -> None:
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


def _keep() -> None:
    """Rows are only ever added. Only PostgreSQL can empty a table without asking its rows."""
    for act, sentence in (
        ("UPDATE", "An act about a phrase is never changed; add another one."),
        ("DELETE", "An act about a phrase is never deleted."),
        ("TRUNCATE", "An act about a phrase is never deleted."),
    ):
        each = "STATEMENT" if act == "TRUNCATE" else "ROW"
        if _on_postgres():
            body = f"FOR EACH {each} EXECUTE FUNCTION refuse_change('{sentence}')"
        elif act == "TRUNCATE":
            continue
        else:
            body = f"FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        op.get_bind().exec_driver_sql(f"CREATE TRIGGER {TABLE}_keep_{act.lower()} BEFORE {act} ON {TABLE} {body}")


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
