"""Opioids that stand in the note, a diagnosis or an allergy and that nobody put on the medicine list."""

from collections.abc import Iterable, Iterator

from pharmacy.domain.conditions import review_conditions
from pharmacy.domain.drug_names import UNNAMED, Group, Match, find, is_opioid
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.interactions import LABEL
from pharmacy.domain.prescription import Condition, Patient
from pharmacy.domain.units import clip


def review_mentions(patient: Patient, *, note: str = "") -> tuple[Finding, ...]:
    """A question for each text that names an opioid. “No opioids” asks as well: a reader decides, not a rule.

    >>> patient = Patient(allergies=("nausea from methadone",))
    >>> [(finding.rule, finding.level.value) for finding in review_mentions(patient)]
    [('profile.opioid-mentioned', 'pharmacist')]
    """
    listed = _listed(patient)
    return tuple(
        _finding(where, text, match) for where, text, match in _mentions(patient, note) if not _covers(listed, match)
    )


def _mentions(patient: Patient, note: str) -> Iterator[tuple[str, str, Match]]:
    for match in _opioids(note):
        yield "The note", note, match
    for condition in patient.conditions:
        for match in _opioids(condition.text):
            if match.ingredient != UNNAMED or not _asked_already(condition):
                yield "The condition", condition.text, match
    for allergy in patient.allergies:
        for match in _opioids(allergy):
            yield "The allergy", allergy, match


def _opioids(text: str) -> Iterable[Match]:
    return (match for match in find(text, listed=False) if is_opioid(match))


def _asked_already(condition: Condition) -> bool:
    alone = Patient(conditions=(condition,))
    return any(finding.rule == "condition.opioid-use" for finding in review_conditions(alone))


def _listed(patient: Patient) -> tuple[Match, ...]:
    """Opioids that the medicine list shows as taken now; one with a last day may have been started again."""
    return tuple(
        match
        for medication in patient.medications
        if not medication.last_taken.strip()
        for match in find(medication.text, medication.rxcui)
        if is_opioid(match)
    )


def _covers(listed: tuple[Match, ...], mention: Match) -> bool:
    """Whether the medicine list asks about it already, and at least as gravely."""
    return any(
        mention.ingredient in (match.ingredient, UNNAMED)
        and (match.group is Group.LONG_ACTING_OPIOID or mention.group is Group.OPIOID)
        for match in listed
    )


def _finding(where: str, text: str, match: Match) -> Finding:
    said = match.spelled or match.how
    named = f"“{said}”" if match.ingredient in (said, UNNAMED) else f"“{said}” ({match.ingredient})"
    message = (
        f"{where} {clip(text)} names {named}, an opioid that does not stand on the medicine list: ask whether and"
        " when it is taken, and put it on the list if it is."
    )
    return Finding("profile.opioid-mentioned", Level.PHARMACIST, message, "DD", LABEL)
