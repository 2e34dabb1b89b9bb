"""Opioids that stand in the note, the purpose, a diagnosis or an allergy and that nobody put on the medicine list."""

import re
from collections.abc import Iterable, Iterator

from pharmacy.domain.conditions import review_conditions
from pharmacy.domain.drug_names import UNNAMED, Group, Match, find, is_opioid
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.medicine_list import Line
from pharmacy.domain.prescription import Condition, Patient
from pharmacy.domain.rules import found
from pharmacy.domain.units import clip

_ALLERGY = "the allergy"
# Present intake; "hives after taking codeine" and "rash on the arms" tell of a reaction.
_INTAKE = re.compile(r"\b(takes|uses|is (taking|using|on)|still|daily|current(ly)?|now|prn|tolerates?)\b")


def review_mentions(
    patient: Patient, listed: tuple[Line, ...] = (), *, note: str = "", purpose: str = ""
) -> tuple[Finding, ...]:
    """One question for all texts that name an opioid. “No opioids” asks as well: a reader decides, not a rule.

    listed: the medicine list; what it asks about already is not asked again. purpose: of the directions.
    An allergy to a short-acting opioid is no intake and only warns, unless its words speak of taking it.

    >>> patient = Patient(allergies=("nausea from methadone",))
    >>> [(finding.rule, finding.level.value) for finding in review_mentions(patient)]
    [('profile.opioid-mentioned', 'pharmacist')]
    """
    taken = _taken_now(listed)
    mentions = [mention for mention in _mentions(patient, note, purpose) if not _covers(taken, mention[2])]
    if not mentions:
        return ()
    texts: dict[tuple[str, str], list[Match]] = {}
    for where, text, match in mentions:
        texts.setdefault((where, text), []).append(match)
    named = "; ".join(f"{where} {clip(text)} names {_said(matches)}" for (where, text), matches in texts.items())
    message = (
        f"{named[0].upper()}{named[1:]}. No such opioid stands on the medicine list: ask whether and when it is taken,"
        " and put it on the list if it is."
    )
    only_allergy = all(_only_allergy(*mention) for mention in mentions)
    return (found("profile.opioid-mentioned", message, level=Level.WARN if only_allergy else Level.PHARMACIST),)


def _only_allergy(where: str, text: str, match: Match) -> bool:
    return where == _ALLERGY and match.group is Group.OPIOID and not _INTAKE.search(text.casefold())


def _said(matches: list[Match]) -> str:
    said = []
    for match in matches:
        word = match.spelled or match.how
        said.append(f"“{word}”" if match.ingredient in (word, UNNAMED) else f"“{word}” ({match.ingredient})")
    return " and ".join(dict.fromkeys(said))


def _mentions(patient: Patient, note: str, purpose: str) -> Iterator[tuple[str, str, Match]]:
    for where, text in (("the note", note), ("the purpose", purpose)):
        for match in _opioids(text):
            yield where, text, match
    for condition in patient.conditions:
        for match in _opioids(condition.text):
            if match.ingredient != UNNAMED or not _asked_already(condition):
                yield "the condition", condition.text, match
    for allergy in patient.allergies:
        for match in _opioids(allergy):
            yield _ALLERGY, allergy, match


def _opioids(text: str) -> Iterable[Match]:
    return (match for match in find(text, listed=False) if is_opioid(match))


def _asked_already(condition: Condition) -> bool:
    alone = Patient(conditions=(condition,))
    return any(finding.rule == "condition.opioid-use" for finding in review_conditions(alone))


def _taken_now(listed: tuple[Line, ...]) -> tuple[Match, ...]:
    """Opioids that the medicine list shows as taken now; one with a last day may have been started again."""
    return tuple(
        match for line in listed if not line.medication.last_taken.strip() for match in line.matches if is_opioid(match)
    )


def _covers(taken: tuple[Match, ...], mention: Match) -> bool:
    """Whether the medicine list asks about it already, and at least as gravely."""
    return any(
        mention.ingredient in (match.ingredient, UNNAMED)
        and (match.group is Group.LONG_ACTING_OPIOID or mention.group is Group.OPIOID)
        for match in taken
    )
