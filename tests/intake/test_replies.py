"""Every message is answered, in the sender's own format."""

import json
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from xml.etree import ElementTree as ET

import pytest

from pharmacy import intake
from pharmacy.intake import Problem

NEWRX = files("pharmacy.demo").joinpath("newrx.xml").read_bytes()


def answered(raw: bytes, outcome: str, *problems: Problem, sent: datetime | None = None) -> ET.Element:
    reply = intake.reply(intake.read(raw), outcome=outcome, problems=problems, sent=sent)
    assert reply.content_type == "application/xml; charset=utf-8"
    return ET.fromstring(reply.body)


def test_a_received_prescription_is_answered_with_status_000_to_its_sender() -> None:
    answer = answered(NEWRX, "received")
    assert answer.findtext("Body/Status/Code") == "000"
    assert answer.findtext("Header/RelatesToMessageID") == "DEMO-NEWRX-0001"
    assert answer.findtext("Header/To") == "9999999999001"
    assert answer.findtext("Header/From") == "9999999"
    to, own = answer.find("Header/To"), answer.find("Header/From")
    assert to is not None
    assert own is not None
    assert (to.get("Qualifier"), own.get("Qualifier")) == ("D", "P")
    assert answer.get("TransactionVersion") == "2017071"
    assert answer.get("TransactionDomain") == "SCRIPT"


def test_a_message_with_problems_is_answered_with_error_900_whatever_the_outcome_says() -> None:
    broken = NEWRX.replace(b"<LastName>Demopatient</LastName>", b"")
    for outcome in ("received", "review", "refused"):
        answer = answered(broken, outcome)
        assert answer.find("Body/Status") is None
        assert answer.findtext("Body/Error/Code") == "900"
        assert answer.findtext("Body/Error/DescriptionCode") == "2000"
        assert answer.findtext("Body/Error/Description") == "patient family: the message names none."


def test_a_problem_found_after_reading_is_answered_too() -> None:
    answer = answered(NEWRX, "review", Problem("MessageID", "This number was used before with other content."))
    assert answer.findtext("Body/Error/Description") == "This number was used before with other content."


def test_xml_that_cannot_be_read_at_all_is_answered_with_error_900() -> None:
    answer = answered(NEWRX[:500], "review")
    assert answer.findtext("Body/Error/DescriptionCode") == "1000"
    assert answer.find("Header/RelatesToMessageID") is None
    description = answer.findtext("Body/Error/Description")
    assert description is not None
    assert len(description) <= 70


@pytest.mark.parametrize("kind", ["Status", "Error", "Verify"])
def test_an_answer_is_never_answered_with_an_error(kind: str) -> None:
    raw = f"<Message><Header><MessageID>A1</MessageID></Header><Body><{kind}/></Body></Message>".encode()
    assert answered(raw, "review").findtext("Body/Status/Code") == "000"


def test_the_answer_carries_the_moment_in_utc_when_it_is_given() -> None:
    sent = datetime(2026, 11, 20, 8, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert answered(NEWRX, "received", sent=sent).findtext("Header/SentTime") == "2026-11-20T16:30:00Z"
    assert answered(NEWRX, "received").find("Header/SentTime") is None


def test_the_same_message_is_answered_with_the_same_bytes() -> None:
    sent = datetime(2026, 11, 20, tzinfo=UTC)
    first, second = (intake.reply(intake.read(NEWRX), outcome="received", sent=sent) for _ in range(2))
    assert first == second
    other = answered(NEWRX.replace(b"DEMO-NEWRX-0001", b"DEMO-NEWRX-0002"), "received")
    assert other.findtext("Header/MessageID") != ET.fromstring(first.body).findtext("Header/MessageID")


def test_a_sender_who_writes_a_namespace_gets_it_back() -> None:
    answer = answered(NEWRX.replace(b"<Message ", b'<Message xmlns="urn:example" '), "received")
    assert answer.findtext("{urn:example}Body/{urn:example}Status/{urn:example}Code") == "000"


def test_own_json_is_answered_in_json() -> None:
    raw = b'{"message_id": "A1", "sender": "clinic", "prescription": {"drug": "naltrexone", "strenght": "3 mg"}}'
    reply = intake.reply(intake.read(raw), outcome="review")
    assert reply.content_type == "application/json"
    answer = json.loads(reply.body)
    assert (answer["outcome"], answer["message_id"]) == ("review", "A1")
    assert answer["problems"][0]["path"] == "prescription.strenght"


def test_bytes_of_no_known_format_are_answered_in_json() -> None:
    answer = json.loads(intake.reply(intake.read(b"\x89PNG"), outcome="review").body)
    assert answer["problems"][0]["message"].startswith("The message is neither XML nor JSON")
