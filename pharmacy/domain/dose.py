"""Daily dose: how it is computed, and whether quantity, days and directions agree."""

import re
from decimal import Decimal

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
    """Capsules that the directions use in so many days: the sum of units per day x days of each phase.

    days_supply: [days]; a last phase without an end lasts until then, a phase beyond it counts in part.

    >>> capsules_needed((Phase(Decimal(1), Decimal(1), 7, ""), Phase(Decimal(2), Decimal(1), None, "")), 30)
    Decimal('53')
    """
    left, total = days_supply, Decimal(0)
    for phase in phases:
        days = left if phase.days is None else min(phase.days, left)
        total += phase.units_per_day * days
        left -= days
    return total


def agreement(quantity: int, days_supply: int, phases: tuple[Phase, ...]) -> Finding | None:
    """Whether quantity [capsules], days' supply [days] and directions tell the same; says which of them is
    off.

    >>> print(agreement(30, 30, (Phase(Decimal(1), Decimal(1), None, "at bedtime"),)))
    None
    """
    needed = capsules_needed(phases, days_supply)
    stated = [phase.days for phase in phases]
    total = sum(days for days in stated if days is not None)
    if None not in stated and total < days_supply:
        message = (
            f"The days' supply is off: the directions end after {total} days and the days' supply is"
            f" {days_supply} days."
        )
        return found("quantity.days-off", message)
    if needed == quantity:
        return None
    daily = phases[0].units_per_day if len(phases) == 1 else None
    per_day = "" if daily is None else f" at {format_number(daily)} a day"
    facts = (
        f"{quantity} capsules, {days_supply} days' supply and the directions do not agree: {days_supply}"
        f" days{per_day}"
        f" need {format_number(needed)} capsules"
    )
    lasts = _lasts(quantity, phases)
    facts += f", and {quantity} capsules last {lasts} days." if lasts else "."
    off, rule = _which(quantity, days_supply, needed, lasts)
    return found(rule, f"{off} {facts}")


def _lasts(quantity: int, phases: tuple[Phase, ...]) -> int | None:
    """Days after which exactly this many capsules are used, None when no whole day fits."""
    left, days = Decimal(quantity), 0
    for phase in phases:
        if phase.days is not None and left >= phase.units_per_day * phase.days:
            left -= phase.units_per_day * phase.days
            days += phase.days
            continue
        more = left / phase.units_per_day
        return days + int(more) if more == int(more) else None
    return days if left == 0 else None


def _which(quantity: int, days_supply: int, needed: Decimal, lasts: int | None) -> tuple[str, str]:
    """The one value whose correction gives a usual supply while it is itself unusual, else the likeliest"
    " pair."""
    days_usual = days_supply in _USUAL_DAYS
    if not days_usual and lasts in _USUAL_DAYS:
        return "The days' supply is off:", "quantity.days-off"
    if days_usual and (lasts is None or lasts not in _USUAL_DAYS):
        if quantity % days_supply == 0:
            return "The directions or the quantity are off:", "quantity.directions-off"
        return "The quantity is off:", "quantity.quantity-off"
    if quantity == days_supply:
        return "The directions are off, or the quantity:", "quantity.directions-off"
    if needed == days_supply:
        return "The quantity or the days' supply is off:", "quantity.quantity-off"
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
