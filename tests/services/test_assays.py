"""Potency assays: what may be sent, what an answer means, and that a batch which fails goes no further."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import assays, releasing
from pharmacy.services.assays import Report
from pharmacy.store.tables import Batch, PotencyAssay
from tests.services.line import DRAFT, Line


def _send(line: Line, batch: int, **changed: Any) -> int:
    given = {"capsules": 2, "laboratory": "Sample Laboratories", "method": "HPLC", **line.by, **changed}
    return line.run(lambda s: assays.send(s, batch, **given)).id


def _answer(line: Line, assay: int, percent: str = "99.8", **changed: Any) -> None:
    given = {"reported_on": line.today, "certificate": "SL-1", **changed}
    report = Report(Decimal(percent), **given)
    line.run(lambda s: assays.answer(s, assay, report, **line.by, today=line.today))


def test_an_assay_is_sent_and_answered_and_both_stand_in_the_trail(line: Line) -> None:
    batch = line.released()
    _answer(line, _send(line, batch))
    row = line.row(Batch, batch)
    assert (row.on_hand, row.samples) == (98, 2)
    [sent], [answered] = line.trail(Event.ASSAY_SENT, batch), line.trail(Event.ASSAY_ANSWERED, batch)
    assert (sent["capsules"], sent["laboratory"]) == (2, "Sample Laboratories")
    assert (answered["percent"], answered["passed"], answered["certificate"]) == ("99.8", True, "SL-1")
    line.assert_whole()


# 90.0 and 110.0 % are the limits and pass.
@pytest.mark.parametrize(("percent", "passed"), [("89.99", False), ("90", True), ("110", True), ("110.01", False)])
def test_the_limits_of_the_content_pass(sqlite_line: Line, percent: str, passed: bool) -> None:
    assay = _send(sqlite_line, sqlite_line.tested())
    _answer(sqlite_line, assay, percent)
    assert sqlite_line.row(PotencyAssay, assay).passed is passed


def test_a_batch_that_fails_before_its_release_is_not_released(line: Line) -> None:
    batch = line.tested()
    _answer(line, _send(line, batch), "62.5")
    with pytest.raises(RuleBroken, match=r"The assay found 62\.5 % of the label; 90 to 110 % is allowed"):
        line.release(batch)
    assert line.row(Batch, batch).state == "awaiting release"


def test_a_batch_that_fails_after_its_release_goes_no_further_wherever_it_is(line: Line) -> None:
    batch = line.released()
    waiting, labelled, checked = line.started(), line.labelled(batch), line.checked(batch)
    _answer(line, _send(line, batch), "120")
    for step in (
        lambda: line.allocate(waiting, batch),
        lambda: line.check(labelled),
        lambda: line.dispense(checked),
    ):
        with pytest.raises(RuleBroken, match=r"must not be used\. The assay found 120 %"):
            step()
    line.assert_whole()


def test_an_assay_that_is_out_holds_nothing_up(line: Line) -> None:
    batch = line.tested()
    _send(line, batch)
    line.release(batch)
    line.allocated(batch)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"capsules": 0}, "capsules"),
        ({"capsules": 100}, "capsules"),  # the last one stays
        ({"laboratory": " "}, "laboratory"),
        ({"method": "x" * 121}, "method"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_field(sqlite_line: Line, changed: dict[str, Any], field: str) -> None:
    batch = sqlite_line.tested()
    with pytest.raises(RuleBroken) as refusal:
        _send(sqlite_line, batch, **changed)
    assert refusal.value.field == field


def test_what_was_sent_is_not_on_hand_after_the_release_and_goes_to_nobody(line: Line) -> None:
    batch = line.tested(31)
    _send(line, batch, capsules=2)
    line.release(batch)
    assert line.row(Batch, batch).on_hand == 29
    with pytest.raises(RuleBroken, match="has 29 capsules left; 30 are needed"):
        line.allocated(batch)
    with pytest.raises(RuleBroken, match="1 to 28 of batch"):
        _send(line, batch, capsules=29)
    line.assert_whole()


@pytest.mark.parametrize("state", ["planned", "weighed", "rejected"])
def test_nothing_is_sent_of_a_batch_that_is_not_made_or_is_closed(sqlite_line: Line, state: str) -> None:
    if state == "rejected":
        batch = sqlite_line.tested()
        given = {"reason": "wrong colour", "disposal": "destroyed", **sqlite_line.signed("pia")}
        sqlite_line.run(lambda s: releasing.reject(s, batch, **given))
    else:
        batch = sqlite_line.planned() if state == "planned" else sqlite_line.weighed()
    with pytest.raises(RuleBroken, match="there are no capsules of it to send"):
        _send(sqlite_line, batch)


def test_an_answer_is_recorded_once_and_bears_a_date_that_can_be(line: Line) -> None:
    assay = _send(line, line.tested())
    for off in (-1, 1):
        with pytest.raises(RuleBroken) as refusal:
            _answer(line, assay, reported_on=line.today + timedelta(days=off))
        assert refusal.value.field == "reported_on"
    _answer(line, assay)
    with pytest.raises(RuleBroken, match="answered already"):
        _answer(line, assay, "101")


def test_an_auditor_neither_sends_nor_answers(sqlite_line: Line) -> None:
    batch = sqlite_line.tested()
    with pytest.raises(RuleBroken, match="technicians and pharmacists"):
        _send(sqlite_line, batch, actor=sqlite_line.who["otto"])


def test_the_first_batch_and_every_tenth_are_due(sqlite_line: Line) -> None:
    line = sqlite_line

    def due() -> bool:
        return line.read(lambda s: assays.due(s, DRAFT.code))

    assert due()
    first = line.tested()
    assert due()
    _send(line, first)
    assert not due()
    for _ in range(8):
        line.filled(24)
    assert not due()  # the ninth after it comes next
    line.filled(24)
    assert due()
