"""Ingredients, formulas and lots: what is refused, what is versioned, and a ledger that adds up."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import formulas, lots, recalls
from pharmacy.services.lots import Certificate, Packing
from pharmacy.store.tables import Formula, IngredientKind, Lot, MovementKind
from tests.services.line import ASSAYED, DRAFT, Line, add_formula, delivery

ACTIVE, FILLER, SHELL = IngredientKind
ANEW = "a new balance"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": " "}, "code"),
        ({"name": "x" * 121}, "name"),
        ({"strength_mg": Decimal(0)}, "strength_mg"),
        ({"strength_mg": Decimal("4.5555")}, "strength_mg"),
        ({"basis": "dihydrate"}, "basis"),
        ({"capsule_size": "9"}, "capsule_size"),
        ({"overage": Decimal("0.11")}, "overage"),
        ({"overage": Decimal("0.0000001")}, "overage"),
        ({"limit_days": 0}, "limit_days"),
        ({"steps": (" ",)}, "steps"),
        ({"active": "Microcrystalline cellulose"}, "active"),
        ({"filler": "Chalk"}, "filler"),
        ({"filler": "Hypromellose K100M"}, "filler"),
        ({"capsule_size": "4"}, "shell"),
    ],
)
def test_a_formula_that_cannot_be_made_is_refused_with_its_field(
    sqlite_line: Line, changed: dict[str, Any], field: str
) -> None:
    line = sqlite_line
    line.run(lambda s: formulas.add_ingredient(s, name="Hypromellose K100M", kind=FILLER, grade="USP", **line.by))
    with pytest.raises(RuleBroken) as refusal:
        line.run(lambda s: formulas.draft(s, replace(DRAFT, **{"code": "NEW", **changed}), **line.by))
    assert refusal.value.field == field


def test_the_next_version_replaces_the_one_before_which_is_never_changed(line: Line) -> None:
    with pytest.raises(RuleBroken, match=r"LDN45 version 1 is approved; .*only when it is draft"):
        line.run(lambda s: formulas.change(s, line.formula, replace(DRAFT, name="Other"), **line.by))
    second = line.run(lambda s: add_formula(s, line, replace(DRAFT, overage=Decimal("0.05"))))
    old, new = line.row(Formula, line.formula), line.row(Formula, second)
    assert (old.state, new.state, new.version, new.replaces_id) == ("retired", "approved", 2, old.id)
    assert old.overage == Decimal("0.03")
    with pytest.raises(RuleBroken, match="LDN45 version 1 is retired; batches are made from approved formulas only"):
        line.planned()
    assert line.trail(Event.FORMULA_MOVED, old.id)[0]["reason"] == "replaced by version 2"
    found = line.read(lambda s: [f.id for f in formulas.for_strength(s, Decimal("4.50"))])
    assert found == [second]


def test_a_change_of_a_draft_keeps_old_and_new_values(line: Line) -> None:
    draft = replace(DRAFT, code="NEW")
    key = line.run(lambda s: formulas.draft(s, draft, **line.by)).id
    with pytest.raises(RuleBroken, match="NEW version 1 is still a draft"):
        line.run(lambda s: formulas.draft(s, draft, **line.by))
    line.run(lambda s: formulas.change(s, key, replace(draft, code="IGNORED", strength_mg=Decimal(3)), **line.by))
    [entry] = line.trail(Event.FORMULA_CHANGED, key)
    assert {name: entry[name] for name in entry if name != "by"} == {"strength_mg": {"from": "4.5", "to": "3"}}
    with pytest.raises(Conflict):
        line.run(lambda s: formulas.change(s, key, draft, revision=1, **line.by))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "Naltrexone hydrochloride"}, "name"),
        ({"name": ""}, "name"),
        ({"basis": "dihydrate"}, "basis"),
        ({"kind": IngredientKind.SHELL, "capsule_size": ""}, "capsule_size"),
    ],
)
def test_an_ingredient_is_named_once_and_whole(sqlite_line: Line, changed: dict[str, Any], field: str) -> None:
    line = sqlite_line
    given = {"name": "Other", "kind": ACTIVE, "grade": "USP", "basis": "base", **changed}
    with pytest.raises(RuleBroken) as refusal:
        line.run(lambda s: formulas.add_ingredient(s, **given, **line.by))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        (FILLER, {"supplier": ""}, "supplier"),
        (FILLER, {"maker_lot": "x" * 61}, "maker_lot"),
        (FILLER, {"amount": Decimal(0)}, "amount"),
        (FILLER, {"amount": Decimal(5_000_001)}, "amount"),
        (FILLER, {"amount": Decimal("1.0001")}, "amount"),
        (FILLER, {"amount": Decimal("NaN")}, "amount"),
        (SHELL, {"amount": Decimal("100.5")}, "amount"),
        (FILLER, {"expiry": date(2026, 11, 23)}, "expiry"),
        (ACTIVE, {"certificate": Certificate("COA")}, "assay"),
        (ACTIVE, {"certificate": replace(ASSAYED, assay=Decimal("99.4"))}, "assay"),
        (ACTIVE, {"certificate": replace(ASSAYED, assay=Decimal("0.99400001"))}, "assay"),
        (ACTIVE, {"certificate": replace(ASSAYED, assay_basis="dried")}, "assay"),
        (ACTIVE, {"certificate": replace(ASSAYED, water=Decimal("8.7"))}, "water"),
        (ACTIVE, {"certificate": replace(ASSAYED, solvents=Decimal("-0.1"))}, "solvents"),
        (FILLER, {"packing": Packing("3", Decimal("180.0001"))}, "packing_mg"),
        (FILLER, {"packing": Packing("3", Decimal(-1))}, "packing_mg"),
        (FILLER, {"certificate": Certificate("x" * 121)}, "certificate"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_with_its_field(
    sqlite_line: Line, kind: IngredientKind, changed: dict[str, Any], field: str
) -> None:
    line = sqlite_line
    with pytest.raises(RuleBroken) as refusal:
        line.run(lambda s: lots.receive(s, **delivery(s, line, kind, **changed)))
    assert refusal.value.field == field


def test_a_lot_of_today_may_still_be_used_and_one_of_yesterday_not(line: Line) -> None:
    lot = line.lot(FILLER, expiry=line.today, release=False)
    with pytest.raises(RuleBroken, match="expired on 2026-11-24"):
        line.run(lambda s: lots.release(s, lot, today=line.today + timedelta(days=1), **line.signed("pia")))
    line.run(lambda s: lots.release(s, lot, today=line.today, **line.signed("pia")))
    with pytest.raises(RuleBroken, match="not expired yet"):
        line.run(lambda s: lots.advance(s, lot, "expire", today=line.today, **line.by))
    tomorrow = line.later(1)
    line.run(lambda s: lots.advance(s, lot, "expire", today=tomorrow.today, **tomorrow.by))
    assert line.row(Lot, lot).state == "expired"
    line.run(lambda s: recalls.recall_lot(s, lot, reason="maker's notice", actor=line.who["pia"], now=line.now))
    assert line.row(Lot, lot).state == "recalled"


def test_the_lot_that_expires_first_is_offered_first(line: Line) -> None:
    first = line.lot(FILLER, expiry=date(2027, 1, 1))
    line.lot(FILLER, expiry=date(2026, 12, 1), release=False)
    found = line.read(lambda s: [lot.id for lot in lots.first_expired_first_out(s, 2, line.today)])
    assert found == [first, line.lots[FILLER]]
    assert line.read(lambda s: [x.id for x in lots.first_expired_first_out(s, 2, date(2027, 1, 2))]) == [
        line.lots[FILLER]
    ]


def test_a_count_that_differs_is_a_line_of_the_ledger_with_its_reason(line: Line) -> None:
    lot = line.lots[FILLER]

    def count(counted: str, reason: str = "counted on the shelf") -> None:
        line.run(lambda s: lots.adjust(s, lot, Decimal(counted), reason=reason, **line.by))

    for counted, reason, field in (
        ("1", "abc", "reason"),
        ("-1", "counted again", "counted"),
        ("5000001", "counted again", "counted"),
        ("1.2345", "counted again", "counted"),
        ("100000", "counted again", "counted"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            count(counted, reason)
        assert refusal.value.field == field
    count("99000.5")
    count("99001")
    moved = line.read(lambda s: [(m.kind, m.amount, m.reason) for m in lots.ledger(s, lot)])
    assert moved[1:] == [
        (MovementKind.ADJUSTED, Decimal("-999.5"), "counted on the shelf"),
        (MovementKind.ADJUSTED, Decimal("0.5"), "counted on the shelf"),
    ]
    line.assert_whole()


def test_what_is_left_of_a_used_up_lot_is_written_off(line: Line) -> None:
    lot = line.lots[FILLER]
    line.run(lambda s: lots.advance(s, lot, "exhaust", **line.by))
    row = line.row(Lot, lot)
    assert (row.state, row.on_hand) == ("exhausted", 0)
    moved = line.read(lambda s: lots.ledger(s, lot))
    assert (moved[-1].kind, moved[-1].amount, moved[-1].reason) == (MovementKind.WASTED, -100_000, "used up")
    line.assert_whole()
    with pytest.raises(RuleBroken, match="is used up"):
        line.run(lambda s: lots.adjust(s, lot, Decimal(5), reason="found some", **line.by))


def test_a_measured_packing_keeps_the_one_before_and_does_not_void_the_release(line: Line) -> None:
    lot = line.lots[FILLER]
    line.run(lambda s: lots.measure(s, lot, Packing("3", Decimal(185)), reason=ANEW, **line.by))
    [entry] = line.trail(Event.LOT_MEASURED, lot)
    assert entry["packing_mg"] == {"from": "180", "to": "185"}
    assert all(each.holds for each in line.read(lambda s: lots.signatures(s, s.get_one(Lot, lot))))
    for packing, field in ((Packing("3", Decimal(0)), "packing_mg"), (Packing("3", None, Decimal(2001)), "shell_mg")):
        with pytest.raises(RuleBroken) as refusal:
            line.run(lambda s, packing=packing: lots.measure(s, lot, packing, reason=ANEW, **line.by))
        assert refusal.value.field == field


def test_a_plan_stands_when_the_packing_is_measured_anew(line: Line) -> None:
    batch = line.planned()
    line.run(lambda s: lots.measure(s, line.lots[FILLER], Packing("3", Decimal(185)), reason=ANEW, **line.by))
    line.weigh(batch, 1)
    line.weigh(batch, 2, Decimal("17927"))
    line.weigh(batch, 3)
    line.assert_whole()
