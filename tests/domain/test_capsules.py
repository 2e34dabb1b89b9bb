"""Capsule sizes, what fits them, and what may not fill them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from pharmacy.domain import capsules
from pharmacy.domain.capsules import capsule, refuse_blocked_filler, refuse_impossible_packing, room_percent
from pharmacy.domain.errors import RuleBroken

CAPSULINE_CHART = {  # capsuline.com, size chart: mL, mg of gelatin shell
    "000": ("1.37", "160"),
    "00": ("0.90", "123"),
    "0": ("0.68", "97"),
    "1": ("0.48", "76"),
    "2": ("0.36", "61"),
    "3": ("0.27", "48"),
    "4": ("0.20", "38"),
    "5": ("0.13", "28"),
}


@pytest.mark.parametrize("size", CAPSULINE_CHART)
def test_the_chart_is_the_makers(size: str) -> None:
    volume, shell = CAPSULINE_CHART[size]
    assert (capsule(size).volume_ml, capsule(size).shell_mg) == (Decimal(volume), Decimal(shell))
    assert set(capsules.SIZES) == set(CAPSULINE_CHART)


def test_a_size_that_is_not_in_the_chart_is_refused() -> None:
    with pytest.raises(RuleBroken, match="“6” is not in the chart: known are 000, 00, 0"):
        capsule("6")


def test_the_worked_example_fills_3_3_per_cent_with_active() -> None:
    # GNU bc: 4.958557 / 150 x 100 = 3.305705
    found = room_percent(amount_mg=Fraction("4.958557"), packing_mg=Fraction(150))
    assert round(found, 4) == Fraction("3.3057")


def test_a_packing_statistic_above_the_density_of_the_crystal_is_refused() -> None:
    # 0.27 mL x 1.6 g/mL = 432 mg
    refuse_impossible_packing(Decimal(432), capsule("3"), field="filler_lot.packing_mg")
    with pytest.raises(RuleBroken, match="at most 432 mg of powder"):
        refuse_impossible_packing(Decimal("432.1"), capsule("3"), field="filler_lot.packing_mg")


@pytest.mark.parametrize(
    "name", ["Calcium  carbonate", "Hypromellose K100M", "methylcellulose 1500", "hydroxypropyl methylcellulose"]
)
def test_fillers_that_slow_the_release_are_refused_with_the_reason(name: str) -> None:
    with pytest.raises(RuleBroken, match="may not fill low-dose naltrexone capsules"):
        refuse_blocked_filler(name)


@pytest.mark.parametrize("name", ["microcrystalline cellulose PH-101", "lactose monohydrate", "sucrose"])
def test_usual_fillers_are_allowed(name: str) -> None:
    refuse_blocked_filler(name)
