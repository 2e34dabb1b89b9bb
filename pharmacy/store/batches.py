"""Batches: the compounding record, with its weigh-ins and its weight test."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from pharmacy.domain.equipment import EquipmentKind
from pharmacy.domain.workflow import OPEN, BatchState, Subject
from pharmacy.store.bench import BenchAct, BenchPhoto
from pharmacy.store.columns import Base, Code, Exact, Key, Milligrams, Moment, Prose, Short, When, choice
from pharmacy.store.equipment import BatchEquipment, Equipment
from pharmacy.store.formulas import Formula, Lot
from pharmacy.store.people import Person


class WeighSource(StrEnum):
    BALANCE = "balance"
    TYPED = "typed"


class Batch(Base):
    """on_hand: released capsules not yet allocated; made - samples - allocated, never below zero."""

    __tablename__ = "batches"
    __table_args__ = (
        Index("ix_batches_queue", "is_open", "due_at", "id"),
        Index("ix_batches_state", "is_open", "state", "due_at", "id"),
        Index("ix_batches_formula_id", "formula_id", "state"),
        CheckConstraint("on_hand >= 0", name="never_below_zero"),
    )

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    formula_id: Mapped[int] = mapped_column(ForeignKey("formulas.id"))
    state: Mapped[BatchState] = mapped_column(choice(BatchState, "state"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    planned_at: Mapped[When]
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[When]
    capsules: Mapped[int]
    purpose: Mapped[Prose]  # the prescriptions or the documented history that it is made for
    compounded: Mapped[date] = mapped_column(Date)
    beyond_use_date: Mapped[date] = mapped_column(Date)
    beyond_use_rule: Mapped[Prose]
    worksheet: Mapped[dict[str, Any]] = mapped_column(JSON)
    procedure: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))  # steps of the bench
    minimum_mg: Mapped[Milligrams]  # the smallest amount that its balance might weigh when it was planned
    made: Mapped[int | None]
    samples: Mapped[int | None]  # sent to laboratories
    wasted: Mapped[int | None]
    on_hand: Mapped[int] = mapped_column(default=0)
    description: Mapped[Prose] = mapped_column(default="")  # what was seen when the capsules were looked at
    filled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    filled_at: Mapped[datetime | None] = mapped_column(Moment())
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    released_at: Mapped[datetime | None] = mapped_column(Moment())
    note: Mapped[Prose] = mapped_column(default="")
    revision: Mapped[int] = mapped_column()

    formula: Mapped[Formula] = relationship()
    inputs: Mapped[list["BatchInput"]] = relationship(order_by="BatchInput.position")
    equipment: Mapped[list[BatchEquipment]] = relationship(order_by=BatchEquipment.id)
    tests: Mapped[list["WeightTest"]] = relationship(order_by="WeightTest.id")
    bench_acts: Mapped[list["BenchAct"]] = relationship(order_by="BenchAct.id")
    bench_photos: Mapped[list["BenchPhoto"]] = relationship(order_by="BenchPhoto.id")
    planned_by: Mapped[Person] = relationship(foreign_keys=planned_by_id)
    filled_by: Mapped[Person | None] = relationship(foreign_keys=filled_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @validates("state")
    def _follow(self, _: str, state: BatchState) -> BatchState:
        self.is_open = state in OPEN[Subject.BATCH]
        return state

    @property
    def balance(self) -> Equipment | None:
        """What its powders are weighed on; None for a batch planned before balances were registered."""
        return self._last(EquipmentKind.BALANCE)

    @property
    def machine(self) -> Equipment | None:
        """What fills its capsules; None by hand, or for a batch planned before machines were registered."""
        return self._last(EquipmentKind.MACHINE)

    def _last(self, kind: EquipmentKind) -> Equipment | None:
        chosen = [row.equipment for row in self.equipment if row.kind is kind]
        return chosen[-1] if chosen else None


class BatchInput(Base):
    """One component of a batch: which lot, and how much of it the worksheet asks for. The pair answers a recall.

    When a second lot takes over in mid-batch, a row of its own continues the one of an earlier position, and
    `worked_out` keeps the arithmetic of its target. The row before stays as planned, finished with what was weighed.
    """

    __tablename__ = "batch_inputs"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        Index("ix_batch_inputs_lot_id", "lot_id", "batch_id"),
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    target: Mapped[Milligrams]  # mg, or capsules for shells
    continues: Mapped[int | None]  # the position that ran out; None for what was planned
    worked_out: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    lot: Mapped[Lot] = relationship()
    weigh_ins: Mapped[list["WeighIn"]] = relationship(order_by="WeighIn.id")


class WeighIn(Base):
    """One container's weighing. Never changed. more: another container of the same lot followed for the same component.

    reading: the line as the balance sent it, None when a person typed. balance_id: what it stood on; None for shells,
    and for weighings from before it was kept.
    """

    __tablename__ = "weigh_ins"
    __table_args__ = (Index("ix_weigh_ins_input_id", "input_id"),)

    id: Mapped[Key]
    input_id: Mapped[int] = mapped_column(ForeignKey("batch_inputs.id"))
    weighed: Mapped[Milligrams]
    source: Mapped[WeighSource] = mapped_column(choice(WeighSource, "source"))
    lot_scanned: Mapped[Code]
    within: Mapped[bool] = mapped_column(Boolean)
    deviation: Mapped[Prose]  # the reason, signed by a pharmacist, when it is outside the tolerance
    reading: Mapped[str | None] = mapped_column(String(120))
    more: Mapped[bool] = mapped_column(Boolean, server_default=false())
    balance_id: Mapped[int | None] = mapped_column(ForeignKey("equipment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    balance: Mapped[Equipment | None] = relationship()
    person: Mapped[Person] = relationship()


class WeightTest(Base):
    """Weights of the sampled capsules and what was computed from them. Never changed."""

    __tablename__ = "weight_tests"
    __table_args__ = (Index("ix_weight_tests_batch_id", "batch_id"),)

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    shell_mg: Mapped[Milligrams]
    fill_mg: Mapped[Milligrams]
    weights_mg: Mapped[list[str]] = mapped_column(JSON)
    mean_mg: Mapped[Decimal] = mapped_column(Exact(4))
    rsd_percent: Mapped[Decimal] = mapped_column(Exact(4))
    acceptance_value: Mapped[Decimal] = mapped_column(Exact(4))
    passed: Mapped[bool] = mapped_column(Boolean)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()


class PotencyAssay(Base):
    """Capsules of a batch sent to a laboratory, and its answer. What was sent and what was answered never change."""

    __tablename__ = "potency_assays"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN is_open THEN percent IS NULL AND recorded_at IS NULL"
            " ELSE percent IS NOT NULL AND passed IS NOT NULL AND reported_on IS NOT NULL AND certificate IS NOT NULL"
            " AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL END",
            name="answer_whole",
        ),
        Index("ix_potency_assays_batch_id", "batch_id", "id"),
        Index("ix_potency_assays_open", "is_open", "sent_at", "id"),
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    is_open: Mapped[bool] = mapped_column(Boolean)
    capsules: Mapped[int]
    laboratory: Mapped[Short]
    method: Mapped[Short]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    sent_at: Mapped[When]
    percent: Mapped[Decimal | None] = mapped_column(Exact(2))  # content, of the label
    passed: Mapped[bool | None] = mapped_column(Boolean)
    reported_on: Mapped[date | None] = mapped_column(Date)
    certificate: Mapped[str | None] = mapped_column(String(120))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(Moment())

    batch: Mapped[Batch] = relationship()
    sent_by: Mapped[Person] = relationship(foreign_keys=sent_by_id)
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=recorded_by_id)
