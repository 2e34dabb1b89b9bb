"""The weight test of finished capsules: each one, their mean, their spread, and the acceptance value."""

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import ceil

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.fields import read_list, read_object
from pharmacy.domain.units import format_number, read_decimal, read_whole
from pharmacy.domain.weighing_fractions import rounded

CAUTION = (
    "A weight test cannot see a missing drug: the active is about 2 % of the fill. Mix by geometric"
    " dilution, with a"
    " tracer colour where the formula allows one, and send samples for a potency assay as planned."
)
_MOST_MG = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class WeightPolicy:
    """What the pharmacist-in-charge decides about the weight test; the limits themselves still pass.

    sample_most and sample_percent: 10 capsules or 5 % of the batch, whichever is fewer. acceptance_factor: k
    of the acceptance value, 2.4 for ten units.
    """

    sample_most: int = 10
    sample_percent: Decimal = Decimal(5)
    each_percent: Decimal = Decimal(10)
    mean_percent: Decimal = Decimal(3)
    rsd_percent: Decimal = Decimal(4)
    shell_chart_percent: Decimal = Decimal(25)
    shell_lot_percent: Decimal = Decimal(10)
    acceptance_most: Decimal = Decimal("15.0")
    acceptance_factor: Decimal = Decimal("2.4")
    acceptance_low: Decimal = Decimal("98.5")
    acceptance_high: Decimal = Decimal("101.5")
    source: str = "policy of the pharmacist-in-charge; acceptance value as in USP <905>, applied to weights"
    effective: date = date(2025, 1, 1)


DEFAULT = WeightPolicy()


@dataclass(frozen=True, slots=True)
class WeightTest:
    """What was found [mg, %]. reasons: why it failed, empty when it passed. *_low, *_high: limits applied."""

    target_mg: Decimal
    mean_mg: Decimal
    deviation_mg: Decimal
    rsd_percent: Decimal
    acceptance_value: Decimal
    passed: bool
    reasons: tuple[str, ...]
    each_low_mg: Decimal
    each_high_mg: Decimal
    mean_low_mg: Decimal
    mean_high_mg: Decimal
    caution: str = CAUTION

    def to_document(self) -> dict[str, object]:
        """The answer of `pharmacy weights` as JSON: numbers as decimal strings."""
        numbers = (
            *("target_mg", "mean_mg", "deviation_mg", "rsd_percent", "acceptance_value"),
            *("each_low_mg", "each_high_mg", "mean_low_mg", "mean_high_mg"),
        )
        return {
            **{name: format(getattr(self, name), "f") for name in numbers},
            "passed": self.passed,
            "reasons": list(self.reasons),
            "caution": self.caution,
        }


@dataclass(frozen=True, slots=True)
class WeightSample:
    """The arguments of `weight_test` from a document. capsules: of the whole batch, None when not told."""

    shell_mg: Decimal
    fill_mg: Decimal
    weights_mg: tuple[Decimal, ...]
    capsules: int | None = None


def from_document(document: object) -> WeightSample:
    """The JSON of `pharmacy weights`; `capsules`, optional, is the size of the batch.

    Raises: InputUnusable naming the path.
    """
    whole = read_object(document, field="", required=("shell_mg", "fill_mg", "weights_mg"), optional=("capsules",))
    weights = read_list(whole["weights_mg"], field="weights_mg")
    capsules = whole.get("capsules")
    return WeightSample(
        shell_mg=_milligrams(whole["shell_mg"], "shell_mg"),
        fill_mg=_milligrams(whole["fill_mg"], "fill_mg"),
        weights_mg=tuple(_milligrams(weight, f"weights_mg[{place}]") for place, weight in enumerate(weights)),
        capsules=None if capsules is None else read_whole(capsules, field="capsules", least=1),
    )


def powder_yield_percent(capsules: int, powder_mg: Decimal, fill_mg: Decimal) -> Decimal:
    """How much of the weighed powder the capsules account for [%] = 100 x capsules x fill / powder.

    capsules: good and spoiled ones. powder_mg: active and filler as weighed [mg]. fill_mg: of one capsule [mg].

    >>> powder_yield_percent(100, Decimal("18437.8"), Decimal("179.008"))
    Decimal('97.1')
    """
    return rounded(100 * Fraction(capsules) * Fraction(fill_mg) / Fraction(powder_mg), 1)


def refuse_more_than_the_powder(
    capsules: int, powder_mg: Decimal, fill_mg: Decimal, policy: WeightPolicy = DEFAULT
) -> None:
    """Refuses a count of capsules that the powder cannot have filled.

    Source: conservation of mass; the mean of good capsules may differ by mean_percent from the worksheet's fill.
    Raises: RuleBroken.
    """
    accounted = powder_yield_percent(capsules, powder_mg, fill_mg)
    if accounted > 100 + policy.mean_percent:
        raise RuleBroken(
            f"{capsules} capsules of {format_number(rounded(Fraction(fill_mg), 1))} mg are {format_number(accounted)} %"
            f" of the {format_number(powder_mg)} mg of powder that was weighed; count them again.",
            "made",
        )


def refuse_odd_shell(
    shell_mg: Decimal, charted_mg: Decimal, measured_mg: Decimal | None, policy: WeightPolicy = DEFAULT
) -> None:
    """Refuses a mean weight of empty shells that is not one of this size, or not of this lot.

    charted_mg: of the size chart [mg]. measured_mg: of this lot [mg], None before it was measured.
    Raises: RuleBroken naming the limits.
    """
    for known, percent, named in (
        (charted_mg, policy.shell_chart_percent, "the size chart"),
        (measured_mg, policy.shell_lot_percent, "this lot's measurement"),
    ):
        if known is not None and abs(shell_mg - known) * 100 > known * percent:
            raise RuleBroken(
                f"Mean empty shell: {format_number(shell_mg)} mg is more than {format_number(percent)} % off the"
                f" {format_number(known)} mg of {named}; weigh ten empty shells again.",
                "shell_mg",
            )


def sample_size(capsules: int, policy: WeightPolicy = DEFAULT) -> int:
    """How many capsules of a batch are weighed: 10 or 5 %, whichever is fewer, and never under 2.

    A part of a capsule counts as one; two are needed for a spread. Raises: RuleBroken under 2 capsules.
    Source: policy of the pharmacist-in-charge.

    >>> sample_size(30), sample_size(100), sample_size(1000)
    (2, 5, 10)
    """
    if capsules < 2:
        raise RuleBroken(f"A batch of {capsules} capsules cannot be tested: a spread needs at least 2.", "capsules")
    return max(2, min(policy.sample_most, ceil(capsules * Fraction(policy.sample_percent) / 100)))


def weight_test(
    shell_mg: Decimal,
    fill_mg: Decimal,
    weights_mg: tuple[Decimal, ...],
    policy: WeightPolicy = DEFAULT,
    *,
    capsules: int | None = None,
) -> WeightTest:
    """Judge the weights of filled capsules against T = shell + fill.

    Formulas: RSD = 100 s / mean, s with n - 1; AV = |M - mean %| + 2.4 s %, in per cent of T, M = the mean
    held within 98.5-101.5. Judged on exact squares, before anything is rounded.
    shell_mg: mean empty shell [mg]. fill_mg: intended fill [mg]. capsules: batch size, to ask for the whole
    sample.
    Raises: RuleBroken when there are too few weights, or one of them is not above 0 mg.
    Source: the policy's.

    >>> weights = tuple(Decimal(mg) for mg in (225, 228, 222, 230, 226, 224, 219, 227, 225, 229))
    >>> found = weight_test(Decimal(48), Decimal(178), weights)
    >>> found.mean_mg, found.rsd_percent, found.acceptance_value, found.passed
    (Decimal('225.5'), Decimal('1.467'), Decimal('3.513'), True)
    """
    _refuse_unless_whole(shell_mg, fill_mg, weights_mg, policy, capsules)
    found = _measure(Fraction(shell_mg) + Fraction(fill_mg), weights_mg, policy)
    reasons = (*_outside_each(found, weights_mg, policy), *_outside_all(found, policy))
    return WeightTest(
        target_mg=shell_mg + fill_mg,
        mean_mg=Decimal(_mg(found.mean)),
        deviation_mg=square_root(found.variance, 3),
        rsd_percent=found.rsd,
        acceptance_value=found.acceptance,
        passed=not reasons,
        reasons=reasons,
        each_low_mg=Decimal(_mg(found.target - found.each)),
        each_high_mg=Decimal(_mg(found.target + found.each)),
        mean_low_mg=Decimal(_mg(found.target - found.around)),
        mean_high_mg=Decimal(_mg(found.target + found.around)),
    )


def mean_and_variance(values: tuple[Decimal, ...]) -> tuple[Fraction, Fraction]:
    """Mean and variance with n - 1, exact; at least two values.

    >>> mean_and_variance((Decimal(1), Decimal(2), Decimal(3)))
    (Fraction(2, 1), Fraction(1, 1))
    """
    exact = [Fraction(value) for value in values]
    mean = sum(exact, Fraction()) / len(exact)
    return mean, sum(((value - mean) ** 2 for value in exact), Fraction()) / (len(exact) - 1)


def square_root(square: Fraction, places: int, *, plus: Fraction = Fraction()) -> Decimal:
    """The root of a fraction, plus another, with so many digits after the point, half to even.

    >>> square_root(Fraction(2), 6)
    Decimal('1.414214')
    """
    with localcontext(Context(prec=50)):
        root = (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()
        return rounded(Fraction(root) + plus, places)


@dataclass(frozen=True, slots=True)
class _Measured:
    """Exact figures, mg and mg². each, around: allowed distance from the target, of a capsule and of the mean.

    distance: of the mean from 98.5-101.5 [% of target]. squared: (2.4 s %)². rsd, acceptance: rounded, for people.
    """

    target: Fraction
    mean: Fraction
    variance: Fraction
    each: Fraction
    around: Fraction
    distance: Fraction
    squared: Fraction
    rsd: Decimal
    acceptance: Decimal


def _measure(target: Fraction, weights_mg: tuple[Decimal, ...], policy: WeightPolicy) -> _Measured:
    mean, variance = mean_and_variance(weights_mg)
    percent = 100 * mean / target
    middle = min(max(percent, Fraction(policy.acceptance_low)), Fraction(policy.acceptance_high))
    squared = variance * (Fraction(policy.acceptance_factor) * 100 / target) ** 2
    return _Measured(
        target=target,
        mean=mean,
        variance=variance,
        each=target * Fraction(policy.each_percent) / 100,
        around=target * Fraction(policy.mean_percent) / 100,
        distance=abs(middle - percent),
        squared=squared,
        rsd=square_root(variance * (100 / mean) ** 2, 3),
        acceptance=square_root(squared, 3, plus=abs(middle - percent)),
    )


def _outside_each(found: _Measured, weights_mg: tuple[Decimal, ...], policy: WeightPolicy) -> tuple[str, ...]:
    return tuple(
        f"Capsule {place} weighs {format_number(weight)} mg, outside {_around(found.target, found.each)}"
        f" ({_limit(policy.each_percent)} of {_mg(found.target)} mg)."
        for place, weight in enumerate(weights_mg, start=1)
        if abs(Fraction(weight) - found.target) > found.each
    )


def _outside_all(found: _Measured, policy: WeightPolicy) -> tuple[str, ...]:
    reasons = []
    if abs(found.mean - found.target) > found.around:
        reasons.append(
            f"The mean of {_mg(found.mean)} mg is outside {_around(found.target, found.around)}"
            f" ({_limit(policy.mean_percent)} of {_mg(found.target)} mg)."
        )
    if found.variance * 100**2 > (Fraction(policy.rsd_percent) * found.mean) ** 2:
        reasons.append(f"The spread (RSD) of {found.rsd} % is above {format_number(policy.rsd_percent)} %.")
    room = Fraction(policy.acceptance_most) - found.distance
    if room < 0 or found.squared > room**2:
        reasons.append(f"The acceptance value of {found.acceptance} is above {policy.acceptance_most}.")
    return tuple(reasons)


def _refuse_unless_whole(
    shell_mg: Decimal,
    fill_mg: Decimal,
    weights_mg: tuple[Decimal, ...],
    policy: WeightPolicy,
    capsules: int | None,
) -> None:
    for field, value in (("shell_mg", shell_mg), ("fill_mg", fill_mg)):
        if value <= 0:
            raise RuleBroken(f"A weight of {format_number(value)} mg cannot be: it must be above 0 mg.", field)
    needed = 2 if capsules is None else sample_size(capsules, policy)
    if len(weights_mg) < needed:
        batch = "a spread" if capsules is None else f"a batch of {capsules} capsules"
        raise RuleBroken(
            f"{len(weights_mg)} weighed capsules are too few: {batch} needs a sample of at least {needed}.",
            "weights_mg",
        )
    if capsules is not None and len(weights_mg) > capsules:
        raise RuleBroken(f"{len(weights_mg)} weights are more than the {capsules} capsules of the batch.", "weights_mg")
    for place, weight in enumerate(weights_mg, start=1):
        if weight <= 0:
            raise RuleBroken(
                f"Capsule {place} cannot weigh {format_number(weight)} mg: a weight must be above 0 mg.",
                "weights_mg",
            )


def _milligrams(value: object, name: str) -> Decimal:
    return read_decimal(value, field=name, most=_MOST_MG, places=4)


def _mg(value: Fraction) -> str:
    return format_number(rounded(value, 3))


def _around(target: Fraction, distance: Fraction) -> str:
    return f"{_mg(target - distance)}-{_mg(target + distance)} mg"


def _limit(percent: Decimal) -> str:
    return f"{format_number(100 - percent)}-{format_number(100 + percent)} %"
