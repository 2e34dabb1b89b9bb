"""Quantity, days' supply and directions. Expected values by hand: doses counted day by day."""

from decimal import Decimal

import pytest

from pharmacy.domain.dose import agreement, capsules_needed
from pharmacy.domain.sig import Phase, read_directions

_RISING = "1 cap qhs x 7 days, 2 caps qhs x 7 days, then 3 caps qhs"


@pytest.mark.parametrize(
    ("directions", "days", "capsules"),
    [
        ("1 cap qhs", 30, "30"),
        ("2 caps bid", 10, "40"),
        (_RISING, 7, "7"),
        (_RISING, 10, "13"),  # 7, and 3 days of 2
        (_RISING, 30, "69"),  # 7 + 14 + 16 x 3
        ("1 cap every other day", 30, "15"),
        ("1 cap every other day", 15, "8"),  # days 1, 3, ... 15
        ("1 cap every other day", 1, "1"),
        ("2 caps every other day for 7 days, then 2 caps daily", 10, "14"),  # days 1, 3, 5, 7 and 8, 9, 10
        ("1 cap qhs x 14 days", 30, "14"),
    ],
)
def test_capsules_needed_are_counted_dose_by_dose(directions: str, days: int, capsules: str) -> None:
    assert capsules_needed(read_directions(directions).phases, days) == Decimal(capsules)


@pytest.mark.parametrize(
    ("quantity", "days", "directions"),
    [
        (30, 30, "1 cap qhs"),
        (69, 30, _RISING),
        (15, 30, "1 cap every other day"),
        (15, 29, "1 cap every other day"),
        (8, 15, "1 cap every other day"),
        (21, 14, "1 cap qhs x 7 days, then 2 caps qhs x 7 days"),
        (30, 30, "1 cap qhs x 90 days"),  # the first fill of three
        (27, 30, "1 cap every other day for 7 days, then 1 cap daily"),
    ],
)
def test_three_that_agree_are_not_asked_about(quantity: int, days: int, directions: str) -> None:
    assert agreement(quantity, days, read_directions(directions).phases) is None


@pytest.mark.parametrize(
    ("quantity", "days", "directions", "off"),
    [
        # two agree: the quantity is what the directions use in so many days
        (30, 3, "1 cap qhs", "The days' supply is off"),
        (21, 30, "1 cap qhs x 7 days, then 2 caps qhs x 7 days", "The days' supply is off"),
        (21, 10, "1 cap qhs x 7 days, then 2 caps qhs x 7 days", "The days' supply is off"),
        (14, 10, "1 cap qhs x 14 days", "The days' supply is off"),
        (69, 31, _RISING, "The days' supply is off"),
        # two agree: quantity and days' supply at what is taken each day, only the end is another
        (30, 30, "1 cap qhs x 14 days", "The directions are off"),
        (53, 30, "1 cap qhs x 7 days, then 2 caps qhs x 7 days", "The directions are off"),
        # two agree: a capsule a day
        (30, 30, "2 caps qhs", "The directions are off"),
        (30, 30, _RISING, "The directions are off"),
        (30, 30, "1 cap every other day", "The directions are off"),
        # the days' supply is a usual one, and the quantity lasts no usual one
        (31, 30, "1 cap qhs", "The quantity is off"),
        (16, 30, "1 cap every other day", "The quantity is off"),
        (70, 30, _RISING, "The quantity is off"),
        # a usual supply either way
        (30, 90, "1 cap qhs", "The quantity or the days' supply is off"),
        (69, 14, _RISING, "The quantity or the days' supply is off"),
        # nothing agrees
        (20, 30, "1 cap qhs x 14 days", "The quantity, the days' supply or the directions are off"),
    ],
)
def test_the_one_that_is_off_is_named(quantity: int, days: int, directions: str, off: str) -> None:
    finding = agreement(quantity, days, read_directions(directions).phases)
    assert finding is not None
    assert finding.message.startswith(f"{off}:") or finding.message.startswith(f"{off}, or the quantity:")


def test_the_finding_names_all_three_numbers() -> None:
    finding = agreement(31, 30, (Phase(Decimal(1), Decimal(1), None, "at bedtime"),))
    assert finding is not None
    assert "31 capsules, 30 days' supply" in finding.message
    assert "30 days at 1 a day need 30 capsules, and 31 capsules last 31 days." in finding.message
