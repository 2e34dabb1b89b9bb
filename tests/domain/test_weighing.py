"""Worksheets: the worked examples, the reverse check, conservation, and what is refused."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain import trituration, weighing, weighing_fractions, weighing_micrograms
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.weighing import (
    ActiveLot,
    AssayBasis,
    Balance,
    Basis,
    FillerLot,
    Salt,
    WeighingPolicy,
    WorksheetOrder,
    worksheet,
)

EXAMPLES = tomllib.loads((Path(__file__).parent / "examples" / "weighing.toml").read_text("utf-8"))
SHOWN = (
    *("lot_factor", "active_per_capsule_mg", "active_total_mg"),
    *("filler_per_capsule_mg", "filler_total_mg"),
)

LOT = ActiveLot(Decimal("0.994"), AssayBasis.ANHYDROUS, Decimal("0.087"), Decimal(150))
ORDER = WorksheetOrder(
    dose_mg=Decimal("4.5"),
    basis=Basis.HYDROCHLORIDE,
    capsules=100,
    overage=Decimal("0.03"),
    capsule_size="3",
    active_lot=LOT,
    filler_lot=FillerLot(Decimal(180)),
    balance=Balance(Decimal(120)),
)


def document(**changes: Any) -> dict[str, Any]:
    """The JSON of the worked example; a key such as lot__assay changes the active lot."""
    lot = {"assay": "0.994", "assay_basis": "anhydrous", "water": "0.087", "packing_mg": "150"}
    whole: dict[str, Any] = {
        "dose_mg": "4.5",
        "basis": "hydrochloride",
        "capsules": 100,
        "overage": "0.03",
        "capsule_size": "3",
        "active_lot": lot,
        "filler_lot": {"packing_mg": "180"},
        "balance": {"minimum_mg": "120"},
    }
    for key, value in changes.items():
        target, name = (lot, key.removeprefix("lot__")) if key.startswith("lot__") else (whole, key)
        target[name] = value
    return whole


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(least), Decimal(most), places=places, allow_nan=False)


@st.composite
def orders(draw: Callable[..., Any]) -> WorksheetOrder:
    """Orders that the default policy makes a worksheet for: a certificate that meets the monograph, any basis."""
    anhydrous, water = draw(decimals("0.985", "1.015", 3)), draw(decimals("0", "0.10", 3))
    solvents = draw(decimals("0", "0.005", 3))
    basis = draw(st.sampled_from(AssayBasis))
    as_is = (anhydrous * (1 - water) * (1 - solvents)).quantize(Decimal("0.000001"))
    lot = ActiveLot(
        assay=as_is if basis is AssayBasis.AS_IS else anhydrous,
        assay_basis=basis,
        water=water,
        solvents=solvents,
        packing_mg=draw(decimals("60", "320", 3)),
    )
    return WorksheetOrder(
        dose_mg=draw(decimals("0.5", "6", 3)),
        basis=draw(st.sampled_from(Basis)),
        capsules=draw(st.integers(3, 1000)),
        overage=draw(decimals("0", "0.10", 4)),
        capsule_size=draw(st.sampled_from(("3", "2", "1"))),
        active_lot=lot,
        filler_lot=FillerLot(draw(decimals("60", "320", 3))),
        balance=Balance(draw(decimals("20", "150", 1))),
    )


@pytest.mark.parametrize("example", EXAMPLES["order"], ids=lambda example: example["name"])
def test_a_worksheet_says_what_the_worked_example_says(example: dict[str, Any]) -> None:
    lot = {f"lot__{key}": example[key] for key in ("assay", "assay_basis", "water")}
    whole = {key: example[key] for key in ("dose_mg", "basis", "capsules")}
    sheet = worksheet(weighing.from_document(document(**whole, **lot)))
    assert {name: str(getattr(sheet, name)) for name in SHOWN} == {name: example[name] for name in SHOWN}
    assert sheet.weighable is example["weighable"]
    assert (sheet.trituration is None) is example["weighable"]


def test_filler_of_the_batch_is_17_9271_grams() -> None:
    assert round(worksheet(ORDER).filler_total_mg / 1000, 4) == Decimal("17.9271")


def test_the_basis_factor_is_the_ratio_of_the_molar_masses() -> None:
    masses = EXAMPLES["molar_mass"]
    ratio = Decimal(masses["hydrochloride"]) / Decimal(masses["base"])
    assert round(ratio, 4) == Decimal(masses["basis_factor"]) == WeighingPolicy().basis_factor


def test_minimum_weights_are_those_of_the_balance_standards() -> None:
    expected = EXAMPLES["minimum"]
    assert weighing.class_iii_minimum_mg() == Decimal(expected["class_iii_mg"])
    steady = weighing.repeatability_minimum_mg(deviation_mg=Decimal("0.04"), readability_mg=Decimal("0.1"))
    assert steady == Decimal(expected["readability_01_mg"])
    shaky = weighing.repeatability_minimum_mg(deviation_mg=Decimal("0.06"), readability_mg=Decimal("0.1"))
    assert shaky == 2000 * Decimal("0.06")


def test_water_of_a_dihydrate_counts_once() -> None:
    dihydrate = replace(ORDER, active_lot=replace(LOT, salt=Salt.DIHYDRATE))
    assert worksheet(dihydrate).active_total_mg == worksheet(ORDER).active_total_mg


def test_water_and_solvents_of_an_as_is_certificate_are_not_applied_again() -> None:
    as_is = replace(LOT, assay=Decimal("0.91"), assay_basis=AssayBasis.AS_IS, solvents=Decimal("0.002"))
    assert worksheet(replace(ORDER, active_lot=as_is)).lot_factor == Decimal("0.910000")


def test_every_step_shows_formula_inputs_result_unit_rounding_and_source() -> None:
    lines = worksheet(replace(ORDER, dose_mg=Decimal("1.5"), capsules=30)).to_document()["steps"]
    assert isinstance(lines, list)
    keys = {"name", "formula", "inputs", "result", "unit", "rounding", "source"}
    assert all(set(line) == keys for line in lines)
    assert all(line["inputs"] and line["formula"] and line["result"] and line["source"] for line in lines)
    assert lines[-1]["name"] == "reverse check"
    assert lines[-1]["result"] == "1.5"


def test_more_of_both_jars_is_taken_when_a_trituration_is_made() -> None:
    sheet = worksheet(replace(ORDER, dose_mg=Decimal("1.5"), capsules=30))
    assert sheet.trituration is not None
    assert sheet.active_from_lot_mg == Decimal("120.000")
    taken = sheet.active_from_lot_mg + sheet.filler_from_lot_mg
    used = sheet.active_total_mg + sheet.filler_total_mg
    assert abs(taken - used - sheet.trituration.left_mg) <= Decimal("0.002")


def test_the_worksheet_names_the_least_batch_that_needs_no_trituration() -> None:
    order = replace(ORDER, dose_mg=Decimal("1.5"), capsules=30)
    enough = worksheet(order).capsules_for_direct_weighing
    assert worksheet(replace(order, capsules=enough)).weighable
    assert not worksheet(replace(order, capsules=enough - 1)).weighable


@settings(max_examples=100, deadline=None)
@given(orders())
def test_the_weighed_batch_gives_back_the_labelled_dose_exactly(order: WorksheetOrder) -> None:
    lot = order.active_lot
    purity = weighing_fractions.lot_factor(
        assay=lot.assay, as_is=lot.assay_basis == "as is", water=lot.water, solvents=lot.solvents
    )
    factor = Decimal("1.1068") if order.basis is Basis.BASE else Decimal(1)
    found = weighing_fractions.amounts(
        dose_mg=order.dose_mg,
        basis_factor=factor,
        purity=purity,
        capsules=order.capsules,
        overage=order.overage,
        active_packing_mg=lot.packing_mg,
        filler_packing_mg=order.filler_lot.packing_mg,
    )
    made = order.capsules * (1 + Fraction(order.overage))
    assert found.active_total_mg * purity / Fraction(factor) / made == Fraction(order.dose_mg)
    room = found.active_per_capsule_mg / Fraction(lot.packing_mg)
    room += found.filler_per_capsule_mg / Fraction(order.filler_lot.packing_mg)
    assert room == 1


@settings(max_examples=100, deadline=None)
@given(orders())
def test_nothing_is_lost_between_jar_and_capsule(order: WorksheetOrder) -> None:
    sheet = worksheet(order)
    made = order.capsules * (1 + order.overage)
    assert abs(sheet.active_per_capsule_mg * made - sheet.active_total_mg) < Decimal("0.002")
    assert abs(sheet.active_room_percent + sheet.filler_room_percent - 100) <= Decimal("0.01")
    plan = sheet.trituration
    if plan is not None:
        assert plan.weigh_mg + plan.diluent_mg == plan.total_mg == plan.aliquot_mg + plan.left_mg
        into_capsules = plan.aliquot_mg + plan.filler_to_add_mg
        assert abs(into_capsules - sheet.active_total_mg - sheet.filler_total_mg) <= Decimal("0.002")


@settings(max_examples=100, deadline=None)
@given(orders())
def test_both_engines_find_the_same_digits(order: WorksheetOrder) -> None:
    lot = order.active_lot
    whole = weighing_micrograms.whole_amounts(
        dose_mg=order.dose_mg,
        basis_factor=Decimal("1.1068") if order.basis is Basis.BASE else Decimal(1),
        assay=lot.assay,
        as_is=lot.assay_basis is AssayBasis.AS_IS,
        water=lot.water,
        solvents=lot.solvents,
        capsules=order.capsules,
        overage=order.overage,
        active_packing_mg=lot.packing_mg,
        filler_packing_mg=order.filler_lot.packing_mg,
    ).as_milligrams()
    sheet = worksheet(order)
    assert whole == {name: getattr(sheet, name) for name in SHOWN}


@pytest.mark.parametrize("name", ["active_total_ug", "filler_per_capsule_tenth_ug", "lot_factor_millionths"])
def test_no_worksheet_is_given_when_the_engines_disagree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = weighing_micrograms.whole_amounts

    def wrong(**given: Any) -> weighing_micrograms.WholeAmounts:
        found = right(**given)
        return replace(found, **{name: getattr(found, name) + 1})

    monkeypatch.setattr(weighing_micrograms, "whole_amounts", wrong)
    with pytest.raises(RuleBroken, match="engines disagree"):
        worksheet(ORDER)


def test_no_worksheet_is_given_when_the_trituration_does_not_multiply_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = trituration.plan
    monkeypatch.setattr(
        trituration,
        "plan",
        lambda **given: replace(right(**given), aliquot_mg=right(**given).aliquot_mg + 1),
    )
    with pytest.raises(RuleBroken, match="does not hold the active that is needed"):
        worksheet(replace(ORDER, dose_mg=Decimal("1.5"), capsules=30))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"dose_mg": "0"}, "dose_mg", "above 0 mg"),
        ({"dose_mg": "-4.5"}, "dose_mg", "above 0 mg"),
        ({"dose_mg": "6.001"}, "dose_mg", "above the 6 mg"),
        ({"dose_mg": "140"}, "dose_mg", "the filler would be -5.119 mg"),
        ({"capsules": 0}, "capsules", "from 1 to 10000"),
        ({"capsules": 10001}, "capsules", "from 1 to 10000"),
        ({"overage": "0.11"}, "overage", "outside the policy's 0 to 10 %"),
        ({"capsule_size": "6"}, "capsule_size", "not in the chart"),
        ({"balance": {"minimum_mg": "0"}}, "balance.minimum_mg", "above 0 mg"),
        ({"lot__assay": "0.9799"}, "active_lot.assay", "97.99 % on the anhydrous, solvent-free basis"),
        ({"lot__assay": "1.0201"}, "active_lot.assay", "outside 98.0-102.0 %"),
        ({"lot__assay_basis": "as is"}, "active_lot.assay", "means 108.872 % on the anhydrous"),
        ({"lot__water": "0.21"}, "active_lot.water", "outside 0 to 20 %"),
        ({"lot__water": "0.15", "lot__solvents": "0.06"}, "active_lot.water", "outside 0 to 20 %"),
        ({"lot__salt": "dihydrate", "lot__water": "0.01"}, "active_lot.water", "crystal water"),
        ({"lot__packing_mg": "0"}, "active_lot.packing_mg", "above 0 mg"),
        ({"filler_lot": {"packing_mg": "433"}}, "filler_lot.packing_mg", "at most 432 mg"),
        ({"balance": {"minimum_mg": "400"}, "capsules": 2}, "capsules", "make more capsules"),
    ],
)
def test_a_worksheet_is_refused_with_field_and_limit(changes: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        worksheet(weighing.from_document(document(**changes)))
    assert sentence in str(refusal.value)
    assert refusal.value.field == field


@pytest.mark.parametrize("limit", ["0.98", "1.02"])
def test_an_assay_at_the_limit_is_accepted(limit: str) -> None:
    assert worksheet(replace(ORDER, active_lot=replace(LOT, assay=Decimal(limit)))).weighable


def test_filler_too_little_to_weigh_is_refused() -> None:
    order = replace(ORDER, capsules=1, balance=Balance(Decimal(2)), filler_lot=FillerLot(Decimal(1)))
    with pytest.raises(RuleBroken, match="below the balance's minimum of 2 mg"):
        worksheet(order)


@pytest.mark.parametrize("key", ["dose_mg", "basis", "capsules", "overage", "capsule_size", "active_lot"])
def test_a_missing_key_is_named(key: str) -> None:
    incomplete = document()
    del incomplete[key]
    with pytest.raises(InputUnusable) as refusal:
        weighing.from_document(incomplete)
    assert refusal.value.field == key
    assert "missing" in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dose_mg": "NaN"}, "dose_mg"),
        ({"dose_mg": "4,5"}, "dose_mg"),
        ({"dose_mg": "4.5 mg"}, "dose_mg"),
        ({"dose_mg": "0.0001"}, "dose_mg"),
        ({"dose_mg": True}, "dose_mg"),
        ({"capsules": "thirty"}, "capsules"),
        ({"capsules": "30.5"}, "capsules"),
        ({"capsule_size": 3.0}, "capsule_size"),
        ({"basis": "sulfate"}, "basis"),
        ({"active_lot": "lot 7"}, "active_lot"),
        ({"lot__assay": "99.4"}, "active_lot.assay"),
        ({"lot__assay": "99.4 % %"}, "active_lot.assay"),
        ({"lot__assay_basis": "dried"}, "active_lot.assay_basis"),
        ({"lot__water": None}, "active_lot.water"),
        ({"lot__solvent": "0.01"}, "active_lot"),
        ({"lot__salt": "base"}, "active_lot.salt"),
        ({"filler_lot": {}}, "filler_lot.packing_mg"),
        ({"colour": "red"}, ""),
    ],
)
def test_a_document_that_cannot_be_read_names_the_path(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputUnusable) as refusal:
        weighing.from_document(document(**changes))
    assert refusal.value.field == field


def test_percentages_with_their_sign_are_the_same_fractions() -> None:
    written = document(lot__assay="99.4 %", lot__water="8.7%", overage="3 %", capsule_size=3)
    assert weighing.from_document(written) == ORDER


@pytest.mark.parametrize(
    ("kind", "weighed", "ok"),
    [
        ("active", "505.624", True),
        ("active", "505.623", False),
        ("active", "515.838", True),
        ("active", "515.839", False),
        ("filler", "500.517", True),
        ("filler", "500.516", False),
    ],
)
def test_weigh_ins_hold_one_per_cent_of_active_and_two_of_filler(kind: Any, weighed: str, ok: bool) -> None:
    found = weighing.within_tolerance(kind, Decimal("510.731"), Decimal(weighed))
    assert found.ok is ok
    assert (found.low_mg <= Decimal(weighed) <= found.high_mg) is ok


@pytest.mark.parametrize(("weighed", "difference"), [("202.5", "1.25"), ("197.5", "-1.25"), ("200", "0.00")])
def test_the_difference_from_the_target_has_a_sign(weighed: str, difference: str) -> None:
    found = weighing.within_tolerance("filler", Decimal(200), Decimal(weighed))
    assert found.difference_percent == Decimal(difference)
    assert (found.low_mg, found.high_mg) == (Decimal(196), Decimal(204))


def test_a_percentage_without_its_sign_is_refused_with_both_ways_to_write_it() -> None:
    with pytest.raises(InputUnusable) as refusal:
        weighing.from_document(document(lot__assay="99.4"))
    assert 'write the fraction 0.994 or "99.4 %"' in str(refusal.value)


def test_a_tolerance_needs_a_target() -> None:
    with pytest.raises(RuleBroken, match="above 0 mg"):
        weighing.within_tolerance("active", Decimal(0), Decimal(1))


def test_the_second_engine_refuses_to_lose_a_digit() -> None:
    with pytest.raises(RuleBroken, match="second engine"):
        worksheet(replace(ORDER, dose_mg=Decimal("4.5001")))
