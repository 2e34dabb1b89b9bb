"""A second lot in mid-batch: worked out anew, conserved, recalled with both lots."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import batches, components, label_texts, recalls, second_lots
from pharmacy.services.lots import Certificate, Packing
from pharmacy.store.tables import Batch, IngredientKind, Lot
from tests.services.line import DRAFT, Line, add_balance, add_formula
from tests.services.samples import CLASS_III

# assay as is 90 %, 140 mg fill a capsule: the second lot of the worked example in tests/domain/test_second_lot.py
OTHER = {
    "maker_lot": "SC-OTHER",
    "certificate": Certificate("COA 2", Decimal("0.9"), "as is", Decimal(0)),
    "packing": Packing("3", Decimal(140)),
}


def take_over(line: Line, batch: int, position: int, lot: int, reason: str = "the first container is empty") -> None:
    number = line.row(Lot, lot).number
    line.run(lambda s: second_lots.take_over(s, batch, position, number, reason=reason, today=line.today, **line.by))


def weigh_now(line: Line, batch: int, position: int, lot: int, amount: Decimal, **changed: Any) -> None:
    line.weigh(batch, position, amount, lot_scanned=line.row(Lot, lot).number, **changed)


def test_the_rest_of_the_active_is_weighed_of_another_lot_and_the_filler_follows(line: Line) -> None:
    batch, other = line.planned(), line.lot(IngredientKind.ACTIVE, **OTHER)
    line.weigh(batch, 1, Decimal(300), more=True)
    take_over(line, batch, 1, other)
    with pytest.raises(RuleBroken, match="you scanned L"):
        weigh_now(line, batch, 1, line.lots[IngredientKind.ACTIVE], Decimal("212.5"))  # still from the first lot
    with pytest.raises(RuleBroken, match=r"210\.369 mg to 214\.617 mg is allowed"):  # 1 % of 212.493 mg
        weigh_now(line, batch, 1, other, Decimal("214.7"))
    weigh_now(line, batch, 1, other, Decimal("212.5"))
    with pytest.raises(RuleBroken, match=r"17548\.660 mg to"):  # 2 % of 17,906.795 mg
        line.weigh(batch, 2, Decimal(17_500))
    line.weigh(batch, 2, Decimal(17_907))
    line.weigh(batch, 3)
    line.work(batch)
    found = line.row(Batch, batch)
    assert found.state == "filling"
    # 300, 212.493 and 17,906.795 mg in 103 capsules
    assert line.read(lambda s: batches.fill_per_capsule_mg(s.get_one(Batch, batch))) == Decimal("178.828")
    assert line.read(lambda s: batches.powder_mg(s.get_one(Batch, batch))) == Decimal("18419.5")
    line.put_released(batch)
    line.assert_whole()


def test_a_recall_of_either_lot_finds_the_batch_once(line: Line) -> None:
    batch, other = line.planned(), line.lot(IngredientKind.ACTIVE, **OTHER)
    line.weigh(batch, 1, Decimal(300), more=True)
    take_over(line, batch, 1, other)
    weigh_now(line, batch, 1, other, Decimal("212.5"))
    number = line.row(Batch, batch).number
    for lot in (line.lots[IngredientKind.ACTIVE], other, line.lots[IngredientKind.FILLER]):
        found = line.read(lambda s, lot=lot: recalls.walk_lot(s, lot))
        assert [one.number for one in found.batches] == [number]


def test_the_beyond_use_date_follows_a_lot_that_expires_sooner(line: Line) -> None:
    batch = line.planned()
    soon = line.lot(IngredientKind.ACTIVE, **OTHER, expiry=date(2026, 12, 31))
    line.weigh(batch, 1, Decimal(300), more=True)
    take_over(line, batch, 1, soon)
    found = line.row(Batch, batch)
    assert found.beyond_use_date == date(2026, 12, 31)
    assert line.row(Lot, soon).number in found.beyond_use_rule
    [entry] = line.trail(Event.BATCH_CONTINUED, batch)
    assert entry["beyond_use_date"]["to"] == "2026-12-31"


@pytest.mark.parametrize("kind", [IngredientKind.FILLER, IngredientKind.SHELL])
def test_filler_and_shells_go_on_from_another_lot_too(line: Line, kind: IngredientKind) -> None:
    packing = Packing("3", Decimal(171)) if kind is IngredientKind.FILLER else Packing("3", None, Decimal(48))
    other = line.lot(kind, maker_lot="SC-2", packing=packing)
    batch = line.planned()
    line.weigh(batch, 1)
    if kind is IngredientKind.SHELL:
        line.weigh(batch, 2)
    position = 2 if kind is IngredientKind.FILLER else 3
    first = Decimal(8_927) if kind is IngredientKind.FILLER else Decimal(40)
    line.weigh(batch, position, first, more=True)
    take_over(line, batch, position, other)
    # 17,927.122 mg less 8,927 mg leave 9,000.122 mg: x 171 / 180 = 8,550.116 mg; or 100 shells less 40
    rest = Decimal("8550.116") if kind is IngredientKind.FILLER else Decimal(60)
    target = line.read(lambda s: s.get_one(Batch, batch).inputs[-1].target)
    assert target == rest
    weigh_now(line, batch, position, other, rest)
    line.assert_whole()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"release": False}, "is quarantined; only a released lot"),
        ({"amount": Decimal(200)}, "holds 200.000 mg, the batch still needs 212.493 mg"),
        ({"packing": Packing("0", Decimal(400))}, "measure first how many milligrams fill a size 3 capsule"),
    ],
)
def test_a_lot_that_cannot_serve_changes_nothing(line: Line, changed: dict[str, Any], sentence: str) -> None:
    other = line.lot(IngredientKind.ACTIVE, **{**OTHER, **changed})
    batch = line.planned()
    line.weigh(batch, 1, Decimal(300), more=True)
    before = line.row(Batch, batch).revision
    with pytest.raises(RuleBroken, match=sentence):
        take_over(line, batch, 1, other)
    assert line.row(Batch, batch).revision == before
    assert line.read(lambda s: len(s.get_one(Batch, batch).inputs)) == 3


def test_the_lot_that_ran_out_the_wrong_ingredient_and_too_small_a_rest_are_refused(line: Line) -> None:
    stronger = Certificate("COA 3", Decimal("0.98"), "as is", Decimal(0))
    batch, other = line.planned(), line.lot(IngredientKind.ACTIVE, **{**OTHER, "certificate": stronger})
    line.weigh(batch, 1, Decimal(390), more=True)
    with pytest.raises(RuleBroken, match="is the one that ran out"):
        take_over(line, batch, 1, line.lots[IngredientKind.ACTIVE])
    with pytest.raises(RuleBroken, match="is Microcrystalline cellulose; the rest of Naltrexone"):
        take_over(line, batch, 1, line.lots[IngredientKind.FILLER])
    with pytest.raises(RuleBroken, match="write the reason"):
        take_over(line, batch, 1, other, reason=" ")
    # 463.5 - 390 x 0.907522 = 109.56642 mg, / 0.98 = 111.802 mg: below 120 mg
    with pytest.raises(RuleBroken, match=r"111\.802 mg is still to be weighed, below the 120 mg"):
        take_over(line, batch, 1, other)


def test_a_second_lot_that_is_more_than_the_balance_takes_is_refused_and_offered_with_the_reason(line: Line) -> None:
    small = line.run(lambda s: add_balance(s, line, replace(CLASS_III, capacity_mg=Decimal(20_000))))
    batch = line.planned(balance_id=small)
    line.weigh(batch, 1)
    # 17,927.120 mg of the first fill 180 mg a capsule; of one that takes 210 mg: x 210 / 180 = 20,914.973 mg
    heavy = line.lot(IngredientKind.FILLER, maker_lot="SC-HEAVY", packing=Packing("3", Decimal(210)))
    told = r"20914\.97\d mg are more than the 20000 mg that E002 Sample Torsion 3 takes; choose another lot"
    with pytest.raises(RuleBroken, match=told) as refusal:
        take_over(line, batch, 2, heavy)
    assert refusal.value.field == "lot_scanned"
    line.weigh(batch, 2, Decimal(2_000), more=True)
    take_over(line, batch, 2, heavy)  # 2 g less
    assert line.row(Batch, batch).state == "weighing"


def test_filler_that_follows_a_second_lot_of_the_active_is_held_against_the_balance_too(line: Line) -> None:
    small = line.run(lambda s: add_balance(s, line, replace(CLASS_III, capacity_mg=Decimal(18_000))))
    batch = line.planned(balance_id=small)
    dense = line.lot(IngredientKind.ACTIVE, maker_lot="SC-DENSE", packing=Packing("3", Decimal(220)))
    # By hand: 180 x (103 - 510.731 / 220) = 18,122.129 mg
    with pytest.raises(RuleBroken, match=r"18122\.129 mg are more than the 18000 mg"):
        take_over(line, batch, 1, dense)


def test_a_third_lot_takes_over_from_the_second(line: Line) -> None:
    batch, other = line.planned(200), line.lot(IngredientKind.ACTIVE, **OTHER)
    third = line.lot(IngredientKind.ACTIVE, maker_lot="SC-3")
    line.weigh(batch, 1, Decimal(300), more=True)
    take_over(line, batch, 1, other)
    weigh_now(line, batch, 1, other, Decimal(300), more=True)
    take_over(line, batch, 1, third)
    # 927 - 300 x 0.907522 - 300 x 0.9 = 384.7434 mg, / 0.907522 = 423.949 mg
    assert line.read(lambda s: s.get_one(Batch, batch).inputs[-2].target) == Decimal("423.949")
    weigh_now(line, batch, 1, third, Decimal(424))
    line.assert_whole()


def replaced_before_weighing(line: Line) -> tuple[int, int]:
    """A batch whose planned lot of the active was replaced before anything of it was weighed, and the other lot."""
    other = line.lot(IngredientKind.ACTIVE, **OTHER)
    batch = line.planned()
    take_over(line, batch, 1, other)
    return batch, other


def finish(line: Line, batch: int, active: int) -> None:
    """Weighs everything on its target and carries the batch to its release."""
    for position, lot in ((1, active), (2, line.lots[IngredientKind.FILLER]), (3, line.lots[IngredientKind.SHELL])):
        target = line.read(lambda s, at=position: components.current(s.get_one(Batch, batch), at).target)
        weigh_now(line, batch, position, lot, target)
    line.put_released(batch)


def test_a_recalled_lot_that_was_replaced_before_anything_was_weighed_blocks_no_batch(line: Line) -> None:
    batch, other = replaced_before_weighing(line)
    finish(line, batch, other)
    first = line.lots[IngredientKind.ACTIVE]
    assert line.read(lambda s: recalls.walk_lot(s, first)).batches == ()
    line.run(
        lambda s: recalls.recall_lot(s, first, reason="foreign matter in the drum", actor=line.who["pia"], now=line.now)
    )
    assert line.row(Batch, batch).state == "released"
    line.allocated(batch)
    assert [one.number for one in line.read(lambda s: recalls.walk_lot(s, other)).batches] == [
        line.row(Batch, batch).number
    ]


def test_a_label_names_every_inactive_ingredient_once_after_a_second_lot(line: Line) -> None:
    batch, other = replaced_before_weighing(line)
    finish(line, batch, other)
    fill = line.allocated(batch)
    label = line.read(lambda s: label_texts.compose_vial(s, fill))
    assert label.inactive.count("microcrystalline cellulose") == 1


def test_the_fill_of_a_capsule_follows_a_second_lot_of_the_filler(line: Line) -> None:
    other = line.lot(IngredientKind.FILLER, maker_lot="SC-2", packing=Packing("3", Decimal(171)))
    batch = line.planned()
    line.weigh(batch, 1)
    line.weigh(batch, 2, Decimal(8_927), more=True)
    take_over(line, batch, 2, other)
    # 510.731 + 8,927 + 8,550.116 mg in 103 capsules; with one lot of the filler it were 179.008 mg
    assert line.read(lambda s: batches.fill_per_capsule_mg(s.get_one(Batch, batch))) == Decimal("174.639")


def test_filler_of_two_lots_that_is_in_the_mortar_is_counted_whole_when_the_active_needs_a_second_lot(
    line: Line,
) -> None:
    steps = ("Weigh the filler.", "Weigh the active.", "Count the shells.", "Fill.")
    line.formula = line.run(lambda s: add_formula(s, line, replace(DRAFT, code="TURNED", steps=steps)))
    filler = line.lot(IngredientKind.FILLER, maker_lot="SC-2")
    active = line.lot(IngredientKind.ACTIVE, **OTHER)
    batch = line.planned()
    line.weigh(batch, 2, Decimal(8_927), more=True)
    take_over(line, batch, 2, filler)
    weigh_now(line, batch, 2, filler, Decimal(9_000))
    line.weigh(batch, 1, Decimal(300), more=True)
    # 17,927 mg of filler are weighed, 17,906.795 mg would be right beside both lots: within 2 %
    take_over(line, batch, 1, active)
    assert line.read(lambda s: components.current(s.get_one(Batch, batch), 1).target) == Decimal("212.493")


def test_of_two_people_who_take_another_lot_at_once_one_wins_and_the_other_is_told(line: Line) -> None:
    batch, other = line.planned(), line.lot(IngredientKind.ACTIVE, **OTHER)
    third = line.row(Lot, line.lot(IngredientKind.ACTIVE, maker_lot="SC-3")).number
    ran_out = line.row(Lot, line.lots[IngredientKind.ACTIVE]).number
    line.weigh(batch, 1, Decimal(300), more=True)
    take_over(line, batch, 1, other)
    with pytest.raises(RuleBroken, match=f"{line.row(Lot, other).number} took over from lot {ran_out} meanwhile"):
        line.run(
            lambda s: second_lots.take_over(
                s, batch, 1, third, ran_out=ran_out, reason="the first is empty", today=line.today, **line.by
            )
        )


def test_whoever_chose_the_second_lot_does_not_release_the_batch(line: Line) -> None:
    other = line.lot(IngredientKind.ACTIVE, **OTHER)
    number, batch = line.row(Lot, other).number, line.planned()
    line.run(
        lambda s: second_lots.take_over(
            s, batch, 1, number, reason="the drum is damaged", actor=line.who["pia"], now=line.now, today=line.today
        )
    )
    with pytest.raises(RuleBroken, match="You worked on batch"):
        finish(line, batch, other)
    line.release(batch, by="paul")
