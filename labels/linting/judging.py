"""Judging one label by the rules of some packs."""

from collections.abc import Iterable
from datetime import date

from labels.content import Label
from labels.linting.checks import CHECKS
from labels.linting.findings import Finding
from labels.linting.packs import packs as all_packs
from labels.linting.rules import Pack
from labels.linting.subject import Subject
from labels.papers import PAPERS
from labels.sheet import Sheet


def judge(
    label: Label, sheets: tuple[Sheet, ...], *, today: date, packs: Iterable[Pack] | None = None
) -> tuple[Finding, ...]:
    """What the rules find on a label, in the order of packs and rules.

    sheets: as they are going to be drawn, one for each part. today: the pharmacy's date; a pack judges from its
    effective day on. packs: all of them when none are named. A kind of label that no rule knows gets the rules
    that are for all.
    """
    subject = Subject(label, _name_of(label), sheets, today)
    found: list[Finding] = []
    for pack in all_packs() if packs is None else packs:
        if pack.effective > today:
            continue
        for rule in pack.rules:
            if rule.is_for(subject.paper):
                check = CHECKS[rule.check].find
                found += (
                    Finding(rule.id, rule.level, message, field, rule.source) for field, message in check(subject, rule)
                )
    return tuple(found)


def _name_of(label: Label) -> str:
    return next((paper.name for paper in PAPERS.values() if type(label) is paper.content), "")
