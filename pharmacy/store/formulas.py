"""Ingredients, master formulation records, and lots with their ledger."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from pharmacy.domain.workflow import OPEN, FormulaState, LotState, Subject
from pharmacy.store.columns import (
    Base,
    Code,
    Exact,
    Fraction,
    Key,
    Milligrams,
    Moment,
    Prose,
    Short,
    When,
    choice,
)
from pharmacy.store.people import Person

if TYPE_CHECKING:
    from pharmacy.store.lot_papers import CertificateFile, PackingMeasurement
    from pharmacy.store.triturations import Trituration


class IngredientKind(StrEnum):
    ACTIVE = "active"
    FILLER = "filler"
    SHELL = "capsule shell"


class Ingredient(Base):
    __tablename__ = "ingredients"

    id: Mapped[Key]
    name: Mapped[Short] = mapped_column(unique=True)
    kind: Mapped[IngredientKind] = mapped_column(choice(IngredientKind, "kind"))
    grade: Mapped[Short]
    basis: Mapped[Code]  # salt form of an active: "hydrochloride", "base"; else ""
    capsule_size: Mapped[str] = mapped_column(String(4), default="")  # of a shell; else ""
    reorder_level: Mapped[Decimal | None] = mapped_column(Exact(3))  # ordered again below it; None: nobody decided

    @property
    def unit(self) -> str:
        return "capsules" if self.kind is IngredientKind.SHELL else "mg"


class Formula(Base):
    """A master formulation record. Approved versions are never changed; a new version replaces them."""

    __tablename__ = "formulas"
    __table_args__ = (UniqueConstraint("code", "version"), Index("ix_formulas_state", "state", "strength_mg"))

    id: Mapped[Key]
    code: Mapped[Code]
    version: Mapped[int]
    state: Mapped[FormulaState] = mapped_column(choice(FormulaState, "state"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[Short]
    strength_mg: Mapped[Milligrams]
    basis: Mapped[Code]
    form: Mapped[Short]
    capsule_size: Mapped[str] = mapped_column(String(4))
    overage: Mapped[Fraction]
    container: Mapped[Short]
    equipment: Mapped[Prose]
    steps: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[Short]  # of the finished capsule
    storage: Mapped[Short]
    limit_days: Mapped[int]  # the formula's own limit of the beyond-use date
    reference: Mapped[Prose]
    quality: Mapped[Prose]  # tests
    expected_results: Mapped[Prose] = mapped_column(server_default=text("''"))
    labelling: Mapped[Prose] = mapped_column(server_default=text("''"))  # what labels of the capsules have to say
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    drafted_at: Mapped[When]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Moment())
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("formulas.id"))
    revision: Mapped[int] = mapped_column()

    components: Mapped[list["FormulaComponent"]] = relationship(order_by="FormulaComponent.position")
    drafted_by: Mapped[Person] = relationship(foreign_keys=drafted_by_id)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @property
    def title(self) -> str:
        return f"{self.code} version {self.version}"

    @validates("state")
    def _follow(self, _: str, state: FormulaState) -> FormulaState:
        self.is_open = state in OPEN[Subject.FORMULA]
        return state


class FormulaComponent(Base):
    """One component: the active by its dose, the filler by what room is left, the shell one a capsule."""

    __tablename__ = "formula_components"
    __table_args__ = (UniqueConstraint("formula_id", "position"),)

    id: Mapped[Key]
    formula_id: Mapped[int] = mapped_column(ForeignKey("formulas.id"))
    position: Mapped[int]
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"))

    ingredient: Mapped[Ingredient] = relationship()


class Lot(Base):
    """What was received of one ingredient in one delivery, or made here as a trituration. on_hand equals the sum of its
    ledger, always.

    Amounts are milligrams, or capsules for shells. assay, water, solvents are fractions (0.994).
    packing_mg: milligrams of this lot that fill the capsule size `packing_size`.
    """

    __tablename__ = "lots"
    __table_args__ = (
        Index("ix_lots_queue", "is_open", "expiry", "id"),
        Index("ix_lots_ingredient_id", "ingredient_id", "is_open", "expiry"),
        Index("ix_lots_gtin", "gtin"),
        Index("ix_lots_ndc", "ndc"),
        Index("ix_lots_maker_lot", text("lower(maker_lot)")),  # a recall finds it however it was written
        CheckConstraint("on_hand >= 0", name="never_below_zero"),
    )

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"))
    supplier: Mapped[Short]
    maker_lot: Mapped[Short]
    gtin: Mapped[str | None] = mapped_column(String(14))  # of the container, with its check digit
    ndc: Mapped[str | None] = mapped_column(String(14))  # with hyphens, 5-4-2
    state: Mapped[LotState] = mapped_column(choice(LotState, "state"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    received_at: Mapped[When]
    received_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    received_amount: Mapped[Milligrams]
    on_hand: Mapped[Milligrams]
    expiry: Mapped[date] = mapped_column(Date)
    assay: Mapped[Decimal | None] = mapped_column(Exact(6))
    assay_basis: Mapped[Code]
    water: Mapped[Decimal | None] = mapped_column(Exact(6))
    solvents: Mapped[Decimal | None] = mapped_column(Exact(6))
    packing_mg: Mapped[Decimal | None] = mapped_column(Exact(3))
    packing_size: Mapped[str] = mapped_column(String(4), default="")
    shell_mg: Mapped[Decimal | None] = mapped_column(Exact(3))  # mean weight of an empty shell of this lot
    certificate: Mapped[Short]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    released_at: Mapped[datetime | None] = mapped_column(Moment())
    note: Mapped[Prose] = mapped_column(default="")
    revision: Mapped[int] = mapped_column()

    ingredient: Mapped[Ingredient] = relationship()
    received_by: Mapped[Person] = relationship(foreign_keys=received_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)
    certificate_files: Mapped[list["CertificateFile"]] = relationship(order_by="CertificateFile.id")
    packings: Mapped[list["PackingMeasurement"]] = relationship(order_by="PackingMeasurement.id")
    trituration: Mapped["Trituration | None"] = relationship(
        foreign_keys="Trituration.lot_id", viewonly=True, uselist=False
    )  # how it was made, where it was not bought

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @validates("state")
    def _follow(self, _: str, state: LotState) -> LotState:
        self.is_open = state in OPEN[Subject.LOT]
        return state


class MovementKind(StrEnum):
    RECEIVED = "received"
    WEIGHED = "weighed"
    TRITURATED = "triturated"
    ADJUSTED = "adjusted"
    WASTED = "wasted"


class LotMovement(Base):
    """One line of a lot's ledger. Only ever added."""

    __tablename__ = "lot_movements"
    __table_args__ = (Index("ix_lot_movements_lot_id", "lot_id", "id"),)

    id: Mapped[Key]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    at: Mapped[When]
    kind: Mapped[MovementKind] = mapped_column(choice(MovementKind, "kind"))
    amount: Mapped[Milligrams]  # what came in is positive, what went out negative
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Prose]
