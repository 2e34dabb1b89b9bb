from datetime import date
from decimal import Decimal

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.refills import expires, refill_from, refuse_refill_too_soon
from pharmacy.domain.titration import Step, bottles, calendar, capsules_by_strength

_STEPS = (Step(Decimal("1.5"), 14), Step(Decimal("3"), 14), Step(Decimal("4.5"), None))


def test_each_step_has_its_own_bottle_and_no_day_is_left_out() -> None:
    packed = bottles(_STEPS, 60)
    assert [(b.strength_mg, b.capsules) for b in packed] == [
        (Decimal("1.5"), 14),
        (Decimal("3"), 14),
        (Decimal("4.5"), 32),
    ]
    assert sum(capsules_by_strength(packed).values()) == 60
    days = [day.date for day in calendar(packed, date(2026, 2, 20))]
    assert days[0] == date(2026, 2, 20)
    assert days[-1] == date(2026, 4, 20)
    assert len(set(days)) == 60


def test_a_supply_that_ends_before_the_last_step_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"before the step of 4\.5 mg begins on day 29"):
        bottles(_STEPS, 28)


def test_a_refill_is_too_soon_before_three_quarters_of_the_supply() -> None:
    filled = date(2026, 1, 1)
    assert refill_from(filled, 30) == date(2026, 1, 24)
    refuse_refill_too_soon(filled, 30, date(2026, 1, 24))
    with pytest.raises(RuleBroken, match="2026-01-24"):
        refuse_refill_too_soon(filled, 30, date(2026, 1, 23))


def test_a_prescription_of_a_leap_day_expires_on_the_last_of_february() -> None:
    assert expires(date(2024, 2, 29)) == date(2025, 2, 28)
    assert expires(date(9999, 12, 31)) == date.max
