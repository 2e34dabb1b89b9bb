"""Two versions of a master formulation record, field by field and line by line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

Lines = tuple[str, ...]
Pieces = tuple[tuple[str, bool], ...]

MOST_COMPARISONS = 40_000
"""200 lines with 200, or words with words: beyond it the time to compare grows faster than anybody's patience."""


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
    changed = tuple(Field(name, tuple(_pairs(old[name], lines))) for name, lines in new.items() if old[name] != lines)
    return Difference(changed, tuple((name, lines) for name, lines in new.items() if old[name] == lines))


def _pairs(old: Lines, new: Lines) -> Iterator[Pair]:
    old_from = new_from = 0
    for old_to, new_to in (*_kept(old, new), (len(old), len(new))):
        gone, come = old[old_from:old_to], new[new_from:new_to]
        for place in range(max(len(gone), len(come))):
            yield _beside(_at(gone, place), _at(come, place))
        if old_to < len(old):
            yield Pair(((old[old_to], False),), ((new[new_to], False),), same=True)
        old_from, new_from = old_to + 1, new_to + 1


def _at(lines: Lines, place: int) -> str | None:
    return lines[place] if place < len(lines) else None


def _beside(old: str | None, new: str | None) -> Pair:
    """A line that became another: the words that differ are marked. One that is gone or new is marked whole."""
    if old is None or new is None:
        return Pair(old if old is None else ((old, True),), new if new is None else ((new, True),))
    kept = _kept(old.split(), new.split())
    if len(kept) == len(old.split()) == len(new.split()):  # only spaces differ
        return Pair(((old, True),), ((new, True),))
    return Pair(_marked(old, {place for place, _ in kept}), _marked(new, {place for _, place in kept}))


def _marked(line: str, kept: set[int]) -> Pieces:
    """The line in pieces; a space is marked when the words on both of its sides are."""
    count = len(line.split())
    flags: list[tuple[str, bool]] = []
    place = -1  # of the word before
    for text in re.findall(r"\s+|\S+", line):
        if text.isspace():
            differs = 0 <= place < count - 1 and not {place, place + 1} & kept
        else:
            place += 1
            differs = place not in kept
        flags.append((text, differs))
    return tuple(("".join(text for text, _ in run), differs) for differs, run in groupby(flags, lambda piece: piece[1]))


def _kept(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Places (in the old, in the new) of what both have, in order.

    Between a like beginning and a like end the longest common part is sought, unless that would take too long.
    """
    least = min(len(old), len(new))
    head = next((place for place in range(least) if old[place] != new[place]), least)
    tail = next((place for place in range(least - head) if old[-1 - place] != new[-1 - place]), least - head)
    middle = _longest_common(old[head : len(old) - tail], new[head : len(new) - tail])
    return [
        *((place, place) for place in range(head)),
        *((head + at_old, head + at_new) for at_old, at_new in middle),
        *((len(old) - place, len(new) - place) for place in range(tail, 0, -1)),
    ]


def _longest_common(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    if len(old) * len(new) > MOST_COMPARISONS:
        return []
    longest = _lengths(old, new)
    found = []
    at_old = at_new = 0
    while at_old < len(old) and at_new < len(new):
        if old[at_old] == new[at_new]:
            found.append((at_old, at_new))
            at_old, at_new = at_old + 1, at_new + 1
        elif longest[at_old + 1][at_new] >= longest[at_old][at_new + 1]:
            at_old += 1
        else:
            at_new += 1
    return found


def _lengths(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    """How long the longest common part is of what follows each pair of places."""
    longest = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for at_old in reversed(range(len(old))):
        row, below = longest[at_old], longest[at_old + 1]
        for at_new in reversed(range(len(new))):
            row[at_new] = below[at_new + 1] + 1 if old[at_old] == new[at_new] else max(below[at_new], row[at_new + 1])
    return longest
