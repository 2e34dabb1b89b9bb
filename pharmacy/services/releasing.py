"""The weight test of a batch, and its release, rejection or recall."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from pharmacy.domain.capsules import SIZES
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.quality import refuse_odd_shell, sample_size, weight_test
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import read_decimal
from pharmacy.domain.workflow import BatchState, LotState, Subject, refuse_unless_plain
from pharmacy.services import assays, batches, components, formulas, signing, weigh_ins
from pharmacy.services.acting import Actor, get_to_change, move, record, who_did
from pharmacy.services.kept_words import kept
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Batch, BatchEquipment, BatchInput, BenchActKind, IngredientKind, Lot, WeightTest

_RECORD = (
    selectinload(Batch.inputs).options(
        joinedload(BatchInput.lot).joinedload(Lot.ingredient), selectinload(BatchInput.weigh_ins)
    ),
    selectinload(Batch.equipment).joinedload(BatchEquipment.equipment),
)
"""What the compounding record names, in four statements; else each lot, weighing and balance has one of its own."""


def test_weights(
    session: Session,
    batch_id: int,
    *,
    shell_mg: Decimal,
    weights_mg: tuple[Decimal, ...],
    actor: Actor,
    now: datetime,
) -> WeightTest:
    """Weighs the sampled capsules against the worksheet's fill; whatever it finds, a pharmacist decides next.

    Raises: RuleBroken naming the field.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    state = move(session, batch, "test", actor=actor, now=now)
    formulas.refuse_unless_in_force(session, batch.formula)
    least = sample_size(batch.made or 0)
    if len(weights_mg) < least:
        raise RuleBroken(
            f"Weights: {len(weights_mg)} were given; {least} of {batch.made} capsules are weighed.",
            field="weights",
        )
    fill_mg = batches.fill_per_capsule_mg(batch).quantize(Decimal("0.001"))
    read_decimal(shell_mg, field="shell_mg", places=3)
    refuse_odd_shell(
        shell_mg,
        SIZES[batch.formula.capsule_size].shell_mg,
        components.of_kind(batch, IngredientKind.SHELL)[-1].lot.shell_mg,
    )
    for place, weight in enumerate(weights_mg, start=1):
        read_decimal(weight, field=f"weight {place}", places=4)
    found = weight_test(shell_mg, fill_mg, weights_mg, capsules=batch.made or 0)
    row = WeightTest(
        batch_id=batch.id,
        shell_mg=shell_mg,
        fill_mg=fill_mg,
        weights_mg=[str(weight) for weight in weights_mg],
        mean_mg=found.mean_mg.quantize(Decimal("0.0001")),
        rsd_percent=found.rsd_percent.quantize(Decimal("0.0001")),
        acceptance_value=found.acceptance_value.quantize(Decimal("0.0001")),
        passed=found.passed,
        reasons=list(found.reasons),
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    batch.state = BatchState(state)
    session.flush()
    session.expire(batch, ["tests"])
    record(
        session,
        Event.BATCH_TESTED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        passed=found.passed,
        mean_mg=found.mean_mg,
        rsd_percent=found.rsd_percent,
        acceptance_value=found.acceptance_value,
    )
    return row


def release(
    session: Session,
    batch_id: int,
    *,
    proof: Proof,
    reason: str = "",
    actor: Actor,
    now: datetime,
    today: date,
) -> Batch:
    """A pharmacist who took no part in making it reviews the record and signs; the capsules may be allocated.

    Raises: RuleBroken.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    state = move(session, batch, "release", actor=actor, now=now, reason=reason, done_by=prepared_by(session, batch))
    formulas.refuse_unless_in_force(session, batch.formula)
    _refuse_unless_good(batch, today)
    assays.refuse_failed(session, batch)
    batch.state = BatchState(state)
    batch.released_by_id, batch.released_at = actor.id, now
    batch.on_hand = (batch.made or 0) - (batch.samples or 0)
    session.flush()
    signing.sign(
        session,
        signing.by_actor(proof, actor),
        Meaning.BATCH_RELEASED,
        subject="batch",
        subject_id=batch.id,
        content=content(batch),
        now=now,
        reason=reason,
    )
    record(
        session,
        Event.BATCH_RELEASED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        on_hand=batch.on_hand,
    )
    return batch


def reject(
    session: Session, batch_id: int, *, reason: str, disposal: str, proof: Proof, actor: Actor, now: datetime
) -> Batch:
    """A pharmacist rejects it, at any time before release, with the reason and what becomes of capsules and powder.

    Raises: RuleBroken.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    batch.state = BatchState(move(session, batch, "reject", actor=actor, now=now, reason=reason))
    reason = kept(reason, field="reason", called="Reason")
    if len(kept(disposal, field="disposal", called="Disposal")) < 5:
        raise RuleBroken("Disposal: what becomes of capsules and powder, in at least 5 letters.", field="disposal")
    batch.note = f"{reason.rstrip('.')}. Disposal: {disposal.strip()}"
    session.flush()
    signing.sign(
        session,
        signing.by_actor(proof, actor),
        Meaning.BATCH_REJECTED,
        subject="batch",
        subject_id=batch.id,
        content=content(batch),
        now=now,
        reason=batch.note,
    )
    record(
        session,
        Event.BATCH_MOVED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        step="reject",
        reason=batch.note,
    )
    return batch


def advance(
    session: Session,
    batch_id: int,
    verb: str,
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
    today: date | None = None,
) -> Batch:
    """Any step without a form of its own: recall, expire.

    Raises: RuleBroken.
    """
    refuse_unless_plain(Subject.BATCH, verb)
    batch = get_to_change(session, Batch, batch_id, "batch")
    if verb == "recall":
        return recall(session, batch, reason=reason, actor=actor, now=now)
    before, batch.state = (
        batch.state,
        BatchState(move(session, batch, verb, actor=actor, now=now, reason=reason)),
    )
    if verb == "expire" and batch.beyond_use_date >= (today or now.date()):
        raise RuleBroken(f"Batch {batch.number} may be used until {batch.beyond_use_date.isoformat()}.")
    batch.note = reason.strip() or batch.note
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
        reason=reason.strip(),
    )
    return batch


def recall(session: Session, batch: Batch, *, reason: str, actor: Actor, now: datetime) -> Batch:
    """Blocks a batch, already locked, wherever its capsules are; what is on hand stays counted.

    Raises: RuleBroken.
    """
    before = batch.state
    batch.state = BatchState(move(session, batch, "recall", actor=actor, now=now, reason=reason))
    batch.note = reason.strip()
    record(
        session,
        Event.BATCH_MOVED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        step="recall",
        before=before.value,
        after=batch.state.value,
        on_hand=batch.on_hand,
        reason=batch.note,
    )
    return batch


def prepared_by(session: Session, batch: Batch) -> frozenset[int]:
    """Everybody who had a hand in making it, chose a lot of it, or accepted a deviation of it."""
    people = {batch.planned_by_id, batch.filled_by_id or 0}
    people |= {weigh_in.person_id for component in batch.inputs for weigh_in in component.weigh_ins}
    people |= {test.person_id for test in batch.tests}
    people |= {act.person_id for act in batch.bench_acts if act.kind is BenchActKind.DONE}
    chose = who_did(session, "batch", batch.id, Event.BATCH_CONTINUED)
    return frozenset(people - {0}) | chose | weigh_ins.witnesses(session, batch)


def content(batch: Batch) -> dict[str, object]:
    """The compounding record as the signature covers it. What is on hand changes later and is not part of it.

    What a batch does not have is not named, so that signatures from before it was kept still hold.
    """
    return {
        "number": batch.number,
        "formula": batch.formula.title,
        "compounded": batch.compounded,
        "capsules": batch.capsules,
        "beyond_use_date": batch.beyond_use_date,
        "worksheet": batch.worksheet,
        "components": [_component(component) for component in batch.inputs],
        **({"equipment": _equipment(batch)} if batch.equipment else {}),  # batches of before were signed without
        "made": batch.made,
        "wasted": batch.wasted,
        "description": batch.description,
        "tests": [
            {
                "weights_mg": test.weights_mg,
                "passed": test.passed,
                "mean_mg": test.mean_mg,
                "rsd": test.rsd_percent,
            }
            for test in batch.tests
        ],
        **_at_the_bench(batch),
    }


def _component(taken: BatchInput) -> dict[str, object]:
    balances = [weigh_in.balance.number for weigh_in in taken.weigh_ins if weigh_in.balance]
    return {
        **({"balances": balances} if balances else {}),
        "lot": taken.lot.number,
        "target": taken.target,
        "weighed": [weigh_in.weighed for weigh_in in taken.weigh_ins],
        "deviations": [weigh_in.deviation for weigh_in in taken.weigh_ins],
        **({"worked_out": taken.worked_out} if taken.worked_out else {}),
    }


def _at_the_bench(batch: Batch) -> dict[str, object]:
    acts = [[act.step, act.kind.value, act.note, act.person_id, act.at] for act in batch.bench_acts]
    photos = [photo.sha256 for photo in batch.bench_photos]
    kept = (("procedure", batch.procedure), ("bench", acts), ("photographs", photos))
    return {name: value for name, value in kept if value}


def _equipment(batch: Batch) -> list[object]:
    return [
        {
            "kind": one.kind,
            "number": one.equipment.number if one.equipment else "by hand",
            "minimum_mg": one.minimum_mg,
            "due_on": one.due_on,
            "reason": one.reason,
        }
        for one in batch.equipment
    ]


def signatures(session: Session, batch: Batch) -> tuple[Standing, ...]:
    return signing.standing(session, "batch", batch.id, content(batch))


def refuse_unless_usable(session: Session, batch: Batch) -> None:
    """Refuses capsules that may not go to a patient: not released, recalled, or not what was signed.

    Raises: RuleBroken.
    """
    if batch.state not in (BatchState.RELEASED, BatchState.EXHAUSTED):
        raise RuleBroken(
            f"Batch {batch.number} is {batch.state}; capsules are taken from released batches only.", field="batch"
        )
    session.scalars(select(Batch).where(Batch.id == batch.id).options(*_RECORD)).one()
    assays.refuse_failed(session, batch)
    for component in components.in_use(batch):
        if component.lot.state in (LotState.RECALLED, LotState.REJECTED):
            raise RuleBroken(
                f"Lot {component.lot.number} in batch {batch.number} is {component.lot.state}.", field="batch"
            )
    if not any(signature.holds for signature in signatures(session, batch)[-1:]):
        raise RuleBroken(
            f"Batch {batch.number} is not what was signed at its release; it must not be used.", field="batch"
        )


def _refuse_unless_good(batch: Batch, today: date) -> None:
    if not batch.tests or not batch.tests[-1].passed:
        reasons = " ".join(batch.tests[-1].reasons) if batch.tests else "no weight test was recorded."
        raise RuleBroken(f"Batch {batch.number} failed its weight test: {reasons} It can only be rejected.")
    if batch.beyond_use_date < today:
        raise RuleBroken(f"Batch {batch.number} is past its beyond-use date, {batch.beyond_use_date.isoformat()}.")
    for component in components.in_use(batch):
        if component.lot.state in (LotState.RECALLED, LotState.REJECTED):
            raise RuleBroken(f"Lot {component.lot.number} in batch {batch.number} is {component.lot.state}.")
