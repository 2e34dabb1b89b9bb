"""A prescription screened: what is missing, what dose it means, what stands against it, and who may"
" decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pharmacy.domain import course, dose, titration
from pharmacy.domain.conditions import review_age, review_conditions
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.duplicates import duplicate_therapy
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.findings import Decision, Finding, Level, decide, in_order
from pharmacy.domain.identifiers import check_npi
from pharmacy.domain.interactions import review_allergies, review_medications
from pharmacy.domain.mentions import review_mentions
from pharmacy.domain.ordered_drug import ISMP, review_drug, review_form
from pharmacy.domain.prescription import Patient, Prescriber, Prescription
from pharmacy.domain.refills import SOURCE as VALIDITY
from pharmacy.domain.refills import expires
from pharmacy.domain.sig import Directions, read_directions
from pharmacy.domain.strength import Strength, read_strength, strengths_in
from pharmacy.domain.units import clip, format_number, format_strength, read_date

__all__ = ["Decision", "DosePolicy", "Finding", "Level", "Screening", "duplicate_therapy", "screen"]

_REQUIRED = "pharmacy policy: required before verification"
_DIRECTIONS = "USP <17>, directions; never guessed"
_DEFAULT = DosePolicy()


@dataclass(frozen=True, slots=True)
class Screening:
    """daily_dose_mg: the highest daily dose of the directions or the plan [mg], None when none could be
    computed.

    strength_mg: per capsule [mg]. findings: the gravest first.
    """

    decision: Decision
    daily_dose_mg: Decimal | None
    strength_mg: Decimal | None
    directions: Directions
    findings: tuple[Finding, ...]

    def to_document(self) -> dict[str, object]:
        """The answer of `pharmacy screen`; doses as decimal strings."""
        return {
            "decision": self.decision.value,
            "daily_dose_mg": None if self.daily_dose_mg is None else format_number(self.daily_dose_mg),
            "strength_mg": None if self.strength_mg is None else format_number(self.strength_mg),
            "directions": self.directions.to_document(),
            "findings": [finding.to_document() for finding in self.findings],
        }


def screen(
    prescription: Prescription,
    *,
    today: date,
    policy: DosePolicy = _DEFAULT,
    excipients: tuple[str, ...] = (),
) -> Screening:
    """What may be done with a prescription.

    today: the pharmacy's local calendar date. excipients: of the chosen formula, empty while none is chosen.
    """
    strength = read_strength(prescription.strength)
    directions = read_directions(prescription.directions)
    steps, findings = _plan(prescription, policy)
    doses = [step.dose_mg for step in (*steps, *course.directed(strength.mg, directions))]
    found = [
        *review_drug(prescription.drug, strength.mg),
        *review_form(prescription.form, strength.mg),
        *_strength(prescription, strength, planned=bool(steps)),
        *_directions(directions, strength, planned=bool(steps)),
        *findings,
        *course.review(strength.mg, directions, steps, policy),
        *_supply(prescription, directions, steps, today, policy),
        *_dates(prescription, today, policy),
        *_patient(prescription.patient, today, policy),
        *_prescriber(prescription.prescriber),
        *review_medications(prescription.patient, today=today, policy=policy),
        *review_conditions(prescription.patient, note=prescription.note),
        *review_mentions(prescription.patient, note=prescription.note),
        *review_allergies(prescription.patient, excipients, policy),
    ]
    ordered = in_order(found)
    return Screening(decide(ordered), max(doses, default=None), strength.mg, directions, ordered)


def _plan(prescription: Prescription, policy: DosePolicy) -> tuple[tuple[titration.Step, ...], tuple[Finding, ...]]:
    steps, problems = titration.read_plan(prescription.titration)
    return steps, (*problems, *titration.review(steps, policy))


def _strength(prescription: Prescription, strength: Strength, *, planned: bool) -> Iterable[Finding]:
    if strength.problem and not planned:
        named = "" if strength.written.strip() else _elsewhere(prescription)
        rule = "strength.unreadable" if strength.written.strip() else "strength.missing"
        yield Finding(rule, Level.STOP, f"{strength.problem}{named}", "MS", dose.RANGE_SOURCE)
    elif strength.problem and strength.written.strip() and "range" not in strength.problem:
        message = f"{strength.problem} The titration plan gives the doses."
        yield Finding("strength.unreadable", Level.PHARMACIST, message, "MS", dose.RANGE_SOURCE)
    if strength.converted:
        message = f"The strength was written in micrograms: {strength.converted}. Compare it with the prescription."
        yield Finding("strength.micrograms", Level.PHARMACIST, message, "PN", ISMP)
    for sentence in strength.forms:
        yield Finding("strength.written-form", Level.WARN, f"The strength {sentence}", "MS", ISMP)


def _elsewhere(prescription: Prescription) -> str:
    found = strengths_in(f"{prescription.drug} {prescription.note} {prescription.directions}")
    named = ", ".join(dict.fromkeys(format_strength(mg) for mg in found))
    return f" Other fields name {named}: enter it in its own field after comparing." if named else ""


def _directions(directions: Directions, strength: Strength, *, planned: bool) -> Iterable[Finding]:
    if not directions.phases:
        level = Level.PHARMACIST if planned else Level.STOP
        written = clip(directions.written) if directions.written.strip() else "none"
        message = f"The directions ({written}) could not be read. {' '.join(directions.doubts)}"
        if directions.understood:
            message += f" Understood so far: {'; '.join(step.words() for step in directions.understood)}."
        yield Finding("directions.unreadable", level, message, "MS", _DIRECTIONS)
    else:
        for doubt in directions.doubts:
            yield Finding("directions.doubt", Level.PHARMACIST, f"In the directions: {doubt}", "MS", _DIRECTIONS)
        split = dose.whole_capsules(directions.phases)
        if split:
            yield split
    for code in directions.codes:
        message = f"The directions use “{code}”, an error-prone abbreviation; they were read as “{directions.text}”."
        if directions.phases:
            yield Finding("directions.written-form", Level.WARN, message, "MS", ISMP)
    yield from _named_milligrams(directions, strength)


def _named_milligrams(directions: Directions, strength: Strength) -> Iterable[Finding]:
    """A dose in mg in the directions must be the capsules of some phase times the strength, or the"
    " strength itself."""
    if strength.mg is None or not directions.phases:
        return
    allowed = {strength.mg} | {strength.mg * phase.units_per_dose for phase in directions.phases}
    for named in directions.milligrams:
        if named not in allowed:
            message = (
                f"The directions name {format_strength(named)}, which is neither the strength"
                f" {format_strength(strength.mg)} nor the dose. Ask the prescriber."
            )
            yield Finding("directions.two-doses", Level.STOP, message, "PN", _DIRECTIONS)


def _one(finding: Finding | None) -> tuple[Finding, ...]:
    return () if finding is None else (finding,)


def _supply(
    prescription: Prescription,
    directions: Directions,
    steps: tuple[titration.Step, ...],
    today: date,
    policy: DosePolicy,
) -> Iterable[Finding]:
    quantity = days = None
    if not prescription.quantity.strip():
        yield Finding("quantity.missing", Level.STOP, "The quantity is missing.", "MS", _REQUIRED)
    else:
        quantity, problem = dose.quantity_of(prescription.quantity, "quantity", "quantity")
        yield from _one(problem)
    if not prescription.days_supply.strip():
        message = "The days' supply is missing; enter it after comparing quantity and directions."
        yield Finding("days-supply.missing", Level.WARN, message, "MS", _REQUIRED)
    else:
        days, problem = dose.quantity_of(prescription.days_supply, "days_supply", "days' supply")
        yield from _one(problem)
    if quantity is not None and days is not None and directions.phases:
        yield from _one(dose.agreement(quantity, days, directions.phases))
    yield from _plan_length(steps, days)
    yield from _refills(prescription.refills, days, policy)


def _plan_length(steps: tuple[titration.Step, ...], days: int | None) -> Iterable[Finding]:
    lengths = [step.days for step in steps]
    total = sum(length or 0 for length in lengths)
    if not steps or days is None:
        return
    if (None in lengths and total >= days) or (None not in lengths and total != days):
        message = (
            f"The titration plan lasts {total} days{' and more' if None in lengths else ''}; the days'"
            f" supply is {days}."
        )
        yield Finding("titration.days", Level.PHARMACIST, message, "MS", titration.SOURCE)


def _refills(text: str, days: int | None, policy: DosePolicy) -> Iterable[Finding]:
    if not text.strip():
        yield Finding("refills.missing", Level.WARN, "Refills are not stated; none are given.", "MS", _REQUIRED)
        return
    try:
        refills = dose.read_count(text, field="refills", least=0, most=99)
    except InputUnusable:
        message = f"The refills {clip(text)} are not a whole number from 0 to 99; none are given until it is clear."
        yield Finding("refills.unreadable", Level.PHARMACIST, message, "MS", _REQUIRED)
        return
    if days is not None and refills * days > policy.valid_months * 31:
        message = (
            f"{refills} refills of {days} days reach beyond the {policy.valid_months} months the"
            f" prescription is valid;"
            " the last ones cannot be filled."
        )
        yield Finding("refills.beyond", Level.WARN, message, "MX", VALIDITY)


def _dates(prescription: Prescription, today: date, policy: DosePolicy) -> Iterable[Finding]:
    if not prescription.written.strip():
        yield Finding("written.missing", Level.STOP, "The date written is missing.", "MS", _REQUIRED)
        return
    try:
        written = read_date(prescription.written, field="written")
    except InputUnusable as problem:
        message = f"The date written could not be read: {problem.message}"
        yield Finding("written.unreadable", Level.STOP, message, "MS", VALIDITY)
        return
    if written > today:
        message = f"The prescription is dated {written.isoformat()}, in the future."
        yield Finding("written.future", Level.STOP, message, "MS", VALIDITY)
    elif today > (last := expires(written, policy)):
        message = f"The prescription of {written.isoformat()} expired: it could be filled until {last.isoformat()}."
        yield Finding("written.expired", Level.STOP, message, "PN", VALIDITY)


def _patient(patient: Patient, today: date, policy: DosePolicy) -> Iterable[Finding]:
    if not patient.family.strip() or not patient.given.strip():
        yield Finding("patient.name", Level.STOP, "The patient's family or given name is missing.", "MS", _REQUIRED)
    if not patient.birth_date.strip():
        yield Finding("patient.birth-date", Level.STOP, "The patient's birth date is missing.", "MS", _REQUIRED)
    else:
        yield from _birth_date(patient.birth_date, today, policy)
    if not patient.allergies and not patient.none_known:
        message = "The patient's allergies are missing; write them, or “none known” when the patient was asked."
        yield Finding("patient.allergies", Level.STOP, message, "MS", _REQUIRED)
    if patient.allergies and patient.none_known:
        message = f"The allergies say “none known” and {clip(', '.join(patient.allergies))}; ask the patient."
        yield Finding("patient.allergies-contradict", Level.PHARMACIST, message, "MS", _REQUIRED)


def _birth_date(text: str, today: date, policy: DosePolicy) -> Iterable[Finding]:
    try:
        born = read_date(text, field="patient.birth_date")
    except InputUnusable as problem:
        message = f"The birth date could not be read: {problem.message}"
        yield Finding("patient.birth-date", Level.STOP, message, "MS", _REQUIRED)
        return
    if born > today:
        message = f"The birth date {born.isoformat()} is in the future."
        yield Finding("patient.birth-date", Level.STOP, message, "MS", _REQUIRED)
        return
    yield from review_age(born, today, policy)


def _prescriber(prescriber: Prescriber) -> Iterable[Finding]:
    if not prescriber.family.strip():
        yield Finding("prescriber.name", Level.STOP, "The prescriber's name is missing.", "MS", _REQUIRED)
    if not prescriber.npi.strip():
        message = "The prescriber's NPI is missing; find it before verification."
        yield Finding("prescriber.npi-missing", Level.PHARMACIST, message, "MS", _REQUIRED)
        return
    try:
        check_npi(prescriber.npi, field="prescriber.npi")
    except InputUnusable as problem:
        source = "CMS, NPI check digit: Luhn over 80840 and the NPI"
        yield Finding("prescriber.npi", Level.STOP, problem.message, "MS", source)
