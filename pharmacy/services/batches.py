"""A batch from its plan to its filling: worksheet, weigh-ins, capsules. Tests and release stand in `releasing`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from sqlalchemy.orm import Session

from pharmacy.domain.beyond_use import BeyondUse, Component, beyond_use_date
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import batch_number
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import format_measure, format_number
from pharmacy.domain.weighing import (
    ActiveLot,
    AssayBasis,
    Balance,
    Basis,
    FillerLot,
    Tolerance,
    Worksheet,
    WorksheetOrder,
    within_tolerance,
    worksheet,
)
from pharmacy.domain.workflow import BatchState, Subject
from pharmacy.services import formulas, lots, signing
from pharmacy.services.acting import Actor, get, get_to_change, move, next_number, record
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Batch, BatchInput, Formula, IngredientKind, Lot, WeighIn, WeighSource

DUE_WITHIN = timedelta(days=1)
MOST_AHEAD = timedelta(days=1)  # a plan for the next morning is made the evening before


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch is to be made from. lots: lot id by kind of ingredient; minimum_mg: of the balance used."""

    capsules: int
    lots: Mapping[IngredientKind, int]
    minimum_mg: Decimal
    compounded: date
    purpose: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan worked out, before anything is written."""

    formula: Formula
    active: Lot
    filler: Lot
    shell: Lot
    worksheet: Worksheet
    beyond_use: BeyondUse


def prepare(session: Session, formula_id: int, plan: Plan, *, today: date) -> Prepared:
    """Works a plan out: worksheet by two engines, beyond-use date, lots that may be used and hold enough.

    Raises: RuleBroken naming the field.
    """
    formula = formulas.approved(session, formula_id)
    active, filler, shell = (_lot(session, formula, kind, plan.lots.get(kind)) for kind in IngredientKind)
    if not today <= plan.compounded <= today + MOST_AHEAD:
        raise RuleBroken("Date of compounding: today or tomorrow.", field="compounded")
    if len(plan.purpose.strip()) < 3:
        raise RuleBroken(
            "Made for: name the prescriptions or the prescription history that this batch covers.",
            field="purpose",
        )
    for lot in (active, filler, shell):
        lots.usable(lot, plan.compounded)
    sheet = worksheet(_order(formula, active, filler, plan))
    _refuse_unless_weighable(sheet, plan)
    for lot, amount in (
        (active, sheet.active_total_mg),
        (filler, sheet.filler_total_mg),
        (shell, Decimal(plan.capsules)),
    ):
        if lot.on_hand < amount:
            raise RuleBroken(
                f"Lot {lot.number} holds {format_measure(lot.on_hand, lot.ingredient.unit)},"
                f" the batch needs {format_measure(amount, lot.ingredient.unit)}.",
                field=f"lot-{lot.ingredient.kind.name.lower()}",
            )
    components = tuple(
        Component(f"{lot.ingredient.name}, lot {lot.number}", lot.expiry) for lot in (active, filler, shell)
    )
    beyond_use = beyond_use_date(plan.compounded, formula.form, components, formula.limit_days)
    return Prepared(formula, active, filler, shell, sheet, beyond_use)


def plan(session: Session, formula_id: int, planned: Plan, *, actor: Actor, now: datetime, today: date) -> Batch:
    """Opens a batch: number, worksheet and lots are fixed from here on.

    Raises: RuleBroken naming the field.
    """
    found = prepare(session, formula_id, planned, today=today)
    batch = Batch(
        number=batch_number(planned.compounded, next_number(session, f"batch-{planned.compounded:%y%m%d}")),
        formula=found.formula,
        state=BatchState.PLANNED,
        planned_at=now,
        planned_by_id=actor.id,
        due_at=now + DUE_WITHIN,
        capsules=planned.capsules,
        purpose=planned.purpose.strip(),
        compounded=planned.compounded,
        beyond_use_date=found.beyond_use.date,
        beyond_use_rule=found.beyond_use.rule,
        worksheet=found.worksheet.to_document(),
        minimum_mg=planned.minimum_mg,
        on_hand=0,
    )
    sheet = found.worksheet
    targets = (
        (found.active, sheet.active_total_mg),
        (found.filler, sheet.filler_total_mg),
        (found.shell, Decimal(planned.capsules)),
    )
    batch.inputs = [
        BatchInput(position=position, lot=lot, target=target.quantize(Decimal("0.001")))
        for position, (lot, target) in enumerate(targets, start=1)
    ]
    session.add(batch)
    session.flush()
    record(
        session,
        Event.BATCH_PLANNED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        number=batch.number,
        formula=found.formula.title,
        capsules=batch.capsules,
        lots=[lot.number for lot, _ in targets],
        beyond_use_date=batch.beyond_use_date,
    )
    return batch


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
    state = _move(session, batch, "weigh", actor=actor, now=now)
    taken = _next_input(batch, weighing.position)
    lot = get_to_change(session, Lot, taken.lot_id, "lot")
    if weighing.lot_scanned.strip().upper() != lot.number:
        raise RuleBroken(
            f"Lot: you scanned {weighing.lot_scanned.strip()[:40] or 'nothing'}; this batch takes"
            f" {lot.ingredient.name} from lot {lot.number}.",
            field="lot_scanned",
        )
    within = _judge(taken, lot, weighing)
    lots.draw(
        session,
        lot,
        weighing.weighed,
        batch_id=batch.id,
        actor=actor,
        now=now,
        today=today,
        reason=f"batch {batch.number}",
    )
    weigh_in = WeighIn(
        input_id=taken.id,
        weighed=weighing.weighed,
        source=weighing.source,
        lot_scanned=lot.number,
        within=within,
        deviation=weighing.deviation.strip() if not within else "",
        person_id=actor.id,
        at=now,
    )
    session.add(weigh_in)
    if not within:
        _sign_deviation(session, batch, taken, weighing, now=now)
    batch.state = BatchState(state)
    session.flush()
    session.expire(taken, ["weigh_ins"])
    record(
        session,
        Event.BATCH_WEIGHED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        lot=lot.number,
        target=taken.target,
        weighed=weighing.weighed,
        within=within,
        source=weighing.source.value,
        deviation=weigh_in.deviation,
    )
    if all(component.weigh_ins for component in batch.inputs):
        batch.state = BatchState(_move(session, batch, "finish_weighing", actor=actor, now=now))
    return weigh_in


def fill(
    session: Session, batch_id: int, *, made: int, wasted: int, description: str, actor: Actor, now: datetime
) -> Batch:
    """Notes the capsules that were filled: good ones, spoiled ones, and what they look like.

    Raises: RuleBroken naming the field.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    state = _move(session, batch, "fill", actor=actor, now=now)
    if made < 1:
        raise RuleBroken("Good capsules: at least 1; reject the batch if there is none.", field="made")
    if wasted < 0:
        raise RuleBroken("Spoiled capsules: 0 or more.", field="wasted")
    shells = sum(w.weighed for w in batch.inputs[-1].weigh_ins)
    if made + wasted > shells:
        raise RuleBroken(
            f"{made} good and {wasted} spoiled capsules are more than the {format_number(Decimal(shells))} shells taken.",
            field="made",
        )
    if len(description.strip()) < 5:
        raise RuleBroken("Appearance: write what the capsules look like, in at least 5 letters.", field="description")
    batch.made, batch.wasted, batch.samples = made, wasted, 0
    batch.description = description.strip()
    batch.state = BatchState(state)
    batch.filled_by_id, batch.filled_at = actor.id, now
    record(
        session,
        Event.BATCH_FILLED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        made=made,
        wasted=wasted,
        description=batch.description,
    )
    return batch


def allowed_range(taken: BatchInput) -> tuple[Decimal, Decimal]:
    """The least and the most that may be taken of a component without a signed deviation [mg, capsules for shells]."""
    if taken.lot.ingredient.kind is IngredientKind.SHELL:
        return taken.target, (taken.target * Decimal("1.1")).to_integral_value()
    tolerance = _tolerance(taken, taken.target)
    return tolerance.low_mg, tolerance.high_mg


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


def _lot(session: Session, formula: Formula, kind: IngredientKind, lot_id: int | None) -> Lot:
    field = f"lot-{kind.name.lower()}"
    component = next((c for c in formula.components if c.ingredient.kind is kind), None)
    if component is None:
        raise RuleBroken(f"{formula.title} names no {kind}.", field="formula")
    if not lot_id:
        raise RuleBroken(f"{kind.capitalize()}: choose the lot of {component.ingredient.name}.", field=field)
    lot = get(session, Lot, lot_id, "lot")
    if lot.ingredient_id != component.ingredient_id:
        raise RuleBroken(
            f"Lot {lot.number} is {lot.ingredient.name}; the formula takes {component.ingredient.name}.",
            field=field,
        )
    return lot


def _order(formula: Formula, active: Lot, filler: Lot, planned: Plan) -> WorksheetOrder:
    for lot, field in ((active, "lot-active"), (filler, "lot-filler")):
        if lot.packing_mg is None or lot.packing_size != formula.capsule_size:
            raise RuleBroken(
                f"Lot {lot.number}: measure first how many milligrams fill a size {formula.capsule_size} capsule.",
                field=field,
            )
    if active.assay is None or active.water is None:
        raise RuleBroken(f"Lot {active.number}: its certificate states no assay or no water.", field="lot-active")
    return WorksheetOrder(
        dose_mg=formula.strength_mg,
        basis=Basis(formula.basis),
        capsules=planned.capsules,
        overage=formula.overage,
        capsule_size=formula.capsule_size,
        active_lot=ActiveLot(
            assay=active.assay,
            assay_basis=AssayBasis(active.assay_basis),
            water=active.water,
            packing_mg=active.packing_mg or Decimal(0),
            solvents=active.solvents or Decimal(0),
        ),
        filler_lot=FillerLot(packing_mg=filler.packing_mg or Decimal(0)),
        balance=Balance(minimum_mg=planned.minimum_mg),
    )


def _refuse_unless_weighable(sheet: Worksheet, planned: Plan) -> None:
    if sheet.trituration is not None:
        raise RuleBroken(
            f"{format_measure(sheet.active_total_mg, 'mg')} of active is below the {format_number(planned.minimum_mg)} mg"
            f" that this balance may weigh: plan at least {sheet.capsules_for_direct_weighing} capsules, or use a finer balance.",
            field="capsules",
        )


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
    if weighing.weighed <= 0:
        raise RuleBroken("Weighed: more than 0.", field="weighed")
    if lot.ingredient.kind is IngredientKind.SHELL:
        _judge_count(taken, weighing)
        return True
    tolerance = _tolerance(taken, weighing.weighed)
    if tolerance.ok:
        return True
    if len(weighing.deviation.strip()) < 10 or weighing.witness is None:
        raise RuleBroken(
            f"{format_measure(weighing.weighed, 'mg')} is {format_number(tolerance.difference_percent)} % off the target;"
            f" {format_measure(tolerance.low_mg, 'mg')} to {format_measure(tolerance.high_mg, 'mg')} is allowed. Weigh again,"
            " or give the reason in at least 10 letters and have a pharmacist sign it.",
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


def _sign_deviation(session: Session, batch: Batch, taken: BatchInput, weighing: Weighing, *, now: datetime) -> None:
    assert weighing.witness is not None  # _judge asked for it
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


def _deviation_content(batch: Batch, taken: BatchInput, weighed: Decimal) -> dict[str, object]:
    return {"batch": batch.number, "lot": taken.lot.number, "target": taken.target, "weighed": weighed}


def _move(session: Session, batch: Batch, verb: str, *, actor: Actor, now: datetime) -> str:
    return move(
        session,
        Subject.BATCH,
        verb,
        name=f"batch {batch.number}",
        state=batch.state,
        actor=actor,
        now=now,
        subject_id=batch.id,
    )
