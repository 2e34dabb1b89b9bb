"""Messages from outside, patients, prescribers, and prescriptions."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from pharmacy.domain.questions import How
from pharmacy.domain.workflow import OPEN, RxState, Subject
from pharmacy.store.columns import Base, Code, Exact, Key, Moment, Prose, Short, When, choice
from pharmacy.store.people import Person

# Searched by range, which means something only when letters are compared by their numbers.
NAME_KEY = String(250).with_variant(String(250, collation="C"), "postgresql")


class Outcome(StrEnum):
    RECEIVED = "received"  # a prescription stands in the entry queue
    REVIEW = "review"  # a person has to look at the message
    ANSWERED = "answered"  # a repeated message: answered as before
    REFUSED = "refused"  # answered with an error; kept all the same
    SETTLED = "settled"  # a person has looked at it and closed it


class Message(Base):
    """What came from outside, byte for byte, and how it was answered."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("sender", "message_id"),
        Index("ix_messages_open", "is_open", "received_at", "id"),
    )

    id: Mapped[Key]
    received_at: Mapped[When]
    sender: Mapped[Short]
    message_id: Mapped[str | None] = mapped_column(String(120))
    format: Mapped[Code]
    content_type: Mapped[Short]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[Code]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    problems: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    evidence: Mapped[dict[str, str]] = mapped_column(JSON)
    doubts: Mapped[list[str]] = mapped_column(JSON)
    reply_type: Mapped[Short]
    reply: Mapped[bytes] = mapped_column(LargeBinary)

    @validates("outcome")
    def _follow(self, _: str, outcome: Outcome) -> Outcome:
        self.is_open = outcome == Outcome.REVIEW
        return outcome


class Patient(Base):
    __tablename__ = "patients"
    __table_args__ = (
        Index("ix_patients_name_key", "name_key", "id"),
        Index("ix_patients_recall", "id", "family", "given", "birth_date"),  # all that a recall needs of it
    )

    id: Mapped[Key]
    family: Mapped[Short]
    given: Mapped[Short]
    name_key: Mapped[str] = mapped_column(NAME_KEY)  # folded "family given", searched by range
    birth_date: Mapped[date] = mapped_column(Date)
    sex: Mapped[Code]
    allergies: Mapped[list[str]] = mapped_column(JSON)
    none_known: Mapped[bool] = mapped_column(Boolean)
    conditions: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    medications: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    pregnant: Mapped[bool | None] = mapped_column(Boolean)
    diet: Mapped[Short]
    language: Mapped[Code] = mapped_column(default="", server_default=text("''"))  # of labels, beside English
    created_at: Mapped[When]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


class Prescriber(Base):
    __tablename__ = "prescribers"
    __table_args__ = (Index("ix_prescribers_name_key", "name_key", "id"),)

    id: Mapped[Key]
    family: Mapped[Short]
    given: Mapped[Short]
    name_key: Mapped[str] = mapped_column(NAME_KEY)
    npi: Mapped[Code] = mapped_column(unique=True)
    phone: Mapped[Short]
    created_at: Mapped[When]

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


class Prescription(Base):
    """A prescription from its arrival on.

    document: the prescription as it stands, contract.md's JSON: first as received, then as entered.
    The typed columns are None until a person has entered it.
    """

    __tablename__ = "prescriptions"
    __table_args__ = (
        Index("ix_prescriptions_queue", "is_open", "due_at", "id"),
        Index("ix_prescriptions_state", "is_open", "state", "due_at", "id"),
        Index("ix_prescriptions_patient_id", "patient_id"),
        Index("ix_prescriptions_recall", "id", "patient_id", "prescriber_id"),  # all that a recall needs of it
        Index("ix_prescriptions_message_id", "message_id"),
    )

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    state: Mapped[RxState] = mapped_column(choice(RxState, "state"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    received_at: Mapped[When]
    due_at: Mapped[When]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    patient_name: Mapped[str] = mapped_column(String(250))  # as written, for the queue before entry
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    prescriber_id: Mapped[int | None] = mapped_column(ForeignKey("prescribers.id"))
    strength_mg: Mapped[Decimal | None] = mapped_column(Exact(3))
    directions: Mapped[Prose] = mapped_column(default="")  # plain English, as printed
    quantity: Mapped[int | None]
    days_supply: Mapped[int | None]
    refills: Mapped[int | None]
    written: Mapped[date | None] = mapped_column(Date)
    decision: Mapped[Code] = mapped_column(default="")
    screening: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    entered_at: Mapped[datetime | None] = mapped_column(Moment())
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    verified_at: Mapped[datetime | None] = mapped_column(Moment())
    note: Mapped[Prose] = mapped_column(default="")  # the reason of the last move
    revision: Mapped[int] = mapped_column()

    message: Mapped[Message | None] = relationship()
    patient: Mapped[Patient | None] = relationship()
    prescriber: Mapped[Prescriber | None] = relationship()
    entered_by: Mapped[Person | None] = relationship(foreign_keys=entered_by_id)
    verified_by: Mapped[Person | None] = relationship(foreign_keys=verified_by_id)
    claimed_by: Mapped[Person | None] = relationship(foreign_keys=claimed_by_id)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @validates("state")
    def _follow(self, _: str, state: RxState) -> RxState:
        self.is_open = state in OPEN[Subject.PRESCRIPTION]
        return state


class Override(Base):
    """A pharmacist's decision about one finding of the screening. Never changed."""

    __tablename__ = "overrides"
    __table_args__ = (
        Index("ix_overrides_prescription_id", "prescription_id"),
        Index("ix_overrides_at", "at", "rule"),
    )

    id: Mapped[Key]
    prescription_id: Mapped[int] = mapped_column(ForeignKey("prescriptions.id"))
    rule: Mapped[Code]
    message: Mapped[Prose]
    reason: Mapped[Prose]
    prescriber_contact: Mapped[Prose]
    service_code: Mapped[Code]  # NCPDP professional service code
    result_code: Mapped[Code]  # NCPDP result of service code
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]


class RuleChange(Base):
    """A screening rule taken out of force, or put back. Never changed; the last one of a rule counts."""

    __tablename__ = "rule_changes"
    __table_args__ = (Index("ix_rule_changes_rule", "rule", "id"),)

    id: Mapped[Key]
    rule: Mapped[Code]
    in_force: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[Prose]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()


class Question(Base):
    """A question to the prescriber and what became of it: open, answered or withdrawn.

    Neither a question once asked nor its answer or withdrawal is ever changed; the database refuses it.
    """

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN is_open THEN answer IS NULL AND withdrawn_at IS NULL"
            " ELSE (answer IS NULL) <> (withdrawn_at IS NULL) END",
            name="settled_once",
        ),
        CheckConstraint(
            "CASE WHEN answer IS NULL THEN recorded_at IS NULL ELSE answered_by_name IS NOT NULL"
            " AND answered_how IS NOT NULL AND read_back IS NOT NULL AND answered_at IS NOT NULL"
            " AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL END",
            name="answer_whole",
        ),
        CheckConstraint(
            "CASE WHEN withdrawn_at IS NULL THEN withdrawn_reason IS NULL"
            " ELSE withdrawn_by_id IS NOT NULL AND withdrawn_reason IS NOT NULL END",
            name="withdrawal_whole",
        ),
        Index("ix_questions_prescription_id", "prescription_id", "id"),
        Index("ix_questions_open", "is_open", "asked_at", "id"),
    )

    id: Mapped[Key]
    prescription_id: Mapped[int] = mapped_column(ForeignKey("prescriptions.id"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    about: Mapped[Code]  # a subject, or the rule of a finding
    text: Mapped[Prose]
    asked_how: Mapped[How] = mapped_column(choice(How, "asked_how"))
    asked_whom: Mapped[Short]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[When]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by_name: Mapped[str | None] = mapped_column(String(120))
    answered_how: Mapped[How | None] = mapped_column(choice(How, "answered_how"))
    read_back: Mapped[bool | None] = mapped_column(Boolean)
    answered_at: Mapped[datetime | None] = mapped_column(Moment())
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(Moment())
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment())

    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
