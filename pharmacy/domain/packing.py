"""The packing statistic: how many milligrams of a powder fill one capsule, from ten filled capsules and ten shells."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

from pharmacy.domain.balance import read_lines
from pharmacy.domain.capsules import capsule, refuse_impossible_packing
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.quality import mean_and_variance, refuse_odd_shell, square_root
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing_fractions import rounded

_MOST_MG = Decimal(5000)  # of one capsule


@dataclass(frozen=True, slots=True)
class PackingPolicy:
    """What the pharmacist-in-charge decides about measuring; the limits themselves still pass.

    least, most: capsules, and shells. filled_rsd_percent: of filled capsules. shell_rsd_percent: of empty shells.
    each_percent: how far one weight may lie from the middle one, which a slip of the hand cannot move.
    """

    least: int = 5
    usual: int = 10
    most: int = 20
    filled_rsd_percent: Decimal = Decimal(4)
    shell_rsd_percent: Decimal = Decimal(5)
    each_percent: Decimal = Decimal(10)
    source: str = "mean of 5-10 filled capsules less their shells; limits: policy of the pharmacist-in-charge"
    effective: date = date(2025, 1, 1)


DEFAULT = PackingPolicy()


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one kind [mg]. deviation_mg: with n - 1. rsd_percent: 100 s / mean."""

    weights_mg: tuple[Decimal, ...]
    mean_mg: Decimal
    deviation_mg: Decimal
    rsd_percent: Decimal


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured. packing_mg: what fills one capsule [mg]; error_mg: standard error of it [mg].

    For a lot of shells there is nothing filled: filled and packing_mg are None.
    """

    size: str
    shells: Weights
    filled: Weights | None = None
    packing_mg: Decimal | None = None
    error_mg: Decimal | None = None


def measure_powder(
    size: str,
    *,
    filled_mg: tuple[Decimal, ...],
    shells_mg: tuple[Decimal, ...],
    policy: PackingPolicy = DEFAULT,
) -> Measured:
    """The packing statistic of a powder in one capsule size.

    Formulas: S = mean filled - mean shell; its standard error = sqrt(s_f^2 / n_f + s_s^2 / n_s), s with n - 1.
    filled_mg: filled capsules, each whole [mg]. shells_mg: empty shells of the same lot [mg].
    Raises: RuleBroken naming the weight or the limit. Source: the policy's.

    >>> found = measure_powder("3", filled_mg=tuple(map(Decimal, (226, 228, 227, 229, 230))),
    ...     shells_mg=tuple(map(Decimal, (47, 48, 49, 48, 48))))
    >>> found.packing_mg, found.filled.deviation_mg, found.error_mg
    (Decimal('180.000'), Decimal('1.581'), Decimal('0.775'))
    """
    shells = _shells(size, shells_mg, policy)
    filled = _judge(filled_mg, "filled", "Filled capsule", policy.filled_rsd_percent, policy)
    mean, variance = mean_and_variance(filled_mg)
    empty, spread = mean_and_variance(shells_mg)
    if mean <= empty:
        raise RuleBroken(
            f"Filled capsules: their mean of {format_number(filled.mean_mg)} mg is not above the"
            f" {format_number(shells.mean_mg)} mg of the empty shells. Were they exchanged?",
            "filled",
        )
    packing_mg = rounded(mean - empty, 3)
    refuse_impossible_packing(packing_mg, capsule(size), field="filled")
    error = square_root(variance / len(filled_mg) + spread / len(shells_mg), 3)
    return Measured(size, shells, filled, packing_mg, error)


def measure_shells(size: str, *, shells_mg: tuple[Decimal, ...], policy: PackingPolicy = DEFAULT) -> Measured:
    """The mean weight of the empty shells of a lot.

    Raises: RuleBroken naming the weight or the limit.

    >>> measure_shells("3", shells_mg=tuple(map(Decimal, (47, 48, 49, 48, 48)))).shells.mean_mg
    Decimal('48.000')
    """
    return Measured(size, _shells(size, shells_mg, policy))


def read_weights(text: str, *, field: str, policy: PackingPolicy = DEFAULT) -> tuple[Decimal, ...]:
    """Weights [mg] as they are typed, or as a balance sends them: one a line, `S S      0.2257 g`.

    Without a unit a number means milligrams; several of them may stand in a line. A weight that the balance sent
    before it came to rest is refused.
    Raises: InputUnusable naming the weight that cannot be read.

    >>> [str(mg) for mg in read_weights("S S      0.2257 g\\n226.1 mg, 225 224.5", field="filled")]
    ['225.7', '226.1', '225', '224.5']
    """
    return read_lines(text, field=field, most=policy.most, most_mg=_MOST_MG)


def _shells(size: str, shells_mg: tuple[Decimal, ...], policy: PackingPolicy) -> Weights:
    charted = capsule(size).shell_mg
    shells = _judge(shells_mg, "shells", "Empty shell", policy.shell_rsd_percent, policy)
    try:
        refuse_odd_shell(shells.mean_mg, charted, None)
    except RuleBroken as refusal:
        raise RuleBroken(refusal.message, "shells") from None
    return shells


def _judge(weights_mg: tuple[Decimal, ...], field: str, called: str, most: Decimal, policy: PackingPolicy) -> Weights:
    """Mean and spread, judged on exact figures before anything is rounded.

    Raises: RuleBroken.
    """
    if not policy.least <= len(weights_mg) <= policy.most:
        raise RuleBroken(
            f"{called}s: {len(weights_mg)} weights; {policy.usual} are weighed, at least {policy.least} and at most"
            f" {policy.most}.",
            field,
        )
    mean, variance = mean_and_variance(weights_mg)
    middle = median(weights_mg)
    for place, weight in enumerate(weights_mg, start=1):
        if abs(weight - middle) * 100 > middle * policy.each_percent:
            raise RuleBroken(
                f"{called} {place} weighs {format_number(weight)} mg, more than {format_number(policy.each_percent)} %"
                f" off the middle one of {format_number(middle)} mg; weigh it again.",
                field,
            )
    rsd = square_root(variance * (100 / mean) ** 2, 3)
    if variance * 100**2 > (Fraction(most) * mean) ** 2:
        raise RuleBroken(
            f"{called}s: their spread (RSD) of {format_number(rsd)} % is above {format_number(most)} %; fill evenly and"
            " weigh again.",
            field,
        )
    return Weights(weights_mg, rounded(mean, 3), square_root(variance, 3), rsd)
