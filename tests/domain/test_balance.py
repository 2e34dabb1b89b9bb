"""Lines of balances, as the makers' manuals print them."""

from decimal import Decimal

import pytest

from pharmacy.domain.balance import read_balance
from pharmacy.domain.errors import InputUnusable


def read(text: str) -> tuple[Decimal, bool]:
    found = read_balance(text, field="weighed", least_mg=Decimal(0), most_mg=Decimal(5_000_000))
    return found.mg, found.from_balance


@pytest.mark.parametrize(
    ("line", "mg"),
    [
        ("S S      0.5107 g", "510.7"),  # Mettler-Toledo, MT-SICS: the answer to S
        ("S S    100.00 g\r\n", "100000"),
        ("+   111.255 g  \r\n", "111255"),  # Sartorius, 16 characters
        ("N     +    0.5107 g  ", "510.7"),  # Sartorius, 22 characters
        ("ST,+00000.5107  g", "510.7"),  # A&D
        ("ST,GS   1.000kg", "1000000"),  # Kern
        ("S      510.7 mg", "510.7"),
    ],
)
def test_a_balances_line_is_a_weight_in_milligrams_and_is_known_as_a_balances(line: str, mg: str) -> None:
    assert read(line) == (Decimal(mg), True)


@pytest.mark.parametrize("typed", ["510.7", "510.7 mg", "0.5107 g"])
def test_bare_digits_are_a_weight_that_nothing_tells_a_balance_sent(typed: str) -> None:
    assert read(typed) == (Decimal("510.7"), False)


@pytest.mark.parametrize(
    "line", ["S D      0.5107 g", "SD 0.5107 g", "US,+00000.5107  g", "US,GS   1.342kg", "0.5107 g ?"]
)
def test_a_weight_sent_before_the_balance_came_to_rest_is_refused(line: str) -> None:
    with pytest.raises(InputUnusable, match="had not come to rest"):
        read(line)


@pytest.mark.parametrize("line", ["S +", "S -", "S I", "OL,+9999999E+19", "High", "Low", "H", "Err 101", "Stat   ER"])
def test_an_overloaded_or_failing_balance_gives_a_sentence_not_a_weight(line: str) -> None:
    with pytest.raises(InputUnusable, match="the balance sent"):
        read(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "g",
        "0,5107 g",
        "1e3",
        "0x10",
        "٣٫٥",
        "S S 0.5107 lb",
        "S N 0.5107 g",
        "NaN",
        "1" * 70,
        "S S 0.5107 g 0.5107 g",
    ],
)
def test_what_is_no_weight_is_refused_and_quoted(line: str) -> None:
    with pytest.raises(InputUnusable, match="is not a weight in mg or g"):
        read(line)


@pytest.mark.parametrize("line", ["S S     -0.5107 g", "0", "-1", "6 kg"])
def test_less_than_nothing_nothing_and_too_much_are_refused_with_the_limits(line: str) -> None:
    with pytest.raises(InputUnusable, match="more than 0 and at most 5000000 mg"):
        read(line)


def test_a_weight_finer_than_a_microgram_is_refused_not_rounded() -> None:
    with pytest.raises(InputUnusable, match="more than 3 digits after the point of a milligram"):
        read("S S 0.51071234 g")


@pytest.mark.parametrize("typed", ["0.5107", "S S      0.5107"])
def test_grams_without_their_unit_are_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(InputUnusable, match="A number without a unit means mg; write g behind grams"):
        read(typed)
