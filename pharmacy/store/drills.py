"""Drills of a recall: practised, timed, and kept."""

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from pharmacy.store.columns import Base, Exact, Key, Short, When, choice


class Searched(StrEnum):
    """What a recall starts from."""

    LOT = "lot"
    MAKER_LOT = "maker lot"
    BATCH = "batch"


class RecallDrill(Base):
    """One drill. Only ever added.

    code, supplier: what was searched for; a supplier goes with a maker's lot only.
    person_id: None at the command line, which knows nobody; person then says so.
    took_ms: the walk itself, forward and back. The rest is what it found.
    """

    __tablename__ = "recall_drills"
    __table_args__ = (Index("ix_recall_drills_code", "code", "id"),)

    id: Mapped[Key]
    searched: Mapped[Searched] = mapped_column(choice(Searched, "searched"))
    code: Mapped[Short]
    supplier: Mapped[Short]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    person: Mapped[Short]
    at: Mapped[When]
    took_ms: Mapped[Decimal] = mapped_column(Exact(3))
    batches: Mapped[int]
    on_shelf: Mapped[int]  # capsules
    fills: Mapped[int]
    patients: Mapped[int]
    prescribers: Mapped[int]
    suppliers: Mapped[int]
