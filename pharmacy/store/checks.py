"""The queries about equipment: what there is, and what was checked on it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pharmacy.domain.equipment import CheckKind, EquipmentKind
from pharmacy.store.equipment import BatchEquipment, Equipment, EquipmentCheck

Last = Mapping[CheckKind, EquipmentCheck]


def equipment(session: Session, kind: EquipmentKind | None = None) -> Sequence[Equipment]:
    """All of it, or of one kind, by number."""
    statement = select(Equipment).order_by(Equipment.id)
    return session.scalars(statement if kind is None else statement.where(Equipment.kind == kind)).all()


def last_checks(session: Session, equipment_id: int | None = None) -> Mapping[int, Last]:
    """{equipment: {kind: its last check}}, of one piece or of all."""
    newest = select(func.max(EquipmentCheck.id)).group_by(EquipmentCheck.equipment_id, EquipmentCheck.kind)
    if equipment_id is not None:
        newest = newest.where(EquipmentCheck.equipment_id == equipment_id)
    found: dict[int, dict[CheckKind, EquipmentCheck]] = {}
    for check in session.scalars(select(EquipmentCheck).where(EquipmentCheck.id.in_(newest))):
        found.setdefault(check.equipment_id, {})[check.kind] = check
    return found


def checks_of(session: Session, equipment_id: int) -> Sequence[EquipmentCheck]:
    """Everything that was checked on one piece, the newest first."""
    statement = select(EquipmentCheck).where(EquipmentCheck.equipment_id == equipment_id)
    return session.scalars(statement.order_by(EquipmentCheck.id.desc())).all()


def batches_of(session: Session, equipment_id: int) -> int:
    """How many batches were made with it."""
    statement = select(func.count(BatchEquipment.batch_id.distinct()))
    return session.scalar(statement.where(BatchEquipment.equipment_id == equipment_id)) or 0
