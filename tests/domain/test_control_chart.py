"""Control charts against the handbook's worked example, and each run rule at its edge."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.control_chart import ControlChart, control_chart

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, Individuals Control Charts: flow rates of ten batches.
FLOW = "49.6 47.6 49.9 51.3 47.8 51.2 52.6 52.4 53.6 52.1"
QUIET = "0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1"


def _chart(text: str, *, only_above: bool = False) -> ControlChart:
    found = control_chart([Decimal(value) for value in text.split()], only_above=only_above)
    assert found is not None
    return found


def _at_last(tail: str, *, only_above: bool = False) -> tuple[str, ...]:
    """The signals at the end of a quiet series that ends so."""
    return _chart(f"{QUIET} {tail}", only_above=only_above).points[-1].signals


def test_the_limits_are_those_of_the_handbook() -> None:
    found = _chart(FLOW)
    assert (found.center, found.lower, found.upper) == (Decimal("50.81"), Decimal("45.8159"), Decimal("55.8041"))
    assert [point.signals for point in found.points] == [()] * 10
    assert found.provisional


# In the quiet series the center is about 0.5 and the spread about 0.89: one, two, three spreads reach 1.4, 2.3, 3.2.
def test_one_value_beyond_three_spreads_is_a_signal() -> None:
    assert "beyond three spreads" in _at_last("9")
    assert "beyond three spreads" in _at_last("-9")
    assert _at_last("2") == ()


def test_two_of_three_beyond_two_spreads_on_one_side_are_a_signal() -> None:
    words = "2 of 3 in a row beyond two spreads on one side"
    assert words in _at_last("3.5 0.5 3.5")
    assert words not in _at_last("3.5 0.5 0.5 3.5")
    assert words not in _at_last("3.5 0.5 -2.5")


def test_four_of_five_beyond_one_spread_on_one_side_are_a_signal() -> None:
    words = "4 of 5 in a row beyond one spread on one side"
    assert words in _at_last("2.4 2.4 0.6 2.4 2.4")
    assert words not in _at_last("2.4 0.6 2.4 0.6 2.4")


def test_eight_in_a_row_on_one_side_are_a_signal_at_the_eighth() -> None:
    assert _at_last("0 " + "0.9 " * 7) == ()
    assert _at_last("0 " + "0.9 " * 8) == ("8 in a row on one side",)
    assert _at_last("1 " + "0.1 " * 8) == ("8 in a row on one side",)


def test_a_spread_that_falls_is_no_signal() -> None:
    assert _at_last("1 " + "0.1 " * 8, only_above=True) == ()
    assert "beyond three spreads" in _at_last("9", only_above=True)
    assert (_chart(QUIET).lower < 0, _chart(QUIET, only_above=True).lower) == (True, 0)


@pytest.mark.parametrize("few", [[], [Decimal(1)]])
def test_fewer_than_two_values_make_no_chart(few: list[Decimal]) -> None:
    assert control_chart(few) is None


def test_equal_values_are_in_control() -> None:
    found = _chart("5 " * 25)
    assert (found.lower, found.upper, found.provisional) == (5, 5, False)
    assert {point.signals for point in found.points} == {()}


@given(
    st.lists(st.decimals(80, 120, places=2), min_size=2, max_size=40),
    st.decimals(-50, 50, places=2),
    st.integers(1, 9),
)
def test_moving_and_stretching_all_values_changes_no_signal(values: list[Decimal], shift: Decimal, times: int) -> None:
    found, other = control_chart(values), control_chart([times * value + shift for value in values])
    assert found is not None
    assert other is not None
    assert [point.signals for point in found.points] == [point.signals for point in other.points]
