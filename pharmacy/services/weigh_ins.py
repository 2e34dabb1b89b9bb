"""Weighings of a batch: in the worksheet's order, from the lot that was scanned, within the tolerance or signed for."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import format_measure, format_number, read_decimal
from pharmacy.domain.weighing import Tolerance, within_tolerance
from pharmacy.domain.workflow import BatchState
from pharmacy.services import batch_equipment, formulas, lots, signing
from pharmacy.services.acting import Actor, get_to_change, is_alone, move, record
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Batch, BatchInput, IngredientKind, Lot, Signature, WeighIn, WeighSource


@dataclass(frozen=True, slots=True)
class Weighing:
    """One weighing as it is typed or read from a balance. weighed in mg, or in capsules for shells."""

    position: int
    lot_scanned: str
    weighed: Decimal
    source: WeighSource
    deviation: str = ""
    witness: Proof | None = None


def weigh(session: Session, batch_id: int, weighing: Weighing, *, actor: Actor, now: datetime, today: date) -> WeighIn:
    """Takes one component for the batch, in the worksheet's order, from the lot that was scanned.

    Outside the tolerance it is weighed again, or a pharmacist signs the deviation. After the last component the
    batch goes to filling.
    Raises: RuleBroken naming the field.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    state = move(session, batch, "weigh", actor=actor, now=now)
    formulas.refuse_unless_in_force(session, batch.formula, begun=batch.state is BatchState.WEIGHING)
    if today < batch.compounded:
        raise RuleBroken(f"Batch {batch.number} is planned for {batch.compounded.isoformat()}; weigh it on that day.")
    taken = _next_input(batch, weighing.position)
    lot = get_to_change(session, Lot, taken.lot_id, "lot")
    if weighing.lot_scanned.strip().upper() != lot.number:
        raise RuleBroken(
            f"Lot: you scanned {weighing.lot_scanned.strip()[:40] or 'nothing'}; this batch takes"
            f" {lot.ingredient.name} from lot {lot.number}.",
            field="lot_scanned",
        )
    batch_equipment.refuse_unless_weighs(session, batch, taken, weighing.weighed, today)
    within = _judge(taken, lot, weighing)
    called = f"batch {batch.number}"
    lots.draw(session, lot, weighing.weighed, batch_id=batch.id, actor=actor, now=now, today=today, reason=called)
    weigh_in = _keep(session, batch, taken, weighing, within, actor=actor, now=now)
    batch.state = BatchState(state)
    if all(component.weigh_ins for component in batch.inputs):
        batch.state = BatchState(move(session, batch, "finish_weighing", actor=actor, now=now))
    return weigh_in


def _keep(
    session: Session,
    batch: Batch,
    taken: BatchInput,
    weighing: Weighing,
    within: bool,
    *,
    actor: Actor,
    now: datetime,
) -> WeighIn:
    row = WeighIn(
        input_id=taken.id,
        weighed=weighing.weighed,
        source=weighing.source,
        lot_scanned=taken.lot.number,
        within=within,
        deviation=weighing.deviation.strip() if not within else "",
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    if not within:
        _sign_deviation(session, batch, taken, weighing, actor=actor, now=now)
    session.flush()
    session.expire(taken, ["weigh_ins"])
    record(
        session,
        Event.BATCH_WEIGHED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        lot=row.lot_scanned,
        target=taken.target,
        weighed=row.weighed,
        within=within,
        source=row.source.value,
        deviation=row.deviation,
    )
    return row


def allowed_range(taken: BatchInput) -> tuple[Decimal, Decimal]:
    """The least and the most that may be taken of a component without a signed deviation [mg, capsules for shells]."""
    if taken.lot.ingredient.kind is IngredientKind.SHELL:
        return taken.target, (taken.target * Decimal("1.1")).to_integral_value()
    tolerance = _tolerance(taken, taken.target)
    return tolerance.low_mg, tolerance.high_mg


def off_percent(taken: BatchInput, weigh_in: WeighIn) -> Decimal:
    """How far a weighing is off the worksheet's target [%], signed."""
    return ((weigh_in.weighed - taken.target) * 100 / taken.target).quantize(Decimal("0.01"))


def deviations(session: Session, batch: Batch) -> tuple[Standing, ...]:
    """The signatures of pharmacists under weighings that were outside the tolerance."""
    return tuple(
        signature
        for taken in batch.inputs
        for weigh_in in taken.weigh_ins
        if not weigh_in.within
        for signature in signing.standing(
            session, "batch-input", taken.id, _deviation_content(batch, taken, weigh_in.weighed)
        )
    )


def witnesses(session: Session, batch: Batch) -> frozenset[int]:
    """Whoever signed a deviation of this batch."""
    inputs = [taken.id for taken in batch.inputs]
    signed = select(Signature.person_id).where(Signature.subject == "batch-input", Signature.subject_id.in_(inputs))
    return frozenset(session.scalars(signed))


def _next_input(batch: Batch, position: int) -> BatchInput:
    waiting = next((component for component in batch.inputs if not component.weigh_ins), None)
    if waiting is None:
        raise RuleBroken(f"Batch {batch.number}: everything is weighed.")
    if waiting.position != position:
        raise RuleBroken(f"{waiting.lot.ingredient.name} is next; components are weighed in the worksheet's order.")
    return waiting


def _tolerance(taken: BatchInput, weighed: Decimal) -> Tolerance:
    kind: Literal["active", "filler"] = "active" if taken.lot.ingredient.kind is IngredientKind.ACTIVE else "filler"
    return within_tolerance(kind, taken.target, weighed)


def _judge(taken: BatchInput, lot: Lot, weighing: Weighing) -> bool:
    """Whether the weighing is within tolerance; outside it, whether a signed deviation comes with it."""
    read_decimal(weighing.weighed, field="weighed", places=3)
    if weighing.weighed <= 0:
        raise RuleBroken("Weighed: more than 0.", field="weighed")
    if lot.ingredient.kind is IngredientKind.SHELL:
        _judge_count(taken, weighing)
        return True
    tolerance = _tolerance(taken, weighing.weighed)
    if tolerance.ok:
        return True
    if not tolerance.signable:
        raise RuleBroken(
            f"{format_measure(weighing.weighed, 'mg')} is {format_number(tolerance.difference_percent)} % off the"
            f" target; beyond {format_number(tolerance.most_percent)} % no signature accepts it. Weigh again, or reject"
            " the batch.",
            field="weighed",
        )
    if len(weighing.deviation.strip()) < 10 or weighing.witness is None:
        raise RuleBroken(
            f"{format_measure(weighing.weighed, 'mg')} is {format_number(tolerance.difference_percent)} % off the"
            f" target; {format_measure(tolerance.low_mg, 'mg')} to {format_measure(tolerance.high_mg, 'mg')} is"
            " allowed. Weigh again, or give the reason in at least 10 letters and have a pharmacist sign it.",
            field="weighed",
        )
    return False


def _judge_count(taken: BatchInput, weighing: Weighing) -> None:
    count, (least, most) = weighing.weighed, allowed_range(taken)
    if count != count.to_integral_value() or not least <= count <= most:
        raise RuleBroken(
            f"Shells: a whole number from {format_number(least)} to {format_number(most)}; a tenth more than needed"
            " allows for spoiled ones.",
            field="weighed",
        )


def _sign_deviation(
    session: Session, batch: Batch, taken: BatchInput, weighing: Weighing, *, actor: Actor, now: datetime
) -> None:
    assert weighing.witness is not None  # noqa: S101 - _judge asked for it
    if weighing.witness.person_id == actor.id:
        _refuse_own_deviation(session, batch, weighing, actor=actor, now=now)
    signing.sign(
        session,
        signing.by_pharmacist(session, weighing.witness),
        Meaning.DEVIATION_ACCEPTED,
        subject="batch-input",
        subject_id=taken.id,
        now=now,
        reason=weighing.deviation,
        content=_deviation_content(batch, taken, weighing.weighed),
    )


def _refuse_own_deviation(session: Session, batch: Batch, weighing: Weighing, *, actor: Actor, now: datetime) -> None:
    """Whoever weighed does not accept the deviation too, but for the exception of one pharmacist on duty."""
    if not is_alone(session):
        raise RuleBroken("You weighed this yourself; another pharmacist must sign the deviation.", field="witness")
    record(
        session,
        Event.EXCEPTION_TAKEN,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        step="weigh",
        reason=weighing.deviation,
    )


def _deviation_content(batch: Batch, taken: BatchInput, weighed: Decimal) -> dict[str, object]:
    return {"batch": batch.number, "lot": taken.lot.number, "target": taken.target, "weighed": weighed}
