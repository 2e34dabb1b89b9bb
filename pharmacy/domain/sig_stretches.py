"""The words between two "then"s, sorted by what they say, and whether they stand in an order that is certain."""

from dataclasses import dataclass, field
from decimal import Decimal

from pharmacy.domain.sig_readers import Kind, Token
from pharmacy.domain.sig_times_of_day import one_or_two, times_of_day


@dataclass(slots=True)
class Stretch:
    """One step of the directions. order: everything in it, as it came. loose: only "and" ties it to the one before."""

    order: list[Token] = field(default_factory=list)
    loose: bool = False

    def all(self, *kinds: Kind) -> list[Token]:
        return [token for token in self.order if token.kind in kinds]

    @property
    def doses(self) -> list[Token]:
        return self.all(Kind.DOSE)

    @property
    def header(self) -> Token | None:
        return next(iter(self.all(Kind.HEADER)), None)

    @property
    def joined(self) -> bool:
        return bool(self.all(Kind.AND))

    @property
    def stopped(self) -> bool:
        return bool(self.all(Kind.STOP))

    @property
    def empty(self) -> bool:
        return not self.all(*_WEIGHTY)

    def slots(self) -> list[str]:
        return times_of_day(self.all(Kind.SLOT, Kind.AND))

    def order_problem(self) -> str:
        """Why it is not certain which words belong together, or ""."""
        if self.loose:
            return "“and” does not say whether the steps follow each other; “then” would."
        lengths = [place for place, token in enumerate(self.order) if token.kind in (Kind.DAYS, Kind.LONG)]
        return self._lengths_problem(lengths) if lengths else self._times_problem()

    def _lengths_problem(self, places: list[int]) -> str:
        first = self.order[places[0]]
        if places[-1] - places[0] >= len(places):
            return "The directions say for how long more than once."
        before, after = self.order[: places[0]], self.order[places[0] :]
        if first.text[0].isdigit() and not any(token.kind in (Kind.DOSE, Kind.RANGE) for token in before):
            return f"It is not certain what “{first.text}” before the number of capsules means."
        late = {token.text for token in after if token.kind is Kind.SLOT}
        early = {token.text for token in before if token.kind is Kind.SLOT}
        if early and late - early:
            return f"It is not certain whether “{first.text}” holds for “{min(late - early)}” too."
        return self._times_problem()

    def _times_problem(self) -> str:
        doubled = one_or_two(self.all(Kind.SLOT, Kind.AND, Kind.DOSE))
        return f"“{doubled[0]}” and “{doubled[1]}” may be one time of day or two." if doubled else ""


_WEIGHTY = (
    Kind.DOSE, Kind.RANGE, Kind.SLOT, Kind.TIMES, Kind.RARE, Kind.WEEKDAYS, Kind.INTERVAL, Kind.DAYS, Kind.LONG,
    Kind.HEADER,
)  # fmt: skip
_WITHOUT_WEIGHT = (Kind.IGNORED, Kind.THEN)


def stretches(tokens: list[Token]) -> list[Stretch]:
    """A step begins with "then", with "week 2:", and with a dose that follows a dose and its number of days."""
    found = [Stretch()]
    dosed = timed = False  # kept beside, so that a thousand numbers take a thousand steps and not a million
    for token in tokens:
        now = found[-1]
        a_dose = token.kind in (Kind.DOSE, Kind.RANGE)
        second_dose = a_dose and dosed and timed
        if token.kind in (Kind.THEN, Kind.HEADER) or second_dose:
            found.append(Stretch(loose=second_dose and now.order[-1].kind is Kind.AND))
            dosed = timed = False
        if token.kind not in _WITHOUT_WEIGHT:
            found[-1].order.append(token)
        dosed, timed = dosed or a_dose, timed or token.kind is Kind.DAYS
    return [stretch for stretch in found if not stretch.empty or stretch.stopped]


def doses_a_day(hours: Decimal) -> Decimal | None:
    """Doses a day at one every so many hours, None where it is no whole number.

    >>> doses_a_day(Decimal(8)), doses_a_day(Decimal(7))
    (Decimal('3'), None)
    """
    return None if hours <= 0 or 24 % hours != 0 else Decimal(24) / hours
