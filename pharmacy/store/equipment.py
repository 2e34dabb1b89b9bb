"""Balances and capsule machines, what was checked on them, and which of them a batch was made with."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pharmacy.domain.equipment import BalanceClass, CheckKind, EquipmentKind
from pharmacy.store.columns import Base, Code, Exact, Key, Prose, Short, When, choice
from pharmacy.store.people import Person


class Equipment(Base):
    """A balance or a capsule machine. What a balance weighs at least stands with its checks."""

    __tablename__ = "equipment"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN kind = 'balance'"
            " THEN balance_class IS NOT NULL AND readability_mg IS NOT NULL AND readability_mg > 0"
            " AND capacity_mg IS NOT NULL AND capacity_mg > readability_mg AND at_once IS NULL"
            " ELSE balance_class IS NULL AND readability_mg IS NULL AND capacity_mg IS NULL"
            " AND at_once IS NOT NULL AND at_once > 0 END",
            name="of_its_kind",
        ),
    )

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)  # stuck on it, and scanned
    kind: Mapped[EquipmentKind] = mapped_column(choice(EquipmentKind, "kind"))
    name: Mapped[Short]  # maker and model
    serial: Mapped[Short]
    location: Mapped[Short]
    balance_class: Mapped[BalanceClass | None] = mapped_column(choice(BalanceClass, "balance_class"))
    readability_mg: Mapped[Decimal | None] = mapped_column(Exact(3))
    capacity_mg: Mapped[Decimal | None] = mapped_column(Exact(3))
    capsule_sizes: Mapped[list[str]] = mapped_column(JSON)  # that a machine has plates for
    at_once: Mapped[int | None]  # capsules that a machine fills at a time
    out_of_service: Mapped[Prose] = mapped_column(default="")  # why; empty in service
    added_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[When]
    revision: Mapped[int] = mapped_column()

    added_by: Mapped[Person] = relationship()

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own declaration

    @property
    def title(self) -> str:
        return f"{self.number} {self.name}"


class EquipmentCheck(Base):
    """A calibration, ten weighings of a test weight, or a cleaning, and what followed from it. Never changed."""

    __tablename__ = "equipment_checks"
    __table_args__ = (Index("ix_equipment_checks_equipment_id", "equipment_id", "kind", "id"),)

    id: Mapped[Key]
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"))
    kind: Mapped[CheckKind] = mapped_column(choice(CheckKind, "kind"))
    done_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)  # the last day on which it holds
    passed: Mapped[bool] = mapped_column(Boolean)
    reference: Mapped[Short]  # the certificate, or what was done
    weights_mg: Mapped[list[str]] = mapped_column(JSON)
    found: Mapped[dict[str, Any]] = mapped_column(JSON)  # what was computed from the weights
    minimum_mg: Mapped[Decimal | None] = mapped_column(Exact(3))  # the least that the balance may weigh
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()


class BatchEquipment(Base):
    """What a batch is weighed on or filled with, from this moment on; the last row of a kind holds. Never changed.

    equipment_id: None for capsules filled by hand. minimum_mg, due_on: of the balance or machine as they were then.
    """

    __tablename__ = "batch_equipment"
    __table_args__ = (
        CheckConstraint("equipment_id IS NOT NULL OR kind = 'capsule machine'", name="by_hand"),
        Index("ix_batch_equipment_batch_id", "batch_id", "id"),
        Index("ix_batch_equipment_equipment_id", "equipment_id", "batch_id"),
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    kind: Mapped[EquipmentKind] = mapped_column(choice(EquipmentKind, "kind"))
    equipment_id: Mapped[int | None] = mapped_column(ForeignKey("equipment.id"))
    minimum_mg: Mapped[Decimal | None] = mapped_column(Exact(3))
    due_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[Prose]  # why another one was taken; empty at planning
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    equipment: Mapped[Equipment | None] = relationship()
    person: Mapped[Person] = relationship()
