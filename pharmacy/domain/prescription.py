"""A prescription as it was written: every value a text, "" where nothing was written.

Nothing is understood here. A prescription that makes no sense must still be held, shown and asked about.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from pharmacy.domain.errors import InputUnusable

Entry = TypeVar("Entry")

_SHORT, _DIRECTIONS, _NOTE = (
    200,
    1000,
    2000,
)  # letters; SCRIPT allows 105 for a drug, 1000 for a SigText, 210 for a note
_MOST_ENTRIES = 200
_NONE_KNOWN = re.compile(
    r"(none|no|nil)( known)?( drug| food| medication)?( allerg(y|ies))?( known)?|nkd?a|none known",
    re.IGNORECASE,
)

_NOBODY_ASKED = re.compile(
    r"\W*(unknown|un ?k|not (yet )?(asked|known|stated|documented|on file|available|provided|assessed|recorded)"
    r"|n/?a|tbd|unable to (assess|obtain)|(patient |pt )?(refused|declined)|ask( patient)?|see (chart|profile))?\W*",
    re.IGNORECASE,
)


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
    """none_known: the patient was asked and has no allergy; differs from an empty list, where nobody"
    " asked."""

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


_PLAIN_FIELDS: dict[str, int] = {
    "drug": _SHORT,
    "strength": _SHORT,
    "form": _SHORT,
    "directions": _DIRECTIONS,
    "quantity": _SHORT,
    "days_supply": _SHORT,
    "refills": _SHORT,
    "written": _SHORT,
    "note": _NOTE,
}
# A system that counts in numbers may send them as numbers; everything else is text or it is wrong.
_NUMBERS = frozenset({"strength", "quantity", "days_supply", "refills", "dose_mg", "days", "rxcui", "npi", "phone"})


def from_document(document: object) -> Prescription:
    """The prescription of a JSON document (docs: prescription JSON).

    Raises: InputUnusable with the path ("patient.medications[2].text") for a wrong type, an unknown key or a
    text longer than any prescription has.

    >>> from_document({"drug": "naltrexone hydrochloride", "quantity": 30}).quantity
    '30'
    """
    keys = _keys(document, "", ("patient", "prescriber", *_PLAIN_FIELDS, "titration"))
    return Prescription(
        patient=_patient(keys.get("patient")),
        prescriber=_prescriber(keys.get("prescriber")),
        titration=_each(keys.get("titration"), "titration", _step),
        **{name: _text(keys, name, "", most) for name, most in _PLAIN_FIELDS.items()},
    )


def to_document(prescription: Prescription) -> dict[str, object]:
    """The JSON document of a prescription; from_document reads the same prescription from it."""
    plain: dict[str, object] = {name: getattr(prescription, name) for name in _PLAIN_FIELDS}
    prescriber = prescription.prescriber
    return {
        "patient": _patient_document(prescription.patient),
        "prescriber": {
            "family": prescriber.family,
            "given": prescriber.given,
            "npi": prescriber.npi,
            "phone": prescriber.phone,
        },
        **plain,
        "titration": [{"dose_mg": step.dose_mg, "days": step.days} for step in prescription.titration],
    }


def _patient_document(patient: Patient) -> dict[str, object]:
    allergies: object = list(patient.allergies)
    if patient.none_known:
        allergies = ["none known", *patient.allergies] if patient.allergies else "none known"
    return {
        "family": patient.family,
        "given": patient.given,
        "birth_date": patient.birth_date,
        "sex": patient.sex,
        "allergies": allergies,
        "conditions": [{"code": c.code, "text": c.text} for c in patient.conditions],
        "medications": [{"text": m.text, "rxcui": m.rxcui, "last_taken": m.last_taken} for m in patient.medications],
        "pregnant": patient.pregnant,
        "diet": patient.diet,
    }


def _patient(document: object) -> Patient:
    at = "patient"
    names = ("family", "given", "birth_date", "sex")
    keys = _keys(document, at, (*names, "allergies", "conditions", "medications", "pregnant", "diet"))
    pregnant = keys.get("pregnant")
    if pregnant is not None and not isinstance(pregnant, bool):
        raise InputUnusable("patient.pregnant: true, false or null is needed.", "patient.pregnant")
    allergies, none_known = _allergies(keys.get("allergies"))
    return Patient(
        family=_text(keys, "family", at),
        given=_text(keys, "given", at),
        birth_date=_text(keys, "birth_date", at),
        sex=_text(keys, "sex", at),
        allergies=allergies,
        none_known=none_known,
        conditions=_each(keys.get("conditions"), "patient.conditions", _condition),
        medications=_each(keys.get("medications"), "patient.medications", _medication),
        pregnant=pregnant,
        diet=_text(keys, "diet", at),
    )


def _allergies(value: object) -> tuple[tuple[str, ...], bool]:
    """A list of texts, or "none known" in its usual spellings (NKA, NKDA), alone or, contradicting, in the"
    " list."""
    at = "patient.allergies"
    if isinstance(value, str):
        if not value.strip():
            return (), False
        if says_none_known(value):
            return (), True
        raise InputUnusable(f'{at}: a list of texts is needed, or the text "none known".', at)
    texts = _each(value, at, lambda entry, where: _text({"": entry}, "", where))
    named = tuple(text for text in texts if text.strip() and not says_none_known(text))
    return named, any(says_none_known(text) for text in texts)


def says_none_known(text: str) -> bool:
    """Whether a text says that the patient was asked and has no allergy.

    >>> says_none_known("NKDA"), says_none_known("none known"), says_none_known("")
    (True, True, False)
    """
    return _NONE_KNOWN.fullmatch(" ".join(text.split()).rstrip(".")) is not None


def says_nobody_asked(text: str) -> bool:
    """Whether a text stands where allergies should and says nothing about them.

    >>> says_nobody_asked("Unknown"), says_nobody_asked("N/A"), says_nobody_asked("penicillin")
    (True, True, False)
    """
    return _NOBODY_ASKED.fullmatch(" ".join(text.split())) is not None


def _prescriber(document: object) -> Prescriber:
    keys = _keys(document, "prescriber", ("family", "given", "npi", "phone"))
    return Prescriber(*(_text(keys, name, "prescriber") for name in ("family", "given", "npi", "phone")))


def _condition(document: object, at: str) -> Condition:
    keys = _keys(document, at, ("code", "text"), needed=True)
    return Condition(code=_text(keys, "code", at), text=_text(keys, "text", at))


def _medication(document: object, at: str) -> Medication:
    keys = _keys(document, at, ("text", "rxcui", "last_taken"), needed=True)
    return Medication(
        text=_text(keys, "text", at), rxcui=_text(keys, "rxcui", at), last_taken=_text(keys, "last_taken", at)
    )


def _step(document: object, at: str) -> TitrationStep:
    keys = _keys(document, at, ("dose_mg", "days"), needed=True)
    return TitrationStep(dose_mg=_text(keys, "dose_mg", at), days=_text(keys, "days", at))


def _keys(document: object, at: str, known: tuple[str, ...], needed: bool = False) -> Mapping[str, object]:
    if document is None and at and not needed:
        return {}
    if not isinstance(document, Mapping):
        raise InputUnusable(f"{at or 'prescription'}: a JSON object is needed.", at)
    for key in document:
        if key not in known:
            path = _joined(at, str(key)[:40])
            raise InputUnusable(f"{_printable(path)}: unknown key; known are {', '.join(known)}.", _printable(path))
    return document


def _text(keys: Mapping[str, object], name: str, at: str, most: int = _SHORT) -> str:
    value, path = keys.get(name), _joined(at, name)
    if value is None:
        return ""
    if name in _NUMBERS and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        value = _digits(value, path)
    if not isinstance(value, str):
        raise InputUnusable(f"{path}: a text is needed.", path)
    if len(value) > most:
        raise InputUnusable(f"{path}: {len(value)} letters; at most {most} are kept.", path)
    if any(letter < " " and letter not in "\t\n\r" or "\ud800" <= letter <= "\udfff" for letter in value):
        raise InputUnusable(f"{path}: holds a control character or half a character.", path)
    return value


def _digits(value: int | Decimal, path: str) -> str:
    if isinstance(value, int) and abs(value) >= 10**_SHORT:
        raise InputUnusable(f"{path}: the number has more than {_SHORT} digits.", path)
    return str(value)


def _each(value: object, at: str, read: Callable[[object, str], Entry]) -> tuple[Entry, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise InputUnusable(f"{at}: a list is needed.", at)
    if len(value) > _MOST_ENTRIES:
        raise InputUnusable(f"{at}: {len(value)} entries; at most {_MOST_ENTRIES} are kept.", at)
    return tuple(read(entry, f"{at}[{place}]") for place, entry in enumerate(value))


def _joined(at: str, name: str) -> str:
    return f"{at}.{name}" if at and name else at or name


def _printable(path: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in path)
