"""The steps of a formula as they are worked at the bench: one at a time, in the formula's order.

A formula writes its procedure as plain lines. A line that weighs or counts a component becomes that weighing, a line of
geometric dilution becomes its portions, a line that names a time gets a timer, and every other line is confirmed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pharmacy.domain.units import format_number

MOST_SECONDS = 24 * 3600

_WEIGHS = re.compile(r"\b(weigh|count)(s|ing)?\b(?! (?:boats?|papers?|dish(?:es)?|bottles?)\b)", re.IGNORECASE)
_WEIGHS_ALL = re.compile(
    r"\bweigh(?:ing)?\b(?: out)?(?: (?:all|each|every|the))*"
    r"(?: (?:components?|ingredients?|materials?|powders?|everything)\b|$|[.;,:(]| (?:from|on|as|by|with)\b)",
    re.IGNORECASE,
)
_ONLY_ABOUT = re.compile(r"^\W*(?:calculate|compute|determine)\b", re.IGNORECASE)
_FINISHED = re.compile(r"\b(?:finished|filled|good|full|closed)\b[^.;]*\bcapsules?\b", re.IGNORECASE)
_FILLS = re.compile(
    r"\bencapsulat(?:e|ion|ing)\b"
    r"|\bfill(?:ing)?\b(?! (?:in|out|weights?|volumes?|machines?|equipment|plates?|boards?|trays?|station|room)\b)",
    re.IGNORECASE,
)
_DILUTES = re.compile(r"\bgeometric(al)?(ly)?\b.*\bdilut|\bdilut\w*\b.*\bgeometric", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d.,/])([0-9]{1,3}(?:[.,][0-9]{1,2})?)(?:\s*(?:-|–|to)\s*[0-9]{1,3}(?:[.,][0-9]{1,2})?)?"
    r"[\s-]*(s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?)\b",
    re.IGNORECASE,
)
_AT_MOST = re.compile(  # before a time: it is a limit or a rhythm, none that the step lasts at least
    r"\b(?:within|up to|at (?:the )?most|max(?:imum|\.)?(?: of)?|less than|under|before|every|each|stable for"
    r"|no (?:more|longer|later) than|not\b[^.;]*\b(?:more|longer|later) than)\s+(?:the (?:first|next)\s+)?$",
    re.IGNORECASE,
)
_KEEPS = re.compile(r"\b(?:discard\w*|stable|stability|stor(?:e|ed|age)|expires?|beyond.use|used?)\b", re.IGNORECASE)
_LOOK_BACK = 60  # characters in front of a time
_EACH_PORTION = re.compile(r"\b(?:each|every|per|after)\b", re.IGNORECASE)
_LONG_WORD = re.compile(r"[a-z]{7,}")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_KIND_WORDS = {
    "active": re.compile(r"\bactive\b", re.IGNORECASE),
    "filler": re.compile(r"\b(filler|diluent)\b", re.IGNORECASE),
    "capsule shell": re.compile(r"\b(shells?|capsules?)\b", re.IGNORECASE),
}


class Task(StrEnum):
    WEIGH = "weigh"
    DO = "do"


@dataclass(frozen=True, slots=True)
class Part:
    """A component of the formula. position: in the worksheet, from 1. kind: of ingredient. name: its own."""

    position: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class BenchStep:
    """One thing to do. number: from 1. text: the formula's line. detail: what of it is done now, "" for the whole line.

    position: the component that is weighed, 0 when none is. seconds: the least time it takes, 0 when the line names
    none.
    """

    number: int
    task: Task
    text: str
    detail: str = ""
    position: int = 0
    seconds: int = 0


def bench_steps(lines: Sequence[str], parts: Sequence[Part], mixing_mg: Sequence[Decimal]) -> tuple[BenchStep, ...]:
    """Every step of a batch in the order of its formula.

    lines: the procedure. parts: the components. mixing_mg: portions of the worksheet's geometric dilution [mg].
    A line such as "Weigh all components" weighs all that no line names. What no line weighs is weighed before the first
    other line about weighing, else first of all; shells that no line counts are counted before the line that fills
    them, so that none is left out. A line that weighs and names a time or a dilution too is worked once more for that.

    >>> parts = (Part(1, "active", "Naltrexone hydrochloride"), Part(2, "filler", "Cellulose"))
    >>> for step in bench_steps(("Weigh the active.", "Weigh the filler.", "Mix (5 min)."), parts, ()):
    ...     print(step.number, step.task, step.position, step.seconds)
    1 weigh 1 0
    2 weigh 2 0
    3 do 0 300
    """
    weighed_by = _weighings(lines, parts)
    claimed = {position for positions in weighed_by.values() for position in positions}
    waiting = [part for part in parts if part.position not in claimed]
    fills = _first_fill(lines)
    found: list[BenchStep] = []
    portions = tuple(mixing_mg)
    for place, line in enumerate(lines):
        weighs = place <= fills and place not in weighed_by and _is_about_weighing(line)
        found += _due(waiting, line, fills=place == fills, weighs=weighs)
        found += [BenchStep(0, Task.WEIGH, line, position=position) for position in weighed_by.get(place, ())]
        dilutes = bool(portions and _DILUTES.search(line))
        if place not in weighed_by or dilutes or least_seconds(line):
            found += _portions(line, portions) if dilutes else [_doing(line)]
        portions = () if dilutes else portions
    found[:0] = _due(waiting, "", fills=True, weighs=True)
    return tuple(
        BenchStep(number, step.task, step.text, step.detail, step.position, step.seconds)
        for number, step in enumerate(found, start=1)
    )


def least_seconds(line: str) -> int:
    """The time that a line names, the shorter end of a range [s]; 0 when it names none.

    >>> least_seconds("Mix for 5 to 10 minutes"), least_seconds("Mix until even")
    (300, 0)
    """
    for match in _TIME.finditer(line):
        unit = match[2][0].lower()
        before = line[max(0, match.start() - _LOOK_BACK) : match.start()]
        if not _AT_MOST.search(before) and not (unit == "h" and _KEEPS.search(line)):
            return min(int(Decimal(match[1].replace(",", ".")) * _SECONDS[unit]), MOST_SECONDS)
    return 0


def _first_fill(lines: Sequence[str]) -> int:
    """Where the capsules are filled: what is weighed or counted behind it is no component."""
    return next((place for place, line in enumerate(lines) if _FILLS.search(line)), len(lines))


def _is_about_weighing(line: str) -> bool:
    return bool(_WEIGHS.search(line)) and not _ONLY_ABOUT.search(line)


def _due(waiting: list[Part], line: str, *, fills: bool, weighs: bool) -> list[BenchStep]:
    """Weighings that no line asks for: shells where they are filled, powders before a line about weighing."""
    due = [part for part in waiting if (fills if line and part.kind == "capsule shell" else weighs)]
    waiting[:] = [part for part in waiting if part not in due]
    return [BenchStep(0, Task.WEIGH, "", position=part.position) for part in due]


def _weighings(lines: Sequence[str], parts: Sequence[Part]) -> dict[int, list[int]]:
    """{place of a line: the components that it weighs}; each component once, where it is named first."""
    found: dict[int, list[int]] = {}
    named: set[int] = set()
    unnamed: int | None = None
    words = _own_words(parts)
    for place, line in enumerate(lines[: _first_fill(lines) + 1]):
        if not _is_about_weighing(line):
            continue
        positions = [one.position for one in parts if _names(line, one, words) and one.position not in named]
        if positions:
            found[place] = positions
            named |= set(positions)
        elif unnamed is None and _WEIGHS_ALL.search(line):
            unnamed = place
    rest = [part.position for part in parts if part.position not in named]
    if unnamed is not None and rest:
        found[unnamed] = rest
    return found


def _own_words(parts: Sequence[Part]) -> dict[int, set[str]]:
    """The long words of each component's name that no other component has: people shorten the names."""
    words = {part.position: set(_LONG_WORD.findall(part.name.casefold())) for part in parts}
    return {
        position: own - set().union(*(other for place, other in words.items() if place != position))
        for position, own in words.items()
    }


def _names(line: str, part: Part, words: dict[int, set[str]]) -> bool:
    if part.kind == "capsule shell" and _FINISHED.search(line):
        return False
    if part.name.casefold() in line.casefold():
        return True
    if part.kind == "capsule shell":  # capsules are weighed too, when they are full
        return bool(re.search(r"\bcount", line, re.IGNORECASE) and _KIND_WORDS[part.kind].search(line))
    if words[part.position] & set(_LONG_WORD.findall(line.casefold())):
        return True
    word = _KIND_WORDS.get(part.kind)
    return bool(word and word.search(line))


def _doing(line: str) -> BenchStep:
    return BenchStep(0, Task.DO, line, seconds=least_seconds(line))


def _portions(line: str, mixing_mg: Sequence[Decimal]) -> Iterator[BenchStep]:
    """A time is of every portion when the line says so, else of the whole: it runs with the last one."""
    seconds, each = least_seconds(line), _EACH_PORTION.search(line)
    for place, portion in enumerate(mixing_mg, start=1):
        detail = (
            f"Portion {place} of {len(mixing_mg)}: add about {format_number(_by_eye(portion))} mg of filler and mix"
            " until even."
        )
        yield BenchStep(0, Task.DO, line, detail, seconds=seconds if each or place == len(mixing_mg) else 0)


def _by_eye(portion: Decimal) -> Decimal:
    """To the whole milligram: portions are taken by eye, the filler was weighed before."""
    return portion.quantize(Decimal(1)) if portion >= 1 else portion
