"""The course of a prescription: the bottles of its titration plan, each a fill of its own, handed out in order."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain import bottling, titration
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.prescription import from_document
from pharmacy.domain.sig import read_directions
from pharmacy.domain.titration import Bottle
from pharmacy.domain.units import format_strength
from pharmacy.domain.workflow import FillState
from pharmacy.store.tables import Fill, Prescription


def is_planned(rx: Prescription) -> bool:
    """Whether its doses come from a titration plan."""
    return bottling.planned(from_document(rx.document))


def steps_of(rx: Prescription) -> tuple[titration.Step, ...]:
    """The steps of its plan as they were entered; none where one cannot be read."""
    return titration.read_plan(from_document(rx.document).titration)[0]


def bottles_of(rx: Prescription) -> tuple[Bottle, ...]:
    """What one filling of a prescription takes: of a plan a bottle for each step, else one container.

    Raises: RuleBroken when its plan cannot be packed.
    """
    packed = bottling.pack(from_document(rx.document))
    if packed:
        return packed
    assert rx.strength_mg is not None and rx.quantity and rx.days_supply  # noqa: S101, PT018 - verified ones have them
    return (Bottle(rx.strength_mg, rx.quantity, 1, rx.days_supply),)


def why_not(rx: Prescription) -> str:
    """Why the plan of a prescription cannot be filled as it stands; "" when it can, or when there is none."""
    try:
        bottling.pack(from_document(rx.document))
    except RuleBroken as refusal:
        return refusal.message
    return ""


def refills(rx: Prescription) -> int:
    """How many refills may be filled: of a plan none, since each would start over at the first dose."""
    return 0 if bottling.starts_over(steps_of(rx)) else rx.refills or 0


def live(session: Session, rx: Prescription) -> list[Fill]:
    """The fills of a prescription that were not cancelled, the first in front."""
    statement = select(Fill).where(Fill.prescription_id == rx.id, Fill.state != FillState.CANCELLED)
    return list(session.scalars(statement.order_by(Fill.fill_number)))


def packed(session: Session, fill: Fill) -> tuple[Bottle, ...]:
    """The bottles of the course that a fill belongs to, which are those of its plan as it stands.

    Raises: RuleBroken when the plan was entered anew since they were filled.
    """
    rx = fill.prescription
    bottles = bottles_of(rx)
    if any(not _is_of(one, bottles) for one in live(session, rx)):
        raise RuleBroken(f"The plan of prescription {rx.number} was entered anew; its bottles are of the one before.")
    return bottles


def wanting(bottles: tuple[Bottle, ...], counted: list[Fill]) -> tuple[int, ...]:
    """The places of the bottles for which there is no fill; counted: the live fills of the prescription.

    None once a fill differs from the plan, as when the plan was entered anew: half of one and half of another plan
    are no course.
    """
    if any(not _is_of(fill, bottles) for fill in counted):
        return ()
    begun = {fill.bottle for fill in counted}
    return tuple(place for place in range(1, len(bottles) + 1) if place not in begun)


def fills_left(session: Session, rx: Prescription) -> int:
    """How many fills may still be started; cancelled ones do not count."""
    counted = live(session, rx)
    if len(from_document(rx.document).titration) < 2:
        return (rx.refills or 0) + 1 - len(counted)
    try:
        return len(wanting(bottles_of(rx), counted))
    except RuleBroken:  # entered anew since, and not verified yet
        return 0


def directions_of(fill: Fill) -> str:
    """What the label of a fill tells the patient to do.

    Raises: RuleBroken.
    """
    if fill.bottles == 1:
        return fill.prescription.directions
    assert fill.strength_mg is not None  # noqa: S101 - a bottle of a plan is started with it
    return _on_its_days(fill.prescription, Bottle(fill.strength_mg, fill.quantity, fill.first_day, fill.last_day))


def directions_on(rx: Prescription, bottles: tuple[Bottle, ...], place: int) -> str:
    """What the label of the bottle in this place says, as `directions_of` its fill."""
    return rx.directions if len(bottles) == 1 else _on_its_days(rx, bottles[place - 1])


def _on_its_days(rx: Prescription, bottle: Bottle) -> str:
    return bottling.directions_for(bottle, read_directions(from_document(rx.document).directions))


def name_of(fill: Fill) -> str:
    """ "Bottle 2 of 3", "" where there is only one."""
    return f"Bottle {fill.bottle} of {fill.bottles}" if fill.bottles > 1 else ""


def refuse_out_of_turn(session: Session, fill: Fill) -> None:
    """Refuses to hand out a bottle while the patient does not have every one before it.

    Raises: RuleBroken.
    """
    out = {other.bottle for other in live(session, fill.prescription) if other.state is FillState.DISPENSED}
    missing = [place for place in range(1, fill.bottle) if place not in out]
    if missing:
        raise RuleBroken(
            f"{name_of(fill)} is not handed out yet: the patient does not have bottle {missing[0]}, which comes before"
            " it."
        )


def refuse_to_start_over(rx: Prescription) -> None:
    """Raises: RuleBroken when it has a plan: only a new prescription goes on from there."""
    steps = steps_of(rx)
    if bottling.starts_over(steps):
        raise RuleBroken(
            f"The titration plan of prescription {rx.number} was filled. A refill would start over at"
            f" {format_strength(steps[0].dose_mg)}: ask for a new prescription at the dose that was reached,"
            f" {format_strength(steps[-1].dose_mg)}."
        )


def _is_of(fill: Fill, bottles: tuple[Bottle, ...]) -> bool:
    held = (fill.strength_mg, fill.quantity, fill.first_day, fill.days_supply)
    if fill.bottles != len(bottles):
        return False
    bottle = bottles[fill.bottle - 1]
    return held == (bottle.strength_mg, bottle.capsules, bottle.first_day, bottle.days)
