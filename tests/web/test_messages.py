"""The pages of messages from outside."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pharmacy import intake
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import messages
from pharmacy.services.acting import OUTSIDE
from pharmacy.store.database import Database
from pharmacy.store.tables import Message
from pharmacy.web.messages.text import readable
from tests.services.line import message
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], FlaskClient]
UNREADABLE = "<Message><b>not closed & \u202egm 54\x00".encode()


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff)


def receive(counter: Counter, raw: bytes) -> int:
    reading = intake.read(raw)
    return counter.run(
        lambda s: messages.receive(s, raw, reading, content_type="text/xml", actor=OUTSIDE, now=counter.now).message
    ).id


def test_those_that_wait_for_a_person_stand_first(counter: Counter, client_as: AS) -> None:
    waiting = receive(counter, UNREADABLE)
    receive(counter, message("M-7"))
    page = shown(client_as("technician").get("/messages/"))
    first, rest = page.split("All, the newest first")
    assert f"Waiting for a person Message Received From Its number Format Outcome Prescription {waiting} " in first
    assert "M-7" not in first
    assert "M-7" in rest


def test_a_message_that_was_read_leads_to_its_prescription(counter: Counter, client_as: AS) -> None:
    read = receive(counter, message("M-7"))
    page = client_as("auditor").get(f"/messages/{read}")
    assert "/prescriptions/1" in page.get_data(as_text=True)
    assert "patient.family prescription.patient.family" in shown(page)
    assert '"outcome": "received"' in shown(page)


def test_a_message_is_shown_as_text_and_none_of_it_acts(counter: Counter, client_as: AS) -> None:
    answer = client_as("technician").get(f"/messages/{receive(counter, UNREADABLE)}")
    assert "&lt;Message&gt;&lt;b&gt;not closed &amp; [U+202E]gm 54[U+0000]" in answer.get_data(as_text=True)
    assert "not well-formed XML" in shown(answer)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"4.5 mg\r\n", "4.5 mg\n"),
        (b"\xef\xbb\xbf4.5\xc2\xa0mg", "4.5\xa0mg"),
        ("\ufeff<a>ä</a>".encode("utf-16-le"), "<a>ä</a>"),
        (b"M\xfcller", "Müller"),
        (b"a\x1b[31mb\xc2\x85", "a[U+001B][31mb[U+0085]"),
    ],
)
def test_bytes_are_shown_in_their_own_encoding(raw: bytes, text: str) -> None:
    assert readable(raw) == text


def test_the_bytes_are_saved_as_text_whatever_they_say_they_are(counter: Counter, client_as: AS) -> None:
    raw = b"<html><script>alert(1)</script>"
    answer = client_as("technician").get(f"/messages/{receive(counter, raw)}/raw")
    assert answer.data == raw
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="message-1.txt"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_looking_at_a_message_is_noted(counter: Counter, client_as: AS) -> None:
    read = receive(counter, message("M-7"))
    client_as("auditor").get(f"/messages/{read}")
    client_as("auditor").get(f"/messages/{read}/raw")
    assert [entry["by"] for entry in counter.trail(Event.RECORD_READ, read)] == ["Test Auditor"] * 2


def test_what_could_not_be_read_is_entered_beside_the_message(counter: Counter, client_as: AS) -> None:
    waiting = receive(counter, UNREADABLE)
    answer = client_as("technician").post(f"/messages/{waiting}/enter", follow_redirects=True)
    assert answer.request.path == "/prescriptions/1/enter"
    assert "<Message><b>not closed & [U+202E]gm 54[U+0000]" in shown(answer)
    assert counter.row(Message, waiting).outcome == "settled"


def test_closing_a_message_needs_the_reason_and_opens_the_next(counter: Counter, client_as: AS) -> None:
    first, second = receive(counter, UNREADABLE), receive(counter, b"an advertisement")
    client = client_as("technician")
    refused = client.post(f"/messages/{first}/close", data={"reason": ""})
    assert refused.status_code == 422
    assert "say why this message needs no prescription" in field_error(refused, "reason")
    closed = client.post(f"/messages/{first}/close", data={"reason": "an advertisement"})
    assert closed.location == f"/messages/{second}"
    assert client.post(f"/messages/{second}/close", data={"reason": "another"}).location == "/messages/"


def test_a_message_is_dealt_with_once(counter: Counter, client_as: AS) -> None:
    waiting = receive(counter, UNREADABLE)
    client = client_as("technician")
    client.post(f"/messages/{waiting}/close", data={"reason": "an advertisement"})
    for act in ("close", "enter"):
        answer = client.post(f"/messages/{waiting}/{act}", data={"reason": "again"})
        assert answer.status_code == 422
        assert "was dealt with before" in shown(answer)


def test_an_auditor_reads_and_settles_nothing(counter: Counter, client_as: AS) -> None:
    waiting = receive(counter, UNREADABLE)
    assert "Enter by hand" not in shown(client_as("auditor").get(f"/messages/{waiting}"))
    assert client_as("auditor").post(f"/messages/{waiting}/enter").status_code == 403
    assert client_as("administrator").get(f"/messages/{waiting}").status_code == 403


@pytest.mark.parametrize("path", ["/messages/9", "/messages/9/raw"])
def test_a_message_that_is_not_there_is_answered_as_missing(client_as: AS, path: str) -> None:
    assert client_as("technician").get(path).status_code == 404


def test_every_page_of_those_that_wait_is_reached_by_key(counter: Counter, client_as: AS) -> None:
    numbers = [receive(counter, f"advertisement {n}".encode()) for n in range(51)]
    client = client_as("technician")
    assert f"/messages/review?after={numbers[49]}" in client.get("/messages/").get_data(as_text=True)
    last = client.get(f"/messages/review?after={numbers[49]}").get_data(as_text=True)
    assert f'href="/messages/{numbers[50]}"' in last
    assert f'href="/messages/{numbers[49]}"' not in last
