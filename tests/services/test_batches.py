"""A batch from its plan to its release: what the bench may do, and what it is told when it may not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.workflow import Subject
from pharmacy.services import batches, formulas, recalls, releasing
from pharmacy.services.lots import Packing
from pharmacy.store.tables import Batch, IngredientKind, Lot, WeightTest
from tests.services.line import DRAFT, GOOD_WEIGHTS, Line, add_formula

ACTIVE, FILLER, SHELL = IngredientKind


def _refused(line: Line, said: str, field: str, **changed: Any) -> None:
    with pytest.raises(RuleBroken, match=said) as refusal:
        line.planned(**changed)
    assert refusal.value.field == field


def test_the_worksheet_is_the_worked_example(line: Line) -> None:
    batch = line.row(Batch, line.planned(100))
    sheet = batch.worksheet
    assert (sheet["lot_factor"], sheet["active_total_mg"], sheet["filler_per_capsule_mg"]) == (
        "0.907522", "510.731", "174.0497",
    )  # fmt: skip
    assert abs(Decimal(sheet["filler_total_mg"]) - Decimal("17927.1")) < Decimal("0.1")
    assert batch.number == "B261124-01"
    assert line.row(Batch, line.planned(100)).number == "B261124-02"


def test_a_plan_is_refused_for_lots_that_may_not_be_used(line: Line) -> None:
    lots_of = line.lots
    quarantined = line.lot(FILLER, release=False)
    _refused(line, "is quarantined; only a released lot", "lot", lots={**lots_of, FILLER: quarantined})
    last_day = line.lot(FILLER, expiry=line.today)
    line.planned(lots={**lots_of, FILLER: last_day})
    tomorrow = line.today + timedelta(days=1)
    _refused(line, "expired on 2026-11-24", "lot", lots={**lots_of, FILLER: last_day}, compounded=tomorrow)
    _refused(
        line, "the formula takes Microcrystalline cellulose", "lot-filler", lots={**lots_of, FILLER: lots_of[ACTIVE]}
    )
    _refused(line, "choose the lot of Gelatin capsule", "lot-shell", lots={ACTIVE: 1, FILLER: 2})
    little = line.lot(ACTIVE, amount=Decimal("510.730"))
    _refused(line, "holds 510.73.* mg, the batch needs 510.731 mg", "lot-active", lots={**lots_of, ACTIVE: little})
    few = line.lot(SHELL, amount=Decimal(99))
    _refused(line, "holds 99 capsules, the batch needs 100", "lot-shell", lots={**lots_of, SHELL: few})
    unmeasured = line.lot(FILLER, packing=Packing())
    _refused(
        line, "measure first how many milligrams fill a size 3", "lot-filler", lots={**lots_of, FILLER: unmeasured}
    )


def test_a_plan_names_its_day_its_purpose_and_enough_capsules(line: Line) -> None:
    _refused(line, "today or tomorrow", "compounded", compounded=line.today - timedelta(days=1))
    _refused(line, "today or tomorrow", "compounded", compounded=line.today + timedelta(days=2))
    _refused(line, "name the prescriptions", "purpose", purpose="  ")
    with pytest.raises(RuleBroken, match="0 capsules"):
        line.planned(0)


def test_a_batch_below_the_balances_minimum_is_refused_with_the_least_that_is_not(line: Line) -> None:
    # 23 capsules need 117.468 mg, 24 need 122.575 mg; 30 of 1.5 mg need 51.073 mg.
    _refused(line, "117.468 mg of active is below the 120 mg .* plan at least 24 capsules", "capsules", capsules=23)
    line.planned(24)
    line.formula = line.run(lambda s: add_formula(s, line, replace(DRAFT, code="LDN15", strength_mg=Decimal("1.5"))))
    _refused(line, "51.073 mg of active is below the 120 mg", "capsules", capsules=30)


def test_the_beyond_use_date_is_the_earliest_of_its_limits(line: Line) -> None:
    short = line.lot(SHELL, expiry=date(2027, 1, 31))
    batch = line.row(Batch, line.planned(lots={**line.lots, SHELL: short}))
    assert batch.beyond_use_date == date(2027, 1, 31)
    assert "Gelatin capsule" in batch.beyond_use_rule
    line.formula = line.run(lambda s: add_formula(s, line, replace(DRAFT, limit_days=30)))
    assert line.row(Batch, line.planned()).beyond_use_date == date(2026, 12, 23)


def test_nothing_is_weighed_before_the_day_of_compounding(line: Line) -> None:
    batch = line.planned(compounded=line.today + timedelta(days=1))
    with pytest.raises(RuleBroken, match="is planned for 2026-11-25"):
        line.weigh(batch, 1)
    line.later(1).weigh(batch, 1)


def test_the_wrong_lot_scanned_is_refused_and_nothing_is_taken(line: Line) -> None:
    batch = line.planned()
    for scanned in ("L000002", "", "l000001x", "L000001\0"):
        with pytest.raises(RuleBroken, match="this batch takes Naltrexone hydrochloride from lot L000001") as refusal:
            line.weigh(batch, 1, lot_scanned=scanned)
        assert refusal.value.field == "lot_scanned"
    line.weigh(batch, 1, lot_scanned=" l000001 ")
    line.assert_whole()


def test_components_are_weighed_in_the_worksheets_order_and_once(line: Line) -> None:
    batch = line.planned()
    with pytest.raises(RuleBroken, match="Naltrexone hydrochloride is next"):
        line.weigh(batch, 2)
    line.weigh(batch, 1)
    with pytest.raises(RuleBroken, match="Microcrystalline cellulose is next"):
        line.weigh(batch, 1)
    line.assert_whole()


def test_a_lot_that_expired_or_was_recalled_after_the_plan_is_not_weighed(line: Line) -> None:
    old = line.lot(ACTIVE, expiry=line.today)
    batch = line.planned(lots={**line.lots, ACTIVE: old})
    with pytest.raises(RuleBroken, match="expired on 2026-11-24"):
        line.later(1).weigh(batch, 1)
    line.run(lambda s: recalls.recall_lot(s, old, reason="maker's notice", actor=line.who["pia"], now=line.now))
    with pytest.raises(RuleBroken, match="batch B261124-01 is recalled; “Weigh” is possible only"):
        line.weigh(batch, 1)


def test_more_than_is_on_hand_is_not_weighed(line: Line) -> None:
    tight = line.lot(ACTIVE, amount=Decimal(1000))
    first, second = (line.planned(lots={**line.lots, ACTIVE: tight}) for _ in range(2))
    line.weigh(first, 1)
    with pytest.raises(RuleBroken, match=r"holds 489\.269 mg, less than the 510\.731 mg asked for") as refusal:
        line.weigh(second, 1)
    assert refusal.value.field == "weighed"
    assert (line.row(Batch, second).state, line.row(Lot, tight).on_hand) == ("planned", Decimal("489.269"))
    line.assert_whole()


@pytest.mark.parametrize("weighed", ["505.624", "515.838"])
def test_a_weighing_within_one_per_cent_stands(line: Line, weighed: str) -> None:
    batch = line.planned()
    line.weigh(batch, 1, Decimal(weighed))
    assert line.trail(Event.BATCH_WEIGHED, batch)[0]["within"] is True


@pytest.mark.parametrize("weighed", ["505.623", "515.839", "0", "-1", "510.7311", "5107.31"])
def test_a_weighing_outside_the_tolerance_is_refused(sqlite_line: Line, weighed: str) -> None:
    batch = sqlite_line.planned()
    with pytest.raises(RuleBroken) as refusal:
        sqlite_line.weigh(batch, 1, Decimal(weighed))
    assert refusal.value.field == "weighed"
    assert sqlite_line.row(Batch, batch).state == "planned"


def test_a_deviation_needs_a_reason_and_a_pharmacists_signature_and_is_kept(line: Line) -> None:
    batch = line.planned()
    off = Decimal("520.000")
    for told in ({}, {"deviation": "spilled a little"}, {"deviation": "short", "witness": line.proof("pia")}):
        with pytest.raises(RuleBroken, match=r"505.624 mg to 515.838 mg is allowed.*have a pharmacist sign it"):
            line.weigh(batch, 1, off, **told)
    line.weigh(batch, 1, off, deviation="spilled a little", witness=line.proof("pia"))
    [entry] = line.trail(Event.BATCH_WEIGHED, batch)
    assert (entry["within"], entry["weighed"], entry["deviation"]) == (False, "520", "spilled a little")
    [signed] = line.read(lambda s: batches.deviations(s, s.get_one(Batch, batch)))
    assert (signed.printed_name, signed.reason, signed.holds) == ("Pia Pharmacist", "spilled a little", True)
    assert line.row(Lot, line.lots[ACTIVE]).on_hand == Decimal(99_480)
    line.assert_whole()


@pytest.mark.parametrize(
    ("count", "good"), [("99", False), ("100", True), ("110", True), ("111", False), ("100.5", False)]
)
def test_shells_are_counted_with_a_tenth_to_spare(sqlite_line: Line, count: str, good: bool) -> None:
    batch = sqlite_line.planned()
    sqlite_line.weigh(batch, 1)
    sqlite_line.weigh(batch, 2)
    if good:
        sqlite_line.weigh(batch, 3, Decimal(count))
        return
    with pytest.raises(RuleBroken, match="a whole number from 100 to 110"):
        sqlite_line.weigh(batch, 3, Decimal(count))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"made": 0}, "made"),
        ({"wasted": -1}, "wasted"),
        ({"made": 99, "wasted": 2}, "made"),
        ({"description": "ok"}, "description"),
    ],
)
def test_capsules_are_counted_against_the_shells_and_looked_at(
    sqlite_line: Line, changed: dict[str, Any], field: str
) -> None:
    batch = sqlite_line.weighed()
    sqlite_line.work(batch)
    given = {"made": 98, "wasted": 2, "description": "white, clean", **changed}
    with pytest.raises(RuleBroken) as refusal:
        sqlite_line.run(lambda s: batches.fill(s, batch, **given, **sqlite_line.by, today=sqlite_line.today))
    assert refusal.value.field == field
    assert sqlite_line.row(Batch, batch).state == "filling"


def test_a_weight_test_takes_the_whole_sample_and_not_more_than_there_is(line: Line) -> None:
    batch = line.filled()
    for weights, said in (
        (GOOD_WEIGHTS[:4], "4 were given; 5 of 100"),
        (GOOD_WEIGHTS * 21, "more than the 100 capsules"),
    ):
        with pytest.raises(RuleBroken, match=said):
            line.test_weights(batch, weights)
    for wrong in ("227.00001", "-227", "NaN"):
        with pytest.raises(RuleBroken):
            line.test_weights(batch, (*GOOD_WEIGHTS[:4], Decimal(wrong)))
    assert line.row(Batch, batch).state == "testing"
    line.test_weights(batch)
    kept = line.row(WeightTest, 1)
    # By hand: mean of 226.1 227.4 228.0 226.8 227.2 is 227.1; s = 0.707; RSD = 0.311 %.
    assert (kept.mean_mg, kept.rsd_percent, kept.passed) == (Decimal("227.1"), Decimal("0.311"), True)


def test_a_batch_that_failed_its_weight_test_is_only_rejected(line: Line) -> None:
    batch = line.filled()
    line.test_weights(batch, (*GOOD_WEIGHTS[:4], Decimal(200)))
    with pytest.raises(RuleBroken, match=r"failed its weight test: .*200 mg.* It can only be rejected"):
        line.release(batch)
    with pytest.raises(RuleBroken, match="write the reason"):
        line.reject(batch, " ")
    given = {"reason": "capsules too light", **line.signed("pia")}
    with pytest.raises(RuleBroken, match="what becomes of capsules and powder") as refusal:
        line.run(lambda s: releasing.reject(s, batch, disposal=" ", **given))
    assert refusal.value.field == "disposal"
    line.run(lambda s: releasing.reject(s, batch, disposal="destroyed as waste", **given))
    row = line.row(Batch, batch)
    assert (row.state, row.on_hand, row.note) == ("rejected", 0, "capsules too light. Disposal: destroyed as waste")
    line.assert_whole()


def test_a_batch_with_a_recalled_lot_or_past_its_date_is_not_released(line: Line) -> None:
    batch = line.tested()
    with pytest.raises(RuleBroken, match="past its beyond-use date, 2027-05-22"):
        line.later(180).release(batch)
    pia = line.who["pia"]
    line.run(lambda s: recalls.recall_lot(s, line.lots[ACTIVE], reason="maker's notice", actor=pia, now=line.now))
    with pytest.raises(RuleBroken, match="batch B261124-01 is recalled; “Release and sign” is possible only"):
        line.release(batch)


def test_a_lot_marked_as_recalled_by_an_earlier_version_still_stops_its_batches(line: Line) -> None:
    waiting, released = line.tested(), line.released()
    fill = line.allocated(released)
    line.put(Subject.LOT, line.lots[ACTIVE], "recalled")
    with pytest.raises(RuleBroken, match="Lot L000001 in batch B261124-01 is recalled"):
        line.release(waiting)
    with pytest.raises(RuleBroken, match="Lot L000001 in batch B261124-02 is recalled"):
        line.label(fill)


def test_a_batch_is_marked_as_expired_only_after_its_date(line: Line) -> None:
    batch = line.released()
    with pytest.raises(RuleBroken, match="may be used until 2027-05-22"):
        line.run(lambda s: releasing.advance(s, batch, "expire", today=date(2027, 5, 22), **line.by))
    line.run(lambda s: releasing.advance(s, batch, "expire", today=date(2027, 5, 23), **line.by))
    [entry] = line.trail(Event.BATCH_MOVED, batch)
    assert (entry["before"], entry["after"]) == ("released", "expired")


def test_the_signature_under_a_batch_survives_what_happens_afterwards(line: Line) -> None:
    batch = line.released()
    line.allocate(line.started(), batch)
    line.run(lambda s: formulas.retire(s, line.formula, reason="no longer made", actor=line.who["ines"], now=line.now))
    assert [s.holds for s in line.read(lambda s: releasing.signatures(s, s.get_one(Batch, batch)))] == [True]


def test_the_lots_and_weighings_of_a_batch_are_not_asked_for_one_by_one(line: Line) -> None:
    batch, asked = line.released(), list[str]()
    event.listen(line.database.engine, "before_cursor_execute", lambda _, __, statement, *___: asked.append(statement))
    line.read(lambda s: releasing.refuse_unless_usable(s, s.get_one(Batch, batch)))
    assert len([one for one in asked if "FROM weigh_ins" in one]) == 1
    assert not [one for one in asked if "FROM lots" in one]  # they come with the components
