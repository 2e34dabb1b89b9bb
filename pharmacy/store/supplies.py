"""The queries behind the page of supplies: what is there of each ingredient, and which lots expire soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from pharmacy.domain.restocking import AHEAD_DAYS, Supply, within_days
from pharmacy.domain.workflow import BatchState, LotState
from pharmacy.store.stock import ingredients
from pharmacy.store.tables import Batch, BatchInput, Ingredient, Lot, Trituration, WeighIn

_BOUGHT = ~select(Trituration.id).where(Trituration.lot_id == Lot.id).exists()
"""Not a trituration: a gram of that holds far less than a gram of its ingredient."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """The lots that expire within so many days from today and not within the period before; 0: past already."""

    days: int
    lots: Sequence[Any]


def supplies(session: Session, today: date) -> tuple[tuple[Ingredient, Supply], ...]:
    """Every ingredient with what is there of it."""
    held, planned = _held(session, today), _planned(session)
    nothing = Decimal(0), Decimal(0)
    return tuple(
        (row, Supply(*held.get(row.id, nothing), planned.get(row.id, Decimal(0)), row.reorder_level))
        for row in ingredients(session)
    )


def expiring(session: Session, today: date) -> tuple[Expiring, ...]:
    """Open lots past their expiry, and those that expire in 30, 60 and 90 days; the periods without any left out."""
    columns = (Lot.id, Lot.number, Lot.state, Lot.on_hand, Lot.expiry, Lot.maker_lot, Lot.supplier)
    statement = (
        select(*columns, Ingredient.name.label("ingredient"), Ingredient.kind)
        .join(Ingredient, Ingredient.id == Lot.ingredient_id)
        .where(Lot.is_open.is_(True), Lot.expiry <= today + timedelta(days=max(AHEAD_DAYS)))
        .order_by(Lot.expiry, Lot.id)
    )
    rows = session.execute(statement).all()
    periods = ((days, [row for row in rows if within_days(row.expiry, today) == days]) for days in (0, *AHEAD_DAYS))
    return tuple(Expiring(days, found) for days, found in periods if found)


def _held(session: Session, today: date) -> dict[int, tuple[Decimal, Decimal]]:
    """{ingredient: (may be weighed from today, in quarantine)}."""
    usable = Lot.state.in_((LotState.RELEASED, LotState.OPEN)) & (Lot.expiry >= today)
    waiting = (Lot.state == LotState.QUARANTINED) & (Lot.expiry >= today)
    kind = Lot.on_hand.type
    statement = (
        select(
            Lot.ingredient_id,
            func.sum(case((usable, Lot.on_hand), else_=0), type_=kind),
            func.sum(case((waiting, Lot.on_hand), else_=0), type_=kind),
        )
        .where(Lot.is_open.is_(True), _BOUGHT)
        .group_by(Lot.ingredient_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(statement)}


def _planned(session: Session) -> dict[int, Decimal]:
    """{ingredient: what planned batches ask for and nobody weighed yet}."""
    after = aliased(BatchInput)
    follows = (after.batch_id == BatchInput.batch_id) & (after.continues == BatchInput.position)
    statement = (
        select(Lot.ingredient_id, func.sum(BatchInput.target, type_=BatchInput.target.type))
        .join(BatchInput, BatchInput.lot_id == Lot.id)
        .join(Batch, Batch.id == BatchInput.batch_id)
        .where(Batch.is_open.is_(True), Batch.state.in_((BatchState.PLANNED, BatchState.WEIGHING)))
        .where(_BOUGHT)
        .where(~select(WeighIn.id).where(WeighIn.input_id == BatchInput.id).exists())
        .where(~select(after.id).where(follows).exists())
        .group_by(Lot.ingredient_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}
