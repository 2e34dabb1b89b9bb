"""What `pharmacy label --lint` tells: the rules about labels, or what they find on one."""

from collections.abc import Iterable, Sequence

from labels.linting import Finding, Level, packs, told
from pharmacy.domain.errors import InputUnusable


def rules_document() -> dict[str, object]:
    """Every pack with its dates and source, and every rule."""
    return {
        "packs": [
            {
                "name": pack.name,
                "title": pack.title,
                "jurisdiction": pack.jurisdiction,
                "effective": pack.effective,
                "as_of": pack.as_of,
                "source": pack.source,
                "wording": pack.wording,
            }
            for pack in packs()
        ],
        "rules": [
            {
                "id": rule.id,
                "pack": rule.pack,
                "level": rule.level,
                "says": rule.says,
                "source": rule.source,
                "papers": sorted(rule.papers) or None,
            }
            for pack in packs()
            for rule in pack.rules
        ],
    }


def findings_document(place: dict[str, str], findings: Iterable[Finding]) -> dict[str, object]:
    """What was found, and whether the label is refused for it. place: the stock, or the sheet of paper."""
    found = tuple(findings)
    return {
        **place,
        "refused": any(finding.level is Level.REFUSE for finding in found),
        "findings": [
            {
                "rule": finding.rule,
                "level": finding.level,
                "field": finding.field,
                "message": finding.message,
                "source": finding.source,
            }
            for finding in found
        ],
    }


def refuse(findings: Sequence[Iterable[Finding]]) -> None:
    """Raises: InputUnusable with everything for which the first of the labels that has it must not be printed."""
    for number, own in enumerate(findings, start=1):
        if refused := told(own, Level.REFUSE):
            which = f"label {number}: " if len(findings) > 1 else ""
            raise InputUnusable(which + "; ".join(map(str, refused)), refused[0].field)
