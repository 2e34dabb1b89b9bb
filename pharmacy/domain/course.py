"""The dose that directions and a titration plan mean: each in its band, and both the same.

The label prints the directions, so a plan never takes their place: what the directions mean is judged even
when a plan stands beside them.
"""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from pharmacy.domain import dose, titration
from pharmacy.domain.dose_bands import band
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.rules import found
from pharmacy.domain.sig import Directions
from pharmacy.domain.titration import Step
from pharmacy.domain.units import format_number, format_strength


def directed(strength_mg: Decimal | None, directions: Directions) -> tuple[Step, ...]:
    """What the directions mean: strength x units x times for each phase; nothing without a strength.

    strength_mg: per capsule [mg].
    """
    if strength_mg is None:
        return ()
    return tuple(Step(dose.daily_dose(strength_mg, phase), phase.days) for phase in directions.phases)


def review(
    strength_mg: Decimal | None, directions: Directions, plan: tuple[Step, ...], policy: DosePolicy
) -> Iterable[Finding]:
    """Findings about the daily doses of the directions, alone and against the plan.

    The plan's own doses are judged by titration.review. strength_mg: per capsule [mg].
    """
    said = directed(strength_mg, directions)
    if strength_mg is not None and strength_mg > policy.pharmacist_most and (plan or not said):
        yield from _one(band(strength_mg, policy, what="The strength"))
    if plan:
        yield from _beside_a_plan(strength_mg, directions, plan, policy)
        yield from _against(strength_mg, directions, said, plan)
    elif len(said) == 1:
        phase = directions.phases[0]
        yield from _one(band(said[0].dose_mg, policy, strength_mg=strength_mg, phase=phase))
    else:
        yield from titration.review(said, policy)
    if any(phase.doses_per_day != 1 for phase in directions.phases) and (plan or said):
        message = "The directions are not once a day; low-dose naltrexone is taken once a day. Ask the prescriber."
        yield found("directions.not-once-daily", message)


def _beside_a_plan(
    strength_mg: Decimal | None, directions: Directions, plan: tuple[Step, ...], policy: DosePolicy
) -> Iterable[Finding]:
    judged = {step.dose_mg for step in plan}
    said = directed(strength_mg, directions)
    for place, (step, phase) in enumerate(zip(said, directions.phases, strict=False), start=1):
        if step.dose_mg not in judged:
            part = "" if len(said) == 1 else f", part {place},"
            what = f"The daily dose of the directions{part}"
            yield from _one(band(step.dose_mg, policy, what=what, strength_mg=strength_mg, phase=phase))


def _against(
    strength_mg: Decimal | None, directions: Directions, said: tuple[Step, ...], plan: tuple[Step, ...]
) -> Iterable[Finding]:
    planned = titration.describe(plan)
    if said and not _same_course(said, plan):
        stop = _doses(said) != _doses(plan)
        advice = "The label prints the directions: ask the prescriber." if stop else "Ask which holds."
        message = f"The directions mean {titration.describe(said)}; the titration plan says {planned}. {advice}"
        level = Level.STOP if stop else Level.PHARMACIST
        yield found("titration.disagrees", message, level=level)
    if strength_mg is None:
        yield from _one_capsule(directions, planned)
        return
    odd = [step.dose_mg for step in plan if step.dose_mg % strength_mg != 0]
    if odd:
        doses = ", ".join(format_strength(mg) for mg in odd)
        message = f"Capsules of {format_strength(strength_mg)} do not make {doses}; these steps need other strengths."
        yield found("titration.strengths", message)


def _one_capsule(directions: Directions, planned: str) -> Iterable[Finding]:
    """Without a strength each step has capsules of its own dose, and the directions may only take one a day."""
    most = max((phase.units_per_day for phase in directions.phases), default=Decimal(1))
    if most > 1:
        message = (
            f"The titration plan says {planned} and no strength could be read, so one capsule holds one day's dose;"
            f" the directions take {format_number(most)} a day. Ask the prescriber."
        )
        yield found("titration.disagrees", message)


def _same_course(said: tuple[Step, ...], plan: tuple[Step, ...]) -> bool:
    """Equal doses and lengths; the last step may leave its end open on either side."""
    if len(said) != len(plan) or _doses(said) != _doses(plan):
        return False
    *first, last = [(a.days, b.days) for a, b in zip(said, plan, strict=True)]
    return all(a == b for a, b in first) and (None in last or last[0] == last[1])


def _doses(course: tuple[Step, ...]) -> list[Decimal]:
    """The doses in their order, each once for as long as it lasts."""
    return [amount for amount, _ in groupby(step.dose_mg for step in course)]


def _one(finding: Finding | None) -> tuple[Finding, ...]:
    return () if finding is None else (finding,)
