"""A prescription from its arrival to its verification."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from pharmacy.domain import prescription as written
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.findings import Finding, Level, check_override
from pharmacy.domain.identifiers import rx_number
from pharmacy.domain.prescription import from_document, to_document
from pharmacy.domain.screening import Screening
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import read_date, read_decimal, read_whole
from pharmacy.domain.workflow import RxState, Subject, refuse_unless_plain
from pharmacy.services import comparing, profiles, questions, reviewing, signing
from pharmacy.services.acting import (
    Actor,
    get,
    get_to_change,
    move,
    next_number,
    record,
    refuse_while_filling,
    same_revision,
    who_did,
)
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Message, Override, Prescription

DUE_WITHIN = timedelta(days=1)
FIRST_NUMBER = 700_000  # prescription numbers count on from here, and end in a check digit


@dataclass(frozen=True, slots=True)
class Answered:
    """A pharmacist's answer to one finding: the reason, and whom of the prescriber's side was asked when it matters."""

    rule: str
    reason: str
    prescriber_contact: str = ""
    service_code: str = "M0"  # NCPDP: prescriber consulted
    result_code: str = "1G"  # NCPDP: filled with the prescriber's approval


def start(
    session: Session,
    prescription: written.Prescription | None,
    *,
    message: Message | None,
    actor: Actor,
    now: datetime,
) -> Prescription:
    """A prescription in the entry queue: from a message that was read, or empty for entry by hand (None)."""
    document = to_document(prescription) if prescription else {}
    row = Prescription(
        number=rx_number(FIRST_NUMBER + next_number(session, "rx")),
        state=RxState.RECEIVED,
        received_at=now,
        due_at=now + DUE_WITHIN,
        message=message,
        document=document,
        patient_name=_name(prescription)[:250] if prescription else "",
    )
    session.add(row)
    session.flush()
    record(session, Event.PRESCRIPTION_RECEIVED, actor=actor, now=now, subject="prescription", subject_id=row.id)
    return row


def claim(session: Session, prescription_id: int, *, actor: Actor, now: datetime) -> Prescription:
    """Puts the actor's name on a waiting prescription, so that two people do not enter the same one.

    Raises: RuleBroken when nothing is left to do.
    """
    row = get_to_change(session, Prescription, prescription_id, "prescription")
    if not row.is_open:
        raise RuleBroken(f"Prescription {row.number} is {row.state}; nobody needs to take it on.")
    if row.claimed_by_id != actor.id:
        record(
            session,
            Event.PRESCRIPTION_CLAIMED,
            actor=actor,
            now=now,
            subject="prescription",
            subject_id=row.id,
            before=row.claimed_by_id,
        )
        row.claimed_by_id = actor.id
    return row


def enter(
    session: Session,
    prescription_id: int,
    document: Mapping[str, object],
    *,
    actor: Actor,
    now: datetime,
    today: date,
    revision: int | None = None,
) -> Prescription:
    """Takes what was entered beside the source, screens it, and hands it to the pharmacists.

    A dose that must not be filled is entered all the same: its findings stand where the pharmacist sees them.
    Raises: RuleBroken naming the field that cannot be read.
    """
    row = get_to_change(session, Prescription, prescription_id, "prescription")
    same_revision(revision, row.revision, f"Prescription {row.number}")
    state = move(session, row, "enter", actor=actor, now=now)
    refuse_while_filling(session, row)
    entered = from_document(document)
    _fill_in(row, entered)
    row.patient = profiles.keep_patient(session, entered.patient, actor=actor, now=now)
    row.prescriber = profiles.keep_prescriber(session, entered.prescriber, actor=actor, now=now)
    before, row.document = row.document, to_document(entered)
    row.patient_name = _name(entered)[:250]
    session.flush()
    _keep_screening(row, reviewing.screening_for(session, row, today))
    row.state = RxState(state)
    row.entered_by_id, row.entered_at = actor.id, now
    row.verified_by_id = row.verified_at = row.claimed_by_id = None
    session.flush()
    record(
        session,
        Event.PRESCRIPTION_ENTERED,
        actor=actor,
        now=now,
        subject="prescription",
        subject_id=row.id,
        before=before,
        after=row.document,
        decision=row.decision,
    )
    return row


def verify(
    session: Session,
    prescription_id: int,
    *,
    strength_again: str = "",
    doses_again: tuple[str, ...] = (),
    quantity_again: str,
    answers: Mapping[str, Answered],
    proof: Proof,
    actor: Actor,
    now: datetime,
    today: date,
    reason: str = "",
) -> Prescription:
    """A pharmacist who did not enter it compares, types strength and quantity again without seeing them, and signs.

    doses_again: of a titration plan the dose of each step; then the strength only where the capsules have one.

    Raises: RuleBroken for a stop, a mismatch, a finding without an answer, or the wrong person; Conflict when what
    the page showed has changed.
    """
    row = get_to_change(session, Prescription, prescription_id, "prescription")
    state = move(
        session,
        row,
        "verify",
        actor=actor,
        now=now,
        reason=reason,
        done_by=entered_by(session, row),
    )
    comparing.refuse_unless_same(row, strength_again, doses_again, quantity_again)
    screening = reviewing.screening_for(session, row, today)
    _keep_screening(row, screening)
    _refuse_stops(screening)
    for finding in to_answer(screening.findings):
        _override(session, row, finding, answers.get(finding.rule), actor=actor, now=now)
    row.state = RxState(state)
    row.verified_by_id, row.verified_at, row.claimed_by_id = actor.id, now, None
    session.flush()
    signing.sign(
        session,
        signing.by_actor(proof, actor),
        Meaning.PRESCRIPTION_VERIFIED,
        subject="prescription",
        subject_id=row.id,
        content=content(row),
        now=now,
        reason=reason,
    )
    record(session, Event.PRESCRIPTION_VERIFIED, actor=actor, now=now, subject="prescription", subject_id=row.id)
    return row


def advance(
    session: Session, prescription_id: int, verb: str, *, reason: str = "", actor: Actor, now: datetime
) -> Prescription:
    """Any plain step: send_back, reopen, hold, resume, cancel, transfer, expire. Cancelled, it leaves no question open.

    Raises: RuleBroken.
    """
    refuse_unless_plain(Subject.PRESCRIPTION, verb)
    row = get_to_change(session, Prescription, prescription_id, "prescription")
    state = move(session, row, verb, actor=actor, now=now, reason=reason)
    if verb in {"cancel", "transfer", "expire"}:
        refuse_while_filling(session, row)
    before, row.state = row.state, RxState(state)
    row.note = reason.strip()
    if verb == "cancel":
        told = f"The prescription was cancelled: {row.note}"
        questions.withdraw_open(session, row, reason=told, actor=actor, now=now)
    record(
        session,
        Event.PRESCRIPTION_MOVED,
        actor=actor,
        now=now,
        subject="prescription",
        subject_id=row.id,
        step=verb,
        before=before.value,
        after=state,
        reason=reason.strip(),
    )
    return row


def complete(session: Session, row: Prescription, *, actor: Actor, now: datetime) -> None:
    """Closes a prescription whose last fill was handed out."""
    row.state = RxState(move(session, row, "complete", actor=actor, now=now))
    record(
        session,
        Event.PRESCRIPTION_MOVED,
        actor=actor,
        now=now,
        subject="prescription",
        subject_id=row.id,
        step="complete",
    )


def entered_by(session: Session, row: Prescription) -> frozenset[int]:
    """Whoever entered it, or changed what was entered before, as the trail tells."""
    return frozenset({row.entered_by_id or 0}) | who_did(session, "prescription", row.id, Event.PRESCRIPTION_ENTERED)


def content(row: Prescription) -> dict[str, object]:
    """What the pharmacist's signature covers: the prescription, how it was understood, and what was found."""
    return {
        "number": row.number,
        "document": row.document,
        "strength_mg": row.strength_mg,
        "directions": row.directions,
        "quantity": row.quantity,
        "days_supply": row.days_supply,
        "refills": row.refills,
        "written": row.written,
        "source_sha256": row.message.sha256 if row.message else "",
        "findings": (row.screening or {}).get("findings", []),
    }


def to_sign(session: Session, row: Prescription, today: date) -> dict[str, object]:
    """What a signature given today would cover, with what is found today."""
    found = reviewing.screening_for(session, row, today).to_document()
    return {**content(row), "findings": found["findings"]}


def signatures(session: Session, row: Prescription) -> tuple[Standing, ...]:
    return signing.standing(session, "prescription", row.id, content(row))


def to_answer(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that a pharmacist has to answer before signing."""
    return tuple(finding for finding in findings if finding.level is Level.PHARMACIST)


def note_reading(session: Session, prescription_id: int, *, actor: Actor, now: datetime) -> None:
    """Notes in the trail that somebody looked at a patient's record."""
    get(session, Prescription, prescription_id, "prescription")
    record(session, Event.RECORD_READ, actor=actor, now=now, subject="prescription", subject_id=prescription_id)


def _fill_in(row: Prescription, entered: written.Prescription) -> None:
    row.quantity = read_whole(entered.quantity, field="quantity", least=1, most=1000)
    row.days_supply = read_whole(entered.days_supply, field="days_supply", least=1, most=365)
    row.refills = read_whole(entered.refills or "0", field="refills", least=0, most=99)
    row.written = read_date(entered.written, field="written")


def _keep_screening(row: Prescription, screening: Screening) -> None:
    if screening.strength_mg is not None:
        read_decimal(screening.strength_mg, field="strength", places=3)  # a microgram is the least that is kept
    row.decision = screening.decision.value
    row.screening = screening.to_document()
    row.strength_mg = screening.strength_mg
    row.directions = screening.directions.text


def _refuse_stops(screening: Screening) -> None:
    stops = reviewing.stops_of(screening)
    if stops:
        raise RuleBroken(f"This prescription cannot be verified as it stands. {stops}")


def _override(
    session: Session,
    row: Prescription,
    finding: Finding,
    answer: Answered | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if answer is None:
        raise RuleBroken(f"{finding.message} Answer this finding before signing.", field=f"reason-{finding.rule}")
    try:
        check_override(finding, service=answer.service_code, result=answer.result_code, reason=answer.reason)
    except RuleBroken as refusal:
        raise RuleBroken(f"{finding.message} {refusal.message}", field=f"{refusal.field}-{finding.rule}") from None
    if len(answer.prescriber_contact.strip()) < 3:
        raise RuleBroken(
            f"{finding.message} Say who on the prescriber's side confirmed it, and when.",
            field=f"contact-{finding.rule}",
        )
    session.add(
        Override(
            prescription_id=row.id,
            rule=finding.rule,
            message=finding.message,
            reason=answer.reason.strip(),
            prescriber_contact=answer.prescriber_contact.strip(),
            service_code=answer.service_code,
            result_code=answer.result_code,
            person_id=actor.id,
            at=now,
        )
    )
    record(
        session,
        Event.FINDING_OVERRIDDEN,
        actor=actor,
        now=now,
        subject="prescription",
        subject_id=row.id,
        rule=finding.rule,
        reason=answer.reason.strip(),
        contact=answer.prescriber_contact.strip(),
    )


def refuse_unless_signed(session: Session, row: Prescription) -> None:
    """Refuses a prescription that does not stand as a pharmacist signed it: nothing is filled on it.

    Raises: RuleBroken.
    """
    if row.state is not RxState.VERIFIED:
        raise RuleBroken(f"Prescription {row.number} is {row.state}; only a verified prescription is filled.")
    if not any(signature.holds for signature in signatures(session, row)[-1:]):
        raise RuleBroken(f"Prescription {row.number} is not what was signed; it must be verified anew.")


def _name(prescription: written.Prescription) -> str:
    return f"{prescription.patient.given} {prescription.patient.family}".strip()
