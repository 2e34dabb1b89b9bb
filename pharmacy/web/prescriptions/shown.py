"""Which findings a page shows at once to whom, and which it folds away.

What stops a prescription is for everybody. Besides, a technician sees first what a technician completes or reads
again, and a pharmacist what a pharmacist judges.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pharmacy.domain.findings import Finding, Kind, Level
from pharmacy.domain.roles import PHARMACISTS, Role


@dataclass(frozen=True, slots=True)
class Shown:
    """own: shown at once. others: folded away. whose: for whom those are, in words."""

    own: tuple[Finding, ...]
    others: tuple[Finding, ...]
    whose: str


def shown_to(role: Role, findings: Iterable[Finding]) -> Shown:
    """The findings of a prescription as a person of this role sees them, each part in their order."""
    found = tuple(findings)
    own = tuple(finding for finding in found if _is_own(role, finding))
    others = tuple(finding for finding in found if finding not in own)
    return Shown(own, others, "a technician" if role in PHARMACISTS else "a pharmacist")


def _is_own(role: Role, finding: Finding) -> bool:
    if finding.level is Level.STOP:
        return True
    if role in PHARMACISTS:
        return finding.kind is Kind.CLINICAL or finding.level is Level.PHARMACIST
    return role is not Role.TECHNICIAN or finding.kind is Kind.WORKFLOW
