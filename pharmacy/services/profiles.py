"""Patients and prescribers: found again by name and birth date, or by NPI; changes keep what stood before."""

import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain import prescription as written
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import check_npi
from pharmacy.domain.roles import PHARMACISTS
from pharmacy.domain.units import read_date
from pharmacy.services import phrase_tables
from pharmacy.services.acting import Actor, changes, get, get_to_change, record
from pharmacy.store.tables import Patient, Prescriber

Line = TypeVar("Line", str, dict[str, str], written.Condition, written.Medication)
_LISTS = ("allergies", "conditions", "medications")


def name_key(family: str, given: str) -> str:
    """How names are compared and searched: folded, single spaces, without signs nobody sees, family name first."""
    seen = "".join(letter for letter in f"{family} {given}" if unicodedata.category(letter) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())[:250]


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
    # "Unknown" is no allergy that a later answer would contradict; the prescription keeps what was written.
    patient = replace(
        patient, allergies=tuple(text for text in patient.allergies if not written.says_nobody_asked(text))
    )
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
    _refuse_none_known(row, patient)
    _change(session, row, _merged(row, patient), actor=actor, now=now)
    return row


def strike_out(
    session: Session, patient_id: int, kind: str, line: str, *, reason: str, actor: Actor, now: datetime
) -> Patient:
    """Takes a line off a patient's record, the only way one leaves it. kind: allergies, conditions or medications.

    line: the text of the line, or its code where it has no text; every line of this text goes.
    Raises: RuleBroken when it is not a pharmacist who does it, without a reason, or when there is no such line.
    """
    if actor.role not in PHARMACISTS:
        raise RuleBroken("Only a pharmacist takes a line off a patient's record.")
    if kind not in _LISTS:
        raise RuleBroken(f"Choose what to take off: {', '.join(_LISTS)}.", field="kind")
    if len(reason.strip()) < 10:
        raise RuleBroken("Reason: write it in at least 10 letters; it is kept with your name.", field="reason")
    row = get_to_change(session, Patient, patient_id, "patient")
    held = list(getattr(row, kind))
    kept = [entry for entry in held if _folded(line) not in _named(entry)]
    if kept == held:
        raise RuleBroken(f"There is no such line on the record of {row.name}: {line.strip()[:120]}.", field="line")
    _change(session, row, {kind: kept}, actor=actor, now=now, reason=reason.strip())
    return row


def choose_language(session: Session, patient_id: int, language: str, *, actor: Actor, now: datetime) -> Patient:
    """In which language labels speak to a patient, beside English. language: its code; "" for English alone.

    Raises: NotFound when there is no such patient, or no phrases in that language.
    """
    if language:
        phrase_tables.language(language)
    row = get_to_change(session, Patient, patient_id, "patient")
    _change(session, row, {"language": language}, actor=actor, now=now)
    return row


def note_reading(session: Session, patient_id: int, *, actor: Actor, now: datetime) -> None:
    """Notes in the trail that somebody looked at a patient's record.

    Raises: NotFound.
    """
    get(session, Patient, patient_id, "patient")
    record(session, Event.RECORD_READ, actor=actor, now=now, subject="patient", subject_id=patient_id)


def with_record(entered: written.Prescription, row: Patient | None) -> written.Prescription:
    """A prescription with all that stands on the patient's record beside what was entered: what either knows counts."""
    if row is None:
        return entered
    patient = entered.patient
    allergies = _added(patient.allergies, row.allergies)
    both = replace(
        patient,
        allergies=tuple(allergies),
        # A document that contradicts itself stays so for the pharmacist to see; allergies learnt later hold.
        none_known=patient.none_known
        if patient.allergies
        else not allergies and (patient.none_known or row.none_known),
        conditions=tuple(_added(patient.conditions, [written.Condition(**line) for line in row.conditions])),
        medications=tuple(_added(patient.medications, [written.Medication(**line) for line in row.medications])),
        pregnant=row.pregnant if patient.pregnant is None else patient.pregnant or bool(row.pregnant),
        diet=", ".join(dict.fromkeys(diet for diet in (patient.diet.strip(), row.diet.strip()) if diet)),
    )
    return replace(entered, patient=both)


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
        return row
    if _folded(row.family) != _folded(prescriber.family):
        raise RuleBroken(
            f"NPI: {npi} belongs to {row.name} in this pharmacy's records, not to {prescriber.family}.",
            field="prescriber.npi",
        )
    given = prescriber.given.strip()
    if given and not row.given:
        row.given, row.name_key = given, name_key(row.family, given)
        record(
            session,
            Event.PRESCRIBER_CHANGED,
            actor=actor,
            now=now,
            subject="prescriber",
            subject_id=row.id,
            given={"from": "", "to": given},
        )
    if given and _folded(row.given) != _folded(given):
        raise RuleBroken(
            f"Prescriber: the NPI {npi} belongs to {row.name} in this pharmacy's records, not to"
            f" {given} {prescriber.family}.",
            field="prescriber.given",
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
        "conditions": _conditions(patient),
        "medications": _medications(patient),
        "pregnant": patient.pregnant,
        "diet": patient.diet,
    }


def _merged(row: Patient, patient: written.Patient) -> dict[str, object]:
    """The record with what is new; what stands on it and was not named again stays."""
    return {
        "sex": patient.sex or row.sex,
        "allergies": _added(row.allergies, patient.allergies),
        "none_known": patient.none_known or (row.none_known and not patient.allergies),
        "conditions": _added(row.conditions, _conditions(patient)),
        "medications": _added(row.medications, _medications(patient)),
        "pregnant": row.pregnant if patient.pregnant is None else patient.pregnant,
        "diet": patient.diet or row.diet,
    }


def _refuse_none_known(row: Patient, patient: written.Patient) -> None:
    if patient.none_known and row.allergies:
        raise RuleBroken(
            f"Allergies: “none known” was entered, but {', '.join(row.allergies)} is on the record of {row.name}."
            " Ask the patient; a pharmacist takes off the record what does not hold.",
            field="patient.allergies",
        )


def _change(
    session: Session, row: Patient, after: dict[str, object], *, actor: Actor, now: datetime, **why: object
) -> None:
    changed = changes({name: getattr(row, name) for name in after}, after)
    if not changed:
        return
    for name, value in after.items():
        setattr(row, name, value)
    record(session, Event.PATIENT_CHANGED, actor=actor, now=now, subject="patient", subject_id=row.id, **changed, **why)


def _conditions(patient: written.Patient) -> list[dict[str, str]]:
    return [asdict(condition) for condition in patient.conditions]


def _medications(patient: written.Patient) -> list[dict[str, str]]:
    return [asdict(medication) for medication in patient.medications]


def _added(held: Iterable[Line], more: Iterable[Line]) -> list[Line]:
    """The lines held, and those of the others that are not among them."""
    result = list(held)
    known = [_words(line) for line in result]
    for line in more:
        if _words(line) not in known:
            known.append(_words(line))
            result.append(line)
    return result


def _words(line: str | dict[str, str] | written.Condition | written.Medication) -> list[str]:
    """Lines are the same when their words are, however they are spaced and capitalised."""
    if isinstance(line, str):
        return [_folded(line)]
    parts = line if isinstance(line, dict) else asdict(line)
    return [_folded(parts[name]) for name in sorted(parts)]


def _named(line: str | dict[str, str]) -> list[str]:
    """What a line may be called by: its text or its code."""
    parts = [line] if isinstance(line, str) else [line.get(name, "") for name in ("text", "code", "rxcui")]
    return [_folded(part) for part in parts if part.strip()]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
