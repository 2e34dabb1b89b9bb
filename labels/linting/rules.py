"""A rule as its pack states it: data that names one of the checks, and what to check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from labels.linting.findings import Level


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    id: pack and name, "ismp.trailing-zero"; it stays when the wording changes. says: the rule in a sentence.
    source: the passage it comes from. check: the name of one of the checks. papers: kinds of label it is for, none
    means all of them, also those it does not know. fields: what it looks at, "*" means every field. but: fields, or
    "paper.field", that it leaves out. given: what this check needs besides.
    """

    id: str
    pack: str
    level: Level
    says: str
    source: str
    check: str
    papers: frozenset[str]
    fields: tuple[str, ...]
    but: frozenset[str]
    given: Mapping[str, Any]

    def is_for(self, paper: str) -> bool:
        """Whether the rule judges labels of this kind."""
        return not self.papers or paper in self.papers

    def leaves_out(self, paper: str, field: str) -> bool:
        """Whether the rule says nothing of this field."""
        return field in self.but or f"{paper}.{field}" in self.but


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules of one source.

    jurisdiction: where they hold. effective: the first day on which they do. as_of: the day on which the source was
    read. wording: how the source was known. rules: in the order of the file.
    """

    name: str
    title: str
    jurisdiction: str
    effective: date
    as_of: date
    source: str
    wording: str
    rules: tuple[Rule, ...]
