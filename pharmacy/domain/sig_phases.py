"""From tokens to phases: which dose goes with which time, for how long, and what is left over."""

from dataclasses import dataclass, field
from decimal import Decimal

from pharmacy.domain.sig_words import Kind, Token

_SLOT_ORDER = ("in the morning", "at noon", "in the afternoon", "in the evening", "at night", "at bedtime")
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
    for extra in _EXTRAS:
        timing = timing.replace(extra, "").strip()
    return len(timing.split(" and ")) if timing else 0


_EXTRAS = ("with food", "with a meal", "with water", "on an empty stomach")


@dataclass(slots=True)
class _Stretch:
    """The words between two "then"s."""

    doses: list[Token] = field(default_factory=list)
    slots: list[Token] = field(default_factory=list)
    times: list[Token] = field(default_factory=list)
    intervals: list[Token] = field(default_factory=list)
    extras: list[Token] = field(default_factory=list)
    days: list[Token] = field(default_factory=list)
    header: Token | None = None
    joined: bool = False
    stopped: bool = False

    @property
    def empty(self) -> bool:
        return not (self.doses or self.slots or self.times or self.intervals or self.days or self.header)


def phases_of(tokens: list[Token]) -> tuple[tuple[Phase, ...], list[str]]:
    """Phases and doubts; no phases at all where anything that matters was left unread."""
    doubts = [_SENTENCES[token.kind].format(token.text) for token in tokens if token.kind in _SENTENCES]
    blocked = [token for token in tokens if token.kind in _BLOCKING]
    if not tokens:
        doubts.append("There are no directions.")
    stretches = [stretch for stretch in _stretches(tokens) if not stretch.empty or stretch.stopped]
    phases: list[Phase] = []
    for stretch in stretches:
        if stretch.empty:
            continue
        phase, problem = _phase(stretch, phases[-1] if phases else None)
        if problem:
            doubts.append(problem)
        if phase is None:
            blocked.append(Token(Kind.MEANING, ""))
            continue
        phases.append(phase)
    problem = _sequence_problem(stretches, phases)
    if problem and not blocked:
        doubts.append(problem)
    if not phases and not doubts:
        doubts.append("The directions do not say how many capsules to take.")
    return (() if blocked or problem else tuple(phases)), doubts


_SENTENCES = {
    Kind.RANGE: "“{}” is a range; the number of capsules must be one number.",
    Kind.OTHER_DOSE: "“{}” is not a number of capsules.",
    Kind.OR: "“{}” leaves a choice; the directions must say one thing.",
    Kind.AS_NEEDED: "“{}”: how often it will be taken is open.",
    Kind.DOUBT: "“{}” is not part of the plain directions; a person must look at it.",
    Kind.MEANING: "“{}” could not be read and may change the dose.",
    Kind.UNKNOWN: "“{}” could not be read.",
}
_BLOCKING = frozenset({Kind.RANGE, Kind.OTHER_DOSE, Kind.OR, Kind.MEANING})


def _stretches(tokens: list[Token]) -> list[_Stretch]:
    stretches = [_Stretch()]
    for token in tokens:
        now = stretches[-1]
        second_dose = token.kind is Kind.DOSE and bool(now.doses) and bool(now.days)
        if token.kind in (Kind.THEN, Kind.HEADER) or second_dose:
            now = _Stretch()
            stretches.append(now)
        _put(now, token)
    return stretches


def _put(stretch: _Stretch, token: Token) -> None:
    for kind, tokens in (
        (Kind.DOSE, stretch.doses),
        (Kind.SLOT, stretch.slots),
        (Kind.TIMES, stretch.times),
        (Kind.INTERVAL, stretch.intervals),
        (Kind.EXTRA, stretch.extras),
        (Kind.DAYS, stretch.days),
    ):
        if token.kind is kind:
            tokens.append(token)
    if token.kind is Kind.HEADER:
        stretch.header = token
    stretch.joined = stretch.joined or token.kind is Kind.AND
    stretch.stopped = stretch.stopped or token.kind is Kind.STOP


def _phase(stretch: _Stretch, before: Phase | None) -> tuple[Phase | None, str]:
    units, problem = _units(stretch)
    if units is None:
        return None, problem
    often, timing, problem = _often(stretch, before)
    if often is None:
        return None, problem
    days, trouble = _days(stretch)
    if trouble:
        return None, trouble
    if any("tab" in token.text for token in stretch.doses):
        problem = problem or "The directions say tablet; what is made here are capsules."
    extras = dict.fromkeys(extra.text for extra in stretch.extras)
    if not extras and before and problem:
        extras = dict.fromkeys(extra for extra in _EXTRAS if before.timing.endswith(extra) and extra not in timing)
    return Phase(units, often, days, " ".join([timing, *extras]).strip()), problem


def _units(stretch: _Stretch) -> tuple[Decimal | None, str]:
    amounts = {token.value for token in stretch.doses}
    if not amounts:
        return None, "The directions do not say how many capsules to take."
    if len(amounts) > 1:
        said = ", ".join(f"“{token.text}”" for token in stretch.doses)
        return None, f"The directions name different amounts: {said}."
    amount = stretch.doses[0].value
    if amount is None or amount <= 0:
        return None, f"“{stretch.doses[0].text}” is no amount that can be taken."
    if len(stretch.doses) > 1 and len({slot.text for slot in stretch.slots}) != len(stretch.doses):
        return None, "The directions name the number of capsules more than once."
    return amount, ""


def _often(stretch: _Stretch, before: Phase | None) -> tuple[Decimal | None, str, str]:
    """Doses a day, timing, and a problem. The number and the times of day must tell the same."""
    slots = _slots(stretch)
    often = {token.value for token in stretch.times} - {None}
    if stretch.intervals:
        return _interval(stretch, slots, often)
    if Decimal(1) in often and len(often) == 1 and len(slots) == 1:
        return Decimal(1), slots[0], ""
    if len(often) > 1:
        said = ", ".join(f"“{token.text}”" for token in stretch.times)
        return None, "", f"The directions say how often in different ways: {said}."
    if not often and not slots:
        if before is None:
            return None, "", "The directions do not say how often."
        timing = _without_extras(before.timing)
        return (
            before.doses_per_day,
            timing,
            "The next step does not say how often; it is read like the step before.",
        )
    if not often and len(slots) > 1 and not stretch.joined and len(stretch.doses) == 1:
        return None, "", f"The directions name several times of day: {', '.join(slots)}."
    doses = next(iter(often), Decimal(len(slots)))
    if doses is None or not (doses == Decimal("0.5") or 0 < doses <= _MOST_TIMES and doses == int(doses)):
        return None, "", "The number of doses a day could not be read."
    if slots and doses == Decimal("0.5") and len(slots) == 1:
        return doses, slots[0], ""
    if slots and doses != len(slots):
        return None, "", f"The directions say {doses:f} a day and then {', '.join(slots)}."
    return doses, " and ".join(slots), ""


def _interval(stretch: _Stretch, slots: list[str], often: set[Decimal | None]) -> tuple[Decimal | None, str, str]:
    hours = {token.value for token in stretch.intervals}
    hour = next(iter(hours))
    if len(hours) > 1 or hour is None or hour <= 0 or 24 % hour != 0:
        return None, "", f"“{stretch.intervals[0].text}” does not give a whole number of doses a day."
    doses = Decimal(24) / hour
    if often and often != {doses}:
        return None, "", f"“{stretch.intervals[0].text}” and “{stretch.times[0].text}” say different things."
    if doses == 1:
        return (doses, slots[0] if slots else "", "") if len(slots) < 2 else (None, "", "Several times of day.")
    if slots:
        return None, "", f"“{stretch.intervals[0].text}” and “{slots[0]}” say different things."
    return doses, f"every {hour.normalize():f} hours", ""


def _slots(stretch: _Stretch) -> list[str]:
    """Times of day in their order, each once; "every night at bedtime" is one time."""
    named = list(dict.fromkeys(token.text for token in stretch.slots))
    if "at bedtime" in named or any(name.startswith("at ") and name.endswith(" pm") for name in named):
        named = [name for name in named if name != "at night"]
    known = [name for name in _SLOT_ORDER if name in named]
    return known + [name for name in named if name not in known]


def _without_extras(timing: str) -> str:
    for extra in _EXTRAS:
        timing = timing.removesuffix(extra).strip()
    return timing


def _days(stretch: _Stretch) -> tuple[int | None, str]:
    """Days of the stretch, from "for 7 days" or from its header; None where it has no end."""
    lengths = {token.value for token in stretch.days}
    header = stretch.header
    if header is not None and header.until is not None and header.value is not None:
        lengths.add(header.until - header.value + 1)
    if not lengths:
        return None, ""
    length = next(iter(lengths))
    if len(lengths) > 1 or length is None or length != int(length) or not 0 < length <= _LONGEST:
        return None, "How many days is said in different ways or cannot be read."
    return int(length), ""


def _sequence_problem(stretches: list[_Stretch], phases: list[Phase]) -> str:
    """Each step but the last needs an end, headers follow each other without a gap, and nothing follows"
    " "stop"."""
    for place, stretch in enumerate(stretches):
        last = place == len(stretches) - 1
        if stretch.stopped and not (last and stretch.empty and phases and phases[-1].days is not None):
            return "“stop” could not be placed; say for how many days the capsules are taken."
    if any(phase.days is None for phase in phases[:-1]):
        return "The directions do not say for how many days each step lasts."
    day = 1
    for stretch, phase in zip([s for s in stretches if not s.empty], phases, strict=False):
        if stretch.header is not None and stretch.header.value != day:
            return f"“{stretch.header.text}” does not follow the step before it."
        day += phase.days or 0
    return ""
