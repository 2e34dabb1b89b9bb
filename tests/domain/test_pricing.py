"""Prices: the schedule's worked bills, and what every bill has in common."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain import pricing
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.pricing import Schedule, price

EXAMPLES = tomllib.loads((Path(__file__).parent / "examples" / "price.toml").read_text("utf-8"))
strengths = st.decimals(Decimal("0.5"), Decimal(6), places=3, allow_nan=False)


@pytest.mark.parametrize("example", EXAMPLES["bill"], ids=lambda example: example["source"])
def test_a_bill_is_the_schedules_line_by_line(example: dict[str, Any]) -> None:
    bill = price(Decimal(example["strength_mg"]), example["capsules"])
    assert [[line.name, str(line.amount)] for line in bill.lines] == example["lines"]
    assert (str(bill.total), str(bill.per_30_days)) == (example["total"], example["per_30_days"])


@settings(max_examples=100, deadline=None)
@given(strengths)
def test_90_days_cost_less_a_month_than_30(strength: Decimal) -> None:
    assert price(strength, 90).per_30_days < price(strength, 30).per_30_days


@settings(max_examples=100, deadline=None)
@given(strengths, st.integers(1, 400))
def test_the_lines_add_up_to_a_total_in_half_dollars(strength: Decimal, capsules: int) -> None:
    bill = price(strength, capsules)
    assert sum(line.amount for line in bill.lines) == bill.total
    assert bill.total % Decimal("0.50") == 0
    assert 0 <= bill.lines[-1].amount < Decimal("0.50")
    assert all(line.formula and line.amount == line.amount.quantize(Decimal("0.01")) for line in bill.lines)


@pytest.mark.parametrize(("least", "most"), [("40.01", "50.00"), ("30.00", "39.99")])
def test_a_month_outside_the_range_needs_the_pharmacist_in_charge(least: str, most: str) -> None:
    bill = price(Decimal("4.5"), 30, Schedule(least_month=Decimal(least), most_month=Decimal(most)))
    assert bill.needs_approval
    assert "pharmacist-in-charge must approve" in bill.reasons[0]
    assert "$40.00" in bill.reasons[0]


@pytest.mark.parametrize(("least", "most"), [("40.00", "50.00"), ("30.00", "40.00")])
def test_a_month_at_the_end_of_the_range_needs_nobody(least: str, most: str) -> None:
    schedule = Schedule(least_month=Decimal(least), most_month=Decimal(most))
    assert not price(Decimal("4.5"), 30, schedule).needs_approval


def test_a_schedule_in_the_document_replaces_single_values() -> None:
    order = pricing.from_document({"strength_mg": "4.5", "capsules": 30, "schedule": {"professional_fee": "15.00"}})
    assert replace(order.schedule, professional_fee=Decimal("12.00"), source=Schedule().source) == Schedule()
    assert price(order.strength_mg, order.capsules, order.schedule).total == Decimal("43.00")


@pytest.mark.parametrize(
    ("strength", "capsules", "schedule", "field"),
    [
        ("0", 30, Schedule(), "strength_mg"),
        ("-4.5", 30, Schedule(), "strength_mg"),
        ("4.5", 0, Schedule(), "capsules"),
        ("4.5", -1, Schedule(), "capsules"),
        ("4.5", 30, Schedule(purity=Decimal(0)), "schedule.purity"),
        ("4.5", 30, Schedule(purity=Decimal("1.1")), "schedule.purity"),
        ("4.5", 30, Schedule(round_up_to=Decimal(0)), "schedule.round_up_to"),
    ],
)
def test_what_has_no_price_is_refused(strength: str, capsules: int, schedule: Schedule, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        price(Decimal(strength), capsules, schedule)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"strength_mg": None}, "strength_mg"),
        ({"strength_mg": "4.5 mg"}, "strength_mg"),
        ({"capsules": "many"}, "capsules"),
        ({"schedule": {"profesional_fee": "15"}}, "schedule"),
        ({"schedule": {"professional_fee": "-1"}}, "schedule.professional_fee"),
        ({"schedule": {"source": "me"}}, "schedule"),
        ({"schedule": "cheap"}, "schedule"),
        ({"discount": "1"}, ""),
    ],
)
def test_a_document_that_cannot_be_read_names_the_path(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputUnusable) as refusal:
        pricing.from_document({"strength_mg": "4.5", "capsules": 30} | changes)
    assert refusal.value.field == field
