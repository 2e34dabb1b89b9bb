"""A prescription screened: what is missing, what dose it means, what stands against it, and who may decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pharmacy.domain import course, dose, titration
from pharmacy.domain.conditions import review_conditions
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.duplicates import duplicate_therapy
from pharmacy.domain.excipients import review_allergies
from pharmacy.domain.findings import Decision, Finding, Level, decide, in_order
from pharmacy.domain.interactions import review_medications
from pharmacy.domain.medicine_list import read_list
from pharmacy.domain.mentions import review_mentions
from pharmacy.domain.opioid_timeline import Timeline, timeline_of
from pharmacy.domain.ordered_drug import PRODUCTS, review_drug, review_form
from pharmacy.domain.prescription import Prescription
from pharmacy.domain.required import review_people, review_written_date
from pharmacy.domain.rules import RETIRABLE, found
from pharmacy.domain.sig import Directions, read_directions
from pharmacy.domain.strength import Strength, read_strength, strengths_in
from pharmacy.domain.supply import review_supply
from pharmacy.domain.units import clip, format_number, format_strength
from pharmacy.domain.written_forms import codes_in, forms_in

__all__ = ["Decision", "DosePolicy", "Finding", "Level", "Screening", "duplicate_therapy", "screen"]

_DEFAULT = DosePolicy()


@dataclass(frozen=True, slots=True)
class Screening:
    """daily_dose_mg: the highest daily dose of the directions or the plan [mg], None when none could be
    computed.

    strength_mg: per capsule [mg]. findings: one for each rule, the gravest first. doses: how each daily dose of the
    directions comes about. opioid_timeline: None when no opioid stands on the medicine list.
    """

    decision: Decision
    daily_dose_mg: Decimal | None
    strength_mg: Decimal | None
    directions: Directions
    findings: tuple[Finding, ...]
    doses: tuple[str, ...] = ()
    opioid_timeline: Timeline | None = None

    def to_document(self) -> dict[str, object]:
        """The answer of `pharmacy screen`; doses as decimal strings."""
        return {
            "decision": self.decision.value,
            "daily_dose_mg": None if self.daily_dose_mg is None else format_number(self.daily_dose_mg),
            "strength_mg": None if self.strength_mg is None else format_number(self.strength_mg),
            "doses": list(self.doses),
            "directions": self.directions.to_document(),
            "opioid_timeline": None if self.opioid_timeline is None else self.opioid_timeline.to_document(),
            "findings": [finding.to_document() for finding in self.findings],
        }


def screen(
    prescription: Prescription,
    *,
    today: date,
    policy: DosePolicy = _DEFAULT,
    excipients: tuple[str, ...] = (),
    retired: frozenset[str] = frozenset(),
) -> Screening:
    """What may be done with a prescription.

    today: the pharmacy's local calendar date. excipients: of the chosen formula, empty while none is chosen.
    retired: rules that the pharmacist-in-charge retired; one that may not be retired is looked for all the same.
    """
    patient = prescription.patient
    strength = read_strength(prescription.strength)
    directions = read_directions(prescription.directions)
    steps, unread = titration.read_plan(prescription.titration)
    drug = review_drug(prescription.drug, strength.mg, policy)
    listed = read_list(patient.medications)
    timeline = timeline_of(listed, today=today, policy=policy)
    findings = in_order(
        finding
        for finding in (
            *drug,
            *(() if _another_drug(drug) else _form(prescription)),
            *_strength(prescription, strength, planned=bool(steps)),
            *_directions(directions, strength, planned=bool(steps)),
            *unread,
            *titration.review(steps, policy),
            *course.review(strength.mg, directions, steps, policy),
            *review_supply(prescription, directions, steps, policy),
            *review_written_date(prescription.written, today, policy),
            *review_people(prescription, today, policy),
            *review_medications(listed, timeline, today=today, policy=policy),
            *review_conditions(patient, note=prescription.note),
            *review_mentions(patient, listed, note=prescription.note, purpose=directions.purpose),
            *review_allergies(patient, excipients, policy),
        )
        if finding.rule not in retired & RETIRABLE
    )
    doses = [step.dose_mg for step in (*steps, *course.directed(strength.mg, directions))]
    return Screening(
        decide(findings),
        max(doses, default=None),
        strength.mg,
        directions,
        findings,
        dose.arithmetic(strength.mg, directions.phases),
        timeline,
    )


def _form(prescription: Prescription) -> Iterable[Finding]:
    return review_form(prescription.form, prescription.drug, prescription.strength)


def _another_drug(findings: tuple[Finding, ...]) -> bool:
    """Whether another product was ordered; then its form is no news."""
    return any(finding.rule in PRODUCTS for finding in findings)


def _strength(prescription: Prescription, strength: Strength, *, planned: bool) -> Iterable[Finding]:
    if strength.problem and not planned:
        named = "" if strength.written.strip() else _elsewhere(prescription)
        rule = "strength.unreadable" if strength.written.strip() else "strength.missing"
        yield found(rule, f"{strength.problem}{named}")
    elif strength.problem and strength.written.strip() and "range" not in strength.problem:
        message = f"{strength.problem} The titration plan gives the doses."
        yield found("strength.unreadable", message, level=Level.PHARMACIST)
    if strength.converted:
        message = f"The strength was written in micrograms: {strength.converted}. Compare it with the prescription."
        yield found("strength.micrograms", message)
    if strength.forms:
        message = f"The strength {clip(strength.written)} has {'; '.join(strength.forms)}. Read it again."
        yield found("strength.written-form", message)


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
        yield found("directions.unreadable", message.rstrip(), level=level)
    else:
        if directions.doubts:
            yield found("directions.doubt", f"In the directions: {' '.join(directions.doubts)}")
        split = dose.whole_capsules(directions.phases)
        if split:
            yield split
    yield from _writing(directions)
    yield from _named_milligrams(directions, strength)


def _writing(directions: Directions) -> Iterable[Finding]:
    codes = dict.fromkeys((*directions.codes, *codes_in(directions.written)))
    flaws = [f"the error-prone abbreviation “{code}”" for code in codes]
    flaws.extend(forms_in(directions.written))
    if flaws:
        read = f"; they were read as “{directions.text}”" if directions.text else ""
        yield found("directions.written-form", f"The directions have {'; '.join(flaws)}{read}.")


def _named_milligrams(directions: Directions, strength: Strength) -> Iterable[Finding]:
    """A dose in mg in the directions must be the capsules of some phase times the strength, or the strength itself."""
    if strength.mg is None or not directions.phases:
        return
    allowed = {strength.mg} | {strength.mg * phase.units_per_dose for phase in directions.phases}
    others = [named for named in strengths_in(directions.written) if named not in allowed]
    if others:
        named = " and ".join(format_strength(mg) for mg in dict.fromkeys(others))
        message = (
            f"The directions name {named}, which is neither the strength {format_strength(strength.mg)} nor the dose"
            f" ({dose.factors(strength.mg, directions.phases[0])}). Ask the prescriber."
        )
        yield found("directions.two-doses", message)
