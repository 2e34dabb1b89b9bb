"""Beyond-use dates: which limit wins, and what is said about the others."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain import beyond_use
from pharmacy.domain.beyond_use import BeyondUsePolicy, Component, beyond_use_date
from pharmacy.domain.errors import InputUnusable, RuleBroken

EXAMPLES = tomllib.loads((Path(__file__).parent / "examples" / "beyond_use.toml").read_text("utf-8"))
MADE = date(2025, 1, 2)
POWDER = Component("naltrexone hydrochloride", "2027-03")
DOCUMENT: dict[str, Any] = {
    "compounded": "2025-01-02",
    "form": "capsule",
    "components": [{"name": "naltrexone hydrochloride", "expiry": "2027-03"}],
    "formula_limit_days": None,
}


@pytest.mark.parametrize("example", EXAMPLES["limit"], ids=lambda example: example["source"])
def test_the_last_day_is_the_standards(example: dict[str, Any]) -> None:
    found = beyond_use_date(example["compounded"], example["form"], (POWDER,))
    assert found.date == example["last_day"]


def test_a_policy_may_count_the_day_of_compounding_as_day_0() -> None:
    found = beyond_use_date(MADE, "capsule", (POWDER,), policy=BeyondUsePolicy(first_day=0))
    assert found.date == date(2025, 7, 1)


def test_the_formulas_own_limit_wins_when_it_is_earlier() -> None:
    found = beyond_use_date(MADE, "capsule", (POWDER,), 60)
    assert (found.date, found.rule) == (date(2025, 3, 2), "the formula's own limit of 60 days")
    assert found.notes == ()


def test_a_formula_limit_of_the_same_180_days_needs_no_note() -> None:
    assert beyond_use_date(MADE, "capsule", (POWDER,), 180).notes == ()


def test_a_stability_study_does_not_lift_180_days_and_the_answer_says_so() -> None:
    found = beyond_use_date(MADE, "capsule", (POWDER,), 360)
    assert found.date == date(2025, 6, 30)
    assert "180 days" in found.rule
    assert "A stability study does not lift 180 days" in found.notes[0]
    assert "360 days" in found.notes[0]


@pytest.mark.parametrize(
    ("expiry", "last"),
    [
        ("2025-02", date(2025, 2, 28)),
        ("2025-04", date(2025, 4, 30)),
        ("2025-05-15", date(2025, 5, 15)),
        (date(2025, 5, 15), date(2025, 5, 15)),
    ],
)
def test_the_component_that_expires_first_wins(expiry: date | str, last: date) -> None:
    found = beyond_use_date(MADE, "capsule", (POWDER, Component("cellulose", expiry)))
    assert found.date == last
    assert found.rule.startswith("expiry of cellulose")


def test_the_date_of_a_trituration_counts() -> None:
    order = beyond_use.from_document(
        DOCUMENT | {"triturations": [{"name": "L000007", "beyond_use_date": "2025-03-01"}]}
    )
    found = beyond_use_date(order.compounded, order.form, order.components, order.formula_limit_days)
    assert (found.date, found.rule) == (date(2025, 3, 1), "beyond-use date of trituration L000007")


def test_on_a_tie_the_forms_limit_is_named() -> None:
    assert beyond_use_date(MADE, "capsule", (Component("cellulose", "2025-06"),), 180).rule.startswith("180 days for")


def test_refrigeration_is_part_of_the_rule_for_non_preserved_liquids() -> None:
    assert "in a refrigerator" in beyond_use_date(MADE, "non-preserved aqueous", (POWDER,)).rule


def test_an_expired_component_is_refused_by_name_and_date() -> None:
    with pytest.raises(RuleBroken) as refusal:
        beyond_use_date(MADE, "capsule", (Component("cellulose", "2024-12"),))
    assert "cellulose may not be used" in str(refusal.value)
    assert "2024-12-31" in str(refusal.value)


def test_a_component_may_be_used_on_its_last_day() -> None:
    assert beyond_use_date(MADE, "capsule", (Component("cellulose", MADE),)).date == MADE


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(RuleBroken, match="No beyond-use limit is known for the form “troche”") as refusal:
        beyond_use_date(MADE, "troche", (POWDER,))
    assert refusal.value.field == "form"


def test_the_end_of_the_calendar_is_a_refusal() -> None:
    with pytest.raises(RuleBroken, match="end of the calendar"):
        beyond_use_date(date(9999, 12, 1), "capsule", (Component("cellulose", "9999-12"),))


def test_a_formula_limit_below_a_day_is_refused() -> None:
    with pytest.raises(RuleBroken, match="1 day or more"):
        beyond_use_date(MADE, "capsule", (POWDER,), 0)


@settings(max_examples=100)
@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.lists(st.integers(0, 900), min_size=1, max_size=4),
    st.none() | st.integers(1, 700),
)
def test_no_limit_is_ever_outlived(made: date, shelf: list[int], days: int | None) -> None:
    components = tuple(Component(f"part {n}", date.fromordinal(made.toordinal() + n)) for n in shelf)
    found = beyond_use_date(made, "capsule", components, days)
    assert made <= found.date == min(limit.date for limit in found.considered)
    assert (found.date - made).days < 180
    assert found.rule in {limit.rule for limit in found.considered}
    assert len(found.considered) == 1 + len(shelf) + (days is not None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"compounded": "02/01/2025"}, "compounded"),
        ({"compounded": None}, "compounded"),
        ({"form": ""}, "form"),
        ({"components": []}, "components"),
        ({"components": "powder"}, "components"),
        ({"components": [{"name": "cellulose"}]}, "components[0].expiry"),
        ({"components": [{"name": " ", "expiry": "2026-01"}]}, "components[0].name"),
        ({"components": [{"name": "cellulose", "expiry": "2026-13"}]}, "components[0].expiry"),
        ({"components": [{"name": "cellulose", "expiry": "soon"}]}, "components[0].expiry"),
        ({"components": [{"name": "cellulose", "expiry": 2026}]}, "components[0].expiry"),
        ({"formula_limit_days": "long"}, "formula_limit_days"),
        ({"formula_limit_days": 0}, "formula_limit_days"),
    ],
)
def test_a_document_that_cannot_be_read_names_the_path(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputUnusable) as refusal:
        beyond_use.from_document(DOCUMENT | changes)
    assert refusal.value.field == field


def test_a_fill_may_not_outlive_its_batch() -> None:
    last = date(2025, 6, 30)
    beyond_use.refuse_unless_covers(last, first_dose=date(2025, 6, 1), days_supply=30)
    with pytest.raises(RuleBroken, match="fill at most 30 days"):
        beyond_use.refuse_unless_covers(last, first_dose=date(2025, 6, 1), days_supply=31)
    assert beyond_use.days_covered(last, date(2025, 7, 1)) == 0
