"""What proves the rest: signatures, the audit trail, numbers given out, and answers already given."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pharmacy.domain.signature import Meaning
from pharmacy.store.columns import Base, Code, Key, Prose, Short, When, choice


class Signature(Base):
    """Who signed what, when and meaning what. digest: SHA-256 of the record's canonical text at that moment."""

    __tablename__ = "signatures"
    __table_args__ = (Index("ix_signatures_subject", "subject", "subject_id"),)

    id: Mapped[Key]
    subject: Mapped[Code]
    subject_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    printed_name: Mapped[Short]
    role: Mapped[Code]
    meaning: Mapped[Meaning] = mapped_column(choice(Meaning, "meaning"))
    reason: Mapped[Prose]
    digest: Mapped[Code]
    at: Mapped[When]


class AuditEntry(Base):
    """One act. hash = SHA-256 over the entry and prev_hash; the database refuses to change or delete a row."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject", "subject_id", "sequence"),)

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[Code]  # ISO 8601 in UTC, as text, since it is hashed
    actor_id: Mapped[int | None]
    actor: Mapped[Short]
    event: Mapped[Code]
    subject: Mapped[Code]
    subject_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text)  # canonical JSON
    prev_hash: Mapped[Code] = mapped_column(unique=True)
    hash: Mapped[Code]


class Counter(Base):
    """The last number given out of one series ("rx", "lot", "batch-261124")."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


class Answer(Base):
    """The answer given under an idempotency key, so that asking again changes nothing."""

    __tablename__ = "answers"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    key: Mapped[str] = mapped_column(String(200))
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    body: Mapped[Prose]
    at: Mapped[When]

    __table_args__ = (Index("uq_answers_key", "person_id", "key", unique=True),)
