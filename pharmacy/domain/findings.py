"""What a screening found, in words a person can act on, and what may be answered to it.

Codes are those of the NCPDP External Code List: reason for service (439-E4), professional service (440-E5)
and result of service (441-E6), quoted from general professional knowledge; the list itself is licensed.
"""

from dataclasses import dataclass
from enum import StrEnum

from pharmacy.domain.errors import RuleBroken


class Level(StrEnum):
    STOP = "stop"
    PHARMACIST = "pharmacist"
    WARN = "warn"
    COUNSEL = "counsel"


class Decision(StrEnum):
    ACCEPT = "accept"
    PHARMACIST = "pharmacist"
    STOP = "stop"


_ORDER = {level: place for place, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Finding:
    """rule: stable name, stored with an override. message: what was found and what to do.

    code: NCPDP reason for service. source: where the rule comes from.
    """

    rule: str
    level: Level
    message: str
    code: str = ""
    source: str = ""

    def to_document(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "level": self.level.value,
            "message": self.message,
            "code": self.code,
            "source": self.source,
        }


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """The gravest first, each sentence once; within a level as they were found."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: _ORDER[finding.level]))


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
