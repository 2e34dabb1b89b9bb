"""From tokens to phases: which dose goes with which time, for how long, and what is left over."""

from dataclasses import dataclass
from decimal import Decimal

from pharmacy.domain.sig_readers import Kind, Token, form_of
from pharmacy.domain.sig_stretches import Stretch, doses_a_day, stretches
from pharmacy.domain.sig_times_of_day import hours_apart

_EVERY_OTHER = Decimal("0.5")
_LONGEST = 3650  # days; ten years is longer than any prescription is valid
_MOST_TIMES = 24


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a treatment: capsules at one time, times a day, days (None: no end), and when.

    timing: "at bedtime", "in the morning and at bedtime with food", "every 6 hours", "with food", or "".
    """

    units_per_dose: Decimal
    doses_per_day: Decimal
    days: int | None
    timing: str

    @property
    def units_per_day(self) -> Decimal:
        return self.units_per_dose * self.doses_per_day

    @property
    def says_how_often(self) -> bool:
        """Whether the timing alone already tells the number of doses a day."""
        if self.timing.startswith("every ") and not self.timing.startswith("every other"):
            return True
        times = timing_times(self.timing)
        return times > 0 and times == self.doses_per_day


def timing_times(timing: str) -> int:
    """How many times of day a timing names.

    >>> timing_times("in the morning and at bedtime with food"), timing_times("with food")
    (2, 0)
    """
    for extra in EXTRAS:
        timing = timing.replace(extra, "").strip()
    return len(timing.split(" and ")) if timing else 0


EXTRAS = ("with food", "with a meal", "with water", "on an empty stomach")


def phases_of(tokens: list[Token]) -> tuple[tuple[Phase, ...], list[str]]:
    """Phases and doubts; no phases at all where anything that matters was left unread."""
    doubts = [_SENTENCES[token.kind].format(token.text) for token in tokens if token.kind in _SENTENCES]
    blocked = any(token.kind in _BLOCKING for token in tokens)
    if not tokens:
        doubts.append("There are no directions.")
    steps = stretches(tokens)
    phases: list[Phase] = []
    for stretch in steps:
        if stretch.empty:
            continue
        phase, problem = _phase(stretch, phases[-1] if phases else None)
        if problem:
            doubts.append(problem)
        if phase is None:
            blocked = True
            continue
        phases.append(phase)
    problem = _sequence_problem(steps, phases)
    if problem and not blocked:
        doubts.append(problem)
    if not phases and not doubts:
        doubts.append(_NO_AMOUNT)
    return (() if blocked or problem else tuple(phases)), doubts


_NO_AMOUNT = "The directions do not say how many capsules to take."
_LIKE_BEFORE = "The next step does not say how often; it is read like the step before."
_SENTENCES = {
    Kind.RANGE: "“{}” is a range; the number of capsules must be one number.",
    Kind.OTHER_DOSE: "“{}” is not a number of capsules.",
    Kind.OR: "“{}” leaves a choice; the directions must say one thing.",
    Kind.AS_NEEDED: "“{}”: how often it will be taken is open.",
    Kind.AT_MOST: "“{}” is not part of the plain directions; a person must look at it.",
    Kind.DOUBT: "“{}” is not part of the plain directions; a person must look at it.",
    Kind.RARE: "“{}” is not once a day or every other day; a person must look at it.",
    Kind.WEEKDAYS: "“{}”: not every day of the week; a person must look at it.",
    Kind.LONG: "“{}” is no exact number of days.",
    Kind.MEANING: "“{}” could not be read and may change the dose.",
    Kind.UNKNOWN: "“{}” could not be read.",
}
_BLOCKING = frozenset({Kind.RANGE, Kind.OTHER_DOSE, Kind.OR, Kind.RARE, Kind.WEEKDAYS, Kind.LONG, Kind.MEANING})


def _phase(stretch: Stretch, before: Phase | None) -> tuple[Phase | None, str]:
    problem = stretch.order_problem()
    if problem:
        return None, problem
    units, problem = _units(stretch)
    if units is None:
        return None, problem
    often, timing, problem = _often(stretch, before)
    if often is None:
        return None, problem
    days, trouble = _days(stretch)
    if trouble:
        return None, trouble
    extras = dict.fromkeys(extra.text for extra in stretch.all(Kind.EXTRA))
    if not extras and before and problem == _LIKE_BEFORE:
        extras = dict.fromkeys(extra for extra in EXTRAS if before.timing.endswith(extra))
    if any(form_of(token.text) == "tablet" for token in stretch.doses):
        problem = problem or "The directions say tablet; what is made here are capsules."
    return Phase(units, often, days, " ".join([timing, *extras]).strip()), problem


def _units(stretch: Stretch) -> tuple[Decimal | None, str]:
    doses = stretch.doses
    amounts = {token.value for token in doses}
    if not amounts:
        return None, "" if stretch.all(Kind.RANGE) else _NO_AMOUNT
    if len(amounts) > 1:
        said = ", ".join(f"“{token.text}”" for token in doses)
        return None, f"The directions name different amounts: {said}."
    amount = doses[0].value
    if amount is None or amount <= 0:
        return None, f"“{doses[0].text}” is no amount that can be taken."
    if len(doses) > 1 and len(stretch.slots()) != len(doses):
        return None, "The directions name the number of capsules more than once."
    return amount, ""


def _often(stretch: Stretch, before: Phase | None) -> tuple[Decimal | None, str, str]:
    """Doses a day, timing, and a problem. The number and the times of day must tell the same."""
    slots, times = stretch.slots(), stretch.all(Kind.TIMES)
    often = {token.value for token in times if token.value is not None}
    if stretch.all(Kind.RARE, Kind.WEEKDAYS):
        return None, "", ""
    if len(often) > 1:
        said = ", ".join(f"“{token.text}”" for token in times)
        return None, "", f"The directions say how often in different ways: {said}."
    if stretch.all(Kind.INTERVAL):
        return _interval(stretch.all(Kind.INTERVAL), slots, times)
    if not often and not slots:
        if before is None:
            return None, "", "The directions do not say how often."
        return before.doses_per_day, _without_extras(before.timing), _LIKE_BEFORE
    if not often and len(slots) > 1 and not stretch.joined and len(stretch.doses) == 1:
        return None, "", f"The directions name several times of day: {', '.join(slots)}."
    return _with_times_of_day(next(iter(often), Decimal(len(slots))), slots)


def _with_times_of_day(doses: Decimal, slots: list[str]) -> tuple[Decimal | None, str, str]:
    if doses != _EVERY_OTHER and not (0 < doses <= _MOST_TIMES and doses == int(doses)):
        return None, "", "The number of doses a day could not be read."
    if slots and len(slots) != (1 if doses == _EVERY_OTHER else doses):
        return None, "", f"The directions say {doses:f} a day and then {', '.join(slots)}."
    return doses, " and ".join(slots), ""


def _interval(intervals: list[Token], slots: list[str], times: list[Token]) -> tuple[Decimal | None, str, str]:
    said, hours = intervals[0].text, {token.value for token in intervals}
    hour = next(iter(hours))
    doses = doses_a_day(hour) if hour is not None and len(hours) == 1 else None
    if hour is None or doses is None:
        return None, "", f"“{said}” does not give a whole number of doses a day."
    if times and times[0].value != doses:
        return None, "", f"“{said}” and “{times[0].text}” say different things."
    if doses == 1:
        return (doses, slots[0] if slots else "", "") if len(slots) < 2 else (None, "", "Several times of day.")
    if slots:
        if hours_apart(slots) == hour:
            return doses, " and ".join(slots), ""
        return None, "", f"“{said}” and “{slots[0]}” say different things."
    return doses, "every hour" if hour == 1 else f"every {hour.normalize():f} hours", ""


def _without_extras(timing: str) -> str:
    for extra in EXTRAS:
        timing = timing.removesuffix(extra).strip()
    return timing


def _days(stretch: Stretch) -> tuple[int | None, str]:
    """Days of the stretch, from "for 7 days" or from its header; None where it has no end."""
    lengths = {token.value for token in stretch.all(Kind.DAYS)}
    header = stretch.header
    if header is not None and header.until is not None and header.value is not None:
        lengths.add(header.until - header.value + 1)
    if not lengths:
        return None, ""
    length = next(iter(lengths))
    if len(lengths) > 1 or length is None or length != int(length) or not 0 < length <= _LONGEST:
        return None, "How many days is said in different ways or cannot be read."
    return int(length), ""


def _sequence_problem(steps: list[Stretch], phases: list[Phase]) -> str:
    """Each step but the last needs an end, headers follow each other without a gap, and nothing follows "stop"."""
    for place, stretch in enumerate(steps):
        last = place == len(steps) - 1
        if stretch.stopped and not (last and stretch.empty and phases and phases[-1].days is not None):
            return "“stop” could not be placed; say for how many days the capsules are taken."
    if any(phase.days is None for phase in phases[:-1]):
        return "The directions do not say for how many days each step lasts."
    day = 1
    for stretch, phase in zip([s for s in steps if not s.empty], phases, strict=False):
        if stretch.header is not None and stretch.header.value != day:
            return f"“{stretch.header.text}” does not follow the step before it."
        day += phase.days or 0
    return ""
