"""What each step of written directions says, also where it can be no phase: a range, a weekly dose, a month.

For a person to see beside the doubts. No dose, quantity or label is computed from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pharmacy.domain.sig_readers import Kind, Token, form_of
from pharmacy.domain.sig_stretches import Stretch, stretches
from pharmacy.domain.units import format_number

_DAYS_IN = {"hour": Fraction(1, 24), "day": Fraction(1), "week": Fraction(7)}
_UNREAD = frozenset({Kind.MEANING, Kind.OTHER_DOSE, Kind.OR})


@dataclass(frozen=True, slots=True)
class Frequency:
    """times in every so many periods: 3, 1, "week" is three times a week; 1, 5, "hour" is every 5 hours."""

    times: Decimal
    every: Decimal
    period: str

    @property
    def a_day(self) -> Fraction | None:
        """Doses a day; None for months and years, which are no exact number of days."""
        days = _DAYS_IN.get(self.period)
        return None if days is None else Fraction(self.times) / (Fraction(self.every) * days)

    def words(self) -> str:
        each = self.period if self.every == 1 else f"{format_number(self.every)} {self.period}s"
        return (
            f"{format_number(self.times)} {'time' if self.times == 1 else 'times'} in {'a ' * (self.every == 1)}{each}"
        )


@dataclass(frozen=True, slots=True)
class Understood:
    """One step. least, most: units at one time, alike unless a range.

    unit: "capsule", "tablet", "pill", "mg", or "" where only a number stands. frequency, lasts: None where not said.
    lasts, span: 14, "day"; 1, "month". beside: taken on the same days as the step before it, not after it.
    """

    least: Decimal
    most: Decimal
    unit: str
    frequency: Frequency | None
    lasts: Decimal | None
    span: str
    as_needed: bool
    beside: bool = False

    @property
    def most_a_day(self) -> Fraction | None:
        a_day = self.frequency.a_day if self.frequency else None
        return None if a_day is None else Fraction(self.most) * a_day

    def words(self) -> str:
        """The step for a person, one part after the other.

        >>> weekly = Frequency(Decimal(3), Decimal(1), "week")
        >>> Understood(Decimal(1), Decimal(2), "capsule", weekly, Decimal(1), "month", True).words()
        '1 to 2 capsules, 3 times in a week, for 1 month, as needed'
        """
        least, most = format_number(self.least), format_number(self.most)
        amount = least if least == most else f"{least} to {most}"
        unit = self.unit or "(no unit)"
        many = "s" if self.most > 1 and self.unit not in ("", "mg") else ""
        parts = [f"{amount} {unit}{many}", self.frequency.words() if self.frequency else "how often is not said"]
        if self.lasts is not None:
            parts.append(f"for {format_number(self.lasts)} {self.span}{'' if self.lasts == 1 else 's'}")
        return ", ".join([*parts, *(["as needed"] if self.as_needed else [])])

    def to_document(self) -> dict[str, object]:
        frequency = self.frequency
        return {
            "units": [format_number(self.least), format_number(self.most)],
            "unit": self.unit,
            "times": None if frequency is None else format_number(frequency.times),
            "every": None if frequency is None else format_number(frequency.every),
            "period": None if frequency is None else frequency.period,
            "lasts": None if self.lasts is None else format_number(self.lasts),
            "span": self.span or None,
            "as_needed": self.as_needed,
            "beside": self.beside,
        }


def understood(tokens: list[Token]) -> tuple[Understood, ...]:
    """The steps; none at all where a word that may change the dose was left unread or two words disagree."""
    if any(token.kind in _UNREAD for token in tokens):
        return ()
    steps: list[Understood] = []
    for stretch in stretches(tokens):
        if stretch.empty:
            continue
        try:
            steps.extend(_steps(stretch))
        except _Unclear:
            return ()
    return tuple(steps)


class _Unclear(Exception):
    """The words of a step do not agree, or say no amount."""


def _steps(stretch: Stretch) -> Iterable[Understood]:
    if stretch.order_problem():
        raise _Unclear
    lasts, span = _length(stretch)
    as_needed = bool(stretch.all(Kind.AS_NEEDED))
    sized = [token for token in stretch.all(Kind.DOSE, Kind.RANGE) if token.unit != "mg"]
    if len({_amount(token) for token in sized}) > 1:
        _check_in_pairs(stretch)
        for place, token in enumerate(sized):
            once = Frequency(Decimal(1), Decimal(1), "day")
            yield Understood(*_amount(token), _form(sized), once, lasts, span, as_needed, beside=place > 0)
        return
    if len(sized) > 1 and len(stretch.slots()) != len(sized):
        raise _Unclear
    named = sized or _milligrams(stretch)
    unit = _form(sized) if sized else "mg"
    yield Understood(*_amount(named[0]), unit, _frequency(stretch), lasts, span, as_needed)


def _amount(token: Token) -> tuple[Decimal, Decimal]:
    if token.value is None or token.value <= 0:
        raise _Unclear
    return token.value, token.until or token.value


def _form(sized: list[Token]) -> str:
    return next((form for token in sized if (form := form_of(token.text))), "")


def _milligrams(stretch: Stretch) -> list[Token]:
    """A dose in milligrams alone, without a number of capsules: one amount or one range."""
    named = [*stretch.all(Kind.MILLIGRAMS), *(token for token in stretch.all(Kind.RANGE) if token.unit == "mg")]
    if len({_amount(token) for token in named}) != 1:
        raise _Unclear
    return named


def _check_in_pairs(stretch: Stretch) -> None:
    """ "2 in the morning and 1 at night": each amount with its own time of day, and nothing else says how often."""
    said = [token.kind is Kind.SLOT for token in stretch.all(Kind.DOSE, Kind.RANGE, Kind.SLOT)]
    pairs = len(said) // 2
    others = stretch.all(Kind.TIMES, Kind.RARE, Kind.WEEKDAYS, Kind.INTERVAL)
    if said != [False, True] * pairs or others or len(stretch.slots()) != pairs:
        raise _Unclear


def _frequency(stretch: Stretch) -> Frequency | None:
    said = {_one_frequency(token) for token in stretch.all(Kind.RARE, Kind.WEEKDAYS, Kind.INTERVAL)}
    times = {_one_frequency(token) for token in stretch.all(Kind.TIMES)}
    slots = stretch.slots()
    if not said and not times:
        return Frequency(Decimal(len(slots)), Decimal(1), "day") if slots else None
    daily = times == {Frequency(Decimal(1), Decimal(1), "day")}
    once_on_weekdays = daily and bool(stretch.all(Kind.WEEKDAYS))
    every = [*said] if once_on_weekdays else [*times, *said]
    if len({(f.a_day or f.period) for f in every}) > 1:
        raise _Unclear
    if len(slots) > 1 and every[0].a_day != len(slots) or slots and (every[0].a_day or 0) > len(slots):
        raise _Unclear
    return every[0]


def _one_frequency(token: Token) -> Frequency:
    if token.value is None:
        raise _Unclear
    if token.kind is Kind.INTERVAL:
        return Frequency(Decimal(1), token.value, "hour")
    if token.kind is Kind.TIMES:
        rarely = token.value < 1
        return Frequency(Decimal(1) if rarely else token.value, 1 / token.value if rarely else Decimal(1), "day")
    return Frequency(token.value, token.until or Decimal(1), token.unit)


def _length(stretch: Stretch) -> tuple[Decimal | None, str]:
    named = {(token.value, token.unit or "day") for token in stretch.all(Kind.DAYS, Kind.LONG)}
    header = stretch.header
    if header is not None and header.until is not None and header.value is not None:
        named.add((header.until - header.value + 1, "day"))
    if len(named) > 1:
        raise _Unclear
    return next(iter(named), (None, ""))
