"""Forms of entry and verification, and how the entry form becomes the prescription's document and back."""

from collections.abc import Iterable, Mapping
from typing import cast

from wtforms import HiddenField, StringField, TextAreaField

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.findings import PROFESSIONAL_SERVICES, RESULTS, Finding
from pharmacy.domain.prescription import Prescription
from pharmacy.services.prescriptions import Answered
from pharmacy.web.forms import ChoiceField, Form, SigningForm, field_name, typed

PLAIN = ("drug", "strength", "form", "directions", "quantity", "days_supply", "refills", "written", "note")
_OF_PATIENT = ("family", "given", "birth_date", "sex", "diet")
_OF_PRESCRIBER = ("family", "given", "npi", "phone")
_PREGNANT: dict[str, bool | None] = {"": None, "no": False, "yes": True}


class EntryForm(Form):
    """The prescription as flat fields; a list is a text with one entry a line."""

    revision = HiddenField()
    patient_family = StringField("Family name")
    patient_given = StringField("Given name")
    patient_birth_date = StringField("Birth date")
    patient_sex = StringField("Sex")
    patient_allergies = TextAreaField("Allergies")
    patient_conditions = TextAreaField("Conditions")
    patient_medications = TextAreaField("Other medicines")
    patient_pregnant = ChoiceField("Pregnant", choices=[("", "not stated"), ("no", "no"), ("yes", "yes")])
    patient_diet = StringField("Diet")
    prescriber_family = StringField("Family name")
    prescriber_given = StringField("Given name")
    prescriber_npi = StringField("NPI")
    prescriber_phone = StringField("Phone")
    drug = StringField("Medicine")
    strength = StringField("Strength per capsule")
    form = StringField("Form")
    directions = TextAreaField("Directions")
    quantity = StringField("Quantity")
    days_supply = StringField("Days' supply")
    refills = StringField("Refills")
    written = StringField("Date written")
    note = TextAreaField("Note")
    titration = TextAreaField("Titration plan")

    def document(self) -> dict[str, object]:
        """What was typed, as the prescription's document.

        Raises: InputUnusable naming the field and the line.
        """
        patient: dict[str, object] = {name: self._text(f"patient_{name}") for name in _OF_PATIENT}
        patient["allergies"] = _lines(self.patient_allergies.data)
        patient["conditions"] = _entries(self.patient_conditions.data, "patient.conditions", ("text", "code"))
        patient["medications"] = _entries(
            self.patient_medications.data, "patient.medications", ("text", "rxcui", "last_taken")
        )
        patient["pregnant"] = _PREGNANT.get(typed(self.patient_pregnant.data))
        return {
            "patient": patient,
            "prescriber": {name: self._text(f"prescriber_{name}") for name in _OF_PRESCRIBER},
            **{name: self._text(name) for name in PLAIN},
            "titration": _entries(self.titration.data, "titration", ("dose_mg", "days")),
        }

    def _text(self, name: str) -> str:
        # A browser sends the line ends of a text area as CRLF.
        return typed(self._fields[name].data).replace("\r\n", "\n")


class VerifyForm(SigningForm):
    """Strength and quantity typed anew from the source; a field is added for each step of a plan, and one block of
    answers for each finding."""

    strength_again = StringField("Strength, from the source")
    quantity_again = StringField("Quantity, from the source")

    def answers(self, rules: Iterable[str]) -> dict[str, Answered]:
        """The pharmacist's answers by rule."""
        return {rule: self._answer(rule) for rule in rules}

    def doses(self) -> tuple[str, ...]:
        """The dose of each step of the plan as typed."""
        return tuple(typed(self._fields[name].data) for name in self.dose_names())

    def dose_names(self) -> list[str]:
        """The names of the fields of the steps, in their order."""
        return [name for name in self._fields if name.startswith("dose_again_")]

    def _answer(self, rule: str) -> Answered:
        reason, contact, service, result = (
            typed(self._fields[f"{part}_{field_name(rule)}"].data)
            for part in ("reason", "contact", "service", "result")
        )
        return Answered(rule, reason, contact, service, result)


def verify_form(findings: Iterable[Finding], steps: int = 0) -> VerifyForm:
    """The form for these findings: reason_, contact_, service_ and result_ fields for each rule among them.

    steps: of a titration plan; dose_again_1, dose_again_2 and so on.
    """
    fields: dict[str, object] = {
        f"dose_again_{place}": StringField(f"Step {place}, from the source") for place in range(1, steps + 1)
    }
    for rule in dict.fromkeys(finding.rule for finding in findings):
        name = field_name(rule)
        fields[f"reason_{name}"] = StringField("Reason")
        fields[f"contact_{name}"] = StringField("Who at the prescriber's confirmed it, and when")
        fields[f"service_{name}"] = ChoiceField("What was done", choices=_choices(PROFESSIONAL_SERVICES), default="M0")
        fields[f"result_{name}"] = ChoiceField("Result", choices=_choices(RESULTS), default="1G")
    return cast(VerifyForm, type("AnsweringForm", (VerifyForm,), fields)())


def fields_of(held: Prescription) -> dict[str, str]:
    """The entry form's values for a prescription as it is held."""
    patient, prescriber = held.patient, held.prescriber
    allergies = ["none known"] * patient.none_known + list(patient.allergies)
    pregnant = {None: "", False: "no", True: "yes"}[patient.pregnant]
    return {
        **{f"patient_{name}": getattr(patient, name) for name in _OF_PATIENT},
        "patient_allergies": "\n".join(_flat(text) for text in allergies),
        "patient_conditions": "\n".join(_joined(c.text, c.code) for c in patient.conditions),
        "patient_medications": "\n".join(_joined(m.text, m.rxcui, m.last_taken) for m in patient.medications),
        "patient_pregnant": pregnant,
        **{f"prescriber_{name}": getattr(prescriber, name) for name in _OF_PRESCRIBER},
        **{name: getattr(held, name) for name in PLAIN},
        "titration": "\n".join(_joined(step.dose_mg, step.days) for step in held.titration),
    }


def by_field(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Texts gathered under the form field that they are about: (document path, text)."""
    gathered: dict[str, list[str]] = {}
    for path, text in named:
        gathered.setdefault(field_name(path), []).append(text)
    return gathered


def doubts_by_field(doubts: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Doubts under their form fields, and those that are about the whole message."""
    parts = [doubt.partition(": ") for doubt in doubts]
    own = [(path, text) for path, _, text in parts if _is_field(path)]
    return by_field(own), ["".join(part) for part in parts if not _is_field(part[0])]


def _is_field(path: str) -> bool:
    return hasattr(EntryForm, field_name(path))


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _entries(text: str | None, path: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    entries = []
    for place, line in enumerate(_lines(text)):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) > len(names):
            raise InputUnusable(
                f"Line {place + 1} has {len(parts)} parts; at most {len(names)} are read: "
                f"{' | '.join(name.replace('_', ' ') for name in names)}.",
                f"{path}[{place}]",
            )
        entries.append(dict(zip(names, parts, strict=False)))
    return entries


def _joined(*parts: str) -> str:
    """One line of a list; what stands behind the last filled part is left out."""
    return " | ".join(_flat(part) for part in parts).rstrip(" |")


def _flat(text: str) -> str:
    """A text that keeps to its line and to its part of it."""
    return " ".join(text.replace("|", "/").split())


def _choices(codes: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, f"{words} ({code})") for code, words in codes.items()]
