"""A trituration from its plan to its lot: both parts weighed, mixed by geometric dilution, then in quarantine."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from sqlalchemy.orm import Session

from pharmacy.domain.beyond_use import BeyondUse, Component, beyond_use_date
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import trituration_number
from pharmacy.domain.trituration import Trituration as Planned
from pharmacy.domain.trituration import geometric_portions, plan_lot
from pharmacy.domain.units import format_measure, format_number, read_decimal
from pharmacy.domain.weighing import DEFAULT, AssayBasis, Tolerance, within_tolerance
from pharmacy.domain.weighing_fractions import rounded
from pharmacy.domain.workflow import LotState, Subject, TriturationState, refuse_unless_plain
from pharmacy.services import batch_equipment, batches, container_codes, formulas, lots, origins, second_readings
from pharmacy.services.acting import Actor, get, get_to_change, move, next_number, record
from pharmacy.services.batches import Plan
from pharmacy.services.kept_words import kept
from pharmacy.services.ledger import enter_in_ledger
from pharmacy.services.signing import Proof
from pharmacy.store.tables import (
    Equipment,
    Formula,
    IngredientKind,
    Lot,
    MovementKind,
    Part,
    Pharmacy,
    Trituration,
    TriturationWeighing,
    WeighSource,
)

FORM = "powder"  # as `beyond_use` knows it: a non-aqueous solid


@dataclass(frozen=True, slots=True)
class Prepared:
    """A trituration worked out for a batch, before anything is written."""

    formula: Formula
    active: Lot
    diluent: Lot
    balance: Equipment
    minimum_mg: Decimal
    plan: Planned
    beyond_use: BeyondUse


@dataclass(frozen=True, slots=True)
class Weighing:
    """One weighing as it is typed or sent by a balance. weighed in mg. reader: the second person who read it."""

    part: Part
    lot_scanned: str
    weighed: Decimal
    source: WeighSource
    reader: Proof | None = None


def prepare(session: Session, formula_id: int, planned: Plan, *, today: date) -> Prepared:
    """The least wasteful trituration for a batch that the balance cannot weigh the active of.

    Raises: RuleBroken naming the field; also when the batch needs none.
    """
    formula = formulas.approved(session, formula_id)
    active, diluent = (
        batches.chosen_lot(session, formula, kind, planned) for kind in (IngredientKind.ACTIVE, IngredientKind.FILLER)
    )
    if len(kept(planned.purpose, field="purpose", called="Made for")) < 3:
        raise RuleBroken("Made for: name the batch that this trituration is for.", field="purpose")
    if active.trituration is not None:
        raise RuleBroken(f"Lot {active.number} is a trituration; it is not diluted once more.", field="lot-active")
    for lot in (active, diluent):
        lots.usable(lot, today)
        lots.refuse_unless_signed(session, lot)
    balance, minimum_mg = batch_equipment.balance_for(session, planned.balance_id, on=today)
    sheet = batches.worksheet_of(session, formula, active, diluent, planned.capsules, minimum_mg)
    found = plan_lot(
        needed_mg=sheet.active_total_mg,
        filler_mg=sheet.filler_total_mg,
        minimum_mg=minimum_mg,
        active_tolerance_percent=DEFAULT.active_tolerance_percent,
        diluent_tolerance_percent=DEFAULT.filler_tolerance_percent,
        step_mg=DEFAULT.trituration_step_mg,
    )
    batch_equipment.refuse_too_heavy(balance, max(found.weigh_mg, found.diluent_mg), advice="choose another balance")
    _refuse_unless_there(active, found.weigh_mg, "lot-active")
    _refuse_unless_there(diluent, found.diluent_mg, "lot-filler")
    components = tuple(Component(f"{lot.ingredient.name}, lot {lot.number}", lot.expiry) for lot in (active, diluent))
    return Prepared(
        formula,
        active,
        diluent,
        balance,
        minimum_mg,
        found,
        beyond_use_date(today, FORM, components, formula.limit_days),
    )


def plan(session: Session, formula_id: int, planned: Plan, *, actor: Actor, now: datetime, today: date) -> Trituration:
    """Opens a trituration: number, lots and amounts are fixed from here on.

    Raises: RuleBroken naming the field.
    """
    found = prepare(session, formula_id, planned, today=today)
    made = Trituration(
        number=trituration_number(next_number(session, "trituration")),
        state=TriturationState.PLANNED,
        formula=found.formula,
        capsules=planned.capsules,
        purpose=planned.purpose.strip(),
        active_lot=found.active,
        diluent_lot=found.diluent,
        active_mg=found.plan.weigh_mg,
        diluent_mg=found.plan.diluent_mg,
        needed_mg=found.plan.needed_mg,
        aliquot_mg=found.plan.aliquot_mg,
        minimum_mg=found.minimum_mg,
        balance=found.balance,
        compounded=today,
        beyond_use_date=found.beyond_use.date,
        beyond_use_rule=found.beyond_use.rule,
        planned_by_id=actor.id,
        planned_at=now,
    )
    session.add(made)
    session.flush()
    _note(
        session,
        Event.TRITURATION_PLANNED,
        made,
        actor=actor,
        now=now,
        number=made.number,
        formula=found.formula.title,
        lots=[found.active.number, found.diluent.number],
        active_mg=made.active_mg,
        diluent_mg=made.diluent_mg,
        beyond_use_date=made.beyond_use_date,
    )
    return made


def weigh(
    session: Session, trituration_id: int, weighing: Weighing, *, actor: Actor, now: datetime, today: date
) -> TriturationWeighing:
    """Takes one part from the lot that was scanned, the active first; after the diluent it waits to be mixed.

    Raises: RuleBroken naming the field.
    """
    made = get_to_change(session, Trituration, trituration_id, "trituration")
    state = move(session, made, "weigh", actor=actor, now=now)
    _refuse_unless_next(made, weighing.part)
    lot = get_to_change(session, Lot, made.source(weighing.part).id, "lot")
    container_codes.refuse_other(session, lot, weighing.lot_scanned, user="trituration", today=today)
    batch_equipment.refuse_unless_it_weighs(session, made.balance, weighing.weighed, today)
    _judge(made, weighing)
    second_readings.refuse_unread(session, lot.ingredient.kind, weighing.reader, actor)
    kind, called = MovementKind.TRITURATED, f"trituration {made.number}"
    lots.draw(session, lot, weighing.weighed, kind=kind, actor=actor, now=now, today=today, reason=called)
    row = _keep(session, made, lot, weighing, actor=actor, now=now)
    made.state = TriturationState(state)
    if next_part(made) is None:
        made.state = TriturationState(move(session, made, "finish_weighing", actor=actor, now=now))
    return row


def mix(session: Session, trituration_id: int, *, mixed_in: int, actor: Actor, now: datetime, today: date) -> Lot:
    """Every portion of the diluent is mixed in: it becomes a lot, in quarantine. mixed_in: how many were.

    Raises: RuleBroken naming the field.
    """
    made = get_to_change(session, Trituration, trituration_id, "trituration")
    state = move(session, made, "mix", actor=actor, now=now)
    portions = mixing_mg(made)
    if mixed_in != len(portions):
        raise RuleBroken(
            f"{mixed_in} of {len(portions)} portions are mixed in; confirm each one, in its order.", field="mixed_in"
        )
    for parent in sorted((made.active_lot_id, made.diluent_lot_id)):
        _refuse_unsound(get_to_change(session, Lot, parent, "lot"))
    if made.beyond_use_date < today:
        raise RuleBroken(f"Trituration {made.number} may be used until {made.beyond_use_date.isoformat()}: reject it.")
    lot = _lot_of(made, get(session, Pharmacy, 1, "pharmacy").name, actor=actor, now=now)
    session.add(lot)
    session.flush()
    made.state, made.lot = TriturationState(state), lot
    made.mixing_mg = [format(portion, "f") for portion in portions]
    made.mixed_by_id, made.mixed_at = actor.id, now
    reason = f"trituration of lots {made.active_lot.number} and {made.diluent_lot.number}"
    enter_in_ledger(session, lot, MovementKind.RECEIVED, lot.received_amount, actor=actor, now=now, reason=reason)
    session.flush()
    session.expire(lot, ["trituration"])
    _note(
        session,
        Event.TRITURATION_MIXED,
        made,
        actor=actor,
        now=now,
        lot=lot.number,
        amount=lot.received_amount,
        assay=lot.assay,
        portions=made.mixing_mg,
    )
    record(session, Event.LOT_RECEIVED, actor=actor, now=now, subject="lot", subject_id=lot.id, **lots.content(lot))
    return lot


def advance(
    session: Session, trituration_id: int, verb: str, *, reason: str, actor: Actor, now: datetime
) -> Trituration:
    """A plain step: rejected before it is mixed. What was weighed for it is gone.

    Raises: RuleBroken.
    """
    refuse_unless_plain(Subject.TRITURATION, verb)
    made = get_to_change(session, Trituration, trituration_id, "trituration")
    return end(session, made, verb, reason=reason, actor=actor, now=now)


def end(session: Session, made: Trituration, verb: str, *, reason: str, actor: Actor, now: datetime) -> Trituration:
    """Rejects or recalls a trituration, already locked, that is not mixed yet.

    Raises: RuleBroken.
    """
    before = made.state
    made.state = TriturationState(move(session, made, verb, actor=actor, now=now, reason=reason))
    made.note = reason.strip()
    _note(
        session,
        Event.TRITURATION_MOVED,
        made,
        actor=actor,
        now=now,
        step=verb,
        before=before.value,
        after=made.state.value,
        reason=made.note,
    )
    return made


def next_part(made: Trituration) -> Part | None:
    """What is weighed next; None when both parts are."""
    return next((part for part in Part if made.weighed(part) is None), None)


def tolerance(made: Trituration, part: Part, weighed_mg: Decimal) -> Tolerance:
    """The limits of a part, and whether this weight lies within them."""
    kind: Literal["active", "filler"] = "active" if part is Part.ACTIVE else "filler"
    return within_tolerance(kind, made.target(part), weighed_mg)


def mixing_mg(made: Trituration) -> tuple[Decimal, ...]:
    """Portions of diluent to mix in, each as much as is in the mortar already, from what was weighed [mg]."""
    if next_part(made) is not None:
        return ()
    active, diluent = (origins.weighed_mg(made, part) for part in Part)
    return geometric_portions(start_mg=active, diluent_mg=diluent)


def enough(held: tuple[Lot, ...], prepared: Prepared) -> tuple[Lot, ...]:
    """Those of the lots that are triturations with the same diluent, hold what the batch needs, and so dilute that the
    balance weighs it."""
    needed = Fraction(prepared.plan.needed_mg) * origins.purity(prepared.active)
    return tuple(
        lot
        for lot in held
        if lot.trituration is not None
        and lot.trituration.diluent_lot.ingredient_id == prepared.diluent.ingredient_id
        and prepared.minimum_mg <= needed / origins.purity(lot) <= lot.on_hand
    )


def _keep(
    session: Session, made: Trituration, lot: Lot, weighing: Weighing, *, actor: Actor, now: datetime
) -> TriturationWeighing:
    row = TriturationWeighing(
        trituration_id=made.id,
        part=weighing.part,
        lot_scanned=lot.number,
        weighed=weighing.weighed,
        source=weighing.source,
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    session.flush()
    session.expire(made, ["weighings"])
    if weighing.reader:
        second_readings.sign_trituration(session, made, row, weighing.reader, now=now)
    _note(
        session,
        Event.TRITURATION_WEIGHED,
        made,
        actor=actor,
        now=now,
        lot=lot.number,
        target=made.target(weighing.part),
        weighed=row.weighed,
        source=row.source.value,
    )
    return row


def _lot_of(made: Trituration, pharmacy: str, *, actor: Actor, now: datetime) -> Lot:
    """The lot as it goes into quarantine. Its assay is told with 6 digits; worksheets reckon with the weighings."""
    amount = sum((row.weighed for row in made.weighings), Decimal(0))
    return Lot(
        number=made.number,
        ingredient=made.active_lot.ingredient,
        supplier=pharmacy,
        maker_lot=made.number,
        state=LotState.QUARANTINED,
        received_at=now,
        received_by_id=actor.id,
        received_amount=amount,
        on_hand=amount,
        expiry=made.beyond_use_date,
        assay=rounded(origins.diluted(made), 6),
        assay_basis=AssayBasis.AS_IS.value,
        certificate=f"record of trituration {made.number}",
    )


def _refuse_unless_there(lot: Lot, needed_mg: Decimal, field: str) -> None:
    if lot.on_hand < needed_mg:
        raise RuleBroken(
            f"Lot {lot.number} holds {format_measure(lot.on_hand, 'mg')}, the trituration needs"
            f" {format_measure(needed_mg, 'mg')}.",
            field=field,
        )


def _refuse_unsound(parent: Lot) -> None:
    """A lot may be used up or expired by now, but what was found unfit after it was weighed goes no further."""
    if parent.state in (LotState.RECALLED, LotState.REJECTED):
        raise RuleBroken(f"Lot {parent.number} is {parent.state}; reject what was made from it.")


def _refuse_unless_next(made: Trituration, part: Part) -> None:
    waiting = next_part(made)
    if waiting is not part:
        raise RuleBroken(f"The {waiting} of trituration {made.number} is next; the {part} is not weighed now.")


def _judge(made: Trituration, weighing: Weighing) -> None:
    """Refuses a weight outside the tolerance, for too much can be taken off and too little added to."""
    read_decimal(weighing.weighed, field="weighed", places=3)
    if weighing.weighed < made.minimum_mg:
        raise RuleBroken(
            f"{format_measure(weighing.weighed, 'mg')} is below the {format_number(made.minimum_mg)} mg that this"
            " balance may weigh.",
            field="weighed",
        )
    found = tolerance(made, weighing.part, weighing.weighed)
    if not found.ok:
        raise RuleBroken(
            f"{format_measure(weighing.weighed, 'mg')} is {format_number(found.difference_percent)} % off the target;"
            f" {format_measure(found.low_mg, 'mg')} to {format_measure(found.high_mg, 'mg')} is allowed. Weigh again,"
            " or reject the trituration.",
            field="weighed",
        )


def _note(session: Session, event: Event, made: Trituration, *, actor: Actor, now: datetime, **detail: object) -> None:
    record(session, event, actor=actor, now=now, subject="trituration", subject_id=made.id, **detail)
