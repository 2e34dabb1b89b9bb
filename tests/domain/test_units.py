from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.units import (
    format_measure,
    format_number,
    format_strength,
    read_date,
    read_decimal,
    read_whole,
)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("4.5", "4.5 mg"),
        ("3.0", "3 mg"),
        (".5", "0.5 mg"),
        ("1E+1", "10 mg"),
        ("0.50", "0.5 mg"),
        ("-0", "0 mg"),
    ],
)
def test_a_dose_is_printed_without_trailing_zero_or_naked_point(value: str, printed: str) -> None:
    assert format_strength(Decimal(value)) == printed


def test_a_measured_value_keeps_its_digits() -> None:
    assert format_measure(Decimal("510.730"), "mg") == "510.730 mg"


@given(st.decimals(min_value=0, max_value=1000, places=4))
def test_a_printed_number_is_read_back_as_the_same_value(value: Decimal) -> None:
    printed = format_number(value)
    assert read_decimal(printed, field="dose") == value
    assert not printed.startswith(".")
    assert not ("." in printed and printed.endswith("0"))


@pytest.mark.parametrize(
    "written",
    [
        "NaN",
        "Infinity",
        "1e3",
        "1,000",
        ".5",
        "5.",
        "",
        "4.5 mg",
        "0x1",
        "१",
        True,
        None,
        4.5,
        Decimal("1E+2"),
        10**40,
    ],
)
def test_what_is_not_plain_digits_is_no_number(written: object) -> None:
    with pytest.raises(InputUnusable) as refusal:
        read_decimal(written, field="strength")
    assert refusal.value.field == "strength"


def test_a_number_outside_its_limits_is_refused_with_the_limit() -> None:
    with pytest.raises(InputUnusable, match=r"assay: “1\.2” is above 1\.1"):
        read_decimal("1.2", field="assay", most=Decimal("1.1"))
    with pytest.raises(InputUnusable, match="below 1"):
        read_whole("0", field="capsules", least=1)


@pytest.mark.parametrize("written", ["2025-02-29", "2025-13-01", "11/24/2025", "2025-1-2", "", "20250102", None])
def test_a_date_is_a_day_of_the_calendar_written_in_iso_form(written: object) -> None:
    with pytest.raises(InputUnusable):
        read_date(written, field="written")


def test_an_iso_date_is_read() -> None:
    assert read_date("2024-02-29", field="written") == date(2024, 2, 29)
