"""What became of a phrase: each change of its text, each signature under it, each withdrawal. Only ever added to."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from pharmacy.store.columns import Base, Code, Key, Prose, Short, When, choice
from pharmacy.store.people import Person


class PhraseAct(StrEnum):
    DRAFTED = "drafted"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


class PhraseSignature(Base):
    """One act about one phrase with both its texts as they were. The last row of a phrase says how it stands.

    sha256: of language, key and both texts. translator, qualification: who checked the translation; "" for a draft.
    """

    __tablename__ = "phrase_signatures"
    __table_args__ = (Index("ix_phrase_signatures_phrase", "language", "key", "id"),)

    id: Mapped[Key]
    language: Mapped[Code]
    key: Mapped[Code]
    act: Mapped[PhraseAct] = mapped_column(choice(PhraseAct, "act"))
    english: Mapped[Prose]
    translated: Mapped[Prose]
    sha256: Mapped[Code]
    translator: Mapped[Short]
    qualification: Mapped[Short]
    reason: Mapped[Prose]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()


def last_of(session: Session, language: str) -> dict[str, PhraseSignature]:
    """The last row of every phrase of a language that has one, by its key."""
    newest = (
        select(func.max(PhraseSignature.id)).where(PhraseSignature.language == language).group_by(PhraseSignature.key)
    )
    return {row.key: row for row in session.scalars(select(PhraseSignature).where(PhraseSignature.id.in_(newest)))}


def rows_of(session: Session, language: str, key: str) -> Sequence[PhraseSignature]:
    """All that became of a phrase, the oldest first."""
    statement = select(PhraseSignature).where(PhraseSignature.language == language, PhraseSignature.key == key)
    return session.scalars(statement.order_by(PhraseSignature.id)).all()
