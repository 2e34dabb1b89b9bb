"""Plain English directions taken apart into terms, each of which has a phrase in every language."""

import re
from decimal import Decimal

from pharmacy.domain.phrases import NoPhrase, Term
from pharmacy.domain.sig import read_directions
from pharmacy.domain.sig_phases import EXTRAS, Phase
from pharmacy.domain.units import clip, format_number

_ON_DAYS = re.compile(r"(?P<before>.+) on (?:day (?P<day>[0-9]+)|days (?P<first>[0-9]+) to (?P<last>[0-9]+))")
_HOURS = re.compile(r"every (?P<hours>[0-9]+) hours")
_CLOCK = re.compile(r"at (?P<hour>[0-9]{1,2})(?::(?P<minutes>[0-9]{2}))? (?P<half>am|pm)")


def terms_of(text: str) -> Term:
    """The terms of directions as a label says them, of one container or of one bottle of a plan.

    Raises: NoPhrase when they are not in plain English.

    >>> terms_of("Take 1 capsule at bedtime").key
    'take'
    """
    phases, bottle = _read(text)
    if not phases or bottle and (len(phases) != 1 or phases[0].days is not None):
        raise NoPhrase(f"{clip(text)} is not in words that have a translation.")
    whole = _take(phases[0], _days_of(bottle) if bottle else None)
    for phase in phases[1:]:
        whole = Term("then", (("first", whole), ("second", _take(phase, None))))
    return whole


def is_at_bedtime_alone(text: str) -> bool:
    """Whether every dose of directions, as a label says them, is taken at bedtime and at no other time.

    >>> is_at_bedtime_alone("Take 1 capsule at bedtime with food on days 8 to 14")
    True
    >>> is_at_bedtime_alone("Take 1 capsule in the morning and at bedtime")
    False
    """
    phases, _ = _read(text)
    return bool(phases) and all(_parted(phase.timing)[0] == "at bedtime" for phase in phases)


def _read(text: str) -> tuple[tuple[Phase, ...], re.Match[str] | None]:
    """The phases of directions, and of one bottle of a plan the days that it is for."""
    bottle = _ON_DAYS.fullmatch(text)
    return read_directions(bottle["before"] if bottle else text).phases, bottle


def _days_of(bottle: re.Match[str]) -> Term:
    if bottle["day"]:
        return Term("on-day", (("day", bottle["day"]),))
    return Term("on-days", (("first", bottle["first"]), ("last", bottle["last"])))


def _take(phase: Phase, on_days: Term | None) -> Term:
    units = format_number(phase.units_per_dose)
    lasts: Term | None = on_days
    if phase.days is not None:
        lasts = Term("for-days", (("days", str(phase.days)),), Decimal(phase.days))
    return Term("take", (("units", units), ("when", _when(phase)), ("length", lasts or "")), phase.units_per_dose)


def _when(phase: Phase) -> Term:
    times, extras = _parted(phase.timing)
    parts = [] if phase.says_how_often else [_often(phase.doses_per_day)]
    parts += [_times(times)] if times else []
    parts += [Term(extra.replace(" ", "-")) for extra in extras]
    return _joined("join", parts)


def _parted(timing: str) -> tuple[str, list[str]]:
    """The times of day, and what goes with each dose."""
    extras: list[str] = []
    found: str | None = timing
    while found:
        found = next((extra for extra in EXTRAS if timing.endswith(extra)), None)
        if found:
            extras.insert(0, found)
            timing = timing.removesuffix(found).strip()
    return timing, extras


def _often(doses_a_day: Decimal) -> Term:
    if doses_a_day == Decimal("0.5"):
        return Term("every-other-day")
    if doses_a_day == 1:
        return Term("every-day")
    return Term("times-a-day", (("times", format_number(doses_a_day)),), doses_a_day)


def _times(timing: str) -> Term:
    hours = _HOURS.fullmatch(timing)
    if hours:
        return Term("every-hours", (("hours", hours["hours"]),), Decimal(hours["hours"]))
    return _joined("and", [_time(time) for time in timing.split(" and ")])


def _time(time: str) -> Term:
    clock = _CLOCK.fullmatch(time)
    if clock is None:
        return Term(time.replace(" ", "-"))
    hour = int(clock["hour"])
    part = _part_of_day(hour, afternoon=clock["half"] == "pm")
    if clock["minutes"] is None:
        return Term(f"at-hour-{part}", (("hour", clock["hour"]),), Decimal(hour))
    return Term(f"at-time-{part}", (("hour", clock["hour"]), ("minutes", clock["minutes"])), Decimal(hour))


def _part_of_day(hour: int, *, afternoon: bool) -> str:
    """What a clock hour is called in languages that have no am and pm. hour: 1 to 12.

    >>> [_part_of_day(h, afternoon=pm) for h, pm in ((12, False), (3, False), (8, False), (12, True), (5, True))]
    ['midnight', 'night', 'morning', 'noon', 'afternoon']
    """
    if hour == 12:
        return "noon" if afternoon else "midnight"
    if afternoon:
        return "afternoon" if hour < 6 else "evening"
    return "night" if hour < 4 else "morning"


def _joined(key: str, parts: list[Term]) -> Term:
    """Several terms as one, the first two joined, then the next."""
    whole = parts[0]
    for part in parts[1:]:
        whole = Term(key, (("first", whole), ("second", part)))
    return whole
