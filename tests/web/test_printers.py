"""The pages of printing: only printers of the settings, this browser's set-up, test pages that certify, the queue."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from labels.picture import png
from labels.read_back import decode
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import print_queue, print_sender, printing
from pharmacy.settings import Printer
from pharmacy.store.database import Database
from pharmacy.store.tables import Label, PrinterCheck, PrintJob
from tests.labels.zpl_reading import printed
from tests.services.fake_printers import HURRIED, tcp_printer
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], Any]
ZEBRA = Printer("zebra", "zpl", "vial-4x2", 203, host="127.0.0.1", port=9)
WIDE = Printer("wide", "pdf", "vial-4x3", 203, queue="HP")


@pytest.fixture(autouse=True)
def _printers(app: Flask) -> Iterator[None]:
    before = app.extensions["mortar_settings"]
    app.extensions["mortar_settings"] = replace(before, printers=(ZEBRA, WIDE))
    yield
    app.extensions["mortar_settings"] = before


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


@pytest.fixture
def label(counter: Counter) -> int:
    return printing.print_batch(counter.database, counter.planned(), today=counter.today, **counter.by)


def jobs(counter: Counter) -> list[PrintJob]:
    return list(counter.read(lambda s: s.scalars(select(PrintJob).order_by(PrintJob.id)).all()))


def doubt(counter: Counter, key: int) -> None:
    taken = counter.run(lambda s: print_queue.take(s, "zebra", counter.row(PrintJob, key).next_try_at))
    assert taken is not None
    counter.run(lambda s: print_queue.note_doubt(s, taken, "It broke off.", counter.now))


def test_a_label_is_sent_by_name_and_its_page_shows_how_far_it_is(counter: Counter, client_as: AS, label: int) -> None:
    client = client_as("technician")
    page = shown(client.get(f"/labels/{label}"))
    assert "Print on zebra" in page
    assert "Print on wide" not in page  # other labels are in it
    assert client.post(f"/labels/{label}/send", data={"printer": "zebra"}).location == f"/labels/{label}"
    page = shown(client.get(f"/labels/{label}"))
    assert "The label is on its way to zebra." in page
    assert "Print on zebra" not in page
    assert [(job.printer, job.state) for job in jobs(counter)] == [("zebra", "queued")]


def test_nothing_that_a_browser_sends_names_another_place(counter: Counter, client_as: AS, label: int) -> None:
    client = client_as("technician")
    for name in ("", "tcp://169.254.169.254:80", "lp:other", "127.0.0.1:22", "zebra?format=pdf", "ZEBRA"):
        client.post(f"/labels/{label}/send", data={"printer": name, "host": "10.0.0.1", "port": "80"})
        assert "there is no printer called" in shown(client.get("/labels/setup"))
        client.post("/labels/test-pages", data={"printer": name or "nobody"})
    assert jobs(counter) == []


def test_a_label_for_other_paper_is_refused_on_its_page(counter: Counter, client_as: AS, label: int) -> None:
    client = client_as("technician")
    client.post(f"/labels/{label}/send", data={"printer": "wide"})
    assert "drawn for vial-4x2, and wide holds vial-4x3" in shown(client.get(f"/labels/{label}"))
    assert jobs(counter) == []


def test_an_auditor_sees_the_queue_and_decides_nothing(client_as: AS, label: int) -> None:
    client_as("technician").post(f"/labels/{label}/send", data={"printer": "zebra"})
    page = shown(client_as("auditor").get("/labels/queue"))
    assert f"label {label}" in page
    assert "Cancel" not in page
    assert "Print on" not in shown(client_as("auditor").get(f"/labels/{label}"))
    assert client_as("auditor").post("/labels/queue/1/cancel", data={"reason": "no"}).status_code == 403


def test_the_queue_says_what_happened_and_offers_what_can_be_done(counter: Counter, client_as: AS, label: int) -> None:
    client = client_as("technician")
    client.post(f"/labels/{label}/send", data={"printer": "zebra"})
    doubt(counter, 1)
    page = shown(client.get("/labels/queue"))
    assert "It broke off. Look at the printer: is the paper there, whole?" in page
    assert "It came out" in page
    assert "Print again as a reprint" in page
    assert "prints that did not come out for sure" in shown(client.get("/"))
    client.post("/labels/queue/1/came-out")
    assert "So says Test Technician" in shown(client.get("/labels/queue"))
    assert [job.state for job in jobs(counter)] == ["sent"]


def test_a_doubtful_label_is_printed_again_marked(counter: Counter, client_as: AS, label: int) -> None:
    client = client_as("technician")
    client.post(f"/labels/{label}/send", data={"printer": "zebra"})
    doubt(counter, 1)
    answer = client.post("/labels/queue/1/reprint")
    new = counter.read(lambda s: s.scalars(select(Label).order_by(Label.id.desc()).limit(1)).one())
    assert answer.location == f"/labels/{new.id}"
    assert new.content["mark"] == "Reprint 1"
    assert [(job.label_id, job.state) for job in jobs(counter)] == [(label, "cancelled"), (new.id, "queued")]


def test_a_print_is_cancelled_with_a_reason(counter: Counter, client_as: AS, label: int) -> None:
    client = client_as("technician")
    client.post(f"/labels/{label}/send", data={"printer": "zebra"})
    client.post("/labels/queue/1/cancel", data={"reason": ""})
    assert "Cancel: write the reason" in shown(client.get("/labels/queue"))
    client.post("/labels/queue/1/cancel", data={"reason": "wrong roll"})
    assert "wrong roll Test Technician" in shown(client.get("/labels/queue"))


def test_a_printer_that_left_the_settings_is_named_and_nothing_more_is_tried(
    counter: Counter, client_as: AS, app: Flask, label: int
) -> None:
    client = client_as("technician")
    client.post(f"/labels/{label}/send", data={"printer": "zebra"})
    taken = counter.run(lambda s: print_queue.take(s, "zebra", counter.row(PrintJob, 1).next_try_at))
    assert taken is not None
    counter.run(lambda s: print_queue.note_not_sent(s, taken, "It is off.", counter.now, hopeless=True))
    app.extensions["mortar_settings"] = replace(app.extensions["mortar_settings"], printers=(WIDE,))
    assert "zebra is not among the printers of this server any more" in shown(client.get("/labels/queue"))
    client.post("/labels/queue/1/again")
    assert "there is no printer called “zebra” here; there are: wide" in shown(client.get("/labels/queue"))
    assert [job.state for job in jobs(counter)] == ["failed"]


SET_UP = {
    "printer": "zebra",
    "own": "Brother at the counter",
    "scanner": "Honeywell at the counter",
    "stock": "vial-4x3",
    "right_mm": "-0.5",
    "down_mm": "",
}


def test_a_browser_keeps_its_set_up_across_signing_out(client_as: AS) -> None:
    client = client_as("technician")
    assert client.post("/labels/setup", data=SET_UP).location == "/labels/setup"
    client.post("/sign-out")
    kept = client.get_cookie("mortar_printing")
    other = client_as("pharmacist")
    other.set_cookie("mortar_printing", kept.value)
    page = shown(other.get("/labels/setup"))
    for word in ("Brother at the counter", "Honeywell at the counter", "-0.5"):
        assert word in page


def test_a_set_up_that_is_not_signed_by_us_is_as_none(client_as: AS) -> None:
    client = client_as("technician")
    for forged in ("", "x", '{"printer":"zebra"}', "eyJwcmludGVyIjoiemVicmEifQ.forged"):
        client.set_cookie("mortar_printing", forged)
        answer = client.get("/labels/setup")
        assert answer.status_code == 200
        assert "Printer without a name" in shown(answer)


def test_a_set_up_that_cannot_be_is_refused_beside_its_field(client_as: AS) -> None:
    client = client_as("technician")
    for field, value, said in (
        ("printer", "tcp://10.0.0.1:9100", "choose one of the list"),
        ("stock", "a4x", "choose one of the list"),
        ("own", "x" * 41, "at most 40 letters"),
        ("right_mm", "21", "above 20"),
        ("down_mm", "a little", "not a number"),
    ):
        answer = client.post("/labels/setup", data=SET_UP | {field: value})
        assert answer.status_code == 422
        assert said in field_error(answer, field)
        assert "mortar_printing" not in answer.headers.get("Set-Cookie", "")


def test_a_label_is_drawn_for_the_labels_that_this_browser_has(counter: Counter, client_as: AS) -> None:
    fill = counter.allocated()
    client = client_as("technician")
    client.post("/labels/setup", data=SET_UP | {"printer": ""})
    client.post(f"/fills/{fill}/label")
    assert counter.row(Label, 1).stock == "vial-4x3"


def codes_of(pdf: bytes) -> dict[str, str]:
    with Image.open(BytesIO(png(pdf, 203))) as image:
        return {code.kind: code.payload for code in decode(image.tobytes(), width=image.width, height=image.height)}


def test_a_test_page_that_is_measured_and_scanned_back_certifies_printer_and_scanner(
    counter: Counter, client_as: AS
) -> None:
    client = client_as("technician")
    client.post("/labels/setup", data=SET_UP)
    page = client.post("/labels/test-pages", data={"printer": ""}).location
    read = codes_of(client.get(f"{page}/page.pdf").data)
    for code in read.values():
        assert code not in client.get(page).get_data(as_text=True)  # nobody copies it from the screen
    found = {"across_mm": "86.4", "down_mm": "50", "first": read["code128"], "second": "", "scanner": "Honeywell"}
    client.post(page, data=found)
    told = shown(client.get(page))
    assert "choose “Actual size” or 100 % in the print dialog" in told
    assert "The square was not scanned" in told
    assert "not passed" in shown(client.get("/labels/setup"))
    client.post(page, data=found | {"across_mm": "90", "second": read["datamatrix"]})
    assert re.search(r"certified .{11} .{5} by Test Technician, with Honeywell", shown(client.get("/labels/setup")))
    assert "Brother at the counter , vial-4x3: certified" in shown(client.get("/equipment/"))
    kept = counter.read(lambda s: s.scalars(select(PrinterCheck).order_by(PrinterCheck.id)).all())
    assert [(one.passed, len(one.faults), one.person_id) for one in kept] == [
        (False, 2, counter.who["tess"].id),
        (True, 0, counter.who["tess"].id),
    ]
    assert [entry["passed"] for entry in counter.trail(Event.PRINTER_CHECKED)] == [False, True]


def test_a_test_page_for_a_printer_of_the_server_goes_the_way_of_labels(
    counter: Counter, client_as: AS, app: Flask
) -> None:
    client = client_as("technician")
    with tcp_printer() as fake:
        app.extensions["mortar_settings"] = replace(app.extensions["mortar_settings"], printers=(fake.printer(),))
        page = client.post("/labels/test-pages", data={"printer": "zebra"}).location
        assert "On its way." in shown(client.get(page))
        assert print_sender.work(counter.database, fake.printer(), patience=HURRIED)
    assert "Handed over whole" in shown(client.get(page))
    [paper] = printed(fake.got[0])
    read = decode(paper.pixels(), width=paper.width, height=paper.length)
    assert {code.kind for code in read} == {"code128", "datamatrix"}
    answers = dict(zip(("first", "second"), (code.payload for code in read), strict=True))
    client.post(page, data={"across_mm": "90", "down_mm": "30", "scanner": "Honeywell", **answers})
    assert "zebra with vial-4x2, and Honeywell: certified" in shown(client.get(page))


def test_a_browsers_own_printer_is_named_before_it_is_tested(client_as: AS) -> None:
    client = client_as("technician")
    assert client.post("/labels/test-pages", data={"printer": ""}).location == "/labels/setup"
    assert "Give the printer at this computer a name first" in shown(client.get("/labels/setup"))


def test_a_check_that_cannot_be_read_is_refused_beside_its_field(client_as: AS) -> None:
    client = client_as("technician")
    page = client.post("/labels/test-pages", data={"printer": "zebra"}).location
    found = {"across_mm": "90", "down_mm": "30", "first": "", "second": "", "scanner": "Honeywell"}
    for field, value, said in (
        ("across_mm", "", "this is needed"),
        ("across_mm", "90.55", "more than 1 digit"),
        ("down_mm", "0", "a length in mm"),
        ("scanner", "", "give it a name"),
    ):
        answer = client.post(page, data=found | {field: value})
        assert answer.status_code == 422
        assert said in field_error(answer, field)


def test_looking_again_at_the_prints_of_a_label_reads_no_patients_record(counter: Counter, client_as: AS) -> None:
    label = counter.label(counter.allocated())
    client = client_as("technician")
    client.post(f"/labels/{label}/send", data={"printer": "zebra"})
    before = len(counter.trail(Event.RECORD_READ))
    page = client.get(f"/labels/{label}/prints").get_data(as_text=True)
    assert "data-waits" in page
    assert "Beispiel" not in page
    assert len(counter.trail(Event.RECORD_READ)) == before
