import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.identifiers import (
    batch_number,
    check_fill_number,
    check_npi,
    check_rx_number,
    fill_number,
    lot_number,
    luhn_agrees,
    luhn_digit,
    rx_number,
)

_CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "npi" / "npi_cases.json"


def test_the_worked_example_of_cms_is_an_npi() -> None:
    assert check_npi("1234567893") == "1234567893"


@pytest.mark.parametrize("npi", ["1000000020", "2000000200"])
def test_a_check_digit_of_zero_is_as_good_as_any(npi: str) -> None:
    """Sums by hand: 24 for the prefix 80840 and the leading digits, filled up to a multiple of ten."""
    doubled = [int(d) * 2 if place % 2 == 0 else int(d) for place, d in enumerate(reversed("80840" + npi[:-1]))]
    assert sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
    assert check_npi(npi) == npi


@pytest.mark.parametrize(
    "npi", ["1234567898", "123456789", "123456789A", "3234567891", "", None, "１２３４５６７８９３"]
)
def test_a_wrong_npi_is_refused(npi: object) -> None:
    with pytest.raises(InputUnusable):
        check_npi(npi)


def test_published_npi_cases_are_decided_alike() -> None:
    if not _CASES.exists():
        pytest.skip("The published NPI cases are not beside this checkout.")
    cases = json.loads(_CASES.read_text())
    for npi in cases["valid"]:
        assert check_npi(npi) == npi
    for npi in cases["invalid"]:
        with pytest.raises(InputUnusable):
            check_npi(npi)


@given(st.integers(min_value=1, max_value=999_999), st.integers(0, 6), st.integers(1, 9))
def test_one_mistyped_digit_of_a_prescription_number_is_found(sequence: int, place: int, shift: int) -> None:
    number = rx_number(sequence)
    assert check_rx_number(number) == number
    changed = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(InputUnusable):
        check_rx_number(changed)


@given(st.text("0123456789", min_size=1, max_size=20))
def test_a_number_with_its_check_digit_agrees(digits: str) -> None:
    assert luhn_agrees(digits + str(luhn_digit(digits)))


def test_a_container_number_is_read_back_from_its_barcode() -> None:
    number = rx_number(700001)
    assert check_fill_number(fill_number(number, 3)) == (number, 3)
    with pytest.raises(InputUnusable):
        check_fill_number("7000012-0")


def test_batches_and_lots_have_fixed_forms() -> None:
    assert batch_number(date(2026, 11, 24), 1) == "B261124-01"
    assert lot_number(123) == "L000123"
