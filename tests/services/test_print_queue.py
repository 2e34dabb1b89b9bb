"""The print queue: the kept bytes to a printer, once; failures tried again; doubts decided by a person."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.print_states import LEASE, MOST_ATTEMPTS, wait_after
from pharmacy.services import label_keeping, print_queue, print_sender, printing, shelf_printing
from pharmacy.services.print_payloads import Offset, Paper
from pharmacy.settings import Printer
from pharmacy.store.tables import Fill, IngredientKind, Label, PrintJob
from tests.labels.zpl_reading import printed
from tests.services.fake_printers import HURRIED, closed_port, make_lp, tcp_printer
from tests.services.line import Line
from tests.services.test_at_once import at_once

ZEBRA = Printer("zebra", "zpl", "vial-4x2", 203, host="127.0.0.1", port=9)
PDF = replace(ZEBRA, form="pdf")
UTC = ZoneInfo("UTC")


def batch_label(line: Line) -> int:
    """The cheapest label there is: of a batch that was only planned."""
    return printing.print_batch(line.database, line.planned(), today=line.today, **line.by)


def queued(line: Line, label: int = 0, printer: Printer = ZEBRA) -> int:
    label = label or batch_label(line)
    return print_queue.queue(line.database, Paper(label_id=label), printer, **line.by)


def tried(line: Line, printer: Printer) -> bool:
    return print_sender.work(line.database, printer, patience=HURRIED, clock=lambda: line.now)


def job(line: Line, key: int) -> PrintJob:
    found = line.row(PrintJob, key)
    assert isinstance(found, PrintJob)
    return found


def taken_and_left(line: Line) -> int:
    """A print whose sender ended while it was sending."""
    key = queued(line)
    assert line.run(lambda s: print_queue.take(s, "zebra", line.now)) is not None
    return key


def doubtful(line: Line, label: int = 0) -> int:
    key = queued(line, label)
    taken = line.run(lambda s: print_queue.take(s, "zebra", line.now))
    assert taken is not None
    line.run(lambda s: print_queue.note_doubt(s, taken, "It broke off.", line.now))
    return key


def test_a_pdf_printer_gets_the_very_bytes_that_were_kept(line: Line) -> None:
    label = batch_label(line)
    with tcp_printer() as fake:
        key = queued(line, label, fake.printer("pdf"))
        assert tried(line, fake.printer("pdf"))
    assert fake.got == [line.read(lambda s: label_keeping.pdf_of(s, label).pdf)]
    assert (job(line, key).state, job(line, key).is_open) == ("sent", False)
    assert job(line, key).sha256 == line.row(Label, label).sha256
    assert [entry["by"] for entry in line.trail(Event.LABEL_PRINTED, label)] == ["Tess Technician"]
    assert [entry["by"] for entry in line.trail(Event.PRINT_SENT, key)] == ["the print queue"]


def test_a_zpl_printer_gets_the_dots_of_the_kept_label_and_its_number_alone_as_text(sqlite_line: Line) -> None:
    label = batch_label(sqlite_line)
    with tcp_printer() as fake:
        key = queued(sqlite_line, label, fake.printer())
        assert tried(sqlite_line, fake.printer())
    assert sha256(fake.got[0]).hexdigest() == job(sqlite_line, key).sha256
    [paper] = printed(fake.got[0])
    assert paper.comment == f"Mortar label {label}"


def test_lp_is_told_the_number_of_the_label_and_nothing_about_anybody(
    sqlite_line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_lp(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")
    office = Printer("office", "pdf", "vial-4x2", 203, queue="HP")
    fill = sqlite_line.labelled()
    label = sqlite_line.read(lambda s: s.scalars(select(Label.id).where(Label.fill_id == fill)).one())
    key = queued(sqlite_line, label, office)
    assert tried(sqlite_line, office)
    assert job(sqlite_line, key).state == "sent"
    assert f"Mortar label {label}" in (place / "arguments").read_text()
    assert "Beispiel" not in (place / "arguments").read_text()


def test_what_changed_after_it_was_queued_is_never_sent(sqlite_line: Line) -> None:
    with tcp_printer() as fake:
        key = queued(sqlite_line, printer=fake.printer())
        for table in ("labels", "print_jobs"):
            sqlite_line.run(lambda s, t=table: s.connection().exec_driver_sql(f"DROP TRIGGER {t}_keep_update"))
        sqlite_line.run(lambda s: s.execute(update(PrintJob).values(zpl=b"^XA^XZ")))
        assert tried(sqlite_line, fake.printer())
    assert fake.got == []
    assert job(sqlite_line, key).state == "failed"
    assert "not what was queued; nothing was sent" in job(sqlite_line, key).error


def test_a_label_that_was_altered_in_the_database_is_not_even_queued(sqlite_line: Line) -> None:
    label = batch_label(sqlite_line)
    sqlite_line.run(lambda s: s.connection().exec_driver_sql("DROP TRIGGER labels_keep_update"))
    sqlite_line.run(lambda s: s.execute(update(Label).values(pdf=b"%PDF another")))
    with pytest.raises(RuleBroken, match="is not the one that was kept"):
        queued(sqlite_line, label)


def test_a_label_goes_to_a_printer_once(line: Line) -> None:
    label = batch_label(line)
    key = queued(line, label)
    with pytest.raises(RuleBroken, match="went to zebra already and is queued there; another one is made as a reprint"):
        queued(line, label, replace(PDF, name="office"))
    line.run(lambda s: print_queue.cancel(s, key, reason="wrong printer", **line.by))
    queued(line, label, replace(PDF, name="office"))


def test_of_sixteen_people_who_print_one_label_one_does(line: Line) -> None:
    label = batch_label(line)
    got = at_once(lambda _: queued(line, label))
    assert sum(isinstance(each, int) for each in got) == 1


def test_of_sixteen_workers_one_sends_a_print(line: Line) -> None:
    with tcp_printer() as fake:
        key = queued(line, printer=fake.printer())
        at_once(lambda _: tried(line, fake.printer()))
    assert len(fake.got) == 1
    assert (job(line, key).state, job(line, key).attempts) == ("sent", 1)


def test_others_write_while_a_label_is_being_sent(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    key = queued(line)
    during: list[int] = []

    def send(*_: Any, **__: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            during.append(pool.submit(batch_label, line).result(timeout=15))

    monkeypatch.setattr(print_sender, "send", send)
    assert tried(line, ZEBRA)
    assert (len(during), job(line, key).state) == (1, "sent")


@pytest.mark.parametrize(
    ("printer", "said"),
    [
        (replace(ZEBRA, stock="vial-4x3"), "drawn for vial-4x2, and zebra holds vial-4x3"),
        (replace(ZEBRA, dpi=300), "drawn for 203 dots an inch, and zebra prints 300"),
        (replace(PDF, stock="vial-4x3"), "drawn for vial-4x2, and zebra holds vial-4x3"),
    ],
)
def test_a_label_for_other_paper_or_dots_is_refused(sqlite_line: Line, printer: Printer, said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        queued(sqlite_line, printer=printer)


def test_an_offset_moves_the_ink_and_one_that_would_cut_it_is_refused(sqlite_line: Line) -> None:
    paper = Paper(label_id=batch_label(sqlite_line))
    with pytest.raises(RuleBroken, match="would fall off the paper"):
        print_queue.queue(sqlite_line.database, paper, ZEBRA, offset=Offset(right_mm=9), **sqlite_line.by)
    key = print_queue.queue(sqlite_line.database, paper, ZEBRA, offset=Offset(right_mm=0.5), **sqlite_line.by)
    straight = print_queue.payload_of(sqlite_line.database, paper, ZEBRA)
    assert job(sqlite_line, key).sha256 != straight.sha256


def test_a_printer_that_is_off_is_tried_again_later_each_time_and_then_given_up(line: Line) -> None:
    off = replace(ZEBRA, port=closed_port())
    key = queued(line, printer=off)
    for attempt in range(1, MOST_ATTEMPTS):
        assert tried(line, off)
        held = job(line, key)
        assert (held.state, held.attempts) == ("queued", attempt)
        assert held.next_try_at == line.now + wait_after(attempt)
        assert not tried(line, off)  # before its time
        line.now = held.next_try_at
    assert tried(line, off)
    assert job(line, key).state == "failed"
    assert "takes no connection" in job(line, key).error
    assert not tried(line, off)
    line.run(lambda s: print_queue.again(s, key, **line.by))
    assert (job(line, key).state, job(line, key).attempts) == ("queued", 0)


def test_a_print_that_broke_off_is_doubtful_and_never_sent_again_by_itself(sqlite_line: Line) -> None:
    with tcp_printer("half") as fake:
        key = queued(sqlite_line, printer=fake.printer())
        assert tried(sqlite_line, fake.printer())
        assert job(sqlite_line, key).state == "doubtful"
        sqlite_line.now += timedelta(days=1)
        assert not tried(sqlite_line, fake.printer())


def test_what_was_being_sent_when_the_program_ended_is_doubtful_and_not_sent_again(line: Line) -> None:
    key = taken_and_left(line)
    with tcp_printer() as fake:
        line.now += LEASE
        assert not tried(line, fake.printer())  # it may still be under way
        line.now += timedelta(seconds=1)
        assert tried(line, fake.printer())
    assert fake.got == []
    assert job(line, key).state == "doubtful"
    assert "ended before it could say how it went" in job(line, key).error


def test_a_worker_that_comes_back_late_still_says_what_it_knows_unless_a_person_decided(line: Line) -> None:
    key = queued(line)
    taken = line.run(lambda s: print_queue.take(s, "zebra", line.now))
    assert taken is not None
    line.now += 2 * LEASE
    assert line.run(lambda s: print_queue.take(s, "zebra", line.now)) is None
    assert job(line, key).state == "doubtful"
    line.run(lambda s: print_queue.note_sent(s, taken, line.now))
    assert job(line, key).state == "sent"
    other = doubtful(line, batch_label(line))
    line.run(lambda s: print_queue.cancel(s, other, reason="torn", **line.by))
    line.run(lambda s: print_queue.note_sent(s, replace(taken, job_id=other), line.now))
    assert job(line, other).state == "cancelled"


def test_a_person_who_looked_says_that_a_doubtful_print_came_out(line: Line) -> None:
    key = doubtful(line)
    line.run(lambda s: print_queue.came_out(s, key, **line.by))
    held = job(line, key)
    assert (held.state, held.is_open, held.settled_by_id) == ("sent", False, line.who["tess"].id)
    [entry] = line.trail(Event.PRINT_SETTLED, key)
    assert (entry["by"], entry["verb"]) == ("Tess Technician", "came-out")


def test_a_doubtful_label_is_printed_again_as_a_marked_reprint(line: Line) -> None:
    fill = line.labelled()
    label = line.read(lambda s: s.scalars(select(Label.id).where(Label.fill_id == fill)).one())
    key = doubtful(line, label)
    new = print_queue.reprint(line.database, key, ZEBRA, zone=UTC, **line.by)
    made = line.row(Label, new)
    assert (made.copy, made.content["mark"], made.reason) == (1, "Reprint 1", f"print {key} on zebra is doubtful")
    assert (job(line, key).state, job(line, key).reason) == ("cancelled", f"Printed again as label {new}.")
    assert line.read(lambda s: s.scalars(select(PrintJob.state).where(PrintJob.label_id == new)).all()) == ["queued"]
    assert line.row(Fill, fill).state == "labelled"


def test_doubtful_labels_of_several_containers_are_all_printed_again(sqlite_line: Line) -> None:
    lot = sqlite_line.lots[IngredientKind.ACTIVE]
    label = shelf_printing.print_lot(sqlite_line.database, lot, zone=UTC, containers=3, **sqlite_line.by)
    holds = replace(ZEBRA, stock=sqlite_line.row(Label, label).stock)
    key = queued(sqlite_line, label, holds)
    taken = sqlite_line.run(lambda s: print_queue.take(s, "zebra", sqlite_line.now))
    assert taken is not None
    sqlite_line.run(lambda s: print_queue.note_doubt(s, taken, "It broke off.", sqlite_line.now))
    new = print_queue.reprint(sqlite_line.database, key, holds, zone=UTC, **sqlite_line.by)
    made = sqlite_line.row(Label, new)
    assert (len(made.content["of_several"]), made.content["mark"]) == (3, "Reprint 1")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (print_queue.came_out, "is queued; “It came out” is possible only while it is doubtful"),
        (print_queue.again, "is queued; “Try again” is possible only while it is failed"),
    ],
)
def test_what_a_state_does_not_allow_is_refused(sqlite_line: Line, act: object, said: str) -> None:
    assert callable(act)
    key = queued(sqlite_line)
    with pytest.raises(RuleBroken, match=said):
        sqlite_line.run(lambda s: act(s, key, **sqlite_line.by))


def test_a_print_is_cancelled_with_a_reason_and_then_not_sent(sqlite_line: Line) -> None:
    with tcp_printer() as fake:
        key = queued(sqlite_line, printer=fake.printer())
        with pytest.raises(RuleBroken, match="Cancel: write the reason"):
            sqlite_line.run(lambda s: print_queue.cancel(s, key, reason=" ", **sqlite_line.by))
        sqlite_line.run(lambda s: print_queue.cancel(s, key, reason="wrong printer", **sqlite_line.by))
        assert not tried(sqlite_line, fake.printer())
    assert fake.got == []


def test_a_label_that_is_not_there_is_not_queued(sqlite_line: Line) -> None:
    with pytest.raises(NotFound, match="There is no label with this number"):
        queued(sqlite_line, 99)
