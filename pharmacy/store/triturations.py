"""Triturations: what was planned, what was weighed, and the lot that it became; and the queries behind their pages."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from pharmacy.domain.workflow import OPEN, Subject, TriturationState
from pharmacy.store.batches import WeighSource
from pharmacy.store.columns import Base, Code, Key, Milligrams, Moment, Prose, When, choice
from pharmacy.store.equipment import Equipment
from pharmacy.store.formulas import Formula, Ingredient, Lot
from pharmacy.store.people import Person


class Part(StrEnum):
    """What is weighed for a trituration, in this order."""

    ACTIVE = "active"
    DILUENT = "diluent"


class Trituration(Base):
    """Active diluted with filler for a batch that needs less than the balance weighs. Its plan never changes.

    needed_mg, aliquot_mg: the batch's active, and about what is taken of the trituration for it [mg].
    lot_id: of the lot that it became when it was mixed.
    """

    __tablename__ = "triturations"
    __table_args__ = (
        Index("ix_triturations_queue", "is_open", "planned_at", "id"),
        Index("ix_triturations_active_lot_id", "active_lot_id", "lot_id"),
        Index("ix_triturations_diluent_lot_id", "diluent_lot_id", "lot_id"),
        Index("ix_triturations_lot_id", "lot_id", unique=True),
    )

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    state: Mapped[TriturationState] = mapped_column(choice(TriturationState, "state"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    formula_id: Mapped[int] = mapped_column(ForeignKey("formulas.id"))
    capsules: Mapped[int]
    purpose: Mapped[Prose]
    active_lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    diluent_lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    active_mg: Mapped[Milligrams]
    diluent_mg: Mapped[Milligrams]
    needed_mg: Mapped[Milligrams]
    aliquot_mg: Mapped[Milligrams]
    minimum_mg: Mapped[Milligrams]  # the smallest amount that the balance might weigh when it was planned
    balance_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"))
    compounded: Mapped[date] = mapped_column(Date)
    beyond_use_date: Mapped[date] = mapped_column(Date)
    beyond_use_rule: Mapped[Prose]
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    planned_at: Mapped[When]
    mixing_mg: Mapped[list[str]] = mapped_column(JSON, default=list)  # portions of diluent, as they were mixed in
    mixed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    mixed_at: Mapped[datetime | None] = mapped_column(Moment())
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    note: Mapped[Prose] = mapped_column(default="")
    revision: Mapped[int] = mapped_column()

    formula: Mapped[Formula] = relationship()
    balance: Mapped[Equipment] = relationship()
    active_lot: Mapped[Lot] = relationship(foreign_keys=active_lot_id)
    diluent_lot: Mapped[Lot] = relationship(foreign_keys=diluent_lot_id)
    lot: Mapped[Lot | None] = relationship(foreign_keys=lot_id)
    planned_by: Mapped[Person] = relationship(foreign_keys=planned_by_id)
    mixed_by: Mapped[Person | None] = relationship(foreign_keys=mixed_by_id)
    weighings: Mapped[list["TriturationWeighing"]] = relationship(order_by="TriturationWeighing.id")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @validates("state")
    def _follow(self, _: str, state: TriturationState) -> TriturationState:
        self.is_open = state in OPEN[Subject.TRITURATION]
        return state

    def weighed(self, part: Part) -> "TriturationWeighing | None":
        """The weighing of one part; None before it."""
        return next((row for row in self.weighings if row.part == part), None)

    def source(self, part: Part) -> Lot:
        """The lot that a part is weighed from."""
        return self.active_lot if part == Part.ACTIVE else self.diluent_lot

    def target(self, part: Part) -> Decimal:
        """What is to be weighed of a part [mg]."""
        return self.active_mg if part == Part.ACTIVE else self.diluent_mg


class TriturationWeighing(Base):
    """What was weighed of one part. Never changed."""

    __tablename__ = "trituration_weighings"
    __table_args__ = (UniqueConstraint("trituration_id", "part"),)

    id: Mapped[Key]
    trituration_id: Mapped[int] = mapped_column(ForeignKey("triturations.id"))
    part: Mapped[Part] = mapped_column(choice(Part, "part"))
    lot_scanned: Mapped[Code]
    weighed: Mapped[Milligrams]
    source: Mapped[WeighSource] = mapped_column(choice(WeighSource, "source"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()


def waiting(session: Session, limit: int = 50) -> Sequence[Any]:
    """Triturations that are being made, the oldest first."""
    return _listed(session, Trituration.is_open.is_(True), Trituration.planned_at, Trituration.id, limit=limit)


def recent(session: Session, limit: int = 50) -> Sequence[Any]:
    """Triturations that were finished or given up, the newest first."""
    newest = (Trituration.planned_at.desc(), Trituration.id.desc())
    return _listed(session, Trituration.is_open.is_(False), *newest, limit=limit)


def _listed(session: Session, which: Any, *order: Any, limit: int) -> Sequence[Any]:
    columns = (
        *(Trituration.id, Trituration.number, Trituration.state, Trituration.planned_at, Trituration.lot_id),
        *(Trituration.active_mg, Trituration.diluent_mg, Trituration.beyond_use_date),
    )
    statement = (
        select(*columns, Ingredient.name.label("ingredient"), Person.full_name.label("planned_by"))
        .join(Lot, Lot.id == Trituration.active_lot_id)
        .join(Ingredient, Ingredient.id == Lot.ingredient_id)
        .join(Person, Person.id == Trituration.planned_by_id)
    )
    return session.execute(statement.where(which).order_by(*order).limit(limit)).all()
