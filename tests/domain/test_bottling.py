"""A plan packed into bottles: nothing is left out, nothing is doubled, and what does not agree is refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.beyond_use import refuse_unless_covers
from pharmacy.domain.bottling import MOST_BOTTLES, directions_for, pack
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.prescription import Prescription, TitrationStep
from pharmacy.domain.screening import screen
from pharmacy.domain.sig import read_directions
from pharmacy.domain.titration import Bottle, bottles, calendar, capsules_by_strength, read_plan
from tests.services.samples import NOW

_TODAY = NOW.date()


def rx(*steps: tuple[str, str], **changed: str) -> Prescription:
    given = {"directions": "Take 1 capsule at bedtime", "quantity": "30", "days_supply": "30", **changed}
    return Prescription(titration=tuple(TitrationStep(*step) for step in steps), **given)


USUAL = (("1.5", "7"), ("3", "7"), ("4.5", ""))
RISING = "1 capsule at bedtime for 7 days, then 2 capsules at bedtime for 7 days, then 3 capsules at bedtime"


def test_each_step_becomes_a_bottle_of_its_own_strength() -> None:
    assert pack(rx(*USUAL)) == (
        Bottle(Decimal("1.5"), 7, 1, 7),
        Bottle(Decimal("3"), 7, 8, 14),
        Bottle(Decimal("4.5"), 16, 15, 30),
    )


def test_capsules_of_one_strength_are_packed_by_step_too_several_a_day() -> None:
    packed = pack(rx(*USUAL, strength="1.5 mg", directions=RISING, quantity=str(7 + 14 + 48)))
    assert [(b.strength_mg, b.capsules, b.capsules_a_day, b.dose_mg) for b in packed] == [
        (Decimal("1.5"), 7, 1, Decimal("1.5")),
        (Decimal("1.5"), 14, 2, Decimal("3")),
        (Decimal("1.5"), 48, 3, Decimal("4.5")),
    ]
    assert directions_for(packed[1], read_directions(RISING)) == "Take 2 capsules at bedtime on days 8 to 14"


def test_what_a_strength_says_alone_needs_no_bottles() -> None:
    assert pack(rx(strength="4.5 mg")) == ()
    assert pack(rx(("4.5", "30"), strength="4.5 mg")) == ()
    assert pack(rx(("4.5", ""))) == (Bottle(Decimal("4.5"), 30, 1, 30),)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"quantity": "31"}, r"hold 30 capsules, not the quantity of 31"),
        ({"days_supply": "14"}, r"ends after 14 days, before the step of 4\.5 mg begins on day 15"),
        ({"days_supply": "a month"}, r"not a whole number"),
        ({"quantity": ""}, r"not a whole number"),
        ({"directions": "titrate as directed"}, r"could not be read"),
        ({"directions": "Take 1 capsule twice a day"}, r"one dose a day"),
        ({"directions": "Take 1 capsule at bedtime as needed"}, r"one dose a day"),
        ({"directions": "Take 2 capsules at bedtime", "quantity": "30"}, r"take other capsules"),
        ({"directions": "Take 1 capsule at bedtime for 20 days"}, r"take other capsules, or other days"),
        ({"directions": "1 capsule in the morning for 7 days, then 1 capsule at bedtime"}, r"at the same time"),
        ({"strength": "4.5 mg"}, r"Capsules of 4\.5 mg do not make 1\.5 mg"),
        ({"strength": "1.5 mg", "quantity": "69"}, r"take other capsules"),
        ({"strength": "1.5 mg", "quantity": "69", "directions": RISING.replace("7", "10")}, r"or other days"),
    ],
)
def test_a_plan_that_disagrees_with_the_rest_is_refused(changed: dict[str, str], said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        pack(rx(*USUAL, **changed))


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((("1.5", "7"), ("3", "7")), r"lasts 14 days; the days' supply is 30"),
        ((("1.5", "7"), ("3", "x")), r"Step 2 of the titration could not be read"),
        ((("1.50005", "7"), ("3", "")), r"Step 1 of the titration, 1\.50005 mg, is no whole number of micrograms"),
        ((("0", "7"), ("3", "")), r"Step 1"),
        (tuple(("1.5", "2") for _ in range(MOST_BOTTLES + 1)), r"has 13 steps, .* at most 12"),
    ],
)
def test_steps_that_no_bottle_can_hold_are_refused(steps: tuple[tuple[str, str], ...], said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        pack(rx(*steps))


def test_the_directions_of_a_bottle_keep_the_time_of_day() -> None:
    one_day = Bottle(Decimal("1.5"), 1, 3, 3)
    assert directions_for(one_day, read_directions("1 cap po qhs")) == "Take 1 capsule at bedtime on day 3"
    week = Bottle(Decimal("3"), 7, 8, 14)
    assert directions_for(week, read_directions("1 capsule in the morning")) == (
        "Take 1 capsule in the morning on days 8 to 14"
    )


_DAYS = st.integers(1, 60)
_STEPS = st.lists(st.tuples(st.sampled_from(["0.5", "1.5", "3", "4.5", "6"]), _DAYS), min_size=1, max_size=8)


@given(steps=_STEPS, open_end=st.booleans(), strength=st.sampled_from(["", "0.5 mg", "1.5 mg"]))
def test_bottles_cover_every_day_once_and_their_capsules_are_the_capsules_of_all_strengths(
    steps: list[tuple[str, int]], open_end: bool, strength: str
) -> None:
    days = sum(length for _, length in steps)
    lengths = [str(length) for _, length in steps]
    if open_end:
        lengths[-1] = ""
    read, unread = read_plan(tuple(TitrationStep(mg, n) for (mg, _), n in zip(steps, lengths, strict=True)))
    assert unread == ()
    whole = Decimal(strength.removesuffix(" mg")) if strength else None
    if whole and any(step.dose_mg % whole for step in read):
        with pytest.raises(RuleBroken, match="do not make"):
            bottles(read, days, whole)
        return
    packed = bottles(read, days, whole)
    covered = [day for bottle in packed for day in range(bottle.first_day, bottle.last_day + 1)]
    assert covered == list(range(1, days + 1))
    taken = calendar(packed, _TODAY)
    assert [day.number for day in taken] == covered
    assert [day.dose_mg for day in taken] == [Decimal(mg) for mg, length in steps for _ in range(length)]
    by_day = sum(day.capsules for day in taken)
    assert sum(b.capsules for b in packed) == sum(capsules_by_strength(packed).values()) == by_day
    assert whole or by_day == days


@given(
    steps=st.lists(st.tuples(st.text("0123456789.-mgc ", max_size=6), st.text("0123456789 x", max_size=4)), max_size=4),
    quantity=st.sampled_from(["30", "0", "", "1000000"]),
    days=st.sampled_from(["30", "x", "99999"]),
    directions=st.sampled_from(["1CQHS", "", "2 caps qhs for 7 days then 1 cap qhs"]),
)
def test_whatever_was_written_is_packed_whole_or_refused(steps: Any, **written: str) -> None:
    held = rx(*steps, days_supply=written.pop("days"), **written)
    try:
        packed = pack(held)
    except RuleBroken:
        return  # and nothing but this: no arithmetic fails on what was typed
    assert sum(bottle.capsules for bottle in packed) == (30 if packed else 0)


def test_a_plan_with_refills_is_told_that_none_is_filled() -> None:
    found = {f.rule: f.message for f in screen(rx(*USUAL, refills="2"), today=_TODAY).findings}
    assert "would start over at 1.5 mg" in found["titration.refills"]
    assert "4.5 mg" in found["titration.refills"]
    for quiet in (rx(*USUAL, refills="0"), rx(("4.5", ""), refills="2")):
        assert "titration.refills" not in {f.rule for f in screen(quiet, today=_TODAY).findings}


def test_the_quantity_is_held_against_the_bottles_where_directions_tell_no_number() -> None:
    off = screen(rx(*USUAL, quantity="28", directions="per plan"), today=_TODAY)
    [message] = [f.message for f in off.findings if f.rule == "quantity.quantity-off"]
    assert message == "The quantity of 28 is off: the bottles of the titration plan hold 30 capsules."
    agreed = screen(rx(*USUAL, directions="per plan"), today=_TODAY)
    assert "quantity.quantity-off" not in {f.rule for f in agreed.findings}


def test_a_later_bottle_has_to_last_until_its_own_last_day() -> None:
    def covers(last: int, bottle: Bottle) -> None:
        day = _TODAY.fromordinal(_TODAY.toordinal() + last - 1)
        refuse_unless_covers(day, first_dose=_TODAY, days_supply=bottle.days, first_day=bottle.first_day)

    third = Bottle(Decimal("4.5"), 16, 15, 30)
    covers(30, third)
    with pytest.raises(RuleBroken, match=r"Days 15 to 30 from 2026-11-24 outlive the batch.*2026-12-22, day 29"):
        covers(29, third)
