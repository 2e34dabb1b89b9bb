"""Daily dose: how it is computed, and whether quantity, days and directions agree."""

import re
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.findings import Finding
from pharmacy.domain.rules import found
from pharmacy.domain.sig_phases import Phase
from pharmacy.domain.units import clip, format_number, format_strength, read_whole

_UNIT = r"(?:capsules?|caps?|ea|each|ct|day(?:s|s' supply)?)?"
_COUNT = re.compile(rf"#? ?(?P<n>[0-9]{{1,6}})(?:\.0+)? ?(?:\((?P<words>[a-z -]+)\))? ?{_UNIT}\.?")
_USUAL_DAYS = frozenset({5, 10, 15, 20, 100, *range(7, 99, 7), *range(30, 361, 30)})


def daily_dose(strength_mg: Decimal, phase: Phase) -> Decimal:
    """Daily dose of one stretch of the directions [mg] = strength x units per dose x doses per day.

    strength_mg: per capsule [mg].

    >>> daily_dose(Decimal("1.5"), Phase(Decimal(3), Decimal(1), None, "at bedtime"))
    Decimal('4.5')
    """
    return strength_mg * phase.units_per_dose * phase.doses_per_day


def arithmetic(strength_mg: Decimal | None, phases: tuple[Phase, ...]) -> tuple[str, ...]:
    """How each daily dose comes about, one line for each phase; nothing without a strength.

    strength_mg: per capsule [mg].

    >>> arithmetic(Decimal("1.5"), (Phase(Decimal(3), Decimal(1), None, "at bedtime"),))
    ('1.5 mg × 3 capsules × 1 a day = 4.5 mg a day',)
    """
    if strength_mg is None:
        return ()
    return tuple(
        f"{factors(strength_mg, phase)} = {format_strength(daily_dose(strength_mg, phase))} a day{_lasting(phase)}"
        for phase in phases
    )


def factors(strength_mg: Decimal, phase: Phase) -> str:
    """Strength x units x times of one phase, in words. strength_mg: per capsule [mg]."""
    capsules = "capsule" if phase.units_per_dose <= 1 else "capsules"
    return (
        f"{format_strength(strength_mg)} × {format_number(phase.units_per_dose)} {capsules}"
        f" × {format_number(phase.doses_per_day)} a day"
    )


def _lasting(phase: Phase) -> str:
    return f" for {phase.days} {'day' if phase.days == 1 else 'days'}" if phase.days else ""


def read_count(text: str, *, field: str, least: int = 1, most: int = 100_000) -> int:
    """A number of capsules or days as prescribers write it: "30", "#30", "30 capsules", "30 (thirty)".

    Raises: InputUnusable quoting the text.

    >>> read_count("#30 capsules", field="quantity")
    30
    """
    written = " ".join(text.lower().split())
    match = _COUNT.fullmatch(written)
    if match is None or (match["words"] and match["words"].replace(" ", "-") != _WORDS.get(match["n"])):
        return read_whole(text, field=field, least=least, most=most)
    return read_whole(match["n"], field=field, least=least, most=most)


_WORDS = {
    "7": "seven", "10": "ten", "14": "fourteen", "15": "fifteen", "21": "twenty-one", "28": "twenty-eight",
    "30": "thirty", "42": "forty-two", "45": "forty-five", "56": "fifty-six", "60": "sixty",
    "84": "eighty-four", "90": "ninety", "100": "one-hundred", "120": "one-hundred-twenty",
    "180": "one-hundred-eighty",
}  # fmt: skip


def capsules_needed(phases: tuple[Phase, ...], days_supply: int) -> Decimal:
    """Capsules that the directions use in so many days: the sum of units x doses of each phase.

    Every other day begins with the first day of its phase: 15 days hold 8 doses, not 7.5.
    days_supply: [days]; a last phase without an end lasts until then, a phase beyond it counts in part.

    >>> capsules_needed((Phase(Decimal(1), Decimal(1), 7, ""), Phase(Decimal(2), Decimal(1), None, "")), 30)
    Decimal('53')
    >>> capsules_needed((Phase(Decimal(1), Decimal("0.5"), None, ""),), 15)
    Decimal('8')
    """
    left, total = days_supply, Decimal(0)
    for phase in phases:
        days = left if phase.days is None else min(phase.days, left)
        total += _used(phase, days)
        left -= days
    return total


def _used(phase: Phase, days: int) -> Decimal:
    return phase.units_per_dose * (phase.doses_per_day * days).to_integral_value(ROUND_CEILING)


def agreement(quantity: int, days_supply: int, phases: tuple[Phase, ...]) -> Finding | None:
    """Whether quantity [capsules], days' supply [days] and directions tell the same; says which is off.

    Where two of the three agree with each other, the third is off.

    >>> print(agreement(30, 30, (Phase(Decimal(1), Decimal(1), None, "at bedtime"),)))
    None
    """
    end = _end(phases)
    if end is not None and (end < days_supply or quantity == capsules_needed(phases, end)):
        return _against_the_end(quantity, days_supply, phases, end)
    needed = capsules_needed(phases, days_supply)
    if needed == quantity:
        return None
    daily = phases[0].units_per_day if len(phases) == 1 else None
    per_day = "" if daily is None else f" at {format_number(daily)} a day"
    facts = (
        f"{quantity} capsules, {days_supply} days' supply and the directions do not agree: {days_supply}"
        f" days{per_day} need {format_number(needed)} capsules"
    )
    lasts = _lasts(quantity, phases)
    facts += f", and {quantity} capsules last {lasts} days." if lasts else "."
    off, rule = _which(quantity, days_supply, lasts)
    return found(rule, f"{off} {facts}")


def _end(phases: tuple[Phase, ...]) -> int | None:
    """The day on which the directions end, None where they do not."""
    lengths = [phase.days for phase in phases if phase.days is not None]
    return sum(lengths) if len(lengths) == len(phases) else None


def _against_the_end(quantity: int, days_supply: int, phases: tuple[Phase, ...], end: int) -> Finding | None:
    """Directions that end: before the supply does, or when exactly the quantity is used."""
    if end == days_supply:
        return None
    whole = capsules_needed(phases, end)
    facts = f"the directions end after {end} days and use {format_number(whole)} capsules"
    given = f"the days' supply is {days_supply} days"
    if quantity == whole:
        off, rule = f"The days' supply is off: {facts}, and {given}.", "quantity.days-off"
    elif quantity == capsules_needed((*phases[:-1], replace(phases[-1], days=None)), days_supply):
        off = f"The directions are off: {facts}; {quantity} capsules would last the days' supply of {days_supply} days."
        rule = "quantity.directions-off"
    else:
        off = f"The quantity, the days' supply or the directions are off: {facts}; the quantity is {quantity}, {given}."
        rule = "quantity.disagrees"
    return found(rule, off)


def _lasts(quantity: int, phases: tuple[Phase, ...]) -> int | None:
    """Days after which exactly this many capsules are used, None when no whole day fits."""
    left, days = Decimal(quantity), 0
    for phase in phases:
        if phase.days is not None and left >= _used(phase, phase.days):
            left -= _used(phase, phase.days)
            days += phase.days
            continue
        more = left / phase.units_per_day
        return days + int(more) if more == int(more) and _used(phase, int(more)) == left else None
    return days if left == 0 else None


def _which(quantity: int, days_supply: int, lasts: int | None) -> tuple[str, str]:
    """The one value whose correction gives a usual supply while it is itself unusual, else the likeliest pair."""
    days_usual, lasts_usual = days_supply in _USUAL_DAYS, lasts in _USUAL_DAYS
    if quantity == days_supply:
        return "The directions are off, or the quantity:", "quantity.directions-off"
    if days_usual and lasts_usual:
        return "The quantity or the days' supply is off:", "quantity.quantity-off"
    if lasts_usual:
        return "The days' supply is off:", "quantity.days-off"
    if days_usual and quantity % days_supply == 0:
        return "The directions or the quantity are off:", "quantity.directions-off"
    if days_usual:
        return "The quantity is off:", "quantity.quantity-off"
    return "The quantity, the days' supply or the directions are off:", "quantity.disagrees"


def whole_capsules(phases: tuple[Phase, ...]) -> Finding | None:
    """Capsules are not split: each dose is a whole number of them."""
    for phase in phases:
        if phase.units_per_dose != int(phase.units_per_dose):
            message = (
                f"The directions ask for {format_number(phase.units_per_dose)} capsules at one time;"
                f" capsules are not"
                " split. Ask for a strength that gives the dose in whole capsules."
            )
            return found("dose.split", message)
    return None


def quantity_of(text: str, field: str, name: str) -> tuple[int | None, Finding | None]:
    """A quantity or days' supply, or the finding that it cannot be read, with its text."""
    try:
        return read_count(text, field=field), None
    except InputUnusable:
        message = f"The {name} {clip(text)} is not a whole number above zero; it is never guessed."
        return None, found(f"{field.replace('_', '-')}.unreadable", message)
