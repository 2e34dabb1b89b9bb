"""Capsules taken from a batch for a fill, and put back: the ledger of capsules, which always adds up."""

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from pharmacy.domain.beyond_use import refuse_unless_covers
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.units import format_strength
from pharmacy.domain.workflow import BatchState
from pharmacy.services import components, courses, releasing, reviewing
from pharmacy.services.acting import Actor, get_to_change, move, record
from pharmacy.store.tables import Allocation, Batch, Fill, IngredientKind, Label


def batches_for(session: Session, fill: Fill, today: date) -> tuple[Batch, ...]:
    """Released batches that could serve it, the one with the earliest beyond-use date first."""
    statement = (
        select(Batch)
        .where(Batch.is_open, Batch.state == BatchState.RELEASED, Batch.on_hand >= fill.quantity)
        .where(Batch.beyond_use_date >= today + timedelta(days=fill.last_day - 1))
        .order_by(Batch.beyond_use_date, Batch.id)
    )
    return tuple(batch for batch in session.scalars(statement) if batch.formula.strength_mg == fill.strength_mg)


def scanned_batch(session: Session, scanned: str) -> Batch:
    """The batch of a scanned number or of the other code of its label, locked until the transaction ends.

    Raises: RuleBroken.
    """
    number = scanned.strip().upper()
    labelled = select(Label.batch_id).where(Label.token == number)
    statement = select(Batch.id).where(or_(Batch.number == number, Batch.id.in_(labelled)))
    key = session.execute(statement).scalar() if number.isprintable() else None
    if key is None:
        raise RuleBroken(f"Batch: there is none of the number “{scanned.strip()[:40]}”.", field="batch")
    return get_to_change(session, Batch, key, "batch")


def refuse_wrong_batch(session: Session, fill: Fill, batch: Batch, today: date) -> None:
    """Refuses a batch of another strength, unreleased, too old, or with an excipient the patient must not have.

    Raises: RuleBroken.
    """
    wanted = fill.strength_mg
    if batch.formula.strength_mg != wanted:
        prescribed = f"for {courses.name_of(fill).lower()}" if fill.bottles > 1 else "prescribed"
        raise RuleBroken(
            f"Batch {batch.number} holds {format_strength(batch.formula.strength_mg)} capsules; {prescribed} are"
            f" {format_strength(wanted) if wanted else 'others'}.",
            field="batch",
        )
    releasing.refuse_unless_usable(session, batch)
    refuse_unless_lasts(batch, fill, today)
    reviewing.refuse_unless_clear(session, fill.prescription, today, excipients_of(batch))


def refuse_unless_lasts(batch: Batch, fill: Fill, today: date) -> None:
    """Refuses capsules that would be past their date on their last day, were the course to begin today.

    Raises: RuleBroken.
    """
    refuse_unless_covers(
        batch.beyond_use_date, first_dose=today, days_supply=fill.days_supply, first_day=fill.first_day
    )


def excipients_of(batch: Batch) -> tuple[str, ...]:
    """Filler and shell of a batch, by name."""
    others = (taken.lot.ingredient for taken in components.in_use(batch))
    return tuple(dict.fromkeys(one.name for one in others if one.kind is not IngredientKind.ACTIVE))


def take(session: Session, fill: Fill, batch: Batch, *, actor: Actor, now: datetime) -> None:
    """Takes the fill's capsules; never more than there are, however many take at once. The last one exhausts the batch.

    Raises: RuleBroken.
    """
    taken = session.execute(
        update(Batch)
        .where(Batch.id == batch.id, Batch.state == BatchState.RELEASED, Batch.on_hand >= fill.quantity)
        .values(on_hand=Batch.on_hand - fill.quantity)
        .execution_options(synchronize_session=False)
    )
    session.refresh(batch, ["on_hand"])
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise RuleBroken(
            f"Batch {batch.number} has {batch.on_hand} capsules left; {fill.quantity} are needed.", field="batch"
        )
    _enter(session, fill, batch, fill.quantity, actor=actor, now=now, reason="allocated")
    if batch.on_hand == 0:
        _move_batch(session, batch, "exhaust", actor=actor, now=now)


def put_back(session: Session, fill: Fill, *, actor: Actor, now: datetime) -> None:
    """Puts what the fill holds back into its batches; an exhausted batch is open again."""
    for batch_id, quantity in _held(fill).items():
        batch = get_to_change(session, Batch, batch_id, "batch")
        _enter(session, fill, batch, -quantity, actor=actor, now=now, reason="fill cancelled")
        session.execute(
            update(Batch)
            .where(Batch.id == batch.id)
            .values(on_hand=Batch.on_hand + quantity)
            .execution_options(synchronize_session=False)
        )
        session.refresh(batch, ["on_hand"])
        if batch.state is BatchState.EXHAUSTED:
            _move_batch(session, batch, "refund", actor=actor, now=now)


def _enter(
    session: Session, fill: Fill, batch: Batch, quantity: int, *, actor: Actor, now: datetime, reason: str
) -> None:
    session.add(
        Allocation(fill_id=fill.id, batch_id=batch.id, quantity=quantity, person_id=actor.id, at=now, reason=reason)
    )
    session.flush()
    session.expire(fill, ["allocations"])


def _held(fill: Fill) -> dict[int, int]:
    held: dict[int, int] = {}
    for taken in fill.allocations:
        held[taken.batch_id] = held.get(taken.batch_id, 0) + taken.quantity
    return {batch_id: quantity for batch_id, quantity in sorted(held.items()) if quantity}


def _move_batch(session: Session, batch: Batch, verb: str, *, actor: Actor, now: datetime) -> None:
    before, batch.state = batch.state, BatchState(move(session, batch, verb, actor=actor, now=now))
    session.flush()
    record(
        session,
        Event.BATCH_MOVED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        step=verb,
        before=before.value,
        after=batch.state.value,
    )
