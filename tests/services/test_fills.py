"""A fill: capsules for one prescription, priced, labelled, checked and handed out; and what stops it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import fills, label_texts, prescriptions, recalls, releasing
from pharmacy.store.tables import Batch, Fill, IngredientKind, Prescription
from tests.services.line import DRAFT, Line, add_formula, order


def test_an_unverified_prescription_is_not_filled(line: Line) -> None:
    rx = line.entered()
    with pytest.raises(RuleBroken, match="is entered; only a verified prescription is filled"):
        line.started(rx)


def test_a_refill_waits_until_three_quarters_of_the_supply_are_used(line: Line) -> None:
    batch, rx = line.released(), line.verified()
    line.dispensed(batch, rx)
    # 75 % of 30 days, rounded up, from 24 November: 23 days.
    with pytest.raises(RuleBroken, match="too soon before 2026-12-17"):
        line.later(22).started(rx)
    assert line.row(Fill, line.later(23).started(rx)).number == "7000011-1"


def test_there_is_one_fill_at_a_time_and_none_after_the_last_refill(line: Line) -> None:
    rx = line.verified(refills="1")
    batch = line.released()
    first = line.started(rx)
    with pytest.raises(RuleBroken, match="has a fill under way: 7000011-0"):
        line.started(rx)
    _finish(line, first, batch)
    assert line.row(Prescription, rx).state == "verified"
    later = line.later(30)
    second = later.started(rx)
    _finish(later, second, batch)
    assert line.row(Prescription, rx).state == "filled"
    with pytest.raises(RuleBroken, match="is filled; only a verified prescription is filled"):
        line.later(60).started(rx)
    line.assert_whole()


def test_a_prescription_is_filled_for_a_year_and_not_longer(line: Line) -> None:
    rx = line.verified()
    with pytest.raises(RuleBroken, match="was written on 2026-11-20; it could be filled until 2027-11-20"):
        line.later(362).started(rx)
    line.later(361).started(rx)


def test_a_cancelled_fill_is_no_refill_used(line: Line) -> None:
    batch, rx = line.released(), line.verified(refills="0")
    line.cancel(line.started(rx))
    second = line.started(rx)
    assert line.row(Fill, second).number == "7000011-1"
    line.allocate(second, batch)
    line.label(second)
    line.check(second)
    line.dispense(second)
    assert line.row(Prescription, rx).state == "filled"


def test_the_label_counts_the_refills_that_are_left_not_the_fills_that_were_cancelled(line: Line) -> None:
    batch, rx = line.released(), line.verified(refills="2")
    line.cancel(line.started(rx))
    fill = line.started(rx)
    line.allocate(fill, batch)
    label = line.read(lambda s: label_texts.compose_vial(s, fill))
    assert (label.fill, label.refills) == ("1", "2")


def test_the_wrong_batch_is_refused(line: Line) -> None:
    quarantined, fill = line.tested(), line.started()

    def take(scanned: str) -> Fill:
        return line.run(lambda s: fills.allocate(s, fill, batch_scanned=scanned, today=line.today, **line.by))

    for scanned, said in (
        ("B261124-99", "there is none of the number “B261124-99”"),
        ("\0", "there is none"),
        ("", "there is none"),
        (line.row(Batch, quarantined).number, "is awaiting release; capsules are taken from released batches only"),
    ):
        with pytest.raises(RuleBroken, match=said) as refusal:
            take(scanned)
        assert refusal.value.field == "batch"
    line.release(quarantined)
    assert take(" b261124-01 ").price == Decimal("40.00")
    line.assert_whole()


def test_a_batch_of_another_strength_is_refused(line: Line) -> None:
    fill = line.started()
    line.formula = line.run(lambda s: add_formula(s, line, replace(DRAFT, code="LDN3", strength_mg=Decimal(3))))
    batch = line.planned(100)
    for position in (1, 2, 3):
        line.weigh(batch, position)
    line.put_released(batch)
    with pytest.raises(RuleBroken, match=r"holds 3 mg capsules; prescribed are 4\.5 mg"):
        line.allocate(fill, batch)
    assert line.read(lambda s: fills.batches_for(s, s.get_one(Fill, fill), line.today)) == ()


def test_a_batch_that_the_supply_outlives_is_refused(line: Line) -> None:
    batch, rx = line.released(), line.verified()  # good until 22 May 2027
    soon_over = line.later(151)  # 30 days from 24 April end on 23 May
    fill = soon_over.started(rx)
    with pytest.raises(RuleBroken):
        soon_over.allocate(fill, batch)
    assert line.read(lambda s: fills.batches_for(s, s.get_one(Fill, fill), soon_over.today)) == ()
    just = line.later(150)
    assert [b.id for b in line.read(lambda s: fills.batches_for(s, s.get_one(Fill, fill), just.today))] == [batch]
    just.allocate(fill, batch)


def test_a_container_that_waited_until_its_supply_outlives_the_capsules_goes_no_further(line: Line) -> None:
    batch, rx = line.released(), line.verified()
    just = line.later(150)  # the last day on which 30 days still end by 22 May 2027
    labelled, checked = just.labelled(batch, rx), just.checked(batch, line.verified())
    late = line.later(151)
    for step in (late.check, late.label):
        with pytest.raises(RuleBroken, match="2027-05-22"):
            step(labelled, **({"reason": "it smeared"} if step == late.label else {}))
    with pytest.raises(RuleBroken, match="2027-05-22"):
        late.dispense(checked)
    just.check(labelled)


def test_an_excipient_the_patient_must_not_have_is_refused(line: Line) -> None:
    batch = line.released()
    rx = line.verified(patient={**order()["patient"], "allergies": ["gelatin"]})
    fill = line.started(rx)
    with pytest.raises(RuleBroken, match=r"(?i)gelatin") as refusal:
        line.allocate(fill, batch)
    assert refusal.value.field == "batch"


def test_more_capsules_than_are_left_are_refused(line: Line) -> None:
    batch = line.released()
    for _ in range(3):
        line.allocated(batch)
    fill = line.started()
    with pytest.raises(RuleBroken, match="has 10 capsules left; 30 are needed"):
        line.allocate(fill, batch)
    line.assert_whole()


def test_the_last_capsule_exhausts_the_batch_and_a_cancelled_fill_opens_it_again(line: Line) -> None:
    batch = line.released()
    rx = line.verified(quantity="100", days_supply="100")
    fill = line.allocated(batch, rx)
    assert (line.row(Batch, batch).state, line.row(Batch, batch).on_hand) == ("exhausted", 0)
    line.cancel(fill)
    assert (line.row(Batch, batch).state, line.row(Batch, batch).on_hand) == ("released", 100)
    assert [entry["step"] for entry in line.trail(Event.BATCH_MOVED, batch)] == ["exhaust", "refund"]
    line.allocated(batch, line.verified())
    line.assert_whole()


@pytest.mark.parametrize("until", ["started", "allocated", "labelled", "checked"])
def test_cancelling_puts_the_capsules_back_from_every_state(line: Line, until: str) -> None:
    batch = line.released()
    fill = line.started() if until == "started" else getattr(line, until)(batch)
    assert line.row(Batch, batch).on_hand == (100 if until == "started" else 70)
    line.cancel(fill)
    assert (line.row(Batch, batch).on_hand, line.row(Fill, fill).state) == (100, "cancelled")
    assert line.trail(Event.FILL_MOVED, fill)[0]["reason"] == "the patient moved away"
    line.assert_whole()


def test_what_came_back_is_destroyed_and_never_put_back(line: Line) -> None:
    batch = line.released()
    fill = line.dispensed(batch)
    line.run(lambda s: fills.take_back(s, fill, reason="brought back unopened", **line.by))
    assert (line.row(Batch, batch).on_hand, line.row(Fill, fill).state) == (70, "returned")
    line.assert_whole()


def _recall_batch(line: Line, batch: int) -> None:
    pia = line.who["pia"]
    line.run(lambda s: releasing.advance(s, batch, "recall", reason="wrong filler", actor=pia, now=line.now))


def _recall_lot(line: Line, batch: int) -> None:
    pia, lot = line.who["pia"], line.lots[IngredientKind.ACTIVE]
    line.run(lambda s: recalls.recall_lot(s, lot, reason="maker's notice", actor=pia, now=line.now))


@pytest.mark.parametrize("recall", [_recall_batch, _recall_lot])
def test_recalled_capsules_go_no_further_wherever_they_are(line: Line, recall: Callable[[Line, int], None]) -> None:
    batch = line.released()
    waiting, allocated, labelled, checked = (
        line.started(), line.allocated(batch), line.labelled(batch), line.checked(batch),
    )  # fmt: skip
    recall(line, batch)
    for act in (
        lambda: line.allocate(waiting, batch),
        lambda: line.label(allocated),
        lambda: line.label(labelled, reason="the first one is torn"),
        lambda: line.check(labelled),
        lambda: line.dispense(checked),
    ):
        with pytest.raises(RuleBroken, match="recalled"):
            act()
    line.cancel(checked)
    line.assert_whole()


def test_a_hold_stops_a_fill_wherever_it_is(line: Line) -> None:
    batch, rx = line.released(), line.verified()
    fill = line.checked(batch, rx)
    line.run(lambda s: prescriptions.advance(s, rx, "hold", reason="patient in hospital", **line.by))
    with pytest.raises(RuleBroken, match="is on hold; only a verified prescription is filled"):
        line.dispense(fill)
    line.cancel(fill)


def test_the_check_is_of_the_container_that_was_scanned(line: Line) -> None:
    batch = line.released()
    fill, other = line.labelled(batch), line.labelled(batch)
    for scanned in (line.row(Fill, other).number, "", "7000011"):
        with pytest.raises(RuleBroken, match="this is the check of") as refusal:
            line.check(fill, scanned=scanned)
        assert refusal.value.field == "scanned"
    line.check(fill)


@pytest.mark.parametrize(
    ("told", "field"),
    [({"handed_to": " "}, "handed_to"), ({"handed_to": "x" * 121}, "handed_to"), ({"counselling": ""}, "counselling")],
)
def test_handing_out_names_who_took_it_and_what_was_said(sqlite_line: Line, told: dict[str, Any], field: str) -> None:
    fill = sqlite_line.checked()
    given = {"handed_to": "Erika", "counselling": "declined", **told}
    with pytest.raises(RuleBroken) as refusal:
        sqlite_line.run(lambda s: fills.dispense(s, fill, **given, **sqlite_line.by, today=sqlite_line.today))
    assert refusal.value.field == field


def test_a_missing_fill_is_said_plainly(line: Line) -> None:
    with pytest.raises(NotFound, match="There is no fill with this number"):
        line.run(lambda s: fills.cancel(s, 999, reason="not there", actor=line.who["pia"], now=line.now))


def _finish(line: Line, fill: int, batch: int) -> None:
    line.allocate(fill, batch)
    line.label(fill)
    line.check(fill)
    line.dispense(fill)
