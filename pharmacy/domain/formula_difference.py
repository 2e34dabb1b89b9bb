"""Two versions of a master formulation record, field by field and line by line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

Lines = tuple[str, ...]
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the old version beside its line of the new one; None where that version has none.

    Each line is cut into pieces (words, whether they differ).
    """

    old: Pieces | None
    new: Pieces | None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field that differs, with every line of both versions."""

    name: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """changed: the fields that differ. same: the others, with their lines."""

    changed: tuple[Field, ...]
    same: tuple[tuple[str, Lines], ...]


def difference(old: Mapping[str, Lines], new: Mapping[str, Lines]) -> Difference:
    """What differs between two records that have the same fields, each with its lines.

    >>> found = difference({"Name": ("A",), "Steps": ("Weigh.", "Fill.")}, {"Name": ("A",), "Steps": ("Weigh.",)})
    >>> [field.name for field in found.changed], [name for name, _ in found.same]
    (['Steps'], ['Name'])
    """
    changed = tuple(Field(name, _pairs(old[name], lines)) for name, lines in new.items() if old[name] != lines)
    return Difference(changed, tuple((name, lines) for name, lines in new.items() if old[name] == lines))


def _pairs(old: Lines, new: Lines) -> tuple[Pair, ...]:
    pairs: list[Pair] = []
    for act, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            pairs += [Pair(((line, False),), ((line, False),), same=True) for line in old[old_from:old_to]]
            continue
        gone, come = old[old_from:old_to], new[new_from:new_to]
        for place in range(max(len(gone), len(come))):
            pairs.append(_beside(_at(gone, place), _at(come, place)))
    return tuple(pairs)


def _at(lines: Lines, place: int) -> str | None:
    return lines[place] if place < len(lines) else None


def _beside(old: str | None, new: str | None) -> Pair:
    """A line that became another: the words that differ are marked. One that is gone or new is marked whole."""
    if old is None or new is None:
        return Pair(old if old is None else ((old, True),), new if new is None else ((new, True),))
    old_words, new_words = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    marked_old: list[tuple[str, bool]] = []
    marked_new: list[tuple[str, bool]] = []
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    for act, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        marked_old.append(("".join(old_words[old_from:old_to]), act != "equal"))
        marked_new.append(("".join(new_words[new_from:new_to]), act != "equal"))
    return Pair(_not_empty(marked_old), _not_empty(marked_new))


def _not_empty(pieces: list[tuple[str, bool]]) -> Pieces:
    return tuple((text, differs) for text, differs in pieces if text)
