"""The ledger of a lot: what came in and what went out, always equal to what is on hand."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_measure, format_number
from pharmacy.services.acting import Actor
from pharmacy.store.tables import IngredientKind, Lot, LotMovement, MovementKind


def ledger(session: Session, lot_id: int) -> tuple[LotMovement, ...]:
    return tuple(session.scalars(select(LotMovement).where(LotMovement.lot_id == lot_id).order_by(LotMovement.id)))


def ledger_sum(session: Session, lot_id: int) -> Decimal:
    """What the ledger adds up to: equal to on_hand, always."""
    statement = select(func.sum(LotMovement.amount, type_=LotMovement.amount.type)).where(LotMovement.lot_id == lot_id)
    return Decimal(session.scalar(statement) or 0)


def in_unit(lot: Lot, amount: Decimal) -> str:
    """An amount of this lot as people read it: milligrams with their digits, shells counted."""
    if lot.ingredient.kind is IngredientKind.SHELL:
        return f"{format_number(amount)} {lot.ingredient.unit}"
    return format_measure(amount, lot.ingredient.unit)


def change_on_hand(session: Session, lot: Lot, difference: Decimal) -> None:
    """Adds to what is on hand, or takes from it; never more than there is, however many take at once.

    Raises: RuleBroken.
    """
    taken = session.execute(
        update(Lot)
        .where(Lot.id == lot.id, Lot.on_hand + difference >= 0)
        .values(on_hand=Lot.on_hand + difference)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise RuleBroken(
            f"Lot {lot.number} holds {in_unit(lot, lot.on_hand)}, less than the {in_unit(lot, -difference)} asked for.",
            field="weighed",
        )
    session.refresh(lot, ["on_hand"])


def enter_in_ledger(
    session: Session,
    lot: Lot,
    kind: MovementKind,
    amount: Decimal,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    batch_id: int | None = None,
) -> None:
    """Adds a line; amount is negative when it goes out."""
    session.add(
        LotMovement(
            lot_id=lot.id,
            at=now,
            kind=kind,
            amount=amount,
            batch_id=batch_id,
            person_id=actor.id,
            reason=reason,
        )
    )


def write_off(session: Session, lot: Lot, reason: str, *, actor: Actor, now: datetime) -> None:
    """Takes out what is left."""
    left = lot.on_hand
    change_on_hand(session, lot, -left)
    enter_in_ledger(session, lot, MovementKind.WASTED, -left, actor=actor, now=now, reason=reason)
