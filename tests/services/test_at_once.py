"""Many people at once: nothing is sold twice, numbered twice or entered twice, and the trail stays one chain."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, Event
from typing import TypeVar

from sqlalchemy import select

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event as Recorded
from pharmacy.services import batches, bench, fills, recalls, second_lots
from pharmacy.services.batches import Plan
from pharmacy.store.tables import Batch, Fill, IngredientKind, Lot, Message, Prescription
from tests.services.line import Line, count_of, message

Result = TypeVar("Result")
THREADS = 16


def at_once(work: Callable[[int], Result], threads: int = THREADS) -> list[Result | RuleBroken]:
    """work(0), work(1), ... begun at the same moment; refusals are results."""
    together = Barrier(threads)

    def one(number: int) -> Result | RuleBroken:
        together.wait(30)
        try:
            return work(number)
        except RuleBroken as refusal:
            return refusal

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def test_sixteen_people_never_allocate_more_capsules_than_there_are(line: Line) -> None:
    batch = line.released(100)
    started = [line.started() for _ in range(THREADS)]
    number = line.row(Batch, batch).number

    def allocate(which: int) -> Fill:
        return line.run(lambda s: fills.allocate(s, started[which], batch_scanned=number, today=line.today, **line.by))

    got = at_once(allocate)
    refused = [each for each in got if isinstance(each, RuleBroken)]
    assert len(refused) == 13
    assert {str(refusal) for refusal in refused} == {"Batch B261124-01 has 10 capsules left; 30 are needed."}
    assert line.row(Batch, batch).on_hand == 10
    line.assert_whole()


def test_a_plan_that_sixteen_people_start_at_once_has_each_bottle_once(line: Line) -> None:
    rx = line.verified_plan()
    got = at_once(lambda _: line.started(rx))
    refused = [each for each in got if isinstance(each, RuleBroken)]
    assert {str(refusal) for refusal in refused} == {"Prescription 7000011 has a fill under way: 7000011-0."}
    assert len(refused) == THREADS - 1
    assert sorted(line.read(lambda s: s.scalars(select(Fill.bottle)).all())) == [1, 2, 3]
    line.assert_whole()


def test_sixteen_batches_never_draw_more_than_the_lot_holds(line: Line) -> None:
    lot = line.lot(IngredientKind.ACTIVE, amount=Decimal(3000))
    planned = [line.planned(lots={**line.lots, IngredientKind.ACTIVE: lot}) for _ in range(THREADS)]
    got = at_once(lambda which: line.weigh(planned[which], 1))
    assert sum(1 for each in got if each is None) == 5, got  # of 510.731 mg each
    assert line.row(Lot, lot).on_hand == Decimal("446.345")
    line.assert_whole()


def test_the_same_message_sixteen_times_at_once_is_entered_once(line: Line) -> None:
    raw = message("A-1")

    def receive(_: int) -> str:
        return line.receive(raw).outcome.value

    assert sorted(map(str, at_once(receive))) == ["answered"] * 15 + ["received"]
    assert (line.read(count_of(Message)), line.read(count_of(Prescription))) == (1, 1)
    line.assert_whole()


def test_numbers_given_out_at_once_are_all_different(line: Line) -> None:
    def receive(which: int) -> int:
        return line.received(f"N-{which}")

    at_once(receive)
    numbers = line.read(lambda s: s.scalars(select(Prescription.number)).all())
    assert len(set(numbers)) == THREADS
    assert min(numbers) == "7000011"
    line.assert_whole()


def test_of_sixteen_who_start_the_same_fill_one_does(line: Line) -> None:
    rx = line.verified()
    got = at_once(lambda _: line.started(rx))
    assert sum(1 for each in got if isinstance(each, int)) == 1
    assert {str(each) for each in got if isinstance(each, RuleBroken)} == {
        "Prescription 7000011 has a fill under way: 7000011-0."
    }


def test_of_eight_who_release_the_same_batch_one_does(line: Line) -> None:
    batch = line.tested()
    got = at_once(lambda which: line.release(batch, "pia" if which % 2 else "paul"), 8)
    assert sum(1 for each in got if each is None) == 1
    assert line.row(Batch, batch).on_hand == 100
    line.assert_whole()


def test_allocating_and_cancelling_at_once_loses_no_capsule(line: Line) -> None:
    batch = line.released(100)
    allocated = [line.allocated(batch) for _ in range(3)]
    started = [line.started() for _ in range(5)]
    number = line.row(Batch, batch).number

    def act(which: int) -> object:
        if which < 3:
            return line.cancel(allocated[which])
        fill = started[which - 3]
        return line.run(lambda s: fills.allocate(s, fill, batch_scanned=number, today=line.today, **line.by))

    at_once(act, 8)
    line.assert_whole()


def test_a_batch_planned_in_the_moment_of_the_recall_is_recalled_and_named_in_its_entry(line: Line) -> None:
    active, written = line.lots[IngredientKind.ACTIVE], Event()
    plan = Plan(100, dict(line.lots), line.balance, line.today, "prescriptions of this week")

    def plan_slowly() -> int:
        with line.database.transaction() as session:
            batch = batches.plan(session, line.formula, plan, today=line.today, **line.by)
            written.set()
            time.sleep(0.5)  # the recall begins, and has to wait for this to end
            return batch.id

    def recall() -> None:
        assert written.wait(30)
        by = {"actor": line.who["paul"], "now": line.now}
        line.run(lambda s: recalls.recall_lot(s, active, reason="the maker's letter", **by))

    with ThreadPoolExecutor(2) as pool:
        planned, recalled = pool.submit(plan_slowly), pool.submit(recall)
        recalled.result(60)
    batch = line.row(Batch, planned.result())
    assert batch.state == "recalled"
    [entry] = [one for one in line.trail(Recorded.LOT_MOVED, active) if one["step"] == "recall"]
    assert entry["batches"] == [batch.number]


def test_the_same_container_that_sixteen_people_take_at_once_is_taken_once(line: Line) -> None:
    batch = line.planned()
    got = at_once(lambda _: line.weigh(batch, 1, Decimal(200), more=True, seen=0))
    assert sum(1 for each in got if each is None) == 1, got
    assert {str(each) for each in got if each is not None} == {
        "Naltrexone hydrochloride: another container was taken meanwhile. Nothing was taken twice; look at what is"
        " left."
    }
    assert line.row(Lot, line.lots[IngredientKind.ACTIVE]).on_hand == Decimal(99_800)
    line.assert_whole()


def test_of_eight_lots_that_are_to_take_over_at_once_one_does(line: Line) -> None:
    ran_out = line.row(Lot, line.lots[IngredientKind.ACTIVE]).number
    others = [line.row(Lot, line.lot(IngredientKind.ACTIVE, maker_lot=f"SC-{n}")).number for n in range(8)]
    batch = line.planned()
    line.weigh(batch, 1, Decimal(200), more=True)

    def take(which: int) -> None:
        given = {"ran_out": ran_out, "reason": "the drum is empty", "today": line.today, **line.by}
        line.run(lambda s: second_lots.take_over(s, batch, 1, others[which], **given))

    got = at_once(take, 8)
    assert sum(1 for each in got if each is None) == 1, got
    assert all("took over from lot" in str(each) for each in got if each is not None), got
    assert line.read(lambda s: len(s.get_one(Batch, batch).inputs)) in (4, 5)  # the filler may follow
    line.assert_whole()


def test_weighing_pausing_photographing_and_a_recall_at_once_stand_in_nobodys_way_for_ever(line: Line) -> None:
    other = line.row(Lot, line.lot(IngredientKind.ACTIVE, maker_lot="SC-2")).number
    planned = [line.planned() for _ in range(4)]
    acts: list[Callable[[int], object]] = [
        lambda batch: line.weigh(batch, 1),
        lambda batch: line.run(lambda s: bench.pause(s, batch, reason="fire alarm", **line.by)),
        lambda batch: line.run(lambda s: bench.photograph(s, batch, b"\x89PNG\r\n\x1a\n", **line.by)),
        lambda batch: line.run(
            lambda s: second_lots.take_over(s, batch, 1, other, reason="empty", today=line.today, **line.by)
        ),
    ]

    def act(which: int) -> object:
        if which == THREADS:
            lot, by = line.lots[IngredientKind.ACTIVE], line.who["pia"]
            return line.run(lambda s: recalls.recall_lot(s, lot, reason="foreign matter", actor=by, now=line.now))
        return acts[which % 4](planned[which // 4])

    at_once(act, THREADS + 1)  # whatever is refused, nobody waits in a circle and no fault comes through
    assert line.row(Lot, line.lots[IngredientKind.ACTIVE]).state == "recalled"
    line.assert_whole()
