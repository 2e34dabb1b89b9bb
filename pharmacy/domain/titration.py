"""Titration: rising doses in steps, one bottle for each, and a calendar."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pharmacy.domain.dose_bands import band
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.findings import Finding
from pharmacy.domain.prescription import TitrationStep
from pharmacy.domain.rules import found
from pharmacy.domain.strength import Strength, read_strength
from pharmacy.domain.units import clip, format_number, format_strength, read_decimal, read_whole

_LONGEST = 3650  # days
_LARGEST = Decimal(10_000)  # mg; far above any dose, so that arithmetic stays exact
_PLACES = 6


@dataclass(frozen=True, slots=True)
class Step:
    """dose_mg: daily dose [mg]. days: length [days], None for a last step without an end."""

    dose_mg: Decimal
    days: int | None


@dataclass(frozen=True, slots=True)
class Bottle:
    """One bottle of a plan. strength_mg: per capsule [mg]. first_day, last_day: days of treatment, counted from 1."""

    strength_mg: Decimal
    capsules: int
    first_day: int
    last_day: int

    @property
    def days(self) -> int:
        """How long it lasts [days]."""
        return self.last_day - self.first_day + 1

    @property
    def capsules_a_day(self) -> int:
        """Capsules a day, the same on each of its days."""
        return self.capsules // self.days

    @property
    def dose_mg(self) -> Decimal:
        """Daily dose [mg]."""
        return self.strength_mg * self.capsules_a_day


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar. number: day of treatment, from 1. bottle: its place in the plan, from 1."""

    date: date
    number: int
    dose_mg: Decimal
    capsules: int
    bottle: int


def read_plan(steps: tuple[TitrationStep, ...]) -> tuple[tuple[Step, ...], tuple[Finding, ...]]:
    """The steps of a plan; no steps at all when one of them cannot be read, and then a finding for each."""
    read: list[Step] = []
    findings: list[Finding] = []
    notes: list[Finding] = []
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        try:
            dose, written = _dose(step.dose_mg, place)
            days = None if last and not step.days.strip() else _days(step.days, place)
        except InputUnusable as problem:
            message = f"Step {place + 1} of the titration could not be read: {problem.message}"
            findings.append(found("titration.unreadable", message))
            continue
        read.append(Step(dose, days))
        notes.extend(_as_written(written, place))
    return (() if findings else tuple(read)), (*findings, *notes)


def review(steps: tuple[Step, ...], policy: DosePolicy) -> tuple[Finding, ...]:
    """Each dose in its band, never falling and never rising by more than the policy without a reason."""
    findings = [
        finding
        for place, step in enumerate(steps, start=1)
        if (finding := band(step.dose_mg, policy, what=f"The daily dose of step {place}")) is not None
    ]
    for place, (before, after) in enumerate(itertools.pairwise(steps), start=2):
        change = after.dose_mg - before.dose_mg
        if change < 0:
            message = (
                f"Step {place} falls from {format_strength(before.dose_mg)} to"
                f" {format_strength(after.dose_mg)}; a"
                " falling dose needs a reason."
            )
            findings.append(found("titration.falls", message))
        elif change > policy.step_up_most:
            message = (
                f"Step {place} rises by {format_strength(change)}, more than"
                f" {format_strength(policy.step_up_most)}; a"
                " larger step needs a reason."
            )
            findings.append(found("titration.steep", message))
    return tuple(findings)


def bottles(steps: tuple[Step, ...], days_supply: int, strength_mg: Decimal | None = None) -> tuple[Bottle, ...]:
    """One bottle for each step, the last one to the end of the supply when its step has no end.

    days_supply: [days]. strength_mg: of every capsule [mg], so that a dose takes several a day; None where each step
    has capsules of its own dose, one a day.
    Raises: RuleBroken when the supply ends before the last step begins, or whole capsules do not make a dose.

    >>> steps = (Step(Decimal("1.5"), 7), Step(Decimal("3"), 7), Step(Decimal("4.5"), None))
    >>> [(b.capsules, b.first_day, b.last_day) for b in bottles(steps, 30)]
    [(7, 1, 7), (7, 8, 14), (16, 15, 30)]
    >>> [(b.strength_mg, b.capsules) for b in bottles(steps[:2], 14, Decimal("1.5"))]
    [(Decimal('1.5'), 7), (Decimal('1.5'), 14)]
    """
    packed: list[Bottle] = []
    day = 1
    for step in steps:
        days = days_supply - day + 1 if step.days is None else step.days
        if days < 1:
            raise RuleBroken(
                f"The supply ends after {days_supply} days, before the step of"
                f" {format_strength(step.dose_mg)} begins"
                f" on day {day}.",
                "days_supply",
            )
        strength = step.dose_mg if strength_mg is None else strength_mg
        packed.append(Bottle(strength, days * _a_day(step, strength), day, day + days - 1))
        day += days
    return tuple(packed)


def _a_day(step: Step, strength_mg: Decimal) -> int:
    """How many capsules make the dose of a step. strength_mg: per capsule [mg]."""
    if step.dose_mg <= 0 or strength_mg <= 0 or step.dose_mg % strength_mg != 0:
        made = f"Capsules of {format_strength(strength_mg)} do not make {format_strength(step.dose_mg)}"
        raise RuleBroken(f"{made}; this step needs another strength.", "strength")
    return int(step.dose_mg / strength_mg)


def capsules_by_strength(packed: tuple[Bottle, ...]) -> dict[Decimal, int]:
    """Capsules needed of each strength [mg].

    >>> capsules_by_strength((Bottle(Decimal("1.5"), 7, 1, 7), Bottle(Decimal("1.5"), 7, 8, 14)))
    {Decimal('1.5'): 14}
    """
    totals: dict[Decimal, int] = {}
    for bottle in packed:
        totals[bottle.strength_mg] = totals.get(bottle.strength_mg, 0) + bottle.capsules
    return totals


def calendar(packed: tuple[Bottle, ...], first: date) -> tuple[Day, ...]:
    """Each day of the plan with its dose and bottle, for the sheet that goes with the bottles.

    first: the day of the first capsule, a local calendar date.
    Raises: RuleBroken when the calendar ends first.

    >>> day = calendar((Bottle(Decimal("1.5"), 2, 1, 2),), date(2025, 1, 2))[-1]
    >>> day.date, day.number, day.dose_mg, day.bottle
    (datetime.date(2025, 1, 3), 2, Decimal('1.5'), 1)
    """
    if packed and (date.max - first).days < packed[-1].last_day:
        raise RuleBroken(
            f"{packed[-1].last_day} days from {first.isoformat()} are past the end of the calendar.", "first"
        )
    return tuple(
        Day(first + timedelta(days=day - 1), day, bottle.dose_mg, bottle.capsules_a_day, place)
        for place, bottle in enumerate(packed, start=1)
        for day in range(bottle.first_day, bottle.last_day + 1)
    )


def describe(steps: tuple[Step, ...]) -> str:
    """The plan in one line.

    >>> describe((Step(Decimal("1.5"), 7), Step(Decimal("3"), None)))
    '1.5 mg for 7 days, then 3 mg'
    """
    return ", then ".join(
        format_strength(step.dose_mg) + ("" if step.days is None else f" for {format_number(Decimal(step.days))} days")
        for step in steps
    )


def _days(text: str, place: int) -> int:
    field = f"titration[{place}].days"
    if not text.strip():
        raise InputUnusable(f"{field}: {clip(text)}: how many days the step lasts is missing.", field)
    return read_whole(text, field=field, least=1, most=_LONGEST)


def _dose(text: str, place: int) -> tuple[Decimal, Strength | None]:
    """A daily dose as a plain number of mg, or with its unit as a strength is written, and then how it was written."""
    field = f"titration[{place}].dose_mg"
    if not any(letter.isalpha() for letter in text):
        return read_decimal(text.strip(), field=field, most=_LARGEST, places=_PLACES), None
    written = read_strength(text)
    if written.mg is None:
        raise InputUnusable(written.problem.replace("The strength", "the dose", 1), field)
    return read_decimal(written.mg, field=field, most=_LARGEST, places=_PLACES), written


def _as_written(written: Strength | None, place: int) -> Iterator[Finding]:
    if written is not None and written.converted:
        message = f"Step {place + 1} was written in micrograms: {written.converted}. Compare it with the prescription."
        yield found("strength.micrograms", message)
    if written is not None and written.forms:
        yield found(
            "strength.written-form",
            f"Step {place + 1} of the titration, {clip(written.written)}, has {'; '.join(written.forms)}.",
        )
