"""A recall goes through triturations: from a bought lot to the patients of what was made of it, and back."""

import json

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import lots, recalls
from pharmacy.services.recall_documents import to_document
from pharmacy.store.tables import Batch, IngredientKind, Lot, Part, Trituration
from tests.services.line import Line
from tests.services.triturating import ACTIVE, FILLER, low_dose, mix, planned, release, released, using, weigh, weighed


@pytest.fixture
def low(line: Line) -> Line:
    return low_dose(line)


def recall(line: Line, lot: int) -> None:
    line.run(lambda s: recalls.recall_lot(s, lot, reason="the maker's letter", actor=line.who["pia"], now=line.now))


def batch_of(line: Line, lot: int, *, handed_out: bool = False) -> int:
    """A released batch of 1.5 mg capsules from a trituration; with a patient who has thirty of them."""
    low = using(line, lot)
    batch = low.planned(30)
    for position in (1, 2, 3):
        low.weigh(batch, position)
    low.put_released(batch)
    if handed_out:
        rx = low.entered(strength="1.5 mg")
        low.verify(rx, strength_again="1.5")
        low.dispensed(batch, rx)
    return batch


@pytest.mark.parametrize("kind", [ACTIVE, FILLER])
def test_a_bought_lot_leads_through_its_trituration_to_the_patient_and_no_further(
    low: Line, kind: IngredientKind
) -> None:
    bought, lot = low.lots[kind], released(low)
    batch = batch_of(low, lot, handed_out=True)
    # A later batch of the same strength, of another active and another filler.
    other = low_dose(low, "2")
    other.lots = {**low.lots, ACTIVE: low.lot(ACTIVE, maker_lot="ELSE-A"), FILLER: low.lot(FILLER, maker_lot="ELSE-F")}
    unrelated = other.planned(100)
    found = low.read(lambda s: recalls.walk_lot(s, bought))
    assert [(one.id, one.number) for one in found.triturations] == [(lot, "T000001")]
    assert [one.id for one in found.batches] == [batch]
    assert unrelated not in [one.id for one in found.batches]
    assert [(one.quantity, one.handed_out) for one in found.held] == [(30, True)]
    assert len(found.patients) == 1


def test_a_batch_leads_back_through_its_trituration_to_both_suppliers(low: Line) -> None:
    low.lots = {**low.lots, FILLER: low.lot(FILLER, supplier="Filler House", maker_lot="F-9")}
    lot = released(low)
    later = using(low, lot)
    later.lots = {**later.lots, FILLER: low.lot(FILLER, maker_lot="F-10")}
    batch = batch_of(later, lot, handed_out=True)
    found = low.read(lambda s: recalls.walk_batch(s, batch))
    assert found.lots[0].number == "T000001"
    assert [(one.number, one.supplier, one.maker_lot) for one in found.origins] == [
        ("L000001", "Sample Chemicals", "SC-ACTIVE"),
        ("L000004", "Filler House", "F-9"),
    ]
    assert found.suppliers == ("Filler House", "Sample Chemicals")
    own = low.read(lambda s: recalls.walk_lot(s, lot))
    assert [one.number for one in own.origins] == ["L000001", "L000004"]
    assert [one.id for one in own.batches] == [batch]


def test_recalling_a_bought_lot_blocks_its_triturations_and_their_batches_at_once(low: Line) -> None:
    lot, waiting = released(low), mix(low, weighed(low))
    batch, being_weighed, only_planned = batch_of(low, lot), planned(low), planned(low)
    weigh(low, being_weighed, Part.ACTIVE)
    recall(low, low.lots[ACTIVE])
    assert [low.row(Lot, key).state.value for key in (lot, waiting)] == ["recalled", "recalled"]
    assert [low.row(Trituration, key).state.value for key in (being_weighed, only_planned)] == ["recalled"] * 2
    assert low.row(Batch, batch).state == "recalled"
    because = "Lot L000001 was recalled: the maker's letter"
    assert (low.row(Lot, lot).note, low.row(Trituration, being_weighed).note) == (because, because)
    for refused in (
        lambda: weigh(low, being_weighed, Part.DILUENT),
        lambda: release(low, waiting),
        lambda: using(low, lot).planned(30),
    ):
        with pytest.raises(RuleBroken, match="recalled"):
            refused()
    [about] = [one for one in low.trail(Event.LOT_MOVED, low.lots[ACTIVE]) if one["step"] == "recall"]
    assert sorted(about["triturations"]) == ["T000001", "T000002", "T000003", "T000004"]
    low.assert_whole()


def test_recalling_a_trituration_leaves_what_it_was_made_of(low: Line) -> None:
    lot = released(low)
    batch = batch_of(low, lot)
    recall(low, lot)
    assert (low.row(Lot, lot).state, low.row(Batch, batch).state) == ("recalled", "recalled")
    assert low.row(Lot, low.lots[ACTIVE]).state == "open"


def test_one_whose_parent_was_recalled_after_the_weighing_is_not_mixed(low: Line) -> None:
    """Past the recall, which would have recalled it: as if it had come between."""
    key = weighed(low)
    low.run(lambda s: s.query(Lot).where(Lot.id == low.lots[FILLER]).update({"state": "recalled", "is_open": False}))
    with pytest.raises(RuleBroken, match="L000002 is recalled; reject what was made from it"):
        mix(low, key)
    assert low.row(Trituration, key).lot_id is None


def test_one_whose_parent_was_recalled_meanwhile_is_not_released(low: Line) -> None:
    lot = mix(low, weighed(low))
    low.run(lambda s: s.query(Lot).where(Lot.id == low.lots[FILLER]).update({"state": "recalled", "is_open": False}))
    with pytest.raises(RuleBroken, match="T000001 was made from lot L000002, which is recalled"):
        release(low, lot)


def test_the_document_names_triturations_and_origins(low: Line) -> None:
    lot = released(low)
    forward = low.read(lambda s: to_document(recalls.walk(s, "L000001")))
    back = low.read(lambda s: to_document(recalls.walk(s, "t000001")))
    assert [one["number"] for one in forward["triturations"]] == ["T000001"]
    assert [one["number"] for one in back["origins"]] == ["L000001", "L000002"]
    assert back["siblings"] == []
    assert json.dumps(back)
    assert low.read(lambda s: lots.usable(s.get_one(Lot, lot), low.today)) is None
