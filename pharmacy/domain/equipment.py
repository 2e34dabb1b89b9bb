"""Balances and capsule machines: what ten weighings say of a balance, and whether equipment may be used on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from fractions import Fraction

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.quality import mean_and_variance, square_root
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing import repeatability_minimum_mg
from pharmacy.domain.weighing_fractions import rounded


class EquipmentKind(StrEnum):
    BALANCE = "balance"
    MACHINE = "capsule machine"


class BalanceClass(StrEnum):
    """What the least weight of a balance follows from: its measured repeatability, or its class."""

    ELECTRONIC = "electronic"
    CLASS_III = "class III prescription balance"


class CheckKind(StrEnum):
    CALIBRATION = "calibration"
    REPEATABILITY = "repeatability test"
    MAINTENANCE = "cleaning or maintenance"


@dataclass(frozen=True, slots=True)
class EquipmentPolicy:
    """What the pharmacist-in-charge decides about equipment; the limits themselves still pass.

    weighings: of one test weight. accuracy_percent: how far a balance may be off a test weight that lies between
    accuracy_from_percent of the capacity and the capacity. mean_percent: beyond it the test weight is not the one that
    was named. deviation_digits: beyond so many digits of the readability the balance was not at rest.
    repeatability_days: after which it is measured anew. longest_days: until the next calibration at most.
    ahead_days: how long before its day something counts as due.
    """

    weighings: int = 10
    accuracy_percent: Decimal = Decimal("0.10")
    accuracy_from_percent: Decimal = Decimal(5)
    mean_percent: Decimal = Decimal(1)
    deviation_digits: int = 10
    repeatability_days: int = 365
    longest_days: int = 731
    ahead_days: int = 14
    source: str = (
        "USP <41> as summarised by balance makers: ten weighings of one test weight, least weight 2000 x s, s at least"
        " 0.41 d; accuracy within 0.10 % of a test weight of 5 to 100 % of the capacity; other limits: policy of the"
        " pharmacist-in-charge"
    )
    effective: date = date(2025, 1, 1)


DEFAULT = EquipmentPolicy()


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far a balance is off a test weight. off_percent: of the test weight, signed."""

    test_mg: Decimal
    shown_mg: Decimal
    off_percent: Decimal
    passed: bool


@dataclass(frozen=True, slots=True)
class Repeatability:
    """Ten weighings of one test weight. deviation_mg: with n - 1 [mg]. minimum_mg: the least that may be weighed."""

    test_mg: Decimal
    weights_mg: tuple[Decimal, ...]
    mean_mg: Decimal
    deviation_mg: Decimal
    minimum_mg: Decimal


@dataclass(frozen=True, slots=True)
class Check:
    """The last check of one kind. due_on: the last day on which it still holds, None when no day was set."""

    done_on: date
    due_on: date | None
    passed: bool


def repeatability(
    *,
    test_mg: Decimal,
    weights_mg: tuple[Decimal, ...],
    readability_mg: Decimal,
    capacity_mg: Decimal,
    policy: EquipmentPolicy = DEFAULT,
) -> Repeatability:
    """Mean and spread of ten weighings of one test weight, and the least weight that follows from them.

    Formulas: s with n - 1; least weight = 2000 x s, at least 820 x d; rounded up to the microgram.
    test_mg: nominal [mg]. weights_mg: as shown [mg]. readability_mg: d [mg]. capacity_mg: of the balance [mg].
    Raises: RuleBroken naming the weight or the limit. Source: the policy's.

    >>> ten = tuple(map(Decimal, ("100.0", "100.2") * 5))
    >>> found = repeatability(test_mg=Decimal(100), weights_mg=ten, readability_mg=Decimal("0.1"),
    ...     capacity_mg=Decimal(220_000))
    >>> found.mean_mg, found.deviation_mg, found.minimum_mg
    (Decimal('100.1000'), Decimal('0.105409'), Decimal('210.819'))
    """
    _refuse_test_weight(test_mg, capacity_mg, "test_mg")
    if len(weights_mg) != policy.weighings:
        raise RuleBroken(
            f"Weighings: {len(weights_mg)}; exactly {policy.weighings} of one test weight are needed.", "weights"
        )
    for place, weight in enumerate(weights_mg, start=1):
        _refuse_other_digits(weight, readability_mg, f"Weight {place}", "weights")
    mean, variance = mean_and_variance(weights_mg)
    _refuse_other_weight(mean, test_mg, policy)
    deviation = square_root(variance, 9)
    if variance > (policy.deviation_digits * Fraction(readability_mg)) ** 2:
        raise RuleBroken(
            f"Weighings: their spread of {format_number(square_root(variance, 3))} mg is above"
            f" {policy.deviation_digits} digits of {format_number(readability_mg)} mg; level the balance, keep draughts"
            " away, and weigh again.",
            "weights",
        )
    least = repeatability_minimum_mg(deviation_mg=deviation, readability_mg=readability_mg)
    return Repeatability(
        test_mg,
        weights_mg,
        rounded(mean, 4),
        square_root(variance, 6),
        least.quantize(Decimal("0.001"), ROUND_CEILING),
    )


def accuracy(
    *, test_mg: Decimal, shown_mg: Decimal, capacity_mg: Decimal, policy: EquipmentPolicy = DEFAULT
) -> Accuracy:
    """Whether a balance shows a test weight as it is.

    Formula: 100 x (shown - test) / test, within +-0.10 %.
    test_mg: nominal, 5 to 100 % of the capacity [mg]. shown_mg: by the balance, or the mean of several [mg].
    Raises: RuleBroken when the test weight is too light or too heavy to say anything. Source: the policy's.

    >>> accuracy(test_mg=Decimal(100_000), shown_mg=Decimal("100100.0"), capacity_mg=Decimal(220_000)).passed
    True
    """
    _refuse_test_weight(test_mg, capacity_mg, "accuracy_test_mg")
    if not tells_accuracy(test_mg, capacity_mg, policy):
        raise RuleBroken(
            f"Accuracy: a test weight of {format_number(test_mg)} mg is below"
            f" {format_number(policy.accuracy_from_percent)} % of the capacity of {format_number(capacity_mg)} mg.",
            "accuracy_test_mg",
        )
    off = 100 * Fraction(shown_mg - test_mg) / Fraction(test_mg)
    if abs(off) > policy.mean_percent:
        raise RuleBroken(
            f"Accuracy: {format_number(shown_mg)} mg is more than {format_number(policy.mean_percent)} % off the test"
            f" weight of {format_number(test_mg)} mg; is it the weight that you named?",
            "accuracy_shown_mg",
        )
    return Accuracy(test_mg, shown_mg, rounded(off, 4), abs(off) <= Fraction(policy.accuracy_percent))


def tells_accuracy(test_mg: Decimal, capacity_mg: Decimal, policy: EquipmentPolicy = DEFAULT) -> bool:
    """Whether a test weight [mg] lies in the part of the capacity [mg] in which accuracy is judged.

    >>> tells_accuracy(Decimal(11_000), Decimal(220_000)), tells_accuracy(Decimal(10_999), Decimal(220_000))
    (True, False)
    """
    return capacity_mg * policy.accuracy_from_percent <= test_mg * 100 <= capacity_mg * 100


def needed(kind: EquipmentKind, balance_class: BalanceClass | None) -> tuple[CheckKind, ...]:
    """The checks without which it may not be used. The least weight of a class III balance follows from its class.

    >>> needed(EquipmentKind.BALANCE, BalanceClass.ELECTRONIC)
    (<CheckKind.CALIBRATION: 'calibration'>, <CheckKind.REPEATABILITY: 'repeatability test'>)
    """
    if kind is EquipmentKind.MACHINE:
        return (CheckKind.MAINTENANCE,)
    if balance_class is BalanceClass.CLASS_III:
        return (CheckKind.CALIBRATION,)
    return CheckKind.CALIBRATION, CheckKind.REPEATABILITY


def faults(
    *, out_of_service: str, needs: tuple[CheckKind, ...], last: Mapping[CheckKind, Check], today: date
) -> tuple[str, ...]:
    """Why it may not be used on this day, each to be read behind its name; none when it may.

    A check holds on its due day itself. out_of_service: why, "" in service. last: the last check of each kind.

    >>> faults(out_of_service="", needs=(CheckKind.CALIBRATION,), today=date(2026, 11, 24),
    ...     last={CheckKind.CALIBRATION: Check(date(2025, 11, 23), date(2026, 11, 23), True)})
    ('is overdue: calibration was due on 2026-11-23',)
    """
    found = [f"is out of service: {out_of_service}"] if out_of_service else []
    for kind in CheckKind:
        check = last.get(kind)
        if check is None:
            found += [_NEVER[kind]] if kind in needs else []
        elif not check.passed:
            found.append(f"did not pass its {kind} of {check.done_on.isoformat()}")
        elif check.due_on is not None and check.due_on < today:
            found.append(f"is overdue: {kind} was due on {check.due_on.isoformat()}")
    return tuple(found)


def next_due(last: Mapping[CheckKind, Check]) -> date | None:
    """The first day on which one of the checks no longer holds the day after; None when no day was set.

    >>> next_due({CheckKind.CALIBRATION: Check(date(2026, 1, 5), date(2027, 1, 5), True)})
    datetime.date(2027, 1, 5)
    """
    return min((check.due_on for check in last.values() if check.due_on is not None), default=None)


_NEVER = {
    CheckKind.CALIBRATION: "was never calibrated, note its certificate first",
    CheckKind.REPEATABILITY: "was never measured, weigh a test weight ten times first",
    CheckKind.MAINTENANCE: "has no cleaning or maintenance on record, note it first",
}


def _refuse_test_weight(test_mg: Decimal, capacity_mg: Decimal, field: str) -> None:
    if not 0 < test_mg <= capacity_mg:
        raise RuleBroken(
            f"Test weight: {format_number(test_mg)} mg; above 0 and at most the capacity of"
            f" {format_number(capacity_mg)} mg.",
            field,
        )


def _refuse_other_digits(weight_mg: Decimal, readability_mg: Decimal, called: str, field: str) -> None:
    if (Fraction(weight_mg) / Fraction(readability_mg)).denominator != 1:
        raise RuleBroken(
            f"{called}: {format_number(weight_mg)} mg is no multiple of {format_number(readability_mg)} mg, the"
            " readability of this balance; was it read elsewhere?",
            field,
        )


def _refuse_other_weight(mean: Fraction, test_mg: Decimal, policy: EquipmentPolicy) -> None:
    if abs(mean - Fraction(test_mg)) * 100 > Fraction(test_mg) * Fraction(policy.mean_percent):
        raise RuleBroken(
            f"Weighings: their mean of {format_number(rounded(mean, 3))} mg is more than"
            f" {format_number(policy.mean_percent)} % off the test weight of {format_number(test_mg)} mg; is it the"
            " weight that you named?",
            "weights",
        )
