"""A batch from its plan to its filling: worksheet, weigh-ins, capsules. Tests and release stand in `releasing`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from pharmacy.domain.beyond_use import BeyondUse, Component, beyond_use_date
from pharmacy.domain.capsule_choice import SizeChoice, size_choices
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import batch_number
from pharmacy.domain.quality import powder_yield_percent, refuse_more_than_the_powder
from pharmacy.domain.units import format_measure, format_number
from pharmacy.domain.weighing import (
    ActiveLot,
    Balance,
    Basis,
    FillerLot,
    Worksheet,
    WorksheetOrder,
    worksheet,
)
from pharmacy.domain.workflow import BatchState
from pharmacy.services import batch_equipment, bench, components, formulas, lots, origins, packing
from pharmacy.services.acting import Actor, get, get_to_change, move, next_number, record
from pharmacy.services.batch_equipment import Chosen
from pharmacy.services.kept_words import kept
from pharmacy.services.ledger import in_unit
from pharmacy.services.weigh_ins import Weighing as Weighing
from pharmacy.services.weigh_ins import allowed_range as allowed_range
from pharmacy.services.weigh_ins import deviations as deviations
from pharmacy.services.weigh_ins import weigh as weigh
from pharmacy.store.tables import Batch, BatchInput, Formula, IngredientKind, Lot

DUE_WITHIN = timedelta(days=1)
MOST_AHEAD = timedelta(days=1)  # a plan for the next morning is made the evening before


class TriturationNeeded(RuleBroken):
    """The balance cannot weigh so little of the active; `triturations.prepare` says how it is diluted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch is to be made from. lots: lot id by kind of ingredient; machine_id: None when filled by hand."""

    capsules: int
    lots: Mapping[IngredientKind, int]
    balance_id: int
    compounded: date
    purpose: str
    machine_id: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan worked out, before anything is written."""

    formula: Formula
    active: Lot
    filler: Lot
    shell: Lot
    equipment: Chosen
    worksheet: Worksheet
    beyond_use: BeyondUse


def prepare(session: Session, formula_id: int, plan: Plan, *, today: date) -> Prepared:
    """Works a plan out: worksheet by two engines, beyond-use date, lots that may be used and hold enough.

    Raises: RuleBroken naming the field.
    """
    formula = formulas.approved(session, formula_id)
    active, filler, shell = (chosen_lot(session, formula, kind, plan) for kind in IngredientKind)
    if not today <= plan.compounded <= today + MOST_AHEAD:
        raise RuleBroken("Date of compounding: today or tomorrow.", field="compounded")
    if len(kept(plan.purpose, field="purpose", called="Made for")) < 3:
        raise RuleBroken(
            "Made for: name the prescriptions or the prescription history that this batch covers.",
            field="purpose",
        )
    for lot in (active, filler, shell):
        lots.usable(lot, plan.compounded)
        lots.refuse_unless_signed(session, lot)
    _refuse_other_diluent(active, filler)
    chosen = batch_equipment.choose(session, formula, plan.balance_id, plan.machine_id, on=plan.compounded)
    sheet = worksheet_of(session, formula, active, filler, plan.capsules, chosen.minimum_mg)
    _refuse_unless_weighable(sheet, active)
    batch_equipment.refuse_too_heavy(chosen.balance, max(sheet.active_total_mg, sheet.filler_total_mg))
    for lot, amount in (
        (active, sheet.active_total_mg),
        (filler, sheet.filler_total_mg),
        (shell, Decimal(plan.capsules)),
    ):
        if lot.on_hand < amount:
            raise RuleBroken(
                f"Lot {lot.number} holds {in_unit(lot, lot.on_hand)}, the batch needs {in_unit(lot, amount)}.",
                field=f"lot-{lot.ingredient.kind.name.lower()}",
            )
    components = tuple(
        Component(f"{lot.ingredient.name}, lot {lot.number}", lot.expiry, trituration=lot.trituration is not None)
        for lot in (active, filler, shell)
    )
    beyond_use = beyond_use_date(plan.compounded, formula.form, components, formula.limit_days)
    return Prepared(formula, active, filler, shell, chosen, sheet, beyond_use)


def capsule_sizes(session: Session, prepared: Prepared) -> tuple[SizeChoice, ...]:
    """What the same dose of these lots would take up in every capsule size; another size is another formula."""
    size = prepared.formula.capsule_size
    # What is computed for a trituration stands beside what was measured.
    active, filler = (
        {size: packing_of(session, lot, size, "lot-active"), **packing.known_packings(session, lot)}
        for lot in (prepared.active, prepared.filler)
    )
    return size_choices(
        active_mg=prepared.worksheet.active_per_capsule_mg,
        known_size=size,
        active_packing_mg=active,
        filler_packing_mg=filler,
    )


def plan(session: Session, formula_id: int, planned: Plan, *, actor: Actor, now: datetime, today: date) -> Batch:
    """Opens a batch: number, worksheet and lots are fixed from here on.

    Raises: RuleBroken naming the field.
    """
    found = prepare(session, formula_id, planned, today=today)
    for lot_id in sorted({lot.id for lot in (found.active, found.filler, found.shell)}):
        # Held until the batch is on record, so that a recall of this moment finds it.
        lots.usable(get_to_change(session, Lot, lot_id, "lot"), planned.compounded)
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
        minimum_mg=found.equipment.minimum_mg,
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
    batch.procedure = bench.procedure_of(batch)
    session.add(batch)
    session.flush()
    batch_equipment.keep(session, batch, found.equipment, actor=actor, now=now)
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
        balance=found.equipment.balance.number,
        machine=found.equipment.machine.number if found.equipment.machine else "by hand",
        beyond_use_date=batch.beyond_use_date,
    )
    return batch


def fill(
    session: Session,
    batch_id: int,
    *,
    made: int,
    wasted: int,
    description: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Batch:
    """Notes the capsules that were filled: good ones, spoiled ones, and what they look like.

    Raises: RuleBroken naming the field.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    state = move(session, batch, "fill", actor=actor, now=now)
    formulas.refuse_unless_in_force(session, batch.formula)
    batch_equipment.refuse_unless_fills(session, batch, today)
    if made < 1:
        raise RuleBroken("Good capsules: at least 1; reject the batch if there is none.", field="made")
    if wasted < 0:
        raise RuleBroken("Spoiled capsules: 0 or more.", field="wasted")
    bench.refuse_unless_done(batch)
    shells = sum(map(components.weighed, components.of_kind(batch, IngredientKind.SHELL)))
    if made + wasted > shells:
        raise RuleBroken(
            f"{made} good and {wasted} spoiled capsules are more than the {format_number(Decimal(shells))} shells"
            " taken.",
            field="made",
        )
    refuse_more_than_the_powder(made + wasted, powder_mg(batch), fill_per_capsule_mg(batch))
    if len(kept(description, field="description", called="Appearance")) < 5:
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


def powder_mg(batch: Batch) -> Decimal:
    """Active and filler as they were weighed [mg]."""
    powders = (taken for taken in batch.inputs if taken.lot.ingredient.kind is not IngredientKind.SHELL)
    return sum(map(components.weighed, powders), Decimal(0))


def powder_in_capsules_percent(batch: Batch) -> Decimal | None:
    """How much of the weighed powder the capsules account for [%], None before they are counted."""
    if not batch.made:
        return None
    return powder_yield_percent(batch.made + (batch.wasted or 0), powder_mg(batch), fill_per_capsule_mg(batch))


def fill_per_capsule_mg(batch: Batch) -> Decimal:
    """What the worksheet puts into one capsule, or its recalculation for a second lot of a powder [mg]."""
    fill = batch.worksheet["fill_per_capsule_mg"]
    for taken in batch.inputs:
        fill = (taken.worked_out or {}).get("fill_per_capsule_mg", fill)
    return Decimal(str(fill))


def worksheet_of(
    session: Session, formula: Formula, active: Lot, filler: Lot, capsules: int, minimum_mg: Decimal
) -> Worksheet:
    """The worksheet of a batch from these lots, whether or not the balance can weigh it.

    Raises: RuleBroken naming the field.
    """
    return worksheet(_order(session, formula, active, filler, capsules, minimum_mg))


def chosen_lot(session: Session, formula: Formula, kind: IngredientKind, planned: Plan) -> Lot:
    """The lot that a plan takes for one component of its formula.

    Raises: RuleBroken naming the field.
    """
    lot_id = planned.lots.get(kind)
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


def packing_of(session: Session, lot: Lot, size: str, field: str) -> Decimal:
    """What fills one capsule of the formula's size [mg].

    Raises: RuleBroken when nobody measured it.
    """
    found = origins.packing_mg(session, lot, size)
    if found is None:
        raise RuleBroken(
            f"Lot {lot.number}: measure first how many milligrams fill a size {size} capsule.", field=field
        )
    return found


def active_lot(session: Session, lot: Lot, size: str, field: str) -> ActiveLot:
    """A lot of the active as the worksheet takes it.

    Raises: RuleBroken when its certificate or its packing statistic is missing.
    """
    found = origins.active_lot(session, lot, size, packing_of(session, lot, size, field))
    if found is None:
        raise RuleBroken(f"Lot {lot.number}: its certificate states no assay or no water.", field=field)
    return found


def _order(
    session: Session, formula: Formula, active: Lot, filler: Lot, capsules: int, minimum_mg: Decimal
) -> WorksheetOrder:
    return WorksheetOrder(
        dose_mg=formula.strength_mg,
        basis=Basis(formula.basis),
        capsules=capsules,
        overage=formula.overage,
        capsule_size=formula.capsule_size,
        active_lot=active_lot(session, active, formula.capsule_size, "lot-active"),
        filler_lot=FillerLot(packing_of(session, filler, formula.capsule_size, "lot-filler")),
        balance=Balance(minimum_mg=minimum_mg),
    )


def _refuse_other_diluent(active: Lot, filler: Lot) -> None:
    """A trituration brings its diluent into the capsules, and a patient may be allergic to another filler."""
    diluent = active.trituration.diluent_lot.ingredient if active.trituration else filler.ingredient
    if diluent.id != filler.ingredient_id:
        raise RuleBroken(
            f"Lot {active.number} is diluted with {diluent.name}; the formula takes {filler.ingredient.name}.",
            field="lot-active",
        )


def _refuse_unless_weighable(sheet: Worksheet, active: Lot) -> None:
    if sheet.trituration is None:
        return
    below = (
        f"{format_measure(sheet.active_total_mg, 'mg')} of {'trituration' if active.trituration else 'active'} is below"
        f" the {format_number(sheet.minimum_mg)} mg that this balance may weigh: plan at least"
        f" {sheet.capsules_for_direct_weighing} capsules, or"
    )
    if active.trituration is not None:
        raise RuleBroken(f"{below} make a trituration that holds less active.", field="capsules")
    raise TriturationNeeded(f"{below} use a finer balance, or make a trituration first.", field="capsules")
