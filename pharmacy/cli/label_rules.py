"""What `pharmacy label --lint` tells: the rules about labels, or what they find on one."""

from collections.abc import Iterable

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


def findings_document(stock: str, findings: Iterable[Finding]) -> dict[str, object]:
    """What was found, and whether the label is refused for it."""
    found = tuple(findings)
    return {
        "stock": stock,
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


def refuse(findings: Iterable[Finding]) -> None:
    """Raises: InputUnusable with everything for which the label must not be printed."""
    if refused := told(findings, Level.REFUSE):
        raise InputUnusable("; ".join(map(str, refused)), refused[0].field)
