"""A NewRx to a prescription: for whom, by whom, how much, when; the medicine itself is in medication.py."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.prescription import Prescription, from_document, says_none_known
from pharmacy.intake.ncpdp_script.codes import FORMS, ICD_10, UNCOUNTED
from pharmacy.intake.ncpdp_script.found import Found, Places, walk
from pharmacy.intake.ncpdp_script.medication import read_medicine
from pharmacy.intake.ncpdp_script.sig import doubt_structured_sig


def _name(person: str, part: str) -> Places:
    return Places((f"{person}/Name/{part}",), (f"{person}/Names/Name/{part}", f"Name/{part}"))


_PATIENT = {
    "family": _name("HumanPatient", "LastName"),
    "given": _name("HumanPatient", "FirstName"),
    "birth_date": Places(
        ("HumanPatient/DateOfBirth/Date",),
        ("HumanPatient/DateOfBirth", "DateOfBirth/Date", "DateOfBirth"),
    ),
    "sex": Places(("HumanPatient/Gender",), ("Gender",)),
}
_PRESCRIBER = {
    "family": _name("NonVeterinarian", "LastName"),
    "given": _name("NonVeterinarian", "FirstName"),
    "npi": Places(("NonVeterinarian/Identification/NPI",), ("Identification/NPI",)),
    "phone": Places(
        ("NonVeterinarian/CommunicationNumbers/PrimaryTelephone/Number",),
        ("CommunicationNumbers/PrimaryTelephone/Number",),
    ),
}
_MEDICATION = {
    "directions": Places(("Sig/SigText",), ("Directions",)),
    "quantity": Places(("Quantity/Value",)),
    "days_supply": Places(("DaysSupply",)),
    "refills": Places(("NumberOfRefills",), ("Refills/Value", "Refills/Quantity")),
    "written": Places(("WrittenDate/Date", "WrittenDate/DateTime"), ("WrittenDate",)),
}
# Without these nobody can say who is to get what from whom: the message is put to a person instead.
_NEEDED = {
    "patient.family": "Patient/HumanPatient/Name/LastName",
    "prescriber.family": "Prescriber/NonVeterinarian/Name/LastName",
    "drug": "MedicationPrescribed/DrugDescription",
}
_WANTED = ("patient.given", "patient.birth_date", "directions", "quantity", "written")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):.*", re.DOTALL)


def read_newrx(newrx: Element, found: Found) -> Prescription | None:
    """The prescription, or None with the problems noted in `found`."""
    if newrx.find("Patient/NonHumanPatient") is not None:
        animal = "NewRx/Patient/NonHumanPatient"
        found.problem(animal, "The prescription is for an animal, which is not read here.")
    patient = _part(newrx, "Patient", found, _PATIENT)
    prescriber = _part(newrx, "Prescriber", found, _PRESCRIBER)
    _allergies(newrx, patient, found)
    document: dict[str, object] = {"patient": patient, "prescriber": prescriber}
    medication = _only(newrx, "MedicationPrescribed", found)
    if medication is not None:
        at = "NewRx/MedicationPrescribed"
        document |= {name: found.one(name, medication, at, places) for name, places in _MEDICATION.items()}
        document["written"] = _day(str(document["written"]), found)
        patient["conditions"] = list(_conditions(medication, at, found))
        document |= read_medicine(medication, at, str(document["directions"]), found)
        doubt_structured_sig(medication, at, str(document["directions"]), found)
        _doubt_quantity_unit(medication, at, str(document["form"]), found)
        _doubt_other_dates(medication, at, found)
    _require(found)
    return None if found.problems else _checked(document, found)


def _checked(document: dict[str, object], found: Found) -> Prescription | None:
    try:
        return from_document(document)
    except InputUnusable as refusal:
        found.problem(refusal.field, refusal.message)
        return None


def _require(found: Found) -> None:
    named = {problem.path for problem in found.problems}
    for field, path in _NEEDED.items():
        if field not in found.evidence and f"NewRx/{path}" not in named:
            found.problem(f"NewRx/{path}", f"{field.replace('.', ' ')}: the message names none.")
    for field in _WANTED:
        if field not in found.evidence:
            found.doubt(field, "the message does not say.")


def _only(newrx: Element, name: str, found: Found) -> Element | None:
    parts = newrx.findall(name)
    if len(parts) > 1:
        found.problem(f"NewRx/{name}", f"The message has {len(parts)} {name} parts; one is needed.")
    return parts[0] if len(parts) == 1 else None


def _part(newrx: Element, name: str, found: Found, table: dict[str, Places]) -> dict[str, object]:
    element = _only(newrx, name, found)
    if element is None:
        return {}
    at = f"NewRx/{name}"
    return {field: found.one(f"{name.lower()}.{field}", element, at, places) for field, places in table.items()}


def _allergies(newrx: Element, patient: dict[str, object], found: Found) -> None:
    """What the message says of allergies; when it says nothing nobody was asked, and the list stays empty."""
    at, field = "NewRx/AllergyOrAdverseEvent", "patient.allergies"
    texts: list[str] = []
    for path, entry in walk(newrx, "NewRx", "AllergyOrAdverseEvent/Allergies"):
        text, where = _allergy(entry, path, found)
        if text:
            found.evidence[f"{field}[{len(texts)}]"] = where
            texts.append(text)
    none_known, where = found.text(newrx, "NewRx", "AllergyOrAdverseEvent/NoKnownAllergies")
    if none_known.lower() in ("y", "yes", "true", "1"):
        found.evidence[field] = where
        texts.insert(0, "none known")
    elif none_known and none_known.lower() not in ("n", "no", "false", "0"):
        found.doubt(field, f"{where} says “{none_known[:40]}”, which is neither Y nor N.")
    said = [says_none_known(text) for text in texts]
    if any(said) and not all(said):
        found.doubt(field, f"{at} says none known, and names one.")
    patient["allergies"] = texts


def _allergy(entry: Element, path: str, found: Found) -> tuple[str, str]:
    text, where = found.text(entry, path, "DrugProductCoded/Text")
    if not text:
        text, where = found.text(entry, path, "AdverseEvent/Text")
        if not text:
            code, where = found.text(entry, path, "DrugProductCoded/Code")
            qualifier, _ = found.text(entry, path, "DrugProductCoded/Qualifier")
            text = f"{qualifier} {code}".strip() if code else ""
        if text or len(entry):
            found.doubt("patient.allergies", f"{path} does not name the substance in words.")
            text, where = text or "allergy of which the substance is not named", where if text else path
    reaction, _ = found.text(entry, path, "ReactionCoded/Text")
    return (f"{text} ({reaction})" if text and reaction else text), where


def _conditions(medication: Element, at: str, found: Found) -> Iterator[dict[str, str]]:
    number = 0
    for rank in ("Primary", "Secondary"):
        for path, entry in walk(medication, at, f"Diagnosis/{rank}"):
            code, _ = found.text(entry, path, "Code")
            qualifier, _ = found.text(entry, path, "Qualifier")
            text, _ = found.text(entry, path, "Description")
            if not code and not text:
                continue
            found.evidence[f"patient.conditions[{number}]"] = path
            number += 1
            if qualifier in ICD_10:
                yield {"code": code, "text": text}
            else:
                yield {"code": "", "text": f"{text} ({qualifier} {code})".strip()}


def _day(written: str, found: Found) -> str:
    """The date of a moment; a moment in UTC before noon may still be the day before at the prescriber's."""
    moment = _MOMENT.fullmatch(written)
    if moment is None:
        return written
    found.evidence["written"] += f": {written}"
    if written.endswith("Z") and int(moment[2]) < 12:
        found.doubt("written", f"the message says {written}, which there may be the day before.")
    return moment[1]


def _doubt_quantity_unit(medication: Element, at: str, form: str, found: Found) -> None:
    code, where = found.text(medication, at, "Quantity/QuantityUnitOfMeasure/Code")
    if not code:
        code, where = found.text(medication, at, "Quantity/QuantityUnitOfMeasure")
    unit = FORMS.get(code) or UNCOUNTED.get(code) or code
    if not unit or unit.lower() in UNCOUNTED.values() or unit.lower().rstrip("s") in form.lower():
        return
    if unit == "capsule" and not form:
        return
    found.doubt("quantity", f"{where} counts in “{unit[:40]}”, while the form is “{form[:40]}”.")


def _doubt_other_dates(medication: Element, at: str, found: Found) -> None:
    for path, entry in walk(medication, at, "OtherMedicationDate"):
        kind, _ = found.text(entry, path, "OtherMedicationDateQualifier")
        date, _ = found.text(entry, path, "OtherMedicationDate/Date")
        if date:
            found.doubt("written", f"the message also carries {kind[:40] or 'another date'} {date[:40]}.")
