"""Triturations: published aliquots multiplied back, and no plan that wastes less than the one given."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.trituration import geometric_portions, plan
from pharmacy.domain.weighing_micrograms import trituration_faults

EXAMPLES = tomllib.loads((Path(__file__).parent / "examples" / "trituration.toml").read_text("utf-8"))

# Needs and fillers in micrograms, minimums in whole milligrams, as a bench has them.
needs = st.integers(2_000, 140_000)
fillers = st.integers(400_000, 20_000_000)
minimums = st.integers(20, 150)


def micrograms(mg: str) -> int:
    return int(Decimal(mg) * 1000)


@pytest.mark.parametrize("example", EXAMPLES["published"], ids=lambda example: example["source"][:30])
def test_a_published_aliquot_multiplies_back_to_what_is_needed(example: dict[str, str]) -> None:
    amounts = {f"{name}_ug": micrograms(example[f"{name}_mg"]) for name in ("weigh", "diluent", "total", "aliquot")}
    needed = micrograms(example["needed_mg"])
    filler = 1_000_000
    faults = trituration_faults(
        needed_ug=needed,
        minimum_ug=micrograms(example["minimum_mg"]),
        filler_ug=filler,
        step_ug=1000,
        filler_to_add_ug=filler - (amounts["aliquot_ug"] - needed),
        **amounts,
    )
    assert set(faults) <= {"less diluent would do"}


@pytest.mark.parametrize("example", EXAMPLES["least"], ids=lambda example: example["source"][:40])
def test_the_plan_is_the_one_worked_by_hand(example: dict[str, str]) -> None:
    found = plan(
        needed_mg=Fraction(example["needed_mg"]),
        filler_mg=Fraction(example["filler_mg"]),
        minimum_mg=Decimal(example["minimum_mg"]),
    )
    for name in ("weigh_mg", "total_mg", "aliquot_mg", "filler_to_add_mg"):
        assert getattr(found, name) == Decimal(example[name]), name


@settings(max_examples=100, deadline=None)
@given(needs, fillers, minimums)
def test_every_weighing_reaches_the_minimum_and_the_aliquot_holds_the_need(
    needed: int, filler: int, minimum: int
) -> None:
    assume(needed < minimum * 1000)
    found = plan(needed_mg=Fraction(needed, 1000), filler_mg=Fraction(filler, 1000), minimum_mg=Decimal(minimum))
    assert min(found.weigh_mg, found.diluent_mg, found.aliquot_mg) >= minimum
    assert found.filler_to_add_mg == 0 or found.filler_to_add_mg >= minimum
    held = Fraction(found.aliquot_mg) * Fraction(found.weigh_mg) / Fraction(found.total_mg)
    assert abs(held - Fraction(needed, 1000)) <= Fraction(1, 2000)
    assert found.weigh_mg + found.diluent_mg == found.total_mg == found.aliquot_mg + found.left_mg
    assert sum(found.mixing_mg) == found.diluent_mg


@settings(max_examples=25, deadline=None)
@given(st.integers(5_000, 39_000), st.integers(30, 40))
def test_no_plan_in_whole_milligrams_wastes_less(needed: int, minimum: int) -> None:
    """Tries every pair of W and T on the grid; waste is active left over first, then powder left over."""
    assume(needed < minimum * 1000)
    need, filler = Fraction(needed, 1000), Fraction(2000)
    found = plan(needed_mg=need, filler_mg=filler, minimum_mg=Decimal(minimum))
    possible = [
        (weigh - need, total * (1 - need / weigh))
        for weigh in range(minimum, minimum + 6)
        for total in range(weigh + minimum, 600)
        if need * total / weigh >= minimum and filler - need * total / weigh + need >= minimum
    ]
    ours = (
        Fraction(found.weigh_mg) - need,
        Fraction(found.total_mg) * (1 - need / Fraction(found.weigh_mg)),
    )
    assert ours == min(possible)


CORRECT: dict[str, int] = {
    "needed_ug": 2_000,
    "minimum_ug": 120_000,
    "filler_ug": 900_000,
    "step_ug": 1_000,
    "weigh_ug": 120_000,
    "diluent_ug": 7_080_000,
    "total_ug": 7_200_000,
    "aliquot_ug": 120_000,
    "filler_to_add_ug": 782_000,
}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"diluent_ug": 7_080_001}, "do not add up"),
        ({"weigh_ug": 119_999, "diluent_ug": 7_080_001}, "the active of 119999 µg is below"),
        ({"aliquot_ug": 119_000, "filler_to_add_ug": 783_000}, "the aliquot of 119000 µg is below"),
        ({"aliquot_ug": 121_000, "filler_to_add_ug": 781_000}, "does not hold the active"),
        ({"filler_to_add_ug": 900_000}, "are not the filler of the batch"),
        ({"filler_to_add_ug": -1}, "cannot be weighed"),
        ({"filler_to_add_ug": 119_000}, "cannot be weighed"),
        ({"aliquot_ug": 7_300_000}, "larger than the trituration"),
        ({"weigh_ug": 121_000, "diluent_ug": 7_079_000}, "less active could be weighed"),
    ],
)
def test_the_check_sees_a_wrong_plan(changes: dict[str, int], fault: str) -> None:
    assert trituration_faults(**CORRECT) == ()
    faults = trituration_faults(**(CORRECT | changes))
    assert any(fault in each for each in faults), faults


def test_what_the_balance_weighs_needs_no_trituration() -> None:
    with pytest.raises(RuleBroken, match="needs no trituration"):
        plan(needed_mg=Fraction(120), filler_mg=Fraction(5000), minimum_mg=Decimal(120))


def test_no_active_is_no_trituration() -> None:
    with pytest.raises(RuleBroken):
        plan(needed_mg=Fraction(0), filler_mg=Fraction(5000), minimum_mg=Decimal(120))


def test_diluent_that_cannot_be_weighed_makes_the_plan_impossible() -> None:
    # By hand: 110 mg with 60 mg of filler; the trituration alone would be 120 mg and 65.5 mg of diluent.
    with pytest.raises(RuleBroken, match="make more capsules"):
        plan(needed_mg=Fraction(110), filler_mg=Fraction(60), minimum_mg=Decimal(120))


def test_a_batch_lighter_than_the_minimum_cannot_be_made() -> None:
    with pytest.raises(RuleBroken, match="make more capsules") as refusal:
        plan(needed_mg=Fraction(1), filler_mg=Fraction(100), minimum_mg=Decimal(120))
    assert refusal.value.field == "capsules"


@settings(max_examples=50)
@given(st.integers(1, 500), st.integers(0, 50_000))
def test_geometric_portions_never_exceed_what_is_in_the_mortar(start: int, diluent: int) -> None:
    present = Decimal(start)
    for portion in geometric_portions(start_mg=Decimal(start), diluent_mg=Decimal(diluent)):
        assert 0 < portion <= present
        present += portion
    assert present == start + diluent


def test_geometric_dilution_needs_something_to_start_with() -> None:
    with pytest.raises(RuleBroken):
        geometric_portions(start_mg=Decimal(0), diluent_mg=Decimal(1))


def test_the_plan_as_a_document_has_decimal_strings() -> None:
    found: dict[str, Any] = plan(
        needed_mg=Fraction(12), filler_mg=Fraction(6000), minimum_mg=Decimal(120)
    ).to_document()
    assert found["weigh_mg"] == "120.000"
    assert found["total_mg"] == "1200.000"
    assert "lot of its own" in found["note"]
