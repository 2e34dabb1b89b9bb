"""The first tables: the people, what comes from outside, and what proves the rest.

Every constraint has its name, so that later migrations can find it. Imports no models: this text stays as
it is when they change. Amounts are whole numbers of their smallest unit: thousandths of a milligram,
millionths of a fraction, cents.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

# SQLite numbers rows by itself only in an INTEGER key.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXACT = sa.BigInteger()
MOMENT = sa.DateTime(timezone=True)
LINE = sa.String(120)
CODE = sa.String(64)
NAME_KEY = sa.String(250).with_variant(sa.String(250, collation="C"), "postgresql")
Kind = TypeEngine[Any]

PEOPLE_ROLE = ("technician", "pharmacist", "pharmacist-in-charge", "administrator", "auditor")
PRESCRIPTIONS_STATE = (
    "received",
    "entered",
    "clarifying",
    "on hold",
    "verified",
    "filled",
    "cancelled",
    "expired",
    "transferred",
)
SIGNATURES_MEANING = (
    "I approve this master formulation record",
    "I examined this lot and its certificate and release it for compounding",
    "I compared this prescription with its source and verified it",
    "I accept this deviation for the reason given",
    "I reviewed the compounding record and release this batch",
    "I reject this batch",
    "I checked the contents and the label of this container against the prescription",
)


def upgrade() -> None:
    """Make them, each after those that it refers to."""
    _people()
    _prescriptions()
    _records()


def _numbered(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", KEY, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _all(kind: Kind, *names: str) -> list[sa.Column[object]]:
    """Columns of one kind that every row fills."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def _maybe(kind: Kind, *names: str) -> list[sa.Column[object]]:
    """Columns of one kind that may stay empty."""
    return [sa.Column(name, kind, nullable=True) for name in names]


def _to(other: str, table: str, column: str, *, nullable: bool = False) -> sa.Column[int]:
    """A column that holds the number of a row of another table."""
    reference = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, KEY, reference, nullable=nullable)


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    """A choice kept as text."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


def _people() -> None:
    """The pharmacy, the people who work in it, and how they sign in."""
    op.create_table(
        "pharmacy",
        *_numbered("pharmacy"),
        *_all(LINE, "name", "address", "phone"),
        *_all(sa.Boolean(), "one_pharmacist", "demonstration"),
        sa.CheckConstraint("id = 1", name="ck_pharmacy_one_row"),
    )
    op.create_table(
        "people",
        *_numbered("people"),
        *_all(CODE, "username"),
        *_all(LINE, "full_name"),
        *_all(sa.String(6), "initials"),
        *_all(LINE, "role"),
        *_all(sa.String(200), "password_hash"),
        *_all(sa.Boolean(), "is_active"),
        *_all(MOMENT, "created_at"),
        _one_of("people", "role", *PEOPLE_ROLE),
        sa.UniqueConstraint("username", name="uq_people_username"),
    )
    op.create_table(
        "set_up_links",
        *_numbered("set_up_links"),
        *_all(sa.LargeBinary(32), "token_digest"),
        _to("people", "set_up_links", "person_id", nullable=True),
        *_all(MOMENT, "made_at", "ends_at"),
        *_maybe(MOMENT, "used_at"),
        sa.UniqueConstraint("token_digest", name="uq_set_up_links_token_digest"),
    )
    op.create_table(
        "sessions",
        *_numbered("sessions"),
        *_all(sa.LargeBinary(32), "token_digest"),
        _to("people", "sessions", "person_id"),
        *_all(MOMENT, "started_at", "last_seen_at", "ends_at"),
        *_maybe(MOMENT, "revoked_at"),
        sa.UniqueConstraint("token_digest", name="uq_sessions_token_digest"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_table(
        "lockouts",
        sa.Column("key", sa.String(160), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_lockouts"),
        *_all(sa.Integer(), "failures"),
        *_all(MOMENT, "last_at"),
    )
    op.create_table(
        "api_tokens",
        *_numbered("api_tokens"),
        *_all(sa.LargeBinary(32), "token_digest"),
        *_all(LINE, "name"),
        _to("people", "api_tokens", "person_id"),
        *_all(MOMENT, "made_at"),
        *_maybe(MOMENT, "revoked_at"),
        sa.UniqueConstraint("token_digest", name="uq_api_tokens_token_digest"),
    )


def _prescriptions() -> None:
    """What comes from outside, and whom it is for."""
    op.create_table(
        "messages",
        *_numbered("messages"),
        *_all(MOMENT, "received_at"),
        *_all(LINE, "sender"),
        *_maybe(LINE, "message_id"),
        *_all(CODE, "format"),
        *_all(LINE, "content_type"),
        *_all(sa.LargeBinary(), "raw"),
        *_all(CODE, "sha256"),
        *_all(LINE, "outcome"),
        *_all(sa.Boolean(), "is_open"),
        *_all(sa.JSON(), "problems", "evidence", "doubts"),
        *_all(LINE, "reply_type"),
        *_all(sa.LargeBinary(), "reply"),
        _one_of("messages", "outcome", "received", "review", "answered", "refused", "settled"),
        sa.UniqueConstraint("sender", "message_id", name="uq_messages_sender_message_id"),
    )
    op.create_index("ix_messages_open", "messages", ["is_open", "received_at", "id"])
    op.create_table(
        "patients",
        *_numbered("patients"),
        *_all(LINE, "family", "given"),
        *_all(NAME_KEY, "name_key"),
        *_all(sa.Date(), "birth_date"),
        *_all(CODE, "sex"),
        *_all(sa.JSON(), "allergies"),
        *_all(sa.Boolean(), "none_known"),
        *_all(sa.JSON(), "conditions", "medications"),
        *_maybe(sa.Boolean(), "pregnant"),
        *_all(LINE, "diet"),
        *_all(MOMENT, "created_at"),
        *_all(sa.Integer(), "revision"),
    )
    op.create_index("ix_patients_name_key", "patients", ["name_key", "id"])
    op.create_table(
        "prescribers",
        *_numbered("prescribers"),
        *_all(LINE, "family", "given"),
        *_all(NAME_KEY, "name_key"),
        *_all(CODE, "npi"),
        *_all(LINE, "phone"),
        *_all(MOMENT, "created_at"),
        sa.UniqueConstraint("npi", name="uq_prescribers_npi"),
    )
    op.create_index("ix_prescribers_name_key", "prescribers", ["name_key", "id"])
    op.create_table(
        "prescriptions",
        *_numbered("prescriptions"),
        *_all(CODE, "number"),
        *_all(LINE, "state"),
        *_all(sa.Boolean(), "is_open"),
        *_all(MOMENT, "received_at", "due_at"),
        _to("messages", "prescriptions", "message_id", nullable=True),
        _to("people", "prescriptions", "claimed_by_id", nullable=True),
        *_all(sa.JSON(), "document"),
        *_all(sa.String(250), "patient_name"),
        _to("patients", "prescriptions", "patient_id", nullable=True),
        _to("prescribers", "prescriptions", "prescriber_id", nullable=True),
        *_maybe(EXACT, "strength_mg"),
        *_all(sa.Text(), "directions"),
        *_maybe(sa.Integer(), "quantity", "days_supply", "refills"),
        *_maybe(sa.Date(), "written"),
        *_all(CODE, "decision"),
        *_maybe(sa.JSON(), "screening"),
        _to("people", "prescriptions", "entered_by_id", nullable=True),
        *_maybe(MOMENT, "entered_at"),
        _to("people", "prescriptions", "verified_by_id", nullable=True),
        *_maybe(MOMENT, "verified_at"),
        *_all(sa.Text(), "note"),
        *_all(sa.Integer(), "revision"),
        _one_of("prescriptions", "state", *PRESCRIPTIONS_STATE),
        sa.UniqueConstraint("number", name="uq_prescriptions_number"),
    )
    op.create_index("ix_prescriptions_message_id", "prescriptions", ["message_id"])
    op.create_index("ix_prescriptions_patient_id", "prescriptions", ["patient_id"])
    op.create_index("ix_prescriptions_queue", "prescriptions", ["is_open", "due_at", "id"])
    op.create_index("ix_prescriptions_state", "prescriptions", ["is_open", "state", "due_at", "id"])
    op.create_table(
        "overrides",
        *_numbered("overrides"),
        _to("prescriptions", "overrides", "prescription_id"),
        *_all(CODE, "rule"),
        *_all(sa.Text(), "message", "reason", "prescriber_contact"),
        *_all(CODE, "service_code", "result_code"),
        _to("people", "overrides", "person_id"),
        *_all(MOMENT, "at"),
    )
    op.create_index("ix_overrides_prescription_id", "overrides", ["prescription_id"])


def _records() -> None:
    """What proves the rest."""
    op.create_table(
        "signatures",
        *_numbered("signatures"),
        *_all(CODE, "subject"),
        *_all(sa.Integer(), "subject_id"),
        _to("people", "signatures", "person_id"),
        *_all(LINE, "printed_name"),
        *_all(CODE, "role"),
        *_all(LINE, "meaning"),
        *_all(sa.Text(), "reason"),
        *_all(CODE, "digest"),
        *_all(MOMENT, "at"),
        _one_of("signatures", "meaning", *SIGNATURES_MEANING),
    )
    op.create_index("ix_signatures_subject", "signatures", ["subject", "subject_id"])
    op.create_table(
        "audit_entries",
        sa.Column("sequence", KEY, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_entries"),
        *_all(CODE, "at"),
        *_maybe(sa.Integer(), "actor_id"),
        *_all(LINE, "actor"),
        *_all(CODE, "event", "subject"),
        *_maybe(sa.Integer(), "subject_id"),
        *_all(sa.Text(), "detail"),
        *_all(CODE, "prev_hash", "hash"),
        sa.UniqueConstraint("prev_hash", name="uq_audit_entries_prev_hash"),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject", "subject_id", "sequence"])
    op.create_table(
        "counters",
        sa.Column("series", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_counters"),
        *_all(sa.Integer(), "last"),
    )
    op.create_table(
        "answers",
        *_numbered("answers"),
        _to("people", "answers", "person_id"),
        *_all(sa.String(200), "key"),
        *_all(sa.LargeBinary(32), "request_digest"),
        *_all(sa.Integer(), "status"),
        *_all(sa.Text(), "body"),
        *_all(MOMENT, "at"),
    )
    op.create_index("uq_answers_key", "answers", ["person_id", "key"], unique=True)
