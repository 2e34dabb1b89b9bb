"""A titration plan as it is filled: one bottle for each step, and what each label says. Anything doubtful is refused.

The screening judges the doses; here quantity, days' supply, directions and plan have to be one and the same course,
since a label that follows the plan must not say anything else than the directions that were signed.
"""

from dataclasses import replace
from decimal import Decimal

from pharmacy.domain import dose, titration
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.prescription import Prescription
from pharmacy.domain.sig import Directions, read_directions, write_directions
from pharmacy.domain.sig_phases import Phase
from pharmacy.domain.strength import read_strength
from pharmacy.domain.titration import Bottle, Step
from pharmacy.domain.units import format_number, format_strength

MOST_BOTTLES = 12
_PLACES = 3  # of a dose in mg: a microgram is the least that is kept


def planned(prescription: Prescription) -> bool:
    """Whether its doses come from the plan: several steps, or one where no strength says the dose."""
    steps = prescription.titration
    return len(steps) > 1 or (len(steps) == 1 and read_strength(prescription.strength).mg is None)


def starts_over(steps: tuple[Step, ...]) -> bool:
    """Whether a refill would go back to the first dose of a plan, away from the one that was reached.

    >>> starts_over((Step(Decimal("1.5"), 7), Step(Decimal("3"), None))), starts_over((Step(Decimal("3"), None),))
    (True, False)
    """
    return len(steps) > 1


def pack(prescription: Prescription) -> tuple[Bottle, ...]:
    """The bottles of a prescription's plan in their order; none where the strength says the dose.

    Raises: RuleBroken naming what does not agree.
    """
    if not planned(prescription):
        return ()
    steps, problems = titration.read_plan(prescription.titration)
    if not steps:
        raise RuleBroken(problems[0].message, "titration")
    _refuse_odd(steps)
    strength = read_strength(prescription.strength).mg
    days = dose.read_count(prescription.days_supply, field="days_supply")
    packed = titration.bottles(steps, days, strength)
    _refuse_unless_agreed(packed, days, dose.read_count(prescription.quantity, field="quantity"))
    _refuse_other_course(read_directions(prescription.directions), packed, strength)
    return packed


def directions_for(bottle: Bottle, directions: Directions) -> str:
    """What the label of a bottle tells the patient to do, with the time of day from the directions.

    Raises: RuleBroken when the directions give none.

    >>> directions_for(Bottle(Decimal("3"), 7, 8, 14), read_directions("1 capsule qhs"))
    'Take 1 capsule at bedtime on days 8 to 14'
    """
    if not directions.phases:
        raise RuleBroken(_UNREAD, "directions")
    each = replace(directions.phases[0], units_per_dose=Decimal(bottle.capsules_a_day), days=None)
    if bottle.days == 1:
        return f"{write_directions((each,))} on day {bottle.first_day}"
    return f"{write_directions((each,))} on days {bottle.first_day} to {bottle.last_day}"


_UNREAD = (
    "The directions could not be read, so no bottle's label can say when its capsules are taken. Enter them as for one"
    " day: “Take 1 capsule at bedtime”."
)


def _refuse_odd(steps: tuple[Step, ...]) -> None:
    if len(steps) > MOST_BOTTLES:
        raise RuleBroken(
            f"The titration plan has {len(steps)} steps, and each is filled as a bottle; at most {MOST_BOTTLES} are.",
            "titration",
        )
    for place, step in enumerate(steps, start=1):
        if step.dose_mg <= 0 or step.dose_mg != round(step.dose_mg, _PLACES):
            raise RuleBroken(
                f"Step {place} of the titration, {format_strength(step.dose_mg)}, is no whole number of micrograms"
                " above zero.",
                "titration",
            )


def _refuse_unless_agreed(packed: tuple[Bottle, ...], days: int, quantity: int) -> None:
    lasts = packed[-1].last_day
    if lasts != days:
        raise RuleBroken(f"The titration plan lasts {lasts} days; the days' supply is {days}.", "days_supply")
    held = sum(bottle.capsules for bottle in packed)
    if held != quantity:
        raise RuleBroken(
            f"The bottles of the titration plan hold {held} capsules, not the quantity of {quantity}.", "quantity"
        )


def _refuse_other_course(directions: Directions, packed: tuple[Bottle, ...], strength_mg: Decimal | None) -> None:
    """strength_mg: per capsule [mg]; None where each bottle has its own."""
    phases = directions.phases
    if not phases:
        raise RuleBroken(_UNREAD, "directions")
    daily = len({phase.timing for phase in phases}) == 1 and all(phase.doses_per_day == 1 for phase in phases)
    if not daily or directions.as_needed:
        raise RuleBroken(
            "A titration plan is filled for one dose a day, at the same time on every day; the directions say"
            " otherwise.",
            "directions",
        )
    if not _same_course(phases, packed, each_its_own=strength_mg is None):
        told = "; ".join(
            f"{format_number(Decimal(b.capsules_a_day))} a day of {format_strength(b.strength_mg)} for {b.days} days"
            for b in packed
        )
        raise RuleBroken(
            f"The directions take other capsules, or other days, than the titration plan: {told}.", "directions"
        )


def _same_course(phases: tuple[Phase, ...], packed: tuple[Bottle, ...], *, each_its_own: bool) -> bool:
    """each_its_own: every bottle has capsules of its own strength, so that one sentence may stand for all of them."""
    if len(phases) == 1 and each_its_own:
        return phases[0].units_per_dose == 1 and phases[0].days in (None, packed[-1].last_day)
    return len(phases) == len(packed) and all(
        phase.units_per_dose == bottle.capsules_a_day and phase.days in (None, bottle.days)
        for phase, bottle in zip(phases, packed, strict=True)
    )
