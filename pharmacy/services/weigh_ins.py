"""Weighings of a batch: in the formula's order, from the lot that was scanned, within the tolerance or signed for."""

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
from pharmacy.services import (
    batch_equipment,
    bench,
    components,
    container_codes,
    formulas,
    lots,
    second_readings,
    signing,
)
from pharmacy.services.acting import Actor, get_to_change, is_alone, move, record
from pharmacy.services.kept_words import kept
from pharmacy.services.ledger import in_unit
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import (
    Batch,
    BatchInput,
    IngredientKind,
    Lot,
    Signature,
    WeighIn,
    WeighSource,
)


@dataclass(frozen=True, slots=True)
class Weighing:
    """One container's weighing, as it is typed or read from a balance. weighed in mg, or in capsules for shells.

    reading: the balance's own line. more: another container of the same lot follows. witness: the pharmacist who signs
    a deviation. reader: the second person who read the weight. seen: how many containers of this lot were taken when
    the page was shown, None when it did not say.
    """

    position: int
    lot_scanned: str
    weighed: Decimal
    source: WeighSource
    deviation: str = ""
    witness: Proof | None = None
    reading: str = ""
    more: bool = False
    reader: Proof | None = None
    seen: int | None = None


def weigh(session: Session, batch_id: int, weighing: Weighing, *, actor: Actor, now: datetime, today: date) -> WeighIn:
    """Takes one component for the batch, in the formula's order, from the container that was scanned.

    Outside the tolerance it is weighed again, or a pharmacist signs the deviation. After the last component the
    batch goes to filling.
    Raises: RuleBroken naming the field.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    state = move(session, batch, "weigh", actor=actor, now=now)
    formulas.refuse_unless_in_force(session, batch.formula, begun=batch.state is BatchState.WEIGHING)
    if today < batch.compounded:
        raise RuleBroken(f"Batch {batch.number} is planned for {batch.compounded.isoformat()}; weigh it on that day.")
    bench.refuse_unless_next(batch, weighing.position)
    taken = components.current(batch, weighing.position)
    if weighing.seen is not None and weighing.seen != len(taken.weigh_ins):
        raise RuleBroken(
            f"{taken.lot.ingredient.name}: another container was taken meanwhile. Nothing was taken twice; look at what"
            " is left.",
            field="weighed",
        )
    lot = get_to_change(session, Lot, taken.lot_id, "lot")
    container_codes.refuse_other(session, lot, weighing.lot_scanned, user="batch", today=today)
    batch_equipment.refuse_unless_weighs(session, batch, taken, weighing.weighed, today)
    within = _judge(taken, lot, weighing)
    if weighing.more:
        together = components.weighed(taken) + weighing.weighed
        batch_equipment.refuse_small_rest(session, batch, taken, taken.target - together, weighing.weighed)
    second_readings.refuse_unread(session, lot.ingredient.kind, weighing.reader, actor)
    called = f"batch {batch.number}"
    lots.draw(session, lot, weighing.weighed, batch_id=batch.id, actor=actor, now=now, today=today, reason=called)
    weigh_in = _keep(session, batch, taken, weighing, within, actor=actor, now=now)
    batch.state = BatchState(state)
    if all(components.is_complete(batch, component.position) for component in components.planned(batch)):
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
        reading=weighing.reading.strip()[:120] or None,
        more=weighing.more,
        balance=None if taken.lot.ingredient.kind is IngredientKind.SHELL else batch.balance,
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    session.flush()
    session.expire(taken, ["weigh_ins"])
    if not within:
        _sign_deviation(session, batch, taken, weighing, actor=actor, now=now)
    if weighing.reader:
        second_readings.sign_weigh_in(session, batch, row, weighing.reader, now=now)
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
        **({"more": True} if row.more else {}),
        **({"balance": row.balance.number} if row.balance else {}),
    )
    return row


def allowed_range(taken: BatchInput) -> tuple[Decimal, Decimal]:
    """The least and the most that may be taken of a component without a signed deviation [mg, capsules for shells]."""
    if taken.lot.ingredient.kind is IngredientKind.SHELL:
        return taken.target, (taken.target * Decimal("1.1")).to_integral_value()
    tolerance = _tolerance(taken, taken.target)
    return tolerance.low_mg, tolerance.high_mg


def off_percent(taken: BatchInput) -> Decimal:
    """How far what was weighed, all containers together, is off the worksheet's target [%], signed."""
    return ((components.weighed(taken) - taken.target) * 100 / taken.target).quantize(Decimal("0.01"))


def deviations(session: Session, batch: Batch) -> tuple[Standing, ...]:
    """The signatures of pharmacists under weighings that were outside the tolerance."""
    return tuple(
        signature
        for taken in batch.inputs
        for weigh_in in taken.weigh_ins
        if not weigh_in.within
        for signature in signing.standing(
            session, "batch-input", taken.id, _deviation_content(batch, taken, components.weighed(taken))
        )
    )


def witnesses(session: Session, batch: Batch) -> frozenset[int]:
    """Whoever signed a deviation of this batch."""
    inputs = [taken.id for taken in batch.inputs]
    signed = select(Signature.person_id).where(Signature.subject == "batch-input", Signature.subject_id.in_(inputs))
    return frozenset(session.scalars(signed))


def _tolerance(taken: BatchInput, weighed: Decimal) -> Tolerance:
    kind: Literal["active", "filler"] = "active" if taken.lot.ingredient.kind is IngredientKind.ACTIVE else "filler"
    return within_tolerance(kind, taken.target, weighed)


def _judge(taken: BatchInput, lot: Lot, weighing: Weighing) -> bool:
    """Whether all containers together are within tolerance; outside it, whether a signed deviation comes with it."""
    read_decimal(weighing.weighed, field="weighed", places=3)
    if weighing.weighed <= 0:
        raise RuleBroken("Weighed: more than 0.", field="weighed")
    whole = lot.ingredient.kind is IngredientKind.SHELL
    if whole and weighing.weighed != weighing.weighed.to_integral_value():
        raise _wrong_count(taken)
    together = components.weighed(taken) + weighing.weighed
    if weighing.more:
        _refuse_enough(taken, lot, together)
        return True
    if whole:
        _judge_count(taken, together)
        return True
    tolerance = _tolerance(taken, together)
    if tolerance.ok:
        return True
    amount = format_measure(together, "mg") + (" together" if together != weighing.weighed else "")
    if not tolerance.signable:
        raise RuleBroken(
            f"{amount} is {format_number(tolerance.difference_percent)} % off the target; beyond"
            f" {format_number(tolerance.most_percent)} % no signature accepts it. Weigh again, or reject the batch.",
            field="weighed",
        )
    if (
        len(kept(weighing.deviation, field="deviation", called="Reason for the deviation")) < 10
        or weighing.witness is None
    ):
        raise RuleBroken(
            f"{amount} is {format_number(tolerance.difference_percent)} % off the target;"
            f" {format_measure(tolerance.low_mg, 'mg')} to {format_measure(tolerance.high_mg, 'mg')} is"
            " allowed. Weigh again, or give the reason in at least 10 letters and have a pharmacist sign it.",
            field="weighed",
        )
    return False


def _refuse_enough(taken: BatchInput, lot: Lot, together: Decimal) -> None:
    """Refuses to leave a component open that is complete already.

    Raises: RuleBroken.
    """
    least, _ = allowed_range(taken)
    if together >= least:
        raise RuleBroken(
            f"{in_unit(lot, together)} is all that is needed; take it as the last container.", field="weighed"
        )


def _judge_count(taken: BatchInput, count: Decimal) -> None:
    least, most = allowed_range(taken)
    if not least <= count <= most:
        raise _wrong_count(taken)


def _wrong_count(taken: BatchInput) -> RuleBroken:
    least, most = allowed_range(taken)
    return RuleBroken(
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
        content=_deviation_content(batch, taken, components.weighed(taken)),
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
