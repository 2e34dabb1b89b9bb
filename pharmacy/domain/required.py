"""What must stand on a prescription before it is verified: its date, the patient and the prescriber."""

from collections.abc import Iterable
from datetime import date

from pharmacy.domain.conditions import review_age
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.findings import Finding
from pharmacy.domain.identifiers import check_npi
from pharmacy.domain.prescription import Patient, Prescriber, Prescription, says_nobody_asked
from pharmacy.domain.refills import expires
from pharmacy.domain.rules import found
from pharmacy.domain.units import clip, read_date


def review_written_date(text: str, today: date, policy: DosePolicy) -> Iterable[Finding]:
    """Whether the prescription may be filled on this day, the pharmacy's local calendar date."""
    if not text.strip():
        yield found("written.missing", "The date written is missing.")
        return
    try:
        written = read_date(text, field="written")
    except InputUnusable as problem:
        yield found("written.unreadable", f"The date written could not be read: {problem.message}")
        return
    if written > today:
        yield found("written.future", f"The prescription is dated {written.isoformat()}, in the future.")
    elif today > (last := expires(written, policy)):
        message = f"The prescription of {written.isoformat()} expired: it could be filled until {last.isoformat()}."
        yield found("written.expired", message)


def review_people(prescription: Prescription, today: date, policy: DosePolicy) -> Iterable[Finding]:
    """What is missing or cannot be right about the patient and the prescriber."""
    yield from _patient(prescription.patient, today, policy)
    yield from _prescriber(prescription.prescriber)


def _patient(patient: Patient, today: date, policy: DosePolicy) -> Iterable[Finding]:
    if not patient.family.strip() or not patient.given.strip():
        yield found("patient.name", "The patient's family or given name is missing.")
    if not patient.birth_date.strip():
        yield found("patient.birth-date", "The patient's birth date is missing.")
    else:
        yield from _birth_date(patient.birth_date, today, policy)
    if not patient.none_known and all(says_nobody_asked(text) for text in patient.allergies):
        said = f" ({clip(', '.join(patient.allergies))} is no answer)" if patient.allergies else ""
        message = f"The patient's allergies are missing{said}; write them, or “none known” when the patient was asked."
        yield found("patient.allergies", message)
    if patient.allergies and patient.none_known:
        message = f"The allergies say “none known” and {clip(', '.join(patient.allergies))}; ask the patient."
        yield found("patient.allergies-contradict", message)


def _birth_date(text: str, today: date, policy: DosePolicy) -> Iterable[Finding]:
    try:
        born = read_date(text, field="patient.birth_date")
    except InputUnusable as problem:
        yield found("patient.birth-date", f"The birth date could not be read: {problem.message}")
        return
    if born > today:
        yield found("patient.birth-date", f"The birth date {born.isoformat()} is in the future.")
        return
    yield from review_age(born, today, policy)


def _prescriber(prescriber: Prescriber) -> Iterable[Finding]:
    if not prescriber.family.strip():
        yield found("prescriber.name", "The prescriber's name is missing.")
    if not prescriber.npi.strip():
        yield found("prescriber.npi-missing", "The prescriber's NPI is missing; find it before verification.")
        return
    try:
        check_npi(prescriber.npi, field="prescriber.npi")
    except InputUnusable as problem:
        yield found("prescriber.npi", problem.message)
