"""A fill: capsules from a released batch for one verified prescription, priced, labelled, checked, handed out."""

from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pharmacy.domain.beyond_use import refuse_unless_covers
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.findings import Level
from pharmacy.domain.identifiers import fill_number
from pharmacy.domain.prescription import from_document
from pharmacy.domain.pricing import Price, price
from pharmacy.domain.screening import screen
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import format_strength
from pharmacy.domain.workflow import BatchState, FillState, RxState, Subject
from pharmacy.services import prescriptions, signing
from pharmacy.services.acting import Actor, get_to_change, move, record
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Allocation, Batch, Fill, Label, Prescription

DUE_WITHIN = timedelta(hours=4)
VALID_FOR_DAYS = 365  # a prescription, from the day it was written; policy of the state
TOO_SOON_PERCENT = 75  # of the days' supply that must have passed before a refill; policy


def start(session: Session, prescription_id: int, *, actor: Actor, now: datetime, today: date) -> Fill:
    """Opens the first fill or the next refill.

    Raises: RuleBroken when it is not verified, too old, used up, or asked for too soon.
    """
    rx = get_to_change(session, Prescription, prescription_id, "prescription")
    if rx.state is not RxState.VERIFIED:
        raise RuleBroken(f"Prescription {rx.number} is {rx.state}; only a verified prescription is filled.")
    if not any(signature.holds for signature in prescriptions.signatures(session, rx)[-1:]):
        raise RuleBroken(f"Prescription {rx.number} is not what was signed; it must be verified anew.")
    assert rx.written and rx.quantity and rx.days_supply and rx.refills is not None  # verified ones have them
    if today > rx.written + timedelta(days=VALID_FOR_DAYS):
        raise RuleBroken(f"Prescription {rx.number} was written on {rx.written.isoformat()}, more than a year ago.")
    earlier = _earlier(session, rx.id)
    _refuse_extra(rx, earlier, today)
    number = max((fill.fill_number for fill in earlier), default=-1) + 1
    fill = Fill(
        number=fill_number(rx.number, number),
        prescription=rx,
        fill_number=number,
        state=FillState.PLANNED,
        started_at=now,
        started_by_id=actor.id,
        due_at=now + DUE_WITHIN,
        filled_on=today,
        quantity=rx.quantity,
        days_supply=rx.days_supply,
    )
    session.add(fill)
    session.flush()
    record(
        session,
        Event.FILL_STARTED,
        actor=actor,
        now=now,
        subject="fill",
        subject_id=fill.id,
        number=fill.number,
    )
    return fill


def allocate(session: Session, fill_id: int, *, batch_scanned: str, actor: Actor, now: datetime, today: date) -> Fill:
    """Takes the capsules from the batch that was scanned, and prices the fill.

    Raises: RuleBroken for the wrong strength, an unreleased or too old batch, or too few capsules.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    state = _move(session, fill, "allocate", actor=actor, now=now)
    batch = session.execute(select(Batch).where(Batch.number == batch_scanned.strip().upper())).scalar()
    if batch is None:
        raise RuleBroken(f"Batch: there is none of the number “{batch_scanned.strip()[:40]}”.", field="batch")
    _refuse_wrong_batch(fill, batch, today)
    _take(session, batch, fill.quantity)
    _enter(session, fill, batch, fill.quantity, actor=actor, now=now, reason="allocated")
    if batch.on_hand == 0:
        _move_batch(session, batch, "exhaust", actor=actor, now=now)
    priced = quote(fill)
    fill.price, fill.price_lines = priced.total, _lines(priced)
    fill.filled_on = today
    fill.state = FillState(state)
    record(
        session,
        Event.FILL_ALLOCATED,
        actor=actor,
        now=now,
        subject="fill",
        subject_id=fill.id,
        batch=batch.number,
        quantity=fill.quantity,
        price=fill.price,
    )
    return fill


def check(
    session: Session,
    fill_id: int,
    *,
    scanned: str,
    proof: Proof,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Fill:
    """A pharmacist who did not pack it scans the label on the container, compares, and signs.

    Raises: RuleBroken.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    packed_by = frozenset({fill.started_by_id, *(taken.person_id for taken in fill.allocations)})
    state = _move(session, fill, "check", actor=actor, now=now, reason=reason, done_by=packed_by)
    label = session.execute(
        select(Label).where(Label.fill_id == fill.id).order_by(Label.id.desc()).limit(1)
    ).scalar_one()
    if scanned.strip() not in (fill.number, label.token):
        raise RuleBroken(
            f"Label: you scanned {scanned.strip()[:40] or 'nothing'}; this is the check of {fill.number}.",
            field="scanned",
        )
    fill.state = FillState(state)
    fill.checked_by_id, fill.checked_at = actor.id, now
    session.flush()
    signing.sign(
        session,
        signing.by_actor(proof, actor),
        Meaning.FINAL_CHECK,
        subject="fill",
        subject_id=fill.id,
        content=content(session, fill),
        now=now,
        reason=reason,
    )
    record(
        session,
        Event.FILL_CHECKED,
        actor=actor,
        now=now,
        subject="fill",
        subject_id=fill.id,
        scanned=scanned.strip(),
    )
    return fill


def dispense(session: Session, fill_id: int, *, handed_to: str, counselling: str, actor: Actor, now: datetime) -> Fill:
    """Hands the container out: to whom, and what was said. The last fill completes the prescription.

    Raises: RuleBroken naming the field.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    state = _move(session, fill, "dispense", actor=actor, now=now)
    if not handed_to.strip() or len(handed_to) > 120:
        raise RuleBroken("Handed to: who took it, 1 to 120 characters.", field="handed_to")
    if not counselling.strip():
        raise RuleBroken("Counselling: what was said, or that it was declined.", field="counselling")
    fill.handed_to, fill.counselling = handed_to.strip(), counselling.strip()
    fill.state = FillState(state)
    fill.dispensed_by_id, fill.dispensed_at = actor.id, now
    record(
        session,
        Event.FILL_DISPENSED,
        actor=actor,
        now=now,
        subject="fill",
        subject_id=fill.id,
        handed_to=fill.handed_to,
    )
    rx = get_to_change(session, Prescription, fill.prescription_id, "prescription")
    if fills_left(session, rx) == 0 and rx.state is RxState.VERIFIED:
        prescriptions.complete(session, rx, actor=actor, now=now)
    return fill


def cancel(session: Session, fill_id: int, *, reason: str, actor: Actor, now: datetime) -> Fill:
    """Nothing left the pharmacy: the capsules go back to their batch.

    Raises: RuleBroken.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    fill.state = FillState(_move(session, fill, "cancel", actor=actor, now=now, reason=reason))
    fill.note = reason.strip()
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
    record(
        session,
        Event.FILL_MOVED,
        actor=actor,
        now=now,
        subject="fill",
        subject_id=fill.id,
        step="cancel",
        reason=fill.note,
    )
    return fill


def take_back(session: Session, fill_id: int, *, reason: str, actor: Actor, now: datetime) -> Fill:
    """What was handed out came back: it is destroyed, never put back.

    Raises: RuleBroken.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    fill.state = FillState(_move(session, fill, "take_back", actor=actor, now=now, reason=reason))
    fill.note = reason.strip()
    record(
        session,
        Event.FILL_MOVED,
        actor=actor,
        now=now,
        subject="fill",
        subject_id=fill.id,
        step="take_back",
        reason=fill.note,
    )
    return fill


def quote(fill: Fill) -> Price:
    """The price of a fill, every line of it."""
    assert fill.prescription.strength_mg is not None  # verified prescriptions have it
    return price(fill.prescription.strength_mg, fill.quantity)


def batches_for(session: Session, fill: Fill, today: date) -> tuple[Batch, ...]:
    """Released batches that could serve it, the one with the earliest beyond-use date first."""
    statement = (
        select(Batch)
        .where(Batch.is_open, Batch.state == BatchState.RELEASED, Batch.on_hand >= fill.quantity)
        .where(Batch.beyond_use_date >= today + timedelta(days=fill.days_supply - 1))
        .order_by(Batch.beyond_use_date, Batch.id)
    )
    strength = fill.prescription.strength_mg
    return tuple(batch for batch in session.scalars(statement) if batch.formula.strength_mg == strength)


def fills_left(session: Session, rx: Prescription) -> int:
    """How many fills may still be started; cancelled ones do not count."""
    statement = (
        select(func.count()).select_from(Fill).where(Fill.prescription_id == rx.id, Fill.state != FillState.CANCELLED)
    )
    return (rx.refills or 0) + 1 - (session.scalar(statement) or 0)


def content(session: Session, fill: Fill) -> dict[str, object]:
    """What the final check's signature covers: prescription, capsules and the very label."""
    labels = session.scalars(select(Label.sha256).where(Label.fill_id == fill.id).order_by(Label.id))
    return {
        "number": fill.number,
        "prescription": prescriptions.content(fill.prescription),
        "batches": sorted((taken.batch.number, taken.quantity) for taken in fill.allocations),
        "quantity": fill.quantity,
        "days_supply": fill.days_supply,
        "price": fill.price,
        "labels": list(labels),
    }


def signatures(session: Session, fill: Fill) -> tuple[Standing, ...]:
    return signing.standing(session, "fill", fill.id, content(session, fill))


def _earlier(session: Session, prescription_id: int) -> list[Fill]:
    return list(session.scalars(select(Fill).where(Fill.prescription_id == prescription_id).order_by(Fill.fill_number)))


def _refuse_extra(rx: Prescription, earlier: list[Fill], today: date) -> None:
    counted = [fill for fill in earlier if fill.state is not FillState.CANCELLED]
    if any(fill.is_open for fill in counted):
        raise RuleBroken(f"Prescription {rx.number} has a fill under way: {counted[-1].number}.")
    if len(counted) > (rx.refills or 0):
        raise RuleBroken(f"Prescription {rx.number} has no refills left; {rx.refills} were prescribed.")
    if not counted:
        return
    last = counted[-1]
    earliest = last.filled_on + timedelta(days=ceil(last.days_supply * TOO_SOON_PERCENT / 100))
    if today < earliest:
        raise RuleBroken(
            f"Refill too soon: {TOO_SOON_PERCENT} % of the {last.days_supply} days from {last.filled_on.isoformat()}"
            f" have passed on {earliest.isoformat()}."
        )


def _refuse_wrong_batch(fill: Fill, batch: Batch, today: date) -> None:
    wanted = fill.prescription.strength_mg
    if batch.formula.strength_mg != wanted:
        raise RuleBroken(
            f"Batch {batch.number} holds {format_strength(batch.formula.strength_mg)} capsules; prescribed are"
            f" {format_strength(wanted) if wanted else 'others'}.",
            field="batch",
        )
    if batch.state is not BatchState.RELEASED:
        raise RuleBroken(
            f"Batch {batch.number} is {batch.state}; capsules are taken from released batches only.",
            field="batch",
        )
    refuse_unless_covers(batch.beyond_use_date, first_dose=today, days_supply=fill.days_supply)
    for component in batch.inputs:
        if component.lot.state in ("recalled", "rejected"):
            raise RuleBroken(
                f"Lot {component.lot.number} in batch {batch.number} is {component.lot.state}.", field="batch"
            )
    excipients = tuple(component.lot.ingredient.name for component in batch.inputs[1:])
    found = screen(from_document(fill.prescription.document), today=today, excipients=excipients)
    stops = [finding.message for finding in found.findings if finding.level is Level.STOP]
    if stops:
        raise RuleBroken(" ".join(stops), field="batch")


def _take(session: Session, batch: Batch, quantity: int) -> None:
    taken = session.execute(
        update(Batch)
        .where(Batch.id == batch.id, Batch.state == BatchState.RELEASED, Batch.on_hand >= quantity)
        .values(on_hand=Batch.on_hand - quantity)
        .execution_options(synchronize_session=False)
    )
    session.refresh(batch, ["on_hand"])
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise RuleBroken(
            f"Batch {batch.number} has {batch.on_hand} capsules left; {quantity} are needed.", field="batch"
        )


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
    return {batch_id: quantity for batch_id, quantity in held.items() if quantity}


def _lines(priced: Price) -> list[dict[str, str]]:
    return [{"name": line.name, "formula": line.formula, "amount": str(line.amount)} for line in priced.lines]


def _move_batch(session: Session, batch: Batch, verb: str, *, actor: Actor, now: datetime) -> None:
    batch.state = BatchState(
        move(
            session,
            Subject.BATCH,
            verb,
            name=f"batch {batch.number}",
            state=batch.state,
            actor=actor,
            now=now,
            subject_id=batch.id,
        )
    )
    session.flush()
    record(session, Event.BATCH_MOVED, actor=actor, now=now, subject="batch", subject_id=batch.id, step=verb)


def _move(
    session: Session,
    fill: Fill,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    done_by: frozenset[int] = frozenset(),
) -> str:
    return move(
        session,
        Subject.FILL,
        verb,
        name=f"fill {fill.number}",
        state=fill.state,
        actor=actor,
        now=now,
        reason=reason,
        done_by=done_by,
        subject_id=fill.id,
    )
