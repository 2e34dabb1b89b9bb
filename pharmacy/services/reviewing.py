"""Drug-use review with all that is known: what was entered, the patient's record, and the patient's other
prescriptions."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.findings import Decision, Finding, Level, decide, in_order
from pharmacy.domain.prescription import from_document
from pharmacy.domain.screening import Screening, duplicate_therapy, screen
from pharmacy.domain.workflow import FillState, RxState
from pharmacy.services import profiles
from pharmacy.store.tables import Fill, Prescription


def screening_for(session: Session, row: Prescription, today: date, excipients: tuple[str, ...] = ()) -> Screening:
    """A prescription screened as entered, with all that stands on the patient's record by now.

    excipients: of the batch that the capsules come from.
    """
    known = profiles.with_record(from_document(row.document), row.patient)
    found = screen(known, today=today, excipients=excipients)
    duplicate = duplicate_therapy(_others(session, row, today))
    if duplicate is None:
        return found
    findings = in_order([*found.findings, duplicate])
    return replace(found, findings=findings, decision=decide(findings))


def findings_for(session: Session, row: Prescription, today: date) -> tuple[Finding, ...]:
    """What a pharmacist has to know of a prescription today, the gravest first; the signing goes by the same."""
    return screening_for(session, row, today).findings


def stops_for(session: Session, row: Prescription, today: date, excipients: tuple[str, ...] = ()) -> str:
    """The sentences that forbid to go on with a prescription today, "" when there are none."""
    return stops_of(screening_for(session, row, today, excipients))


def stops_of(screening: Screening) -> str:
    if screening.decision is not Decision.STOP:
        return ""
    return " ".join(finding.message for finding in screening.findings if finding.level is Level.STOP)


def _others(session: Session, row: Prescription, today: date) -> tuple[str, ...]:
    """The patient's other prescriptions that are verified, or whose last capsules are not used up yet."""
    if row.patient_id is None:
        return ()
    others = (Prescription.patient_id == row.patient_id, Prescription.id != row.id)
    verified = session.execute(
        select(Prescription.id, Prescription.number).where(*others, Prescription.state == RxState.VERIFIED)
    )
    handed_out = session.execute(
        select(Prescription.id, Prescription.number, Fill.dispensed_at, Fill.days_supply)
        .join(Fill, Fill.prescription_id == Prescription.id)
        .where(*others, Fill.state == FillState.DISPENSED)
    )
    found = {row.id: row.number for row in verified}
    for key, number, at, days in handed_out:
        if at is not None and today < at.date() + timedelta(days=days):
            found[key] = number
    return tuple(number for _, number in sorted(found.items()))
