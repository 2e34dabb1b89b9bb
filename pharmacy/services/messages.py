"""Messages from outside: kept byte for byte, answered, and put where a person finds them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy import intake
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.intake import Problem, Reading, Reply
from pharmacy.services import prescriptions
from pharmacy.services.acting import Actor, get, get_to_change, record
from pharmacy.store.tables import Message, Outcome, Prescription

UNKNOWN_SENDER = "unknown"
USED_BEFORE = Problem("MessageID", "this number was used before, for a message with other content")


def read(raw: bytes, *, content_type: str = "") -> Reading:
    """What a message says, before anything is kept; never raises. It runs outside any transaction."""
    return intake.read(raw, content_type=content_type)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message. prescription is None when a person has to look first, or it was a repeat."""

    message: Message
    prescription: Prescription | None
    outcome: Outcome
    reply: Reply


def receive(
    session: Session, raw: bytes, reading: Reading, *, content_type: str, actor: Actor, now: datetime
) -> Received:
    """Keeps a message that `intake.read` has read, and queues its prescription or the message itself.

    A repeated MessageID of the same sender is answered as before and entered once.
    """
    sender = (reading.sender or UNKNOWN_SENDER)[:120]
    sha256 = hashlib.sha256(raw).hexdigest()
    before = _earlier(session, sender, reading.message_id)
    same = _same_bytes(session, before, sha256)
    if same is not None:
        return _repeat(session, same, actor=actor, now=now)
    message = _keep(session, raw, reading, sha256, before, sender=sender, content_type=content_type, now=now)
    record(
        session,
        Event.MESSAGE_RECEIVED,
        actor=actor,
        now=now,
        subject="message",
        subject_id=message.id,
        sha256=sha256,
        outcome=message.outcome.value,
        format=reading.format.value,
    )
    prescription = None
    if message.outcome is Outcome.RECEIVED and reading.prescription is not None:
        prescription = prescriptions.start(session, reading.prescription, message=message, actor=actor, now=now)
    return Received(message, prescription, message.outcome, Reply(message.reply_type, message.reply))


def enter_by_hand(session: Session, message_id: int, *, actor: Actor, now: datetime) -> Prescription:
    """Starts a prescription from a message that could not be read; its entry page shows the message beside the form."""
    message = _to_settle(session, message_id)
    message.outcome = Outcome.SETTLED
    record(
        session,
        Event.MESSAGE_SETTLED,
        actor=actor,
        now=now,
        subject="message",
        subject_id=message.id,
        how="entered",
    )
    return prescriptions.start(session, None, message=message, actor=actor, now=now)


def close(session: Session, message_id: int, *, reason: str, actor: Actor, now: datetime) -> Message:
    """Closes a message that needs no prescription, with the reason.

    Raises: RuleBroken.
    """
    if not reason.strip():
        raise RuleBroken("Reason: say why this message needs no prescription; it is kept.", field="reason")
    message = _to_settle(session, message_id)
    message.outcome = Outcome.SETTLED
    record(
        session,
        Event.MESSAGE_SETTLED,
        actor=actor,
        now=now,
        subject="message",
        subject_id=message.id,
        how="closed",
        reason=reason.strip(),
    )
    return message


def note_reading(session: Session, message_id: int, *, actor: Actor, now: datetime) -> None:
    """Notes in the trail that somebody looked at a message, which may name a patient.

    Raises: NotFound.
    """
    get(session, Message, message_id, "message")
    record(session, Event.RECORD_READ, actor=actor, now=now, subject="message", subject_id=message_id)


def _to_settle(session: Session, message_id: int) -> Message:
    message = get_to_change(session, Message, message_id, "message")
    if message.outcome is not Outcome.REVIEW:
        raise RuleBroken(f"Message {message.id} was dealt with before; it is {message.outcome}.")
    return message


def _earlier(session: Session, sender: str, message_id: str) -> Message | None:
    if not message_id:
        return None
    return session.execute(select(Message).where(Message.sender == sender, Message.message_id == message_id)).scalar()


def _same_bytes(session: Session, before: Message | None, sha256: str) -> Message | None:
    """The very message that came before under this number: the first of it, or one that was put aside for review."""
    if before is None or before.sha256 == sha256:
        return before
    again = (
        select(Message).where(Message.sender == before.sender, Message.sha256 == sha256).order_by(Message.id).limit(1)
    )
    return session.execute(again).scalar()


def _keep(
    session: Session,
    raw: bytes,
    reading: Reading,
    sha256: str,
    before: Message | None,
    *,
    sender: str,
    content_type: str,
    now: datetime,
) -> Message:
    """The message's row with its answer. before: another message of the same number, then this one gets none."""
    used_before = (USED_BEFORE,) if before is not None else ()
    outcome = Outcome.RECEIVED if reading.prescription is not None and not used_before else Outcome.REVIEW
    reply = intake.reply(reading, outcome=outcome.value, problems=used_before, sent=now)
    message = Message(
        received_at=now,
        sender=sender,
        message_id=None if used_before else (reading.message_id or None),
        format=reading.format.value,
        content_type="".join(letter for letter in content_type if letter.isprintable())[:120],
        raw=raw,
        sha256=sha256,
        outcome=outcome,
        problems=[{"path": problem.path, "message": problem.message} for problem in (*reading.problems, *used_before)],
        evidence=dict(reading.evidence),
        doubts=list(reading.doubts),
        reply_type=reply.content_type,
        reply=reply.body,
    )
    session.add(message)
    session.flush()
    return message


def _repeat(session: Session, before: Message, *, actor: Actor, now: datetime) -> Received:
    record(session, Event.MESSAGE_REPEATED, actor=actor, now=now, subject="message", subject_id=before.id)
    return Received(before, None, Outcome.ANSWERED, Reply(before.reply_type, before.reply))
