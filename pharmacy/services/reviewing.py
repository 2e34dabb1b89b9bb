"""Drug-use review with all that is known: what was entered, the patient's record, and the patient's other
prescriptions."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.findings import Decision, Finding, Level, decide, in_order
from pharmacy.domain.prescription import from_document
from pharmacy.domain.screening import Screening, duplicate_therapy, screen
from pharmacy.domain.workflow import FillState, RxState
from pharmacy.services import profiles
from pharmacy.store.overrides import out_of_force
from pharmacy.store.tables import Fill, Prescription


def screening_for(session: Session, row: Prescription, today: date, excipients: tuple[str, ...] = ()) -> Screening:
    """A prescription screened as entered, with all that stands on the patient's record by now.

    excipients: of the batch that the capsules come from. Rules out of force are not looked for.
    """
    retired = out_of_force(session)
    known = profiles.with_record(from_document(row.document), row.patient)
    found = screen(known, today=today, excipients=excipients, retired=retired)
    duplicate = duplicate_therapy(_others(session, row, today))
    if duplicate is None or duplicate.rule in retired:
        return found
    findings = in_order([*found.findings, duplicate])
    return replace(found, findings=findings, decision=decide(findings))


def screen_typed(session: Session, document: object, today: date) -> Screening:
    """What the rules in force say of a document alone, which is kept nowhere.

    Raises: InputUnusable naming the field.
    """
    return screen(from_document(document), today=today, retired=out_of_force(session))


def findings_for(session: Session, row: Prescription, today: date) -> tuple[Finding, ...]:
    """What a pharmacist has to know of a prescription today, the gravest first; the signing goes by the same."""
    return screening_for(session, row, today).findings


def stops_of(screening: Screening) -> str:
    """The sentences that forbid to go on with a prescription, "" when there are none."""
    if screening.decision is not Decision.STOP:
        return ""
    return " ".join(finding.message for finding in screening.findings if finding.level is Level.STOP)


@dataclass(frozen=True, slots=True)
class Since:
    """What has come up since a pharmacist signed, and the sentences of what is no longer found."""

    new: tuple[Finding, ...] = ()
    gone: tuple[str, ...] = ()


def since_verification(row: Prescription, screening: Screening) -> Since:
    """How a screening of today differs from the one that was signed; nothing while it is not verified."""
    if row.state is not RxState.VERIFIED or row.screening is None:
        return Since()
    signed = {(held["rule"], held["message"]) for held in row.screening["findings"]}
    today = {(finding.rule, finding.message) for finding in screening.findings}
    return Since(
        tuple(finding for finding in screening.findings if (finding.rule, finding.message) not in signed),
        tuple(held["message"] for held in row.screening["findings"] if (held["rule"], held["message"]) not in today),
    )


def refuse_unless_clear(session: Session, row: Prescription, today: date, excipients: tuple[str, ...] = ()) -> None:
    """Refuses to go on with a prescription that must be stopped today, or on which no pharmacist has decided yet.

    excipients: of the batch that the capsules come from.
    Raises: RuleBroken with what was found.
    """
    screening = screening_for(session, row, today, excipients)
    stops = stops_of(screening)
    if stops:
        raise RuleBroken(f"Prescription {row.number} must not be filled now. {stops}", field="batch")
    undecided = [f.message for f in since_verification(row, screening).new if f.level is Level.PHARMACIST]
    if undecided:
        raise RuleBroken(
            f"Prescription {row.number} must be verified anew. This has come up since it was signed:"
            f" {' '.join(undecided)}",
            field="batch",
        )


def _others(session: Session, row: Prescription, today: date) -> tuple[str, ...]:
    """The patient's other prescriptions that are verified, or whose last capsules are not used up yet."""
    if row.patient_id is None:
        return ()
    others = (Prescription.patient_id == row.patient_id, Prescription.id != row.id)
    verified = session.execute(
        select(Prescription.id, Prescription.number).where(*others, Prescription.state == RxState.VERIFIED)
    )
    handed_out = session.execute(
        select(Prescription.id, Prescription.number, Fill.dispensed_at, Fill.first_day, Fill.days_supply)
        .join(Fill, Fill.prescription_id == Prescription.id)
        .where(*others, Fill.state == FillState.DISPENSED)
    )
    found = {row.id: row.number for row in verified}
    for key, number, at, first, days in handed_out:
        if at is not None and today < at.date() + timedelta(days=first - 1 + days):
            found[key] = number
    return tuple(number for _, number in sorted(found.items()))
