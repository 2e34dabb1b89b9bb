"""A prescription as it was written: every value a text, "" where nothing was written.

Nothing is understood here. A prescription that makes no sense must still be held, shown and asked about.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Condition:
    """code: ICD-10-CM, "" when only words were given."""

    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Medication:
    """One line of the patient's medicine list. last_taken: a date as written, "" when nobody asked."""

    text: str = ""
    rxcui: str = ""
    last_taken: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """none_known: the patient was asked and has no allergy; differs from an empty list, where nobody asked."""

    family: str = ""
    given: str = ""
    birth_date: str = ""
    sex: str = ""
    allergies: tuple[str, ...] = ()
    none_known: bool = False
    conditions: tuple[Condition, ...] = ()
    medications: tuple[Medication, ...] = ()
    pregnant: bool | None = None
    diet: str = ""


@dataclass(frozen=True, slots=True)
class Prescriber:
    family: str = ""
    given: str = ""
    npi: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TitrationStep:
    """dose_mg: daily dose of the step. days: how long, "" for a last step without end."""

    dose_mg: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True)
class Prescription:
    patient: Patient = field(default_factory=Patient)
    prescriber: Prescriber = field(default_factory=Prescriber)
    drug: str = ""
    strength: str = ""
    form: str = ""
    directions: str = ""
    quantity: str = ""
    days_supply: str = ""
    refills: str = ""
    written: str = ""
    note: str = ""
    titration: tuple[TitrationStep, ...] = ()


def from_document(document: object) -> Prescription:
    """The prescription of a JSON document (docs: prescription JSON).

    Raises: InputUnusable with the path ("patient.medications[2].text") for a wrong type, an unknown key or a text
    longer than any prescription has.
    """
    return _prescription(document)


def to_document(prescription: Prescription) -> dict[str, object]:
    """The JSON document; from_document(to_document(p)) == p."""
    p = prescription
    plain = {name: getattr(p, name) for name in _PLAIN_FIELDS}
    return {
        "patient": _patient_document(p.patient),
        "prescriber": _texts(p.prescriber, ("family", "given", "npi", "phone")),
        **plain,
        "titration": [_texts(step, ("dose_mg", "days")) for step in p.titration],
    }
