"""What a screening found, in words a person can act on, and what may be answered to it.

Codes are those of the NCPDP External Code List: reason for service (439-E4), professional service (440-E5)
and result of service (441-E6), quoted from general professional knowledge; the list itself is licensed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from pharmacy.domain.errors import RuleBroken


class Level(StrEnum):
    STOP = "stop"
    PHARMACIST = "pharmacist"
    WARN = "warn"
    COUNSEL = "counsel"


class Kind(StrEnum):
    """Whose work a finding is: a pharmacist's judgement, or a field that a technician completes or reads again."""

    CLINICAL = "clinical"
    WORKFLOW = "workflow"


class Decision(StrEnum):
    ACCEPT = "accept"
    PHARMACIST = "pharmacist"
    STOP = "stop"


_ORDER = {level: place for place, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Rule:
    """What screening looks for; the table of all of them is pharmacy/domain/rules.py.

    level: the highest that a finding of the rule may have. codes: NCPDP reasons for service, the usual one first.
    looks_for: one plain sentence. source: citation. since: the day from which the rule stands.
    stops_because: of a rule that may stop, why nobody may answer it and go on; "" for the others.
    kept_because: why the pharmacist-in-charge may not retire it; "" for a rule that may be retired.
    """

    id: str
    kind: Kind
    level: Level
    codes: tuple[str, ...]
    looks_for: str
    source: str
    since: date
    stops_because: str = ""
    kept_because: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """rule: stable name, stored with an override. message: what was found and what to do.

    code: NCPDP reason for service. source: where the rule comes from. Made by rules.found, which takes level,
    code, source and kind from the table of rules.
    """

    rule: str
    level: Level
    message: str
    code: str = ""
    source: str = ""
    kind: Kind = Kind.CLINICAL

    def to_document(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "level": self.level.value,
            "message": self.message,
            "code": self.code,
            "source": self.source,
            "kind": self.kind.value,
        }


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each rule, the gravest first; within a level as they were found.

    What a rule found in several places is one question with one answer: the sentences follow one another, each
    once, under the gravest level among them.
    """
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    return tuple(sorted(map(_together, by_rule.values()), key=lambda finding: _ORDER[finding.level]))


def _together(found: list[Finding]) -> Finding:
    gravest = min(found, key=lambda finding: _ORDER[finding.level])
    return replace(gravest, message=" ".join(dict.fromkeys(finding.message for finding in found)))


def decide(findings: tuple[Finding, ...]) -> Decision:
    """The gravest finding decides; what only warns or counsels lets the prescription through.

    >>> decide(())
    <Decision.ACCEPT: 'accept'>
    """
    levels = {finding.level for finding in findings}
    if Level.STOP in levels:
        return Decision.STOP
    return Decision.PHARMACIST if Level.PHARMACIST in levels else Decision.ACCEPT


PROFESSIONAL_SERVICES = {
    "M0": "prescriber consulted",
    "MR": "medication review",
    "P0": "patient consulted",
    "PE": "patient education",
    "PH": "patient medication history",
    "R0": "pharmacist consulted another source",
}
RESULTS = {
    "1A": "filled as is, false positive",
    "1B": "filled as is",
    "1C": "filled with a different dose",
    "1D": "filled with different directions",
    "1F": "filled with a different quantity",
    "1G": "filled with the prescriber's approval",
    "2A": "not filled",
    "2B": "not filled, directions clarified",
    "3E": "therapy changed",
}


def check_override(finding: Finding, *, service: str, result: str, reason: str) -> None:
    """Whether an answer to a finding is complete.

    Raises: RuleBroken, saying what is missing. A stop is not overridden: the prescription is changed or
    refused.
    """
    if finding.level is Level.STOP:
        raise RuleBroken(f"“{finding.message}” cannot be overridden; correct the prescription or do not fill it.")
    if service not in PROFESSIONAL_SERVICES:
        raise RuleBroken(f"Choose what was done: {_choices(PROFESSIONAL_SERVICES)}.", "service")
    if result not in RESULTS:
        raise RuleBroken(f"Choose the result: {_choices(RESULTS)}.", "result")
    if len(reason.strip()) < 10:
        raise RuleBroken("Write the reason in at least 10 letters; it is kept with your name.", "reason")


def _choices(codes: dict[str, str]) -> str:
    return ", ".join(f"{code} ({words})" for code, words in codes.items())
