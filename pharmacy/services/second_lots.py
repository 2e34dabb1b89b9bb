"""A second lot in mid-batch: the first one ran out, another of the same ingredient gives the rest."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.beyond_use import BeyondUse, Component, beyond_use_date
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.second_lot import Rest, Taken, Wanted, fill_per_capsule_mg, rest_of_active, rest_of_filler
from pharmacy.domain.units import format_measure, format_number
from pharmacy.domain.weighing import Basis, within_tolerance
from pharmacy.domain.weighing_fractions import rounded
from pharmacy.domain.workflow import BatchState
from pharmacy.services import batch_equipment, batches, bench, components, formulas, lots
from pharmacy.services.acting import Actor, get_to_change, move, record
from pharmacy.services.ledger import in_unit
from pharmacy.store.tables import Batch, BatchInput, Equipment, IngredientKind, Lot


@dataclass(frozen=True, slots=True)
class Continued:
    """What a second lot would change. target: to weigh of it. filler: the batch's new filler target, None: it stays."""

    lot: Lot
    target: Decimal
    filler: Decimal | None
    beyond_use: BeyondUse
    worked_out: dict[str, object]
    filler_steps: list[dict[str, object]]


def lots_for(session: Session, batch: Batch, position: int, today: date) -> tuple[Lot, ...]:
    """Lots that could take over, the one that expires first in front."""
    used = {taken.lot_id for taken in components.chain(batch, position)}
    ingredient = components.current(batch, position).lot.ingredient_id
    return tuple(lot for lot in lots.first_expired_first_out(session, ingredient, today) if lot.id not in used)


def work_out(session: Session, batch: Batch, position: int, lot: Lot, today: date) -> Continued:
    """What is to be weighed of this lot, and what else it changes. Writes nothing.

    Raises: RuleBroken naming the field.
    """
    taken = components.current(batch, position)
    _refuse_unless_fit(session, batch, position, lot, today)
    kind = taken.lot.ingredient.kind
    if kind is IngredientKind.SHELL:
        left = taken.target - components.weighed(taken)
        rest = Rest(left, Decimal(0), ())
    elif kind is IngredientKind.FILLER:
        rest = _rest_of_filler(session, batch, taken, lot)
    else:
        rest = _rest_of_active(session, batch, position, lot)
    least = batch_equipment.least_mg(session, batch)
    if kind is not IngredientKind.SHELL and rest.rest_mg < least:
        raise RuleBroken(
            f"{format_measure(rest.rest_mg, 'mg')} is still to be weighed, below the"
            f" {format_number(least)} mg that the balance may weigh. Reject the batch and plan another.",
            field="lot_scanned",
        )
    if lot.on_hand < rest.rest_mg:
        raise RuleBroken(
            f"Lot {lot.number} holds {in_unit(lot, lot.on_hand)}, the batch still needs {in_unit(lot, rest.rest_mg)}.",
            field="lot_scanned",
        )
    steps = [step.to_document() for step in rest.steps]
    worked_out: dict[str, object] = {"steps": steps[:1]}
    filler = _new_filler(session, batch, rest) if kind is IngredientKind.ACTIVE else None
    if kind is not IngredientKind.SHELL and batch.balance is not None:
        _refuse_too_heavy(batch.balance, max(rest.rest_mg, filler or rest.rest_mg))
    if kind is not IngredientKind.SHELL:
        worked_out["fill_per_capsule_mg"] = format(_fill_per_capsule_mg(batch, position, rest, filler), "f")
    return Continued(lot, rest.rest_mg, filler, _beyond_use(batch, taken, lot), worked_out, steps[1:])


def take_over(
    session: Session,
    batch_id: int,
    position: int,
    lot_scanned: str,
    *,
    ran_out: str = "",
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Continued:
    """Another lot gives the rest of the component that is weighed now; what was weighed stays in the batch.

    ran_out: the lot that this is about, as the page showed it; "" when it did not say.
    Raises: RuleBroken naming the field.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    move(session, batch, "continue", actor=actor, now=now, reason=reason)
    formulas.refuse_unless_in_force(session, batch.formula, begun=batch.state is BatchState.WEIGHING)
    bench.refuse_unless_next(batch, position)
    taken = components.current(batch, position)
    if ran_out and ran_out != taken.lot.number:
        raise RuleBroken(
            f"Lot {taken.lot.number} took over from lot {ran_out} meanwhile; look at the bench first.",
            field="lot_scanned",
        )
    lot = get_to_change(session, Lot, _lot_id(session, lot_scanned), "lot")
    found = work_out(session, batch, position, lot, today)
    _follow(session, batch, taken, lot, found.target, found.worked_out)
    if found.filler is not None:
        before = _filler(batch)
        _follow(session, batch, before, before.lot, found.filler, {"steps": found.filler_steps})
    earlier = batch.beyond_use_date
    batch.beyond_use_date, batch.beyond_use_rule = found.beyond_use.date, found.beyond_use.rule
    session.flush()
    record(
        session,
        Event.BATCH_CONTINUED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        from_lot=taken.lot.number,
        weighed=components.weighed(taken),
        to_lot=lot.number,
        target=found.target,
        filler=found.filler,
        beyond_use_date={"from": earlier, "to": batch.beyond_use_date},
        reason=reason.strip(),
    )
    return found


def _refuse_unless_fit(session: Session, batch: Batch, position: int, lot: Lot, today: date) -> None:
    chain = components.chain(batch, position)
    if lot.ingredient_id != chain[0].lot.ingredient_id:
        raise RuleBroken(
            f"Lot {lot.number} is {lot.ingredient.name}; the rest of {chain[0].lot.ingredient.name} is needed.",
            field="lot_scanned",
        )
    if lot.id in {taken.lot_id for taken in chain}:
        raise RuleBroken(f"Lot {lot.number} is the one that ran out; scan another.", field="lot_scanned")
    lots.usable(lot, today)
    lots.refuse_unless_signed(session, lot)


def _refuse_too_heavy(balance: Equipment, amount_mg: Decimal) -> None:
    advice = "choose another lot, or another balance for the batch"
    batch_equipment.refuse_too_heavy(balance, amount_mg, field="lot_scanned", advice=advice)


def _rest_of_active(session: Session, batch: Batch, position: int, lot: Lot) -> Rest:
    size = batch.formula.capsule_size
    wanted = Wanted(
        batch.formula.strength_mg,
        Basis(batch.formula.basis),
        batch.capsules,
        batch.formula.overage,
        batches.packing_of(session, _filler(batch).lot, size, "lot_scanned"),
    )
    taken = tuple(
        Taken(components.weighed(one), batches.active_lot(session, one.lot, size, "lot_scanned"))
        for one in components.chain(batch, position)
        if one.weigh_ins
    )
    return rest_of_active(wanted, taken, batches.active_lot(session, lot, size, "lot_scanned"))


def _rest_of_filler(session: Session, batch: Batch, taken: BatchInput, lot: Lot) -> Rest:
    size = batch.formula.capsule_size
    return rest_of_filler(
        left_mg=taken.target - components.weighed(taken),
        packing_mg=batches.packing_of(session, taken.lot, size, "lot_scanned"),
        next_packing_mg=batches.packing_of(session, lot, size, "lot_scanned"),
    )


def _new_filler(session: Session, batch: Batch, rest: Rest) -> Decimal | None:
    """The filler's new target. Filler that is in the mortar already has to fit, within its tolerance.

    Raises: RuleBroken.
    """
    filler = _filler(batch)
    if not filler.weigh_ins:
        return rest.filler_total_mg if rest.filler_total_mg != filler.target else None
    weighed = _filler_weighed(session, batch)
    if not within_tolerance("filler", rest.filler_total_mg, weighed).ok:
        raise RuleBroken(
            f"With this lot {format_measure(rest.filler_total_mg, 'mg')} of filler belong into the batch;"
            f" {format_measure(weighed, 'mg')} are weighed already. Choose another lot.",
            field="lot_scanned",
        )
    return None


def _filler_weighed(session: Session, batch: Batch) -> Decimal:
    """What was weighed of the filler, of every lot of it, as milligrams of the last one that take the same room."""
    rows = [one for one in components.chain(batch, _position_of(batch, IngredientKind.FILLER)) if one.weigh_ins]
    full = [Fraction(batches.packing_of(session, one.lot, batch.formula.capsule_size, "lot_scanned")) for one in rows]
    room = sum((Fraction(components.weighed(one)) / each for one, each in zip(rows, full, strict=True)), Fraction(0))
    return rounded(room * full[-1], 3)


def _fill_per_capsule_mg(batch: Batch, position: int, rest: Rest, filler: Decimal | None) -> Decimal:
    """What one capsule holds, of what was weighed of every lot and of what is still to be weighed."""
    due = batches.powder_mg(batch) + rest.rest_mg
    for one in components.planned(batch):
        is_powder = one.lot.ingredient.kind is not IngredientKind.SHELL
        if is_powder and one.position != position and not components.is_complete(batch, one.position):
            due += components.current(batch, one.position).target if filler is None else filler
    return fill_per_capsule_mg(powder_mg=due, capsules=batch.capsules, overage=batch.formula.overage)


def _beyond_use(batch: Batch, taken: BatchInput, lot: Lot) -> BeyondUse:
    """The batch's date with this lot in it, and without the one before when nothing was weighed of it."""
    used = [one.lot for one in components.in_use(batch) if one.id != taken.id or one.weigh_ins]
    parts = tuple(
        Component(f"{one.ingredient.name}, lot {one.number}", one.expiry) for one in dict.fromkeys([*used, lot])
    )
    return beyond_use_date(batch.compounded, batch.formula.form, parts, batch.formula.limit_days)


def _follow(
    session: Session,
    batch: Batch,
    before: BatchInput,
    lot: Lot,
    target: Decimal,
    worked_out: dict[str, object],
) -> None:
    row = BatchInput(
        batch_id=batch.id,
        position=max(one.position for one in batch.inputs) + 1,
        lot_id=lot.id,
        target=target,
        continues=before.position,
        worked_out=worked_out,
    )
    session.add(row)
    session.flush()
    session.expire(batch, ["inputs"])


def _filler(batch: Batch) -> BatchInput:
    return components.current(batch, _position_of(batch, IngredientKind.FILLER))


def _position_of(batch: Batch, kind: IngredientKind) -> int:
    return next(one.position for one in components.planned(batch) if one.lot.ingredient.kind is kind)


def _lot_id(session: Session, scanned: str) -> int:
    number = scanned.strip().upper()
    found = session.scalar(select(Lot.id).where(Lot.number == number)) if number.isprintable() else None
    if found is None:
        raise RuleBroken(f"Lot: there is none of the number “{scanned.strip()[:40]}”.", field="lot_scanned")
    return found
