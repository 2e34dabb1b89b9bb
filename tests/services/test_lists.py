"""List pages: everything once, in order, whatever the size of a page; and queues that count what waits."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.workflow import FillState, RxState
from pharmacy.services import fills
from pharmacy.store import lists
from pharmacy.store.lists import Page
from pharmacy.store.tables import IngredientKind, Prescription
from tests.services.line import Line, order

Listed = Callable[[Session, str, int], Page]


def _walk(line: Line, listed: Listed, size: int) -> list[int]:
    """The ids of every page, one page after the other."""
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        page = line.read(lambda s, after=after: listed(s, after, size))
        assert len(page.rows) <= size
        seen += [row[0] for row in page.rows]
        after = page.next
    return seen


def test_open_prescriptions_come_by_the_page_the_one_due_first_in_front(line: Line) -> None:
    moments = (3, 1, 1, 2, 1)  # three are due at the same moment
    made = [line.later(days).received(f"M-{days}-{i}") for i, days in enumerate(moments)]
    expected = [rx for _, rx in sorted(zip(moments, made, strict=True))]
    for size in (1, 2, 3, 5, 50):
        assert _walk(line, lambda s, after, n: lists.prescriptions(s, None, after, n), size) == expected
    line.entered(rx=made[0])
    assert _walk(line, lambda s, after, n: lists.prescriptions(s, RxState.ENTERED, after, n), 2) == [made[0]]


def test_a_prescription_row_names_patient_decision_and_who_has_it(line: Line) -> None:
    rx = line.entered()
    [row] = line.read(lists.prescriptions).rows
    assert (row.id, row.patient_name, row.decision, row.entered_by, row.claimed_by) == (
        rx, "Erika Beispiel", "accept", "Tess Technician", None,
    )  # fmt: skip


def test_batches_fills_and_closed_ones_come_by_the_page(line: Line) -> None:
    batches = [line.planned() for _ in range(3)]
    assert _walk(line, lambda s, after, n: lists.batches(s, None, after, n), 2) == batches
    started = [line.started() for _ in range(3)]
    assert _walk(line, lambda s, after, n: lists.fills(s, FillState.PLANNED, after, n), 2) == started
    for fill in started:
        line.cancel(fill)
    assert _walk(line, lambda s, after, n: lists.closed(s, "fill", after, n), 2) == started[::-1]
    assert _walk(line, lambda s, after, n: lists.fills(s, None, after, n), 2) == []


def test_lots_come_by_their_expiry(line: Line) -> None:
    same_day = [line.lot(IngredientKind.FILLER, expiry=date(2027, 1, 1)) for _ in range(3)]
    first = line.lot(IngredientKind.FILLER, expiry=date(2026, 12, 1))
    for size in (1, 2, 50):
        got = _walk(line, lambda s, after, n: lists.lots(s, after=after, limit=n), size)
        assert got == [first, *same_day, *line.lots.values()]


def test_messages_come_newest_first_and_those_in_review_oldest_first(line: Line) -> None:
    for number in range(3):
        line.receive(f"unreadable {number}".encode())
        line.received()
    assert _walk(line, lambda s, after, n: lists.messages(s, after=after, limit=n), 2) == [6, 5, 4, 3, 2, 1]
    assert _walk(line, lambda s, after, n: lists.messages(s, review_only=True, after=after, limit=n), 2) == [1, 3, 5]


def test_the_trail_comes_newest_first_whole_or_of_one_record(line: Line) -> None:
    rx = line.verified()
    whole = _walk(line, lambda s, after, n: lists.trail_page(s, after=after, limit=n), 7)
    assert whole == list(range(len(whole), 0, -1))
    page = line.read(lambda s: lists.trail_page(s, subject="prescription", subject_id=rx))
    assert [row.event for row in page.rows][::-1] == [
        "prescription.received", "prescription.entered", "signature.signed", "prescription.verified",
    ]  # fmt: skip


@pytest.mark.parametrize("after", ["x", "1~", "~1", "2026-13-01T00:00:00+00:00~1", "9" * 30, "-1", "2026-11-24~1\0"])
def test_a_page_that_cannot_be_is_refused_with_a_sentence(sqlite_line: Line, after: str) -> None:
    reads: tuple[Callable[[Session], Page], ...] = (
        lambda s: lists.prescriptions(s, None, after),
        lambda s: lists.lots(s, after=after),
        lambda s: lists.closed(s, "fill", after),
        lambda s: lists.messages(s, after=after),
        lambda s: lists.trail_page(s, after=after),
    )
    for read in reads:
        with pytest.raises(InputUnusable, match="no such page"):
            sqlite_line.read(read)


def test_the_queues_count_what_waits_and_since_when(line: Line) -> None:
    first, later = line.received("A"), line.later(2).received("B")
    line.entered(rx=later)
    line.planned()
    line.lot(IngredientKind.FILLER, release=False)
    waiting = line.read(lists.waiting)
    assert set(waiting) == {"prescription", "batch", "fill", "message", "lot", "formula", "trituration"}
    received = waiting["prescription"]["received"]
    assert (received.count, received.oldest) == (1, line.now + timedelta(days=1))
    assert line.row(Prescription, first).due_at == received.oldest
    assert waiting["prescription"]["entered"].count == 1
    assert waiting["batch"]["planned"].count == 1
    assert waiting["lot"]["quarantined"].count == 1
    assert (waiting["message"]["review"].count, waiting["formula"]["draft"].count, waiting["fill"]) == (0, 0, {})


def test_the_next_prescription_is_one_that_this_person_may_take(line: Line) -> None:
    pia, paul = line.who["pia"].id, line.who["paul"].id
    own, other = line.entered("pia"), line.entered("tess")
    assert line.read(lambda s: lists.next_prescription(s, RxState.ENTERED, pia)) == other
    assert line.read(lambda s: lists.next_prescription(s, RxState.ENTERED, paul)) == own


def test_patients_are_found_by_how_their_name_begins(line: Line) -> None:
    for family, given in (("O'Brien", "Ann"), ("Obrecht", "Bo"), ("Ångström", "Åke"), ("van Dyk", "C")):
        line.entered(patient={**order()["patient"], "family": family, "given": given})

    def found(starts_with: str) -> list[str]:
        return [row.family for row in line.read(lambda s: lists.patients(s, starts_with))]

    assert found("o") == ["O'Brien", "Obrecht"]
    assert found("O'B") == ["O'Brien"]
    assert found(" obrecht  bo") == ["Obrecht"]
    assert found("ÅNG") == ["Ångström"]
    assert found("van d") == ["van Dyk"]
    assert found("%") == found("zz") == []


def test_what_was_filled_on_a_prescription_is_listed(line: Line) -> None:
    rx = line.verified()
    fill = line.started(rx)
    line.cancel(fill)
    second = line.started(rx)
    rows = line.read(lambda s: lists.fills_of(s, rx))
    assert [(row.id, row.state.value) for row in rows] == [(fill, "cancelled"), (second, "planned")]
    assert line.read(lambda s: fills.fills_left(s, s.get_one(Prescription, rx))) == 2
