"""What a rule found on a label: how grave it is, about which field, and where the rule comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What follows from a finding."""

    REFUSE = "refuse"
    """The label is not printed."""
    WARN = "warn"
    """It is printed, and the finding is kept with it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a label breaks.

    rule: its id. message: a part of a sentence that names what is wrong, "the use-by date is missing". field: of the
    label's content, "" when it is about the whole label. source: where the rule comes from.
    """

    rule: str
    level: Level
    message: str
    field: str
    source: str


@dataclass(frozen=True, slots=True)
class Told:
    """What several rules found alike, told once. rules: their ids."""

    message: str
    field: str
    rules: tuple[str, ...]
    sources: tuple[str, ...]

    def __str__(self) -> str:
        """With the rules in brackets.

        >>> str(Told("the use-by date is missing", "use_by", ("tx.fields", "nj.fields"), ()))
        'the use-by date is missing (tx.fields, nj.fields)'
        """
        return f"{self.message} ({', '.join(self.rules)})"


def told(findings: Iterable[Finding], level: Level) -> tuple[Told, ...]:
    """The findings of one level, those with the same words together, in the order they were found."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.level is level:
            together.setdefault((finding.field, finding.message), []).append(finding)
    return tuple(
        Told(message, field, tuple(each.rule for each in same), tuple(dict.fromkeys(each.source for each in same)))
        for (field, message), same in together.items()
    )
