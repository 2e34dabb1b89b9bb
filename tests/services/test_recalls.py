"""A recall finds everybody who has capsules of a lot and nobody else, and blocks what is still here."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import fills, lots, recalls
from pharmacy.services.recall_documents import to_document
from pharmacy.services.recalls import Walk
from pharmacy.store import recalled
from pharmacy.store.tables import AuditEntry, Base, Batch, IngredientKind, Lot, RecallDrill, Searched
from tests.services.line import Line, count_of
from tests.services.test_at_once import at_once

ACTIVE, FILLER, SHELL = IngredientKind.ACTIVE, IngredientKind.FILLER, IngredientKind.SHELL


def walked(line: Line, code: str, supplier: str = "") -> Walk:
    return line.read(lambda s: recalls.walk(s, code, supplier=supplier))


def recall(line: Line, lot: int, reason: str = "the maker's letter") -> None:
    line.run(lambda s: recalls.recall_lot(s, lot, reason=reason, actor=line.who["pia"], now=line.now))


def other_lot(line: Line, kind: IngredientKind = ACTIVE, **changed: Any) -> Line:
    """The line, working from another lot of one kind."""
    line.lots = {**line.lots, kind: line.lot(kind, **changed)}
    return line


def test_a_lot_leads_through_every_batch_to_every_fill_in_its_state(line: Line) -> None:
    first, second = line.released(), line.released()
    packed, checked, gone = line.allocated(first), line.checked(second), line.dispensed(second)
    returned = line.dispensed(first)
    line.run(lambda s: fills.take_back(s, returned, reason="wrong address", **line.by))
    cancelled = line.allocated(first)
    line.cancel(cancelled)
    other = other_lot(line, maker_lot="ELSEWHERE").released()
    line.dispensed(other)
    found = walked(line, "l000001")
    assert [batch.id for batch in found.batches] == [first, second]
    assert {one.fill_id: one.state for one in found.in_the_pharmacy} == {packed: "allocated", checked: "checked"}
    assert {one.fill_id: one.state for one in found.handed_out} == {gone: "dispensed", returned: "returned"}
    assert len(found.patients) == 2
    assert [batch.on_hand for batch in found.batches] == [40, 40]
    assert found.on_shelf == 80
    assert [held.quantity for held in found.held] == [30, 30, 30, 30]


def test_a_batch_leads_back_to_every_lot_that_went_into_it(line: Line) -> None:
    batch = line.released()
    line.dispensed(batch)
    twin = line.lot(FILLER, maker_lot="sc-filler", supplier="Another House", release=False)
    found = walked(line, "B261124-01")
    assert (found.searched, found.subject) == (Searched.BATCH, ("batch", batch))
    assert [(lot.ingredient, lot.supplier, lot.maker_lot, lot.certificate) for lot in found.lots] == [
        ("Naltrexone hydrochloride", "Sample Chemicals", "SC-ACTIVE", "COA 4711"),
        ("Microcrystalline cellulose", "Sample Chemicals", "SC-FILLER", "COA"),
        ("Gelatin capsule size 3", "Sample Chemicals", "SC-SHELL", "COA"),
    ]
    assert [(lot.id, lot.supplier) for lot in found.siblings] == [(twin, "Another House")]
    assert found.suppliers == ("Another House", "Sample Chemicals")
    assert len(found.patients) == 1


def test_a_makers_lot_leads_from_all_its_deliveries(line: Line) -> None:
    first = line.released()
    second = other_lot(line, maker_lot="sc-active").released()
    line.dispensed(first)
    line.dispensed(second)
    found = walked(line, " SC-Active ")
    assert [lot.number for lot in found.lots] == ["L000001", "L000004"]
    assert [batch.id for batch in found.batches] == [first, second]
    assert len(found.patients) == 2
    assert found.siblings == ()


def test_a_makers_lot_of_two_suppliers_asks_which(line: Line) -> None:
    line.lot(ACTIVE, maker_lot="SC-ACTIVE", supplier="Another House")
    with pytest.raises(RuleBroken, match="came from Another House, Sample Chemicals: say which") as refusal:
        walked(line, "SC-ACTIVE")
    assert refusal.value.field == "supplier"
    assert [lot.number for lot in walked(line, "SC-ACTIVE", "another house").lots] == ["L000004"]


def test_a_makers_lot_of_two_ingredients_is_not_guessed(line: Line) -> None:
    line.lot(FILLER, maker_lot="SC-ACTIVE")
    with pytest.raises(RuleBroken, match=r"several ingredients: name one of L000001 \(Naltrexone .*, L000004"):
        walked(line, "SC-ACTIVE")


@pytest.mark.parametrize("code", ["", " ", "L999999", "B261124-99", "x" * 61, "L000001\x00", "SC%", "_C-ACTIVE"])
def test_what_is_not_there_is_a_sentence(line: Line, code: str) -> None:
    with pytest.raises(NotFound) as refusal:
        walked(line, code)
    assert refusal.value.field == "lot"


@pytest.mark.parametrize("written", ["Äß-7/b  2", "äß-7/B  2"])
def test_a_makers_lot_is_found_as_it_stands_on_the_container(line: Line, written: str) -> None:
    key = line.lot(ACTIVE, maker_lot=written)
    for typed in (f" {written} ", written.replace("b", "B"), written.replace("B", "b")):
        assert [lot.id for lot in walked(line, typed).lots] == [key]


def test_our_number_wins_over_a_makers_lot_that_looks_like_it(line: Line) -> None:
    twin = line.lot(ACTIVE, maker_lot="L000002")
    assert [lot.number for lot in walked(line, "L000002").lots] == ["L000002"]
    assert [lot.id for lot in walked(line, "L000002", "Sample Chemicals").lots] == [twin]


def test_recalling_a_lot_blocks_every_batch_of_it_at_once_and_no_other(line: Line) -> None:
    planned, weighing, tested, released = line.planned(), line.planned(), line.tested(), line.released()
    line.weigh(weighing, 1)
    used_up = line.released(30)
    line.allocated(used_up)
    rejected = line.filled()
    line.reject(rejected)
    lot = line.lots[ACTIVE]
    other = other_lot(line).released()
    recall(line, lot)
    states = {key: line.row(Batch, key).state.value for key in (planned, weighing, tested, released, used_up)}
    assert set(states.values()) == {"recalled"}
    assert (line.row(Batch, rejected).state, line.row(Batch, other).state) == ("rejected", "released")
    assert line.row(Lot, lot).state == "recalled"
    assert line.row(Batch, released).on_hand == 100
    line.assert_whole()


def test_the_trail_holds_the_recall_of_every_batch_with_its_values(line: Line) -> None:
    released, tested = line.released(), line.tested()
    line.allocated(released)
    recall(line, line.lots[ACTIVE], "  salt form was wrong ")
    [about_lot] = [one for one in line.trail(Event.LOT_MOVED) if one["step"] == "recall"]
    assert about_lot == {
        "step": "recall", "before": "open", "after": "recalled", "reason": "salt form was wrong",
        "batches": ["B261124-01", "B261124-02"], "blocked_capsules": 70, "by": "Pia Pharmacist",
    }  # fmt: skip
    [first] = [one for one in line.trail(Event.BATCH_MOVED, released) if one["step"] == "recall"]
    because = "Lot L000001 was recalled: salt form was wrong"
    assert (first["before"], first["after"], first["on_hand"], first["reason"]) == ("released", "recalled", 70, because)
    [second] = [one for one in line.trail(Event.BATCH_MOVED, tested) if one["step"] == "recall"]
    assert (second["before"], second["on_hand"]) == ("awaiting release", 0)
    assert line.row(Batch, tested).note == because


def test_a_recall_without_reason_or_by_a_technician_changes_nothing(line: Line) -> None:
    batch, lot = line.released(), line.lots[ACTIVE]
    for reason, who in (("", "pia"), ("the maker's letter", "tess"), ("the maker's letter", "otto")):
        with pytest.raises(RuleBroken):
            line.run(lambda s, r=reason, w=who: recalls.recall_lot(s, lot, reason=r, actor=line.who[w], now=line.now))
    assert (line.row(Lot, lot).state, line.row(Batch, batch).state) == ("open", "released")
    assert [one for one in line.trail(Event.BATCH_MOVED) if one["step"] == "recall"] == []


def test_a_lot_is_recalled_once(line: Line) -> None:
    recall(line, line.lots[ACTIVE])
    with pytest.raises(RuleBroken, match="lot L000001 is recalled; “Recall” is possible only"):
        recall(line, line.lots[ACTIVE])


def test_the_plain_step_of_a_lot_is_no_way_around_its_batches(line: Line) -> None:
    with pytest.raises(RuleBroken, match="“Recall” has a form of its own"):
        line.run(
            lambda s: lots.advance(s, line.lots[ACTIVE], "recall", reason="x", actor=line.who["pia"], now=line.now)
        )


def test_capsules_put_back_into_a_recalled_batch_are_blocked_there(line: Line) -> None:
    batch = line.released(30)
    fill = line.checked(batch)
    recall(line, line.lots[SHELL])
    line.cancel(fill)
    row = line.row(Batch, batch)
    assert (row.state, row.on_hand) == ("recalled", 30)
    assert walked(line, "L000003").on_shelf == 30
    with pytest.raises(RuleBroken, match="is recalled; capsules are taken from released batches only"):
        line.allocate(line.started(), batch)
    line.assert_whole()


def _everything(session: Session) -> dict[str, int]:
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name not in (RecallDrill.__tablename__, AuditEntry.__tablename__)
    }


def test_a_drill_finds_what_a_recall_would_find_and_changes_nothing_else(line: Line) -> None:
    batch = line.released()
    line.dispensed(batch)
    line.allocated(batch)
    before, lot = line.read(_everything), line.row(Lot, line.lots[ACTIVE])
    entries = line.read(count_of(AuditEntry))
    found, kept = line.run(
        lambda s: recalls.drill(s, lambda: recalls.walk(s, "L000001"), actor=line.who["pia"], now=line.now)
    )
    assert found == walked(line, "L000001")
    row = line.row(RecallDrill, kept.id)
    assert (row.searched, row.code, row.person, row.at) == ("lot", "L000001", "Pia Pharmacist", line.now)
    assert (row.batches, row.on_shelf, row.fills, row.patients, row.prescribers, row.suppliers) == (1, 40, 2, 1, 1, 1)
    assert row.took_ms > 0
    assert line.read(_everything) == before
    assert line.read(count_of(AuditEntry)) == entries + 1
    assert line.trail(Event.RECALL_DRILLED)[0]["patients"] == 1
    assert (line.row(Lot, lot.id).revision, line.row(Lot, lot.id).state) == (lot.revision, "open")
    assert line.row(Batch, batch).state == "released"


def test_a_drill_of_something_that_is_not_there_keeps_nothing(line: Line) -> None:
    with pytest.raises(NotFound):
        line.run(lambda s: recalls.drill(s, lambda: recalls.walk(s, "L9"), actor=line.who["pia"], now=line.now))
    assert line.read(count_of(RecallDrill)) == 0


def test_drills_are_listed_under_what_they_started_from(line: Line) -> None:
    line.released()
    for code in ("L000001", "SC-ACTIVE", "B261124-01", "L000002"):
        line.run(lambda s, c=code: recalls.drill(s, lambda: recalls.walk(s, c), actor=line.who["pia"], now=line.now))
    listed = line.read(lambda s: recalled.drills(s, [(Searched.LOT, "L000001"), (Searched.MAKER_LOT, "SC-ACTIVE")]))
    assert [(row.searched, row.code) for row in listed] == [("maker lot", "SC-ACTIVE"), ("lot", "L000001")]


def test_the_document_names_patients_fills_shelf_and_suppliers(line: Line) -> None:
    batch = line.released()
    line.dispensed(batch)
    line.allocated(batch)
    document = to_document(walked(line, "L000001"))
    assert [(one["name"], one["capsules"], one["fills"]) for one in document["patients"]] == [
        ("Erika Beispiel", 30, ["7000011-0"])
    ]
    assert [(one["number"], one["state"], one["handed_out"]) for one in document["fills"]] == [
        ("7000011-0", "dispensed", True),
        ("7000029-0", "allocated", False),
    ]
    assert document["fills"][0]["prescription"] == "7000011"
    assert document["fills"][0]["prescriber"] == {
        "name": "Max Muster", "npi": "1234567893", "phone": "202-555-0177",
    }  # fmt: skip
    assert document["shelf"] == [{"batch": "B261124-01", "state": "released", "capsules": 40}]
    assert (document["lots"][0]["supplier"], document["lots"][0]["on_hand"]) == ("Sample Chemicals", "99489.269")
    assert document["recalled"] is False


def test_a_recall_among_those_who_weigh_and_allocate_leaves_nothing_open(line: Line) -> None:
    batch, making = line.released(100), line.planned()
    started = [line.started() for _ in range(3)]

    def act(which: int) -> None:
        if which < 3:
            return line.allocate(started[which], batch)
        return recall(line, line.lots[ACTIVE]) if which == 3 else line.weigh(making, 1)

    got = at_once(act, 5)
    assert got[3] is None
    assert (line.row(Batch, batch).state, line.row(Batch, making).state) == ("recalled", "recalled")
    allocated = {started[which] for which in range(3) if got[which] is None}
    assert {one.fill_id for one in walked(line, "L000001").in_the_pharmacy} == allocated
    line.assert_whole()
