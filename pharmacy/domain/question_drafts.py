"""Questions drafted from findings: what the prescription says, and an open request to state what was meant.

A draft quotes what was written and computes nothing but its daily dose. It never names a dose, a quantity or a
medicine that might have been meant: whoever reads “did you mean 4.5 mg?” may answer yes without looking.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.prescription import Prescription, TitrationStep
from pharmacy.domain.questions import seen, subject_of, subjects
from pharmacy.domain.units import clip, format_strength

_MOST_QUOTED = 90  # letters of each quotation, so that a draft keeps within what a question may have
_MOST_LISTED = 300  # letters of a list


@dataclass(frozen=True, slots=True)
class Draft:
    """about: the rule of the finding. subject: what it is about, in words. text: the question, to be looked over."""

    about: str
    subject: str
    text: str


def drafts(
    prescription: Prescription, findings: Iterable[Finding], *, daily_dose_mg: Decimal | None = None
) -> tuple[Draft, ...]:
    """One question for each subject of which something was found that a prescriber can clear up, the gravest first.

    daily_dose_mg: the highest daily dose as it is written [mg], None when none could be computed.
    """
    rules = asked_about((finding.rule, finding.level) for finding in findings)
    return tuple(Draft(rule, subject_of(rule), _text(rule, prescription, daily_dose_mg)) for rule in rules)


def asked_about(found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The rules for which there is a draft, one for each subject: (rule, level) of what was found.

    Warnings and counsel are the pharmacy's own to settle, unless something is missing.

    >>> asked_about([("dose.too-high", "stop"), ("dose.unusual", "pharmacist"), ("profile.thyroid", "counsel")])
    ('dose.too-high',)
    """
    grave = (Level.STOP, Level.PHARMACIST)
    return subjects(rule for rule, level in found if _known(rule) and (level in grave or rule.endswith(".missing")))


def _known(rule: str) -> bool:
    return rule.partition(".")[0] in _REQUESTS


def _text(rule: str, prescription: Prescription, daily_dose_mg: Decimal | None) -> str:
    subject = rule.partition(".")[0]
    quoted, request = _REQUESTS[subject]
    # The request comes first: a queue shows only the first words.
    sentences = [_OWN_REQUESTS.get(rule, request), _quotation(prescription, quoted)]
    if subject in _OF_THE_DOSE and daily_dose_mg is not None:
        sentences.append(f"As written, the highest daily dose is {format_strength(daily_dose_mg)}.")
    return seen(" ".join(filter(None, sentences)))


def _quotation(prescription: Prescription, names: Iterable[str]) -> str:
    """What is written, word for word, of the fields named."""
    said = [f"{_FIELDS[name][0]}: {_FIELDS[name][1](prescription) or 'nothing'}" for name in names]
    return f"The prescription we received says {'; '.join(said)}." if said else ""


def _plain(name: str) -> Callable[[Prescription], str]:
    def quote(prescription: Prescription) -> str:
        value = getattr(prescription, name).strip()
        return clip(value, _MOST_QUOTED) if value else ""

    return quote


def _list(texts: Iterable[str]) -> str:
    joined = "; ".join(" ".join(text.split()) for text in texts if text.strip())
    return clip(joined, _MOST_LISTED) if joined else ""


def _step(step: TitrationStep) -> str:
    return f"{step.dose_mg} mg" + f" for {step.days} days" * bool(step.days.strip())


_FIELDS: Mapping[str, tuple[str, Callable[[Prescription], str]]] = {
    "drug": ("medicine", _plain("drug")),
    "strength": ("strength", _plain("strength")),
    "form": ("form", _plain("form")),
    "directions": ("directions", _plain("directions")),
    "quantity": ("quantity", _plain("quantity")),
    "days_supply": ("days' supply", _plain("days_supply")),
    "refills": ("refills", _plain("refills")),
    "written": ("date written", _plain("written")),
    "note": ("note", _plain("note")),
    "plan": ("titration plan", lambda rx: _list(_step(step) for step in rx.titration)),
    "birth_date": ("birth date", lambda rx: clip(rx.patient.birth_date) if rx.patient.birth_date.strip() else ""),
    "allergies": (
        "allergies",
        lambda rx: _list((*["none known"] * rx.patient.none_known, *rx.patient.allergies)),
    ),
    "conditions": ("conditions", lambda rx: _list(one.text or one.code for one in rx.patient.conditions)),
    "medications": ("other medicines", lambda rx: _list(one.text for one in rx.patient.medications)),
    "diet": ("diet", lambda rx: clip(rx.patient.diet) if rx.patient.diet.strip() else ""),
    "npi": ("NPI", lambda rx: clip(rx.prescriber.npi) if rx.prescriber.npi.strip() else ""),
}
_OF_THE_DOSE = frozenset({"dose", "strength", "directions", "titration"})
_ORDER = ("drug", "strength", "directions")
_SUPPLY = ("directions", "quantity", "days_supply")
_STATE_SUPPLY = "Please state the number of capsules, the days' supply and the directions that you intend."
_STILL_FILL = "Please state whether this prescription is to be filled, and what we have to observe if it is."
# subject: what is quoted, and what is asked for
_REQUESTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "dose": (_ORDER, "Please state the daily dose that you intend, in mg, and how it is to be taken."),
    "strength": (_ORDER, "Please state the strength of one capsule, in mg, and the daily dose that you intend."),
    "drug": (("drug", "strength", "form"), "Please state the medicine that you intend, its strength in mg and form."),
    "form": (("drug", "form"), "Please state the form in which you want the medicine to be made."),
    "directions": (
        _ORDER,
        "Please state the directions that you intend: how many capsules, how often, when, and for how long.",
    ),
    "quantity": (_SUPPLY, _STATE_SUPPLY),
    "days-supply": (_SUPPLY, _STATE_SUPPLY),
    "refills": (("quantity", "days_supply", "refills"), "Please state the number of refills that you allow."),
    "titration": (
        ("strength", "directions", "plan"),
        "Please state each step that you intend: the daily dose in mg, and for how many days.",
    ),
    "written": (
        ("written",),
        "Please state the date on which you wrote this prescription. If it is no longer in force and treatment is to go"
        " on, please send a new one.",
    ),
    "patient": (("birth_date",), "Please state the patient's full name and birth date."),
    "profile": (
        ("medications", "note"),
        "Please state whether the patient takes an opioid, or naltrexone in"
        f" another form, and when the last dose was taken. {_STILL_FILL}",
    ),
    "condition": (("conditions", "note"), _STILL_FILL),
    "allergy": (("allergies",), f"Please state what the patient is allergic to. {_STILL_FILL}"),
    "excipient": (
        ("allergies", "diet"),
        "Please state which inactive ingredients the patient must not have, and whether another formula is agreeable.",
    ),
    "diet": (
        ("diet",),
        "Please state which inactive ingredients the patient does not eat, and whether another formula is agreeable.",
    ),
    "prescriber": (("npi",), "Please state your full name, your NPI and a number under which we reach you."),
}
_OWN_REQUESTS: Mapping[str, str] = {
    "patient.allergies": "Please state the patient's allergies, or that the patient was asked and has none.",
    "patient.allergies-contradict": "Please state the patient's allergies, or that the patient was asked and has none.",
    "patient.age": f"By the birth date on it the patient is not of age. {_STILL_FILL}",
    "condition.pregnancy": f"Our record says that the patient is pregnant. {_STILL_FILL}",
}
