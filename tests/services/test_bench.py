"""The bench: steps in the formula's order, timers, pauses, photographs, several containers, a second reader."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import batches, bench, compounding_records, formulas, people, releasing, second_readings
from pharmacy.services.container_codes import Codes
from pharmacy.services.signing import Proof
from pharmacy.store.tables import Batch, IngredientKind, Lot, Pharmacy, SecondReading, WeighSource
from tests.services.line import DRAFT, Line, add_formula

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


@pytest.fixture
def timed(line: Line) -> Line:
    """A line whose formula mixes for five minutes between the weighing and the counting."""
    steps = (
        "Weigh the active.",
        "Weigh the filler.",
        "Mix in a closed jar (5 min).",
        "Count the capsules.",
        "Fill them.",
    )
    draft = replace(DRAFT, code="TIMED", steps=steps)
    line.formula = line.run(lambda s: add_formula(s, line, draft))
    return line


def now_at(line: Line, batch: int) -> str:
    """The text of the present step, "" when all are done."""

    def find(session: Any) -> str:
        step = bench.progress(session.get_one(Batch, batch)).now
        return (step.detail or step.text) if step else ""

    return line.read(find)


def confirm(line: Line, batch: int, step: int, **changed: Any) -> None:
    line.run(lambda s: bench.confirm(s, batch, step, **{**line.by, **changed}))


def refused(sentence: str, work: Callable[[], object]) -> RuleBroken:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        work()
    return refusal.value


def test_steps_are_worked_in_the_formulas_order_and_only_then_capsules_are_counted(timed: Line) -> None:
    batch = timed.planned()
    refused("Naltrexone hydrochloride is weighed next", lambda: confirm(timed, batch, 3))
    timed.weigh(batch, 1)
    timed.weigh(batch, 2)
    assert now_at(timed, batch) == "Mix in a closed jar (5 min)."
    refused("Something else comes before the next weighing: Mix in a closed jar", lambda: timed.weigh(batch, 3))
    timed.run(lambda s: bench.start_timer(s, batch, 3, **timed.by))
    confirm(timed, batch, 3, now=timed.now + timedelta(minutes=5))
    refused("is weighed next", lambda: confirm(timed, batch, 5))
    timed.weigh(batch, 3)
    assert timed.row(Batch, batch).state == "filling"
    refused("Step 5 of 5 is not confirmed: Fill them", lambda: count_capsules(timed, batch))
    confirm(timed, batch, 5)
    count_capsules(timed, batch)
    assert timed.row(Batch, batch).state == "testing"


def test_the_steps_are_fixed_with_the_plan_however_lines_are_read_later(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = line.planned()
    monkeypatch.setattr(bench, "bench_steps", lambda *_: ())
    assert now_at(line, batch) == "Weigh the components."
    content = line.read(lambda s: releasing.content(s.get_one(Batch, batch)))
    assert len(content["procedure"]) == 10  # type: ignore[arg-type]


def test_a_batch_from_before_steps_were_kept_has_them_read_from_its_formula(line: Line) -> None:
    batch = line.planned()
    line.run(lambda s: s.execute(update(Batch).where(Batch.id == batch).values(procedure=None)))
    assert now_at(line, batch) == "Weigh the components."
    assert "procedure" not in line.read(lambda s: releasing.content(s.get_one(Batch, batch)))


def count_capsules(line: Line, batch: int) -> None:
    line.run(
        lambda s: batches.fill(s, batch, made=100, wasted=0, description="white and clean", today=line.today, **line.by)
    )


def test_a_step_with_a_time_is_not_done_before_its_time_is_up(timed: Line) -> None:
    batch = timed.planned()
    timed.weigh(batch, 1)
    timed.weigh(batch, 2)
    refused("takes 5 min: start the timer first", lambda: confirm(timed, batch, 3))
    timed.run(lambda s: bench.start_timer(s, batch, 3, **timed.by))
    early = timed.now + timedelta(minutes=4, seconds=59)
    refused("Step 3: 1 s are left of 5 min", lambda: confirm(timed, batch, 3, now=early))
    confirm(timed, batch, 3, now=timed.now + timedelta(minutes=5))
    assert now_at(timed, batch) == "Count the capsules."


def test_a_timer_started_anew_runs_anew(timed: Line) -> None:
    batch = timed.planned()
    timed.weigh(batch, 1)
    timed.weigh(batch, 2)
    timed.run(lambda s: bench.start_timer(s, batch, 3, **timed.by))
    later = timed.now + timedelta(minutes=3)
    timed.run(lambda s: bench.start_timer(s, batch, 3, actor=timed.who["tess"], now=later))
    refused("are left of 5 min", lambda: confirm(timed, batch, 3, now=timed.now + timedelta(minutes=6)))


def at_the_timer(timed: Line) -> int:
    """A batch whose timer of five minutes was started just now."""
    batch = timed.planned()
    timed.weigh(batch, 1)
    timed.weigh(batch, 2)
    timed.run(lambda s: bench.start_timer(s, batch, 3, **timed.by))
    return batch


def test_the_time_of_a_pause_does_not_count_as_mixing(timed: Line) -> None:
    batch = at_the_timer(timed)
    minute = [timed.now + timedelta(minutes=passed) for passed in range(16)]
    timed.run(lambda s: bench.pause(s, batch, reason="fire alarm", actor=timed.who["tess"], now=minute[1]))
    timed.run(lambda s: bench.resume(s, batch, actor=timed.who["tess"], now=minute[11]))
    refused("Step 3: 2 min are left of 5 min", lambda: confirm(timed, batch, 3, now=minute[13]))
    confirm(timed, batch, 3, now=minute[15])


def test_a_pharmacist_ends_a_timer_that_does_not_fit_with_a_reason_that_is_kept(timed: Line) -> None:
    batch = at_the_timer(timed)
    reason = "the line means at most five minutes"
    refused("a pharmacist may go on", lambda: confirm(timed, batch, 3, note=reason))
    refused("a pharmacist may go on", lambda: confirm(timed, batch, 3, actor=timed.who["pia"], note="short"))
    confirm(timed, batch, 3, actor=timed.who["pia"], note=reason)
    assert timed.trail(Event.BENCH_STEP_DONE, batch)[-1] == {
        "step": 3,
        "note": reason,
        "text": "Mix in a closed jar (5 min).",
        "seconds_left": 300,
        "by": "Pia Pharmacist",
    }


def test_a_paused_batch_waits_until_somebody_goes_on(line: Line) -> None:
    batch = line.planned()
    refused("write the reason", lambda: line.run(lambda s: bench.pause(s, batch, reason=" ", **line.by)))
    line.run(lambda s: bench.pause(s, batch, reason="called to the counter", **line.by))
    refused("was paused by Tess Technician: called to the counter", lambda: line.weigh(batch, 1))
    refused("was paused", lambda: line.run(lambda s: bench.pause(s, batch, reason="again and again", **line.by)))
    assert line.row(Batch, batch).state == "planned"
    line.run(lambda s: bench.resume(s, batch, actor=line.who["tom"], now=line.now))
    refused("is not paused", lambda: line.run(lambda s: bench.resume(s, batch, **line.by)))
    line.weigh(batch, 1, by="tom")
    assert [entry["by"] for entry in line.trail(Event.BENCH_RESUMED, batch)] == ["Tom Technician"]
    line.assert_whole()


def test_whoever_confirmed_a_step_does_not_release_the_batch(line: Line) -> None:
    batch = line.weighed()
    line.work(batch, by="pia")
    line.fill_capsules(batch)
    line.test_weights(batch)
    refused("You worked on batch", lambda: line.release(batch, by="pia"))
    line.release(batch, by="paul")


def test_a_photograph_is_kept_with_its_step_and_its_bytes(line: Line) -> None:
    batch = line.planned()
    row = line.run(lambda s: bench.photograph(s, batch, PNG, note="the empty mortar", **line.by))
    found = line.read(lambda s: bench.photo(s, batch, row.id).content)
    assert found == PNG
    for content, sentence in (
        (b"", "nothing came"),
        (b"GIF89a", "only a PNG or a JPEG is kept"),
        (b"%PDF-1.7", "only a PNG or a JPEG is kept"),
        (PNG + b"x" * bench.MOST_BYTES, "more than 1.5 MB"),
    ):
        refused(sentence, lambda content=content: line.run(lambda s: bench.photograph(s, batch, content, **line.by)))


def test_a_signature_covers_the_steps_and_the_photographs(line: Line) -> None:
    batch = line.planned()
    line.run(lambda s: bench.photograph(s, batch, PNG, **line.by))
    content = line.read(lambda s: releasing.content(s.get_one(Batch, batch)))
    assert len(content["photographs"]) == 1  # type: ignore[arg-type]
    assert "bench" not in content
    for position in (1, 2, 3):
        line.weigh(batch, position)
    line.work(batch)
    steps = line.read(lambda s: releasing.content(s.get_one(Batch, batch))["bench"])
    assert [act[0] for act in steps] == [4, 5, 6, 7, 8, 9, 10]  # type: ignore[attr-defined]


# several containers


def test_a_component_may_come_from_several_containers_which_are_judged_together(line: Line) -> None:
    batch = line.planned()
    line.weigh(batch, 1, Decimal(300), more=True)
    refused("505.000 mg together is -1.12 % off", lambda: line.weigh(batch, 1, Decimal(205)))
    refused("is all that is needed", lambda: line.weigh(batch, 1, Decimal(210), more=True))
    line.weigh(batch, 1, Decimal("210.5"))
    assert now_at(line, batch).startswith("Weigh")
    active = line.lots[IngredientKind.ACTIVE]
    # 100,000 mg less 300 and 210.5
    assert line.row(Lot, active).on_hand == Decimal("99489.500")
    refused("Microcrystalline cellulose is next", lambda: line.weigh(batch, 1, Decimal(10)))
    line.assert_whole()


def test_each_container_is_scanned_anew(line: Line) -> None:
    batch = line.planned()
    line.weigh(batch, 1, Decimal(300), more=True)
    refused("you scanned nothing", lambda: line.weigh(batch, 1, Decimal(210), lot_scanned=""))


def test_shells_of_two_containers_are_counted_together(line: Line) -> None:
    batch = line.planned()
    line.weigh(batch, 1)
    line.weigh(batch, 2)
    line.weigh(batch, 3, Decimal(60), more=True)
    refused("a whole number from 100 to 110", lambda: line.weigh(batch, 3, Decimal(51)))
    line.weigh(batch, 3, Decimal(45))
    line.fill_capsules(batch, made=103, wasted=2)


def test_the_suppliers_code_names_the_lot_when_product_and_lot_are_the_same(line: Line) -> None:
    lot = line.lot(IngredientKind.ACTIVE, maker_lot="SC-77", codes=Codes(gtin="00303958083195"))
    batch = line.planned(lots={**line.lots, IngredientKind.ACTIVE: lot})
    wrong = "(01)00303958083195(17)280131(10)SC-78"
    refused("you scanned", lambda: line.weigh(batch, 1, lot_scanned=wrong))
    line.weigh(batch, 1, lot_scanned="(01)00303958083195(17)280131(10)SC-77")


# the second person


@pytest.fixture
def read_twice(line: Line) -> Line:
    line.run(lambda s: s.execute(update(Pharmacy).values(second_reading=SecondReading.ACTIVE)))
    return line


def test_a_second_person_reads_the_active_where_the_pharmacy_wants_it(read_twice: Line) -> None:
    line, tom = read_twice, read_twice.proof("tom")
    batch = line.planned()
    assert refused("somebody else reads the weight", lambda: line.weigh(batch, 1)).field == "reader"
    refused("you weighed this", lambda: line.weigh(batch, 1, reader=line.proof("tess")))
    refused("only somebody who works at the bench", lambda: line.weigh(batch, 1, reader=line.proof("otto")))
    line.weigh(batch, 1, reader=tom)
    line.weigh(batch, 2)  # the filler is read by one person
    signed = line.read(lambda s: list(second_readings.of_batch(s, s.get_one(Batch, batch)).values()))
    assert [(one.printed_name, one.holds) for one in signed] == [("Tom Technician", True)]
    assert signed[0].meaning == "I read this weight on the balance as the second person"
    line.assert_whole()


def test_a_reading_of_a_person_who_left_is_no_reading(read_twice: Line) -> None:
    line = read_twice
    batch = line.planned()
    gone = Proof(line.who["tom"].id, line.now)
    by = {"actor": line.who["ada"], "now": line.now}
    line.run(lambda s: people.change(s, gone.person_id, role=Role.TECHNICIAN, is_active=False, **by))
    refused("has left", lambda: line.weigh(batch, 1, reader=gone))
    assert line.row(Lot, line.lots[IngredientKind.ACTIVE]).on_hand == Decimal(100_000)


def test_only_the_pharmacist_in_charge_decides_who_reads_twice(line: Line) -> None:
    def choose(who: str) -> None:
        line.run(lambda s: people.choose_second_reading(s, SecondReading.POWDERS, actor=line.who[who], now=line.now))

    for who in ("tess", "pia", "ada"):
        refused("Only the pharmacist-in-charge", lambda who=who: choose(who))
    choose("ines")
    batch = line.planned()
    line.weigh(batch, 1, reader=line.proof("tom"))
    refused("somebody else reads", lambda: line.weigh(batch, 2))


def test_what_the_balance_sent_is_kept_as_it_came(line: Line) -> None:
    batch = line.planned()
    line.weigh(batch, 1, reading="S S      0.5107 g", source=WeighSource.BALANCE, weighed=Decimal("510.7"))
    held = line.read(lambda s: s.get_one(Batch, batch).inputs[0].weigh_ins[0].reading)
    assert held == "S S      0.5107 g"


def test_a_container_that_was_sent_twice_is_taken_once(line: Line) -> None:
    batch = line.planned()
    line.weigh(batch, 1, Decimal(200), more=True, seen=0)
    refused("another container was taken meanwhile", lambda: line.weigh(batch, 1, Decimal(200), more=True, seen=0))
    line.weigh(batch, 1, Decimal("310.7"), seen=1)
    line.assert_whole()


def test_no_container_leaves_a_rest_that_the_balance_may_not_weigh(line: Line) -> None:
    batch = line.planned()
    # 510.731 mg less 450 mg leave 60.731 mg, below 120 mg; 510.731 less 120 are 390.731 mg
    refused(
        r"60\.731 mg would be left, below the 120 mg.*at most 390\.731 mg",
        lambda: line.weigh(batch, 1, Decimal(450), more=True),
    )
    line.weigh(batch, 1, Decimal(310), more=True)
    # 200.731 mg are left: less 120 they are fewer than may be weighed
    refused("weigh all of it from one container", lambda: line.weigh(batch, 1, Decimal(150), more=True))
    line.weigh(batch, 1, Decimal(200))


def test_no_step_of_a_retired_formula_is_worked(timed: Line) -> None:
    batch = at_the_timer(timed)
    timed.run(
        lambda s: formulas.retire(s, timed.formula, reason="a safety notice", actor=timed.who["ines"], now=timed.now)
    )
    later = timed.now + timedelta(minutes=5)
    refused("was retired; a batch made from it is not gone on with", lambda: confirm(timed, batch, 3, now=later))
    timed.run(lambda s: bench.pause(s, batch, reason="the formula was retired", **timed.by))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("a break for coffee \u2615", "the label's fonts cannot print \u2615"),
        ("turned \u202ewords", "direction-changing character"),
        ("word " * 101, "at most 500 characters"),
    ],
)
def test_words_that_the_record_could_never_print_are_refused_before_they_are_kept(
    line: Line, words: str, sentence: str
) -> None:
    batch, witness = line.planned(), line.proof("pia")
    refused(sentence, lambda: line.run(lambda s: bench.pause(s, batch, reason=words, **line.by)))
    refused(
        sentence.replace("500", "120"),
        lambda: line.run(lambda s: bench.photograph(s, batch, PNG, note=words, **line.by)),
    )
    refused(sentence, lambda: line.weigh(batch, 1, Decimal(520), deviation=words, witness=witness))
    line.weigh(batch, 1, Decimal(520), deviation="word " * 100, witness=witness)
    assert line.read(lambda s: compounding_records.draw(s, batch, ZoneInfo("UTC"))).pdf.startswith(b"%PDF")
