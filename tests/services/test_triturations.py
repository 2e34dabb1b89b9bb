"""Triturations: from a batch that cannot be weighed to capsules that hold their dose, and everything on the way.

Figures by hand, from the design's vector (30 x 1.5 mg, assay 99.4 % anhydrous, water 8.7 %, overage 3 %, packing 150
and 180 mg in size 3): P = 0.994 x 0.913 = 0.907522; A = 1.5 x 30 x 1.03 / P = 51.073 mg, below 120 and below 82 mg.
With a minimum of 120 mg: W = ceil(120 / 0.99) = 122; D = ceil((120 / 51.073 - 1) x 122 x 1.01 / 0.98) = ceil(169.69)
= 170; aliquot = 51.073 x 292 / 122 = 122.240 mg, of which 292 - 122.240 = 169.760 mg stay over.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import (
    batches,
    formulas,
    lots,
    origins,
    releasing,
    triturations,
)
from pharmacy.services.batches import TriturationNeeded
from pharmacy.services.ledger import ledger
from pharmacy.store.tables import Batch, Lot, Part, Trituration
from tests.services.line import DRAFT, Line, add_balance, add_formula, add_lot
from tests.services.samples import CLASS_III
from tests.services.test_at_once import at_once
from tests.services.test_equipment import electronic
from tests.services.triturating import (
    ACTIVE,
    FILLER,
    low_dose,
    mix,
    plan_of,
    planned,
    release,
    released,
    using,
    weigh,
    weighed,
)


def prepared(line: Line, capsules: int = 30, **changed: Any) -> triturations.Prepared:
    plan = plan_of(line, capsules, **changed)
    return line.read(lambda s: triturations.prepare(s, line.formula, plan, today=line.today))


def made(line: Line, key: int) -> Trituration:
    return line.row(Trituration, key)  # type: ignore[no-any-return]


@pytest.fixture
def low(line: Line) -> Line:
    return low_dose(line)


@pytest.fixture
def sqlite_low(sqlite_line: Line) -> Line:
    return low_dose(sqlite_line)


@pytest.mark.parametrize("minimum", ["120", "82"])
def test_the_designs_vector_is_below_both_minimums_and_asks_for_a_trituration(low: Line, minimum: str) -> None:
    balance = low.balance if minimum == "120" else electronic(low)
    with pytest.raises(
        TriturationNeeded, match=rf"51\.073 mg of active is below the {minimum} mg .* or make a trituration"
    ) as refusal:
        low.planned(30, balance_id=balance)
    assert refusal.value.field == "capsules"


def test_the_plan_is_the_one_worked_by_hand(low: Line) -> None:
    found = prepared(low).plan
    assert (found.weigh_mg, found.diluent_mg, found.total_mg) == (Decimal(122), Decimal(170), Decimal(292))
    assert (found.needed_mg, found.aliquot_mg, found.left_mg) == (
        Decimal("51.073"),
        Decimal("122.240"),
        Decimal("169.760"),
    )
    # By hand: ceil(82 / 0.99) = 83; beside 82 / 0.98 = 83.7 -> 84, as 51.073 of 82 needs only 51.8 of diluent.
    fine = prepared(low, balance_id=electronic(low)).plan
    assert (fine.weigh_mg, fine.diluent_mg, fine.aliquot_mg) == (Decimal(83), Decimal(84), Decimal("102.761"))


def test_a_capsule_of_the_whole_way_holds_the_dose_exactly(low: Line) -> None:
    lot = released(low, active="122.4", diluent="169.1")
    row = low.row(Lot, lot)
    # 0.907522 x 122.4 / 291.5 = 111.0806928 / 291.5 = 0.3810658, told with 6 digits.
    assert (row.number, row.assay, row.assay_basis) == ("T000001", Decimal("0.381066"), "as is")
    line = using(low, lot)
    batch = line.planned(30)
    line.weigh(batch, 1)
    sheet = low.row(Batch, batch).worksheet
    steps = {step["name"]: step for step in sheet["steps"]}
    assert steps["reverse check"]["result"] == "1.5"
    assert steps["lot factor P"]["formula"] == "assay x (1 - water) x (1 - solvents) x W / (W + D)"
    assert steps["lot factor P"]["inputs"]["W"] == "122.4"
    factor = Fraction("0.994") * Fraction("0.913") * Fraction("122.4") / Fraction("291.5")
    needed = Fraction("1.5") * 30 * Fraction("1.03") / factor
    assert abs(Fraction(sheet["active_total_mg"]) - needed) <= Fraction(1, 2000)
    content = Fraction(sheet["active_total_mg"]) * factor / (30 * Fraction("1.03"))
    assert abs(content / Fraction("1.5") - 1) < Fraction(1, 100_000)  # half a microgram of an aliquot of 120 mg


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(-1000, 1000), st.integers(-2000, 2000))
def test_whatever_is_weighed_within_tolerance_makes_capsules_of_the_dose(
    sqlite_low: Line, active_ppk: int, diluent_ppk: int
) -> None:
    """active_ppk, diluent_ppk: hundred-thousandths off the target, within 1 % and 2 %."""
    low = sqlite_low
    plan = prepared(low).plan
    weights = [
        (target * (1 + Decimal(off) / 100_000)).quantize(Decimal("0.001"))
        for target, off in ((plan.weigh_mg, active_ppk), (plan.diluent_mg, diluent_ppk))
    ]
    lot = released(low, *map(str, weights))
    line = using(low, lot)
    found = line.read(lambda s: batches.prepare(s, line.formula, plan_of(line), today=line.today)).worksheet
    assert found.weighable
    assert found.filler_total_mg >= 120
    factor = Fraction("0.907522") * Fraction(weights[0]) / (Fraction(weights[0]) + Fraction(weights[1]))
    content = Fraction(found.active_per_capsule_mg) * factor
    assert abs(content - Fraction("1.5")) < Fraction(1, 1_000_000)
    low.assert_whole()


def test_mass_is_conserved_from_both_parents_into_the_lot(low: Line) -> None:
    lot = released(low, active="122.4", diluent="169.1")
    moved = {
        key: [(line.kind.value, line.amount) for line in low.read(lambda s, k=key: ledger(s, k))]
        for key in (low.lots[ACTIVE], low.lots[FILLER], lot)
    }
    assert moved[low.lots[ACTIVE]][1:] == [("triturated", Decimal("-122.4"))]
    assert moved[low.lots[FILLER]][1:] == [("triturated", Decimal("-169.1"))]
    assert moved[lot] == [("received", Decimal("291.5"))]
    low.assert_whole()


def test_its_packing_is_computed_until_it_is_measured_and_the_worksheet_says_which(low: Line) -> None:
    # By hand: 292 / (122 / 150 + 170 / 180) = 292 / 1.757778 = 166.119 mg.
    line = using(low, released(low))
    name = "packing statistic of the trituration S_active"

    def step() -> dict[str, Any]:
        sheet = line.read(lambda s: batches.prepare(s, line.formula, plan_of(line), today=line.today)).worksheet
        return next(one.to_document() for one in sheet.steps if one.name == name)

    assert step()["result"] == "166.119"
    assert step()["source"].startswith("computed, as nobody measured")
    measured = lots.Packing("3", Decimal("171.25"))
    line.run(lambda s: lots.measure(s, line.lots[ACTIVE], measured, reason="ten capsules weighed", **line.by))
    assert (step()["result"], step()["formula"]) == ("171.25", "as measured")
    assert "measured for itself" in step()["source"]


def test_the_filler_of_the_batch_is_less_by_the_diluent_that_the_aliquot_brings(low: Line) -> None:
    # Of the plain worksheet 5511.875 mg of filler: 180 x (1 - 1.652852 / 150) x 30.9; the aliquot brings 71.168.
    line = using(low, released(low))
    sheet = line.read(lambda s: batches.prepare(s, line.formula, plan_of(line), today=line.today)).worksheet
    plain = 180 * (1 - Fraction("1.5") / Fraction("0.907522") / 150) * Fraction("30.9")
    brought = Fraction("46.35") / Fraction("0.907522") * Fraction(170, 122)
    assert abs(Fraction(sheet.filler_total_mg) - (plain - brought)) < Fraction(1, 100)


# its beyond-use date


def test_its_date_is_the_limit_of_a_solid_and_the_batchs_rule_names_the_trituration(low: Line) -> None:
    lot = released(low)
    assert low.row(Lot, lot).expiry == date(2027, 5, 22)  # 180 days from 2026-11-24, that day being day 1
    later = using(low.later(60), lot)
    batch = later.row(Batch, later.planned(30))
    assert (batch.beyond_use_date, batch.beyond_use_rule) == (
        date(2027, 5, 22),
        "beyond-use date of trituration Naltrexone hydrochloride, lot T000001",
    )


@pytest.mark.parametrize("kind", [ACTIVE, FILLER])
def test_its_date_is_the_expiry_of_a_parent_that_comes_first(low: Line, kind: Any) -> None:
    low.lots = {**low.lots, kind: low.lot(kind, expiry=date(2027, 2, 28))}
    found = made(low, planned(low))
    assert found.beyond_use_date == date(2027, 2, 28)
    assert found.beyond_use_rule.startswith("expiry of")


# what is refused, with nothing half done


def test_the_wrong_lot_the_wrong_order_and_the_wrong_weight_are_sentences(low: Line) -> None:
    key = planned(low)
    for part, amount, scanned, sentence in (
        (Part.ACTIVE, "", "L000002", "you scanned L000002; this trituration takes Naltrexone"),
        (Part.DILUENT, "", "", "The active of trituration T000001 is next"),
        (Part.ACTIVE, "123.3", "", "1.07 % off the target; 120.780 mg to 123.220 mg is allowed"),
        (Part.ACTIVE, "119.9", "", "is below the 120 mg that E001"),
        (Part.ACTIVE, "-122", "", "must be|below"),
    ):
        with pytest.raises(RuleBroken, match=sentence):
            weigh(low, key, part, amount, scanned=scanned)
    assert made(low, key).state == "planned"
    low.assert_whole()
    assert low.row(Lot, low.lots[ACTIVE]).on_hand == 100_000


def test_more_than_there_is_is_refused_when_planned_and_when_weighed(low: Line) -> None:
    key, lot = planned(low), low.lots[ACTIVE]
    low.run(lambda s: lots.adjust(s, lot, Decimal(121), reason="spilled some", **low.by))
    with pytest.raises(RuleBroken, match=r"L000001 holds 121.000 mg, less than the 122.000 mg"):
        weigh(low, key, Part.ACTIVE)
    with pytest.raises(RuleBroken, match=r"holds 121.000 mg, the trituration needs 122.000 mg") as refusal:
        planned(low)
    assert refusal.value.field == "lot-active"


def test_a_lot_that_expired_since_the_plan_is_not_weighed(low: Line) -> None:
    low.lots = {**low.lots, ACTIVE: low.lot(ACTIVE, expiry=date(2026, 11, 30))}
    key = planned(low)
    with pytest.raises(RuleBroken, match="expired on 2026-11-30"):
        weigh(low.later(10), key, Part.ACTIVE)


def test_every_portion_is_mixed_in(low: Line) -> None:
    key = weighed(low)
    assert low.read(lambda s: triturations.mixing_mg(s.get_one(Trituration, key))) == (Decimal(122), Decimal(48))
    for confirmed in (0, 1, 3):
        with pytest.raises(RuleBroken, match=f"{confirmed} of 2 portions are mixed in"):
            mix(low, key, mixed_in=confirmed)
    mix(low, key)
    assert made(low, key).mixing_mg == ["122.000", "48.000"]


def test_a_trituration_is_not_diluted_again(low: Line) -> None:
    with pytest.raises(RuleBroken, match="T000001 is a trituration; it is not diluted once more"):
        planned(using(low, released(low)), 10)


def test_a_batch_that_the_balance_can_weigh_needs_none(low: Line) -> None:
    with pytest.raises(RuleBroken, match="needs no trituration"):
        planned(low, 100)


def test_a_trituration_in_another_filler_than_the_formulas_is_refused(low: Line) -> None:
    lot = released(low)
    other = low.run(lambda s: _lactose_formula(s, low))
    with pytest.raises(RuleBroken, match="T000001 is diluted with Microcrystalline cellulose; the formula takes") as no:
        other.planned(30, lots={**other.lots, ACTIVE: lot})
    assert no.value.field == "lot-active"


def _lactose_formula(session: Any, line: Line) -> Line:
    lactose = formulas.add_ingredient(session, name="Lactose monohydrate", kind=FILLER, grade="NF", **line.by)
    draft = replace(DRAFT, code="LDNLAC", filler="Lactose monohydrate", strength_mg=Decimal("1.5"))
    formula = add_formula(session, line, draft)
    filler = add_lot(session, line, FILLER, ingredient_id=lactose.id)
    return replace(line, formula=formula, lots={**line.lots, FILLER: filler})


# people


@pytest.mark.parametrize("step", ["planned", "weighed", "mixed"])
def test_whoever_had_a_part_in_making_it_may_not_release_it(low: Line, step: str) -> None:
    who = {name: "pia" if name == step else "tess" for name in ("planned", "weighed", "mixed")}
    key = planned(low, by=who["planned"])
    weigh(low, key, Part.ACTIVE, by=who["weighed"])
    weigh(low, key, Part.DILUENT)
    lot = mix(low, key, by=who["mixed"])
    with pytest.raises(RuleBroken, match="You received or made lot T000001 yourself"):
        release(low, lot, by="pia")
    assert release(low, lot, by="paul").state == "released"


def test_it_is_not_weighed_from_before_it_is_released(low: Line) -> None:
    lot = mix(low, weighed(low))
    with pytest.raises(RuleBroken, match="T000001 is quarantined; only a released lot"):
        using(low, lot).planned(30)


def test_two_people_weigh_the_same_part_once(low: Line) -> None:
    key = planned(low)
    outcomes = at_once(lambda _: weigh(low, key, Part.ACTIVE), threads=2)
    assert [str(one) for one in outcomes if one is not None] == [
        "The diluent of trituration T000001 is next; the active is not weighed now."
    ]
    assert low.row(Lot, low.lots[ACTIVE]).on_hand == 100_000 - 122
    low.assert_whole()


def test_what_was_weighed_for_a_rejected_one_is_gone_and_nothing_becomes_of_it(low: Line) -> None:
    key = planned(low)
    weigh(low, key, Part.ACTIVE)
    reject = {"reason": "spilled on the bench", "actor": low.who["pia"], "now": low.now}
    low.run(lambda s: triturations.advance(s, key, "reject", **reject))
    assert (made(low, key).state, made(low, key).lot_id) == ("rejected", None)
    assert low.row(Lot, low.lots[ACTIVE]).on_hand == 100_000 - 122
    with pytest.raises(RuleBroken, match="is rejected"):
        weigh(low, key, Part.DILUENT)
    low.assert_whole()


# signature and trail


def test_the_signature_covers_the_parents_and_the_weights_and_leaves_bought_lots_as_they_were(low: Line) -> None:
    lot = released(low)
    content = low.read(lambda s: lots.content(s.get_one(Lot, lot)))["trituration"]
    parts = content["parts"]  # type: ignore[index]
    assert parts["active"]["lot"]["number"] == "L000001"
    assert parts["active"]["lot"]["assay"] == Decimal("0.994")
    assert (parts["active"]["weighed"], parts["diluent"]["weighed"]) == (Decimal(122), Decimal(170))
    assert "trituration" not in low.read(lambda s: lots.content(s.get_one(Lot, low.lots[ACTIVE])))
    assert low.read(lambda s: lots.signatures(s, s.get_one(Lot, lot)))[0].holds
    tampered = {"assay": Decimal("0.999")}
    low.run(lambda s: s.query(Lot).where(Lot.id == low.lots[ACTIVE]).update(tampered))
    assert not low.read(lambda s: lots.signatures(s, s.get_one(Lot, lot)))[0].holds
    with pytest.raises(RuleBroken, match="T000001 is not what was signed at its release"):
        using(low, lot).planned(30)


def test_its_release_is_signed_for_its_record_and_that_of_a_bought_lot_for_its_certificate(low: Line) -> None:
    def meaning(lot: int) -> str:
        return low.read(lambda s: lots.signatures(s, s.get_one(Lot, lot)))[-1].meaning

    assert meaning(released(low)) == "I reviewed the record of this trituration and release it for compounding"
    bought = "I examined this lot and its certificate and release it for compounding"
    assert [meaning(low.lots[kind]) for kind in (ACTIVE, FILLER)] == [bought, bought]


def test_a_part_that_is_more_than_the_balance_takes_is_refused_when_planned(low: Line) -> None:
    # By hand for two capsules: A = 2 x 1.5 x 1.03 / 0.907522 = 3.405 mg; W = 122 mg and
    # D = (120 / 3.4045 - 1) x 122 x 1.01 / 0.98 = 4306.1, whole mg 4,307.
    plate = replace(CLASS_III, readability_mg=Decimal(4), capacity_mg=Decimal(4_000))
    tiny = low.run(lambda s: add_balance(s, low, plate))
    prepared(low, 2)
    with pytest.raises(RuleBroken, match=r"4307 mg are more than the 4000 mg that E002 .* takes; choose another"):
        prepared(low, 2, balance_id=tiny)


def test_the_trail_tells_every_act_with_its_values(low: Line) -> None:
    released(low, active="122.4", diluent="169.1")
    [opened] = low.trail(Event.TRITURATION_PLANNED)
    assert (opened["number"], opened["lots"], opened["active_mg"]) == ("T000001", ["L000001", "L000002"], "122")
    assert [(one["lot"], one["target"], one["weighed"]) for one in low.trail(Event.TRITURATION_WEIGHED)] == [
        ("L000001", "122", "122.4"),
        ("L000002", "170", "169.1"),
    ]
    [mixed] = low.trail(Event.TRITURATION_MIXED)
    assert (mixed["lot"], mixed["amount"], mixed["by"]) == ("T000001", "291.5", "Tess Technician")


def test_a_released_one_that_is_enough_is_offered_and_one_that_is_not_is_not(low: Line) -> None:
    lot = released(low)
    for capsules, enough in ((30, True), (60, True), (29, False)):
        # 29 capsules take 118.17 mg of it, which the balance does not weigh.
        need = prepared(low, capsules)
        held = low.read(lambda s: lots.first_expired_first_out(s, low.row(Lot, lot).ingredient_id, low.today))
        found = low.read(lambda s, h=held, n=need: triturations.enough(tuple(s.get_one(Lot, one.id) for one in h), n))
        assert [one.id for one in found] == ([lot] if enough else []), capsules


def test_a_batch_from_it_is_made_and_released(low: Line) -> None:
    line = using(low, released(low))
    batch = line.planned(30)
    for position in (1, 2, 3):
        line.weigh(batch, position)
    line.fill_capsules(batch, made=30)
    assert line.row(Batch, batch).state == "testing"
    assert line.read(lambda s: releasing.content(s.get_one(Batch, batch)))["components"][0]["lot"] == "T000001"  # type: ignore[index]
    assert line.read(lambda s: origins.purity(s.get_one(Lot, line.lots[ACTIVE]))) == Fraction("0.907522") * 122 / 292
    line.assert_whole()
