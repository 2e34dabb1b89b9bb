"""What ten weighings say of a balance, and whether equipment may be used on a day."""

import statistics
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.equipment import (
    BalanceClass,
    Check,
    CheckKind,
    EquipmentKind,
    Repeatability,
    accuracy,
    faults,
    needed,
    next_due,
    repeatability,
)
from pharmacy.domain.errors import RuleBroken

CAPACITY = Decimal(220_000)
TODAY = date(2026, 11, 24)
CALIBRATION, REPEATABILITY, MAINTENANCE = CheckKind


def ten(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def measured(weights: tuple[Decimal, ...], test_mg: str = "20000", readability_mg: str = "0.1") -> Repeatability:
    return repeatability(
        test_mg=Decimal(test_mg), weights_mg=weights, readability_mg=Decimal(readability_mg), capacity_mg=CAPACITY
    )


def test_the_published_example_of_a_spread_of_0_15_mg_gives_300_mg() -> None:
    # USP <41>, 1 August 2019: for s = 0.00015 g the minimum weight is 0.30000 g. These ten have that spread:
    # (2 x 0.3^2 + 4 x 0.075^2) / 9 = 0.0225 = 0.15^2.
    found = measured(ten("100.3", "99.7", *["100.075", "99.925"] * 2, *["100"] * 4), "100", "0.025")
    assert (found.mean_mg, found.deviation_mg, found.minimum_mg) == ten("100", "0.15", "300")


def test_the_least_weight_is_2000_times_the_spread_rounded_up() -> None:
    found = measured(ten(*["99.9"] * 5, *["100.1"] * 5), "100")
    # Ten values 0.1 mg off their mean: s = sqrt(10 x 0.01 / 9) = 0.105409 mg, times 2000 = 210.8185 mg, rounded up.
    assert (found.mean_mg, found.deviation_mg, found.minimum_mg) == ten("100.0000", "0.105409", "210.819")


@given(st.lists(st.integers(-6, 6), min_size=10, max_size=10), st.sampled_from(["0.01", "0.1", "1"]))
def test_mean_and_spread_are_those_of_the_statistics_of_python_and_no_minimum_is_below_820_d(
    digits: list[int], readability_mg: str
) -> None:
    d = Decimal(readability_mg)
    weights = tuple(20_000 + d * digit for digit in digits)
    found = measured(weights, readability_mg=readability_mg)
    assert abs(found.mean_mg - statistics.mean(weights)) <= Decimal("0.00005")
    assert abs(found.deviation_mg - statistics.stdev(weights)) <= Decimal("0.0000005")
    assert found.minimum_mg >= 820 * d
    assert found.minimum_mg >= 2000 * statistics.stdev(weights) - Decimal("0.000002")
    assert found.minimum_mg < max(820 * d, 2000 * statistics.stdev(weights)) + Decimal("0.0011")


def test_ten_times_the_same_weight_leaves_820_times_the_readability() -> None:
    assert measured(ten(*["20000.0"] * 10)).minimum_mg == Decimal("82")  # the design's own figure for d = 0.1 mg


@pytest.mark.parametrize(
    ("weights", "test_mg", "field", "sentence"),
    [
        (ten(*["20000"] * 9), "20000", "weights", "Weighings: 9; exactly 10 of one test weight"),
        (ten(*["20000"] * 11), "20000", "weights", "Weighings: 11; exactly 10"),
        (ten(*["20000"] * 9, "20000.05"), "20000", "weights", "Weight 10: 20000.05 mg is no multiple of 0.1 mg"),
        # One of ten 3.2 mg off: s = 3.2 x sqrt(0.9 / 9) = 1.012 mg.
        (ten(*["20000"] * 9, "20003.2"), "20000", "weights", "spread of 1.012 mg is above 10 digits of 0.1 mg"),
        (ten(*["20000"] * 10), "19800", "weights", "more than 1 % off the test weight of 19800 mg"),
        (ten(*["2000"] * 10), "20000", "weights", "is it the weight that you named"),
        (ten(*["20000"] * 10), "0", "test_mg", "above 0 and at most the capacity of 220000 mg"),
        (ten(*["20000"] * 10), "220001", "test_mg", "at most the capacity"),
    ],
)
def test_weighings_that_say_nothing_are_refused_with_their_limit(
    weights: tuple[Decimal, ...], test_mg: str, field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        measured(weights, test_mg)
    assert refusal.value.field == field


def test_a_mean_of_one_per_cent_off_and_a_spread_of_ten_digits_still_pass() -> None:
    measured(ten(*["20000"] * 10), "20200")  # 200 of 20 200 mg are 0.99 %
    # Nine alike and one x off: s = x x sqrt(0.9 / 9); s = 1 mg, ten digits, for x = 3.162 mg.
    measured(ten(*["20000"] * 9, "20003.1"))


@pytest.mark.parametrize(
    ("shown", "passed", "off"),
    [
        ("100100", True, "0.1"),
        ("100100.1", False, "0.1001"),
        ("99900", True, "-0.1"),
        ("99899.9", False, "-0.1001"),
    ],
)
def test_a_balance_is_accurate_within_a_tenth_of_a_per_cent_of_the_test_weight(
    shown: str, passed: bool, off: str
) -> None:
    found = accuracy(test_mg=Decimal(100_000), shown_mg=Decimal(shown), capacity_mg=CAPACITY)
    assert (found.passed, found.off_percent) == (passed, Decimal(off))


def test_a_test_weight_below_5_per_cent_of_the_capacity_tells_no_accuracy() -> None:
    assert accuracy(test_mg=Decimal(11_000), shown_mg=Decimal(11_000), capacity_mg=CAPACITY).passed
    with pytest.raises(RuleBroken, match="10999 mg is below 5 % of the capacity of 220000 mg"):
        accuracy(test_mg=Decimal(10_999), shown_mg=Decimal(10_999), capacity_mg=CAPACITY)
    with pytest.raises(RuleBroken, match=r"100 mg is more than 1 % off .* is it the weight that you named"):
        accuracy(test_mg=Decimal(100_000), shown_mg=Decimal(100), capacity_mg=CAPACITY)
    with pytest.raises(RuleBroken, match="at most the capacity"):
        accuracy(test_mg=Decimal(220_001), shown_mg=Decimal(220_001), capacity_mg=CAPACITY)


def test_each_kind_of_equipment_needs_its_own_checks() -> None:
    assert needed(EquipmentKind.BALANCE, BalanceClass.ELECTRONIC) == (CALIBRATION, REPEATABILITY)
    assert needed(EquipmentKind.BALANCE, BalanceClass.CLASS_III) == (CALIBRATION,)
    assert needed(EquipmentKind.MACHINE, None) == (MAINTENANCE,)


def found_in(last: dict[CheckKind, Check], out_of_service: str = "") -> tuple[str, ...]:
    return faults(out_of_service=out_of_service, needs=(CALIBRATION, REPEATABILITY), last=last, today=TODAY)


def test_equipment_is_fit_on_the_last_day_of_its_checks_and_overdue_on_the_next() -> None:
    fine = Check(date(2025, 11, 24), date(2026, 11, 24), True)
    late = Check(date(2025, 11, 23), date(2026, 11, 23), True)
    assert found_in({CALIBRATION: fine, REPEATABILITY: fine}) == ()
    assert found_in({CALIBRATION: late, REPEATABILITY: fine}) == ("is overdue: calibration was due on 2026-11-23",)
    assert found_in({CALIBRATION: fine, REPEATABILITY: late}) == (
        "is overdue: repeatability test was due on 2026-11-23",
    )
    cleaned = {CALIBRATION: fine, REPEATABILITY: fine, MAINTENANCE: late}
    assert found_in(cleaned) == ("is overdue: cleaning or maintenance was due on 2026-11-23",)


def test_every_reason_is_told_at_once() -> None:
    failed = Check(TODAY, date(2027, 11, 24), False)
    assert found_in({CALIBRATION: failed}, "dropped") == (
        "is out of service: dropped",
        "did not pass its calibration of 2026-11-24",
        "was never measured, weigh a test weight ten times first",
    )


def test_what_is_due_first_counts_and_a_check_without_a_day_does_not() -> None:
    last = {
        CALIBRATION: Check(TODAY, date(2027, 11, 24), True),
        REPEATABILITY: Check(TODAY, date(2027, 3, 1), True),
        MAINTENANCE: Check(TODAY, None, True),
    }
    assert next_due(last) == date(2027, 3, 1)
    assert next_due({MAINTENANCE: Check(TODAY, None, True)}) is None
