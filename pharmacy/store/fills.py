"""Fills: capsules taken from a batch for one prescription, priced, labelled, checked and handed out."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from pharmacy.domain.workflow import OPEN, FillState, Subject
from pharmacy.store.batches import Batch
from pharmacy.store.columns import Base, Code, Exact, Key, Moment, Money, Prose, Short, When, choice
from pharmacy.store.people import Person
from pharmacy.store.prescriptions import Prescription


class Fill(Base):
    """One container: a fill of a prescription, or one bottle of it where a plan has several."""

    __tablename__ = "fills"
    __table_args__ = (
        UniqueConstraint("prescription_id", "fill_number"),
        Index("ix_fills_queue", "is_open", "due_at", "id"),
        Index("ix_fills_state", "is_open", "state", "due_at", "id"),
        Index("ix_fills_recall", "id", "prescription_id", "number", "state", "dispensed_at"),  # all that a recall needs
        CheckConstraint("bottle BETWEEN 1 AND bottles", name="bottle_of_bottles"),
        CheckConstraint("first_day >= 1", name="first_day"),
    )

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)  # prescription number and fill number, as in the barcode
    prescription_id: Mapped[int] = mapped_column(ForeignKey("prescriptions.id"))
    fill_number: Mapped[int]  # 0 is the first fill, 1 the first refill
    state: Mapped[FillState] = mapped_column(choice(FillState, "state"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    started_at: Mapped[When]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[When]
    filled_on: Mapped[date] = mapped_column(Date)
    strength_mg: Mapped[Decimal | None] = mapped_column(Exact(3))  # None: an old fill cancelled before it had capsules
    bottle: Mapped[int] = mapped_column(server_default="1")  # of a course with one bottle for each step of its plan
    bottles: Mapped[int] = mapped_column(server_default="1")
    first_day: Mapped[int] = mapped_column(server_default="1")  # of its capsules, counted from the first of the course
    quantity: Mapped[int]
    days_supply: Mapped[int]  # of this bottle alone
    price: Mapped[Decimal | None] = mapped_column(Exact(2))
    price_lines: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    checked_at: Mapped[datetime | None] = mapped_column(Moment())
    handed_to: Mapped[Short] = mapped_column(default="")
    counselling: Mapped[Prose] = mapped_column(default="")
    dispensed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    dispensed_at: Mapped[datetime | None] = mapped_column(Moment())
    note: Mapped[Prose] = mapped_column(default="")
    revision: Mapped[int] = mapped_column()

    prescription: Mapped[Prescription] = relationship()
    allocations: Mapped[list["Allocation"]] = relationship(order_by="Allocation.id")
    started_by: Mapped[Person] = relationship(foreign_keys=started_by_id)
    checked_by: Mapped[Person | None] = relationship(foreign_keys=checked_by_id)
    dispensed_by: Mapped[Person | None] = relationship(foreign_keys=dispensed_by_id)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @property
    def last_day(self) -> int:
        """Of its capsules, counted from the first day of the course."""
        return self.first_day + self.days_supply - 1

    @validates("state")
    def _follow(self, _: str, state: FillState) -> FillState:
        self.is_open = state in OPEN[Subject.FILL]
        return state


class Allocation(Base):
    """Capsules taken from a batch for a fill, or put back (negative). Only ever added; a recall reads it."""

    __tablename__ = "allocations"
    __table_args__ = (
        Index("ix_allocations_batch_id", "batch_id", "fill_id", "quantity"),  # all that a recall needs of it
        Index("ix_allocations_fill_id", "fill_id"),
        CheckConstraint("quantity <> 0", name="not_nothing"),
    )

    id: Mapped[Key]
    fill_id: Mapped[int] = mapped_column(ForeignKey("fills.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    quantity: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]
    reason: Mapped[Prose]

    batch: Mapped[Batch] = relationship()


class LabelKind(StrEnum):
    """The kinds of label that are kept; `labels/papers.py` has a row for each."""

    VIAL = "vial"
    BATCH = "batch"
    TRITURATION = "trituration"
    LOT = "lot"
    EQUIPMENT = "equipment"
    BAG = "bag"
    AUXILIARY = "auxiliary"
    CALENDAR = "calendar"
    CARD = "card"
    LEAFLET = "leaflet"
    RECEIPT = "receipt"
    COVER = "cover"


class Label(Base):
    """A label as it was made, byte for byte, before anything was printed. Never changed."""

    __tablename__ = "labels"
    __table_args__ = (
        Index("ix_labels_fill_id", "fill_id"),
        Index("ix_labels_batch_id", "batch_id"),
        Index("ix_labels_lot_id", "lot_id"),
        Index("ix_labels_equipment_id", "equipment_id"),
    )

    id: Mapped[Key]
    kind: Mapped[LabelKind] = mapped_column(choice(LabelKind, "kind"))
    fill_id: Mapped[int | None] = mapped_column(ForeignKey("fills.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    equipment_id: Mapped[int | None] = mapped_column(ForeignKey("equipment.id"))
    stock: Mapped[Code] = mapped_column(server_default=text("''"))  # "" before it was kept, for 4 x 2 inches
    copy: Mapped[int]  # 0 is the label, 1 the first reprint
    reason: Mapped[Prose]
    token: Mapped[Code] = mapped_column(index=True)  # what the DataMatrix holds; says nothing about the patient
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[Code]
    read_back: Mapped[dict[str, Any]] = mapped_column(JSON)  # what the codes read after rendering; what rules warn of
    made_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[When]

    made_by: Mapped[Person] = relationship()


class PriceAcceptance(Base):
    """A price outside the usual that the pharmacist-in-charge accepted for these capsules. Never changed."""

    __tablename__ = "price_acceptances"
    __table_args__ = (Index("ix_price_acceptances_total", "total", "contents"),)

    id: Mapped[Key]
    contents: Mapped[Prose]  # "90 × 4.5 mg"; of a plan every bottle
    total: Mapped[Money]
    reason: Mapped[Prose]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()
