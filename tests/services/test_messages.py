"""Messages: kept byte for byte, answered, entered once, and never lost."""

import json

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import messages
from pharmacy.store.tables import Message, Outcome, Prescription
from tests.services.line import Line, count_of, message


def test_a_repeated_message_is_answered_as_before_and_entered_once(line: Line) -> None:
    raw = message("A-1")
    first, again = line.receive(raw), line.receive(raw)
    assert (first.outcome, again.outcome) == (Outcome.RECEIVED, Outcome.ANSWERED)
    assert again.reply == first.reply
    assert again.message.id == first.message.id
    assert again.prescription is None
    assert line.read(count_of(Prescription)) == 1
    assert line.read(count_of(Message)) == 1
    assert len(line.trail(Event.MESSAGE_REPEATED, first.message.id)) == 1


def test_the_same_number_from_another_sender_is_another_message(line: Line) -> None:
    got = [line.receive(message("A-1", sender)) for sender in ("clinic", "hospital")]
    assert [each.outcome for each in got] == [Outcome.RECEIVED, Outcome.RECEIVED]
    assert line.read(count_of(Prescription)) == 2


def test_the_same_number_with_other_content_goes_to_a_person_and_is_not_entered(line: Line) -> None:
    line.receive(message("A-1"))
    other = message("A-1", quantity="90")
    got = line.receive(other)
    assert (got.outcome, got.prescription) == (Outcome.REVIEW, None)
    assert "used before" in json.loads(got.reply.body)["problems"][0]["message"]
    kept = line.row(Message, got.message.id)
    assert (kept.raw, kept.is_open, kept.message_id) == (other, True, None)
    assert kept.problems[0]["path"] == "MessageID"
    assert line.read(count_of(Prescription)) == 1


def test_a_message_in_review_that_comes_again_waits_once(line: Line) -> None:
    line.receive(message("A-1"))
    other = message("A-1", quantity="90")
    first, again = line.receive(other), line.receive(other)
    assert (again.outcome, again.message.id, again.reply) == (Outcome.ANSWERED, first.message.id, first.reply)
    assert line.read(count_of(Message)) == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe garbage",
        b"{",
        b'{"message_id": "A-1", "sender": "clinic", "prescription": {"drug": 5}}',
        b'{"message_id": "A\\u0000-1", "sender": "clinic", "prescription": {"drug": "x"}}',
        b'{"message_id": "A-1", "sender": "clinic", "prescription": {"drug": "\\ud800"}}',
        b"<Message><Header><MessageID>X</MessageID></Header><Body/></Message>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><Message>&b;</Message>",
        b"MSH|^~\\&|SENDER",
    ],
)
def test_a_message_that_cannot_be_read_is_kept_answered_and_queued(line: Line, raw: bytes) -> None:
    got = line.receive(raw, "text/plain; \x00")
    kept = line.row(Message, got.message.id)
    assert (kept.raw, kept.outcome, kept.is_open) == (raw, Outcome.REVIEW, True)
    assert kept.problems
    assert kept.problems[0]["message"]
    assert kept.reply
    assert line.read(count_of(Prescription)) == 0
    assert line.trail(Event.MESSAGE_RECEIVED)[0]["outcome"] == "review"


def test_a_script_answer_says_when_it_was_sent(line: Line) -> None:
    raw = b"<Message><Header><MessageID>X</MessageID></Header><Body><NewRx/></Body></Message>"
    got = line.receive(raw, "application/xml")
    assert b"<SentTime>2026-11-24T15:00:00Z</SentTime>" in got.reply.body
    assert b"<Error>" in got.reply.body


def test_a_message_in_review_is_entered_by_hand_once(line: Line) -> None:
    got = line.receive(b"MSH|^~\\&|SENDER")
    rx = line.run(lambda s: messages.enter_by_hand(s, got.message.id, **line.by)).id
    assert line.row(Prescription, rx).document == {}
    line.entered(rx=rx)
    line.verify(rx)
    assert line.row(Message, got.message.id).outcome is Outcome.SETTLED
    with pytest.raises(RuleBroken, match="was dealt with before; it is settled"):
        line.run(lambda s: messages.enter_by_hand(s, got.message.id, **line.by))


def test_a_message_is_closed_only_with_a_reason(line: Line) -> None:
    got = line.receive(b"MSH|^~\\&|SENDER")
    with pytest.raises(RuleBroken, match="say why") as refusal:
        line.run(lambda s: messages.close(s, got.message.id, reason=" ", **line.by))
    assert refusal.value.field == "reason"
    line.run(lambda s: messages.close(s, got.message.id, reason="an advertisement", **line.by))
    [entry] = line.trail(Event.MESSAGE_SETTLED)
    assert (entry["how"], entry["reason"], entry["by"]) == ("closed", "an advertisement", "Tess Technician")


def test_a_message_that_was_read_is_not_closed(line: Line) -> None:
    got = line.receive(message("A-1"))
    with pytest.raises(RuleBroken, match="it is received"):
        line.run(lambda s: messages.close(s, got.message.id, reason="not wanted", **line.by))
