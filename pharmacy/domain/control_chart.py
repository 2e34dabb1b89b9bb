"""Control charts of single values, batch after batch: where the process lies, how far it strays, and what is a signal.

A batch may pass its own limits while the batches drift. The chart looks at one figure of each batch in the order in
which they were made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from pharmacy.domain.weighing_fractions import rounded

D2 = Fraction(1128, 1000)
"""Mean range of two values of a normal distribution with spread 1; NIST/SEMATECH e-Handbook, 6.3.2.2."""


@dataclass(frozen=True, slots=True)
class ChartPolicy:
    """most: batches on a chart, the last ones. settled: fewer than this make the limits provisional."""

    most: int = 30
    settled: int = 20
    source: str = "NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2: individuals charts and WECO rules"
    effective: date = date(2026, 11, 26)


DEFAULT = ChartPolicy()


@dataclass(frozen=True, slots=True)
class Judged:
    """One value and the rules that signal at it, in words; none when it is in control."""

    value: Decimal
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlChart:
    """center: mean of the values. lower, upper: three spreads from it. sigma: mean moving range / 1.128.

    All in the unit of the values, rounded to four places; signals were judged on exact fractions.
    provisional: from so few values that the limits will still move.
    """

    center: Decimal
    sigma: Decimal
    lower: Decimal
    upper: Decimal
    points: tuple[Judged, ...]
    provisional: bool


def control_chart(
    values: Sequence[Decimal], policy: ChartPolicy = DEFAULT, *, only_above: bool = False
) -> ControlChart | None:
    """Judges a series of single values by the Western Electric rules; None for fewer than two.

    Formulas: center = mean; sigma = mean of |x[i] - x[i-1]| / 1.128; limits = center +- 3 sigma.
    only_above: only large values are signals, and none is below 0, as with a spread. Source: the policy's.

    >>> flow = tuple(Decimal(x) for x in "49.6 47.6 49.9 51.3 47.8 51.2 52.6 52.4 53.6 52.1".split())
    >>> found = control_chart(flow)
    >>> found.center, found.lower, found.upper
    (Decimal('50.8100'), Decimal('45.8159'), Decimal('55.8041'))
    """
    exact = [Fraction(value) for value in values[-policy.most :]]
    if len(exact) < 2:
        return None
    center = sum(exact, Fraction()) / len(exact)
    sigma = sum((abs(b - a) for a, b in pairwise(exact)), Fraction()) / (len(exact) - 1) / D2
    off = [value - center for value in exact]
    return ControlChart(
        center=rounded(center, 4),
        sigma=rounded(sigma, 4),
        lower=rounded(max(center - 3 * sigma, Fraction()) if only_above else center - 3 * sigma, 4),
        upper=rounded(center + 3 * sigma, 4),
        points=tuple(
            Judged(value, _signals(off[: place + 1], sigma, only_above=only_above))
            for place, value in enumerate(values[-policy.most :])
        ),
        provisional=len(exact) < policy.settled,
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """A signal: of the last so many values at least so many lie on one side, further out than so many spreads."""

    of_last: int
    least: int
    beyond: int
    words: str


_RULES = (
    _Rule(1, 1, 3, "beyond three spreads"),
    _Rule(3, 2, 2, "2 of 3 in a row beyond two spreads on one side"),
    _Rule(5, 4, 1, "4 of 5 in a row beyond one spread on one side"),
    _Rule(8, 8, 0, "8 in a row on one side"),
)


def _signals(off: Sequence[Fraction], sigma: Fraction, *, only_above: bool) -> tuple[str, ...]:
    """The rules that signal at the last of these distances from the center; it must itself lie on that side."""
    sides = (1,) if only_above else (1, -1)
    return tuple(rule.words for rule in _RULES if any(_at_last(rule, [side * d for d in off], sigma) for side in sides))


def _at_last(rule: _Rule, off: Sequence[Fraction], sigma: Fraction) -> bool:
    edge = rule.beyond * sigma
    return off[-1] > edge and sum(1 for distance in off[-rule.of_last :] if distance > edge) >= rule.least
