"""A fill: capsules from a released batch for one verified prescription, priced, labelled, checked, handed out."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import fill_number
from pharmacy.domain.pricing import Price
from pharmacy.domain.refills import expires, refuse_refill_too_soon
from pharmacy.domain.signature import Meaning
from pharmacy.domain.titration import Bottle
from pharmacy.domain.workflow import FillState, RxState
from pharmacy.services import allocating, courses, prescriptions, prices, releasing, reviewing, signing
from pharmacy.services.acting import Actor, get_to_change, move, record
from pharmacy.services.allocating import batches_for
from pharmacy.services.courses import fills_left
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Fill, Label, LabelKind, Prescription

__all__ = [
    "allocate",
    "batches_for",
    "cancel",
    "check",
    "content",
    "dispense",
    "fills_left",
    "refuse_unless_sound",
    "signatures",
    "start",
    "take_back",
]

DUE_WITHIN = timedelta(hours=4)


def start(session: Session, prescription_id: int, *, actor: Actor, now: datetime, today: date) -> Fill:
    """Opens the first fill or the next refill; of a titration plan every bottle that has none, and gives the first.

    Raises: RuleBroken when it is not verified, too old, used up, or asked for too soon.
    """
    rx = get_to_change(session, Prescription, prescription_id, "prescription")
    prescriptions.refuse_unless_signed(session, rx)
    assert rx.written is not None  # noqa: S101 - verified ones have it
    if today > expires(rx.written):
        raise RuleBroken(
            f"Prescription {rx.number} was written on {rx.written.isoformat()}; it could be filled until"
            f" {expires(rx.written).isoformat()}."
        )
    reviewing.refuse_unless_clear(session, rx, today)
    bottles, counted = courses.bottles_of(rx), courses.live(session, rx)
    wanting = courses.wanting(bottles, counted)
    if not wanting:
        _refuse_extra(rx, counted, today)
        wanting = (1,)  # a refill: what has one is filled as one container
    opened = [_open(session, rx, bottles, place, actor=actor, now=now, today=today) for place in wanting]
    return opened[0]


def _open(
    session: Session,
    rx: Prescription,
    bottles: tuple[Bottle, ...],
    place: int,
    *,
    actor: Actor,
    now: datetime,
    today: date,
) -> Fill:
    last = session.scalar(select(func.max(Fill.fill_number)).where(Fill.prescription_id == rx.id))
    number = 0 if last is None else last + 1
    bottle = bottles[place - 1]
    fill = Fill(
        number=fill_number(rx.number, number),
        prescription=rx,
        fill_number=number,
        state=FillState.PLANNED,
        started_at=now,
        started_by_id=actor.id,
        due_at=now + DUE_WITHIN,
        filled_on=today,
        strength_mg=bottle.strength_mg,
        bottle=place,
        bottles=len(bottles),
        first_day=bottle.first_day,
        quantity=bottle.capsules,
        days_supply=bottle.days,
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
        strength_mg=fill.strength_mg,
        quantity=fill.quantity,
        bottle=fill.bottle,
        bottles=fill.bottles,
        first_day=fill.first_day,
        days=fill.days_supply,
    )
    return fill


def allocate(session: Session, fill_id: int, *, batch_scanned: str, actor: Actor, now: datetime, today: date) -> Fill:
    """Takes the capsules from the batch that was scanned, and prices the fill.

    Raises: RuleBroken for the wrong strength, an unreleased or too old batch, or too few capsules.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    state = move(session, fill, "allocate", actor=actor, now=now)
    prescriptions.refuse_unless_signed(session, fill.prescription)
    batch = allocating.scanned_batch(session, batch_scanned)
    allocating.refuse_wrong_batch(session, fill, batch, today)
    allocating.take(session, fill, batch, actor=actor, now=now)
    priced = prices.quote(fill)
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
    today: date,
) -> Fill:
    """A pharmacist who did not pack it scans the label on the container, compares, and signs.

    Raises: RuleBroken.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    packed_by = frozenset({fill.started_by_id, *(taken.person_id for taken in fill.allocations)})
    state = move(session, fill, "check", actor=actor, now=now, reason=reason, done_by=packed_by)
    refuse_unless_sound(session, fill, today)
    label = session.execute(
        select(Label).where(*_on_the_container(fill)).order_by(Label.id.desc()).limit(1)
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


def dispense(
    session: Session, fill_id: int, *, handed_to: str, counselling: str, actor: Actor, now: datetime, today: date
) -> Fill:
    """Hands the container out: to whom, and what was said. The last fill completes the prescription.

    Raises: RuleBroken naming the field.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    state = move(session, fill, "dispense", actor=actor, now=now)
    refuse_unless_sound(session, fill, today)
    courses.refuse_out_of_turn(session, fill)
    prices.refuse_unaccepted(session, fill)
    if not any(signature.holds for signature in signatures(session, fill)[-1:]):
        raise RuleBroken(f"Fill {fill.number} is not what was signed at the final check; cancel it and start anew.")
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
    under_way = any(other.is_open for other in courses.live(session, rx))
    if not under_way and fills_left(session, rx) == 0 and rx.state is RxState.VERIFIED:
        prescriptions.complete(session, rx, actor=actor, now=now)
    return fill


def cancel(session: Session, fill_id: int, *, reason: str, actor: Actor, now: datetime) -> Fill:
    """Nothing left the pharmacy: the capsules go back to their batch.

    Raises: RuleBroken.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    fill.state = FillState(move(session, fill, "cancel", actor=actor, now=now, reason=reason))
    fill.note = reason.strip()
    allocating.put_back(session, fill, actor=actor, now=now)
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
    fill.state = FillState(move(session, fill, "take_back", actor=actor, now=now, reason=reason))
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


def refuse_unless_sound(session: Session, fill: Fill, today: date) -> None:
    """Refuses to go on with a fill whose prescription or capsules are no longer what was signed, or were recalled,
    whose patient must not have it by now, or whose capsules would not last from today to the end of the supply.

    Raises: RuleBroken.
    """
    prescriptions.refuse_unless_signed(session, fill.prescription)
    if not fill.allocations:
        raise RuleBroken(f"Fill {fill.number} has no capsules yet; take them from a batch first.")
    batch = fill.allocations[-1].batch
    releasing.refuse_unless_usable(session, batch)
    allocating.refuse_unless_lasts(batch, fill, today)
    reviewing.refuse_unless_clear(session, fill.prescription, today, allocating.excipients_of(batch))


def content(session: Session, fill: Fill) -> dict[str, object]:
    """What the final check's signature covers: prescription, capsules and the very label.

    Not the papers that go with the container: a receipt is made after the check, and changes nothing of it.
    """
    labels = session.scalars(select(Label.sha256).where(*_on_the_container(fill)).order_by(Label.id))
    return {
        "number": fill.number,
        "prescription": prescriptions.content(fill.prescription),
        "batches": sorted((taken.batch.number, taken.quantity) for taken in fill.allocations),
        "quantity": fill.quantity,
        "days_supply": fill.days_supply,
        "price": fill.price,
        "labels": list(labels),
        **_bottle(fill),
    }


def _on_the_container(fill: Fill) -> tuple[ColumnElement[bool], ...]:
    return (Label.fill_id == fill.id, Label.kind == LabelKind.VIAL)


def _bottle(fill: Fill) -> dict[str, object]:
    """What a bottle of a plan is signed with more; of a fill that is alone the prescription says it all.

    Without it then, so that signatures from before there were bottles hold.
    """
    told = (fill.strength_mg, fill.bottle, fill.bottles, fill.first_day)
    if told == (fill.prescription.strength_mg, 1, 1, 1):
        return {}
    return {"bottle": dict(zip(("strength_mg", "bottle", "bottles", "first_day"), told, strict=True))}


def signatures(session: Session, fill: Fill) -> tuple[Standing, ...]:
    return signing.standing(session, "fill", fill.id, content(session, fill))


def _refuse_extra(rx: Prescription, counted: list[Fill], today: date) -> None:
    under_way = [fill.number for fill in counted if fill.is_open]
    if under_way:
        raise RuleBroken(f"Prescription {rx.number} has a fill under way: {under_way[0]}.")
    courses.refuse_to_start_over(rx)
    if len(counted) > courses.refills(rx):
        raise RuleBroken(f"Prescription {rx.number} has no refills left; {rx.refills} were prescribed.")
    refuse_refill_too_soon(counted[-1].filled_on, counted[-1].days_supply, today)


def _lines(priced: Price) -> list[dict[str, str]]:
    return [{"name": line.name, "formula": line.formula, "amount": str(line.amount)} for line in priced.lines]
