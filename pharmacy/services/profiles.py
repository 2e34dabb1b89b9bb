"""Patients and prescribers: found again by name and birth date, or by NPI; changes keep what stood before."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain import prescription as written
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import check_npi
from pharmacy.domain.units import read_date
from pharmacy.services.acting import Actor, changes, record
from pharmacy.store.tables import Patient, Prescriber


def name_key(family: str, given: str) -> str:
    """How names are compared and searched: folded, single spaces, family name first."""
    return " ".join(f"{family} {given}".casefold().split())[:250]


def find_patient(session: Session, family: str, given: str, birth_date: date) -> Patient | None:
    """The patient of this very name and birth date."""
    statement = (
        select(Patient)
        .where(Patient.name_key == name_key(family, given), Patient.birth_date == birth_date)
        .order_by(Patient.id)
        .limit(1)
    )
    return session.execute(statement).scalar()


def keep_patient(session: Session, patient: written.Patient, *, actor: Actor, now: datetime) -> Patient:
    """The record of a patient as entered: the one on file brought up to date, or a new one.

    Raises: RuleBroken naming the field.
    """
    if not patient.family.strip() or not patient.given.strip():
        raise RuleBroken("Patient: family name and given name are needed.", field="patient.family")
    _check_lengths("patient", {"family": 120, "given": 120, "sex": 64, "diet": 120}, patient)
    born = read_date(patient.birth_date, field="patient.birth_date")
    if born > now.date():
        raise RuleBroken("Birth date: it lies in the future.", field="patient.birth_date")
    row = find_patient(session, patient.family, patient.given, born)
    if row is None:
        row = Patient(
            family=patient.family.strip(),
            given=patient.given.strip(),
            name_key=name_key(patient.family, patient.given),
            birth_date=born,
            created_at=now,
            **_profile(patient),
        )
        session.add(row)
        session.flush()
        record(
            session,
            Event.PATIENT_ADDED,
            actor=actor,
            now=now,
            subject="patient",
            subject_id=row.id,
            **_profile(patient),
        )
        return row
    before = {name: getattr(row, name) for name in _profile(patient)}
    changed = changes(before, _profile(patient))
    if changed:
        for name, value in _profile(patient).items():
            setattr(row, name, value)
        record(
            session,
            Event.PATIENT_CHANGED,
            actor=actor,
            now=now,
            subject="patient",
            subject_id=row.id,
            **changed,
        )
    return row


def keep_prescriber(session: Session, prescriber: written.Prescriber, *, actor: Actor, now: datetime) -> Prescriber:
    """The prescriber of this NPI; a number that belongs to another name here is refused.

    Raises: RuleBroken naming the field.
    """
    npi = check_npi(prescriber.npi, field="prescriber.npi")
    if not prescriber.family.strip():
        raise RuleBroken("Prescriber: the family name is needed.", field="prescriber.family")
    _check_lengths("prescriber", {"family": 120, "given": 120, "phone": 64}, prescriber)
    row = session.execute(select(Prescriber).where(Prescriber.npi == npi)).scalar()
    if row is None:
        row = Prescriber(
            family=prescriber.family.strip(),
            given=prescriber.given.strip(),
            npi=npi,
            phone=prescriber.phone.strip(),
            name_key=name_key(prescriber.family, prescriber.given),
            created_at=now,
        )
        session.add(row)
        session.flush()
        record(
            session,
            Event.PRESCRIBER_ADDED,
            actor=actor,
            now=now,
            subject="prescriber",
            subject_id=row.id,
            npi=npi,
        )
    elif row.family.casefold() != prescriber.family.strip().casefold():
        raise RuleBroken(
            f"NPI: {npi} belongs to {row.name} in this pharmacy's records, not to {prescriber.family}.",
            field="prescriber.npi",
        )
    return row


def _check_lengths(of: str, most: dict[str, int], person: written.Patient | written.Prescriber) -> None:
    for name, limit in most.items():
        if len(getattr(person, name)) > limit:
            field = f"{of}.{name}"
            raise RuleBroken(f"{field}: at most {limit} characters are kept.", field=field)


def _profile(patient: written.Patient) -> dict[str, object]:
    return {
        "sex": patient.sex,
        "allergies": list(patient.allergies),
        "none_known": patient.none_known,
        "conditions": [{"code": c.code, "text": c.text} for c in patient.conditions],
        "medications": [{"text": m.text, "rxcui": m.rxcui, "last_taken": m.last_taken} for m in patient.medications],
        "pregnant": patient.pregnant,
        "diet": patient.diet,
    }
