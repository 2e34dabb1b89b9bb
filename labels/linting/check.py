"""What a check is: a function that yields the (field, message) of everything it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labels.linting.rules import Rule
from labels.linting.subject import Subject

Found = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its name in the packs. needs, may: the keys a rule gives it besides those of every rule."""

    find: Callable[[Subject, Rule], Found]
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


def looked_at(subject: Subject, rule: Rule) -> Iterator[tuple[str, str]]:
    """Every (field, text) that the rule is about and the label has."""
    names = subject.values if "*" in rule.fields else rule.fields
    for field in names:
        if not rule.leaves_out(subject.paper, field):
            for text in subject.values.get(field, ()):
                yield field, text
