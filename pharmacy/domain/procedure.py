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

_WEIGHS = re.compile(r"\b(weigh|count)(s|ing)?\b", re.IGNORECASE)
_WEIGHS_ALL = re.compile(
    r"\bweigh(?:ing)?\b(?: out)?(?: (?:all|each|every|the))*"
    r"(?: (?:components?|ingredients?|materials?|powders?|everything))?"
    r"(?:$|[.;,:(]| (?:from|on|as|by|with)\b)",
    re.IGNORECASE,
)
_FILLS = re.compile(r"\bfill(?:ing)?\b", re.IGNORECASE)
_DILUTES = re.compile(r"\bgeometric(al)?(ly)?\b.*\bdilut|\bdilut\w*\b.*\bgeometric", re.IGNORECASE)
_TIME = re.compile(
    r"\b([0-9]{1,3})(?:\s*(?:-|–|to)\s*[0-9]{1,3})?\s*(s|sec|seconds?|min|minutes?|h|hours?)\b", re.IGNORECASE
)
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
    A line such as "Weigh all components" weighs all that no line names. What no line weighs is weighed first, and
    shells that no line counts are counted before the line that fills them, so that none is left out.

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
    found: list[BenchStep] = []
    for place, line in enumerate(lines):
        found += _due(waiting, line)
        if place in weighed_by:
            found += [BenchStep(0, Task.WEIGH, line, position=position) for position in weighed_by[place]]
        else:
            found += _doings(line, mixing_mg)
    found[:0] = _due(waiting, "")
    return tuple(
        BenchStep(number, step.task, step.text, step.detail, step.position, step.seconds)
        for number, step in enumerate(found, start=1)
    )


def least_seconds(line: str) -> int:
    """The time that a line names, the shorter end of a range [s]; 0 when it names none.

    >>> least_seconds("Mix for 5 to 10 minutes"), least_seconds("Mix until even")
    (300, 0)
    """
    match = _TIME.search(line)
    return min(int(match[1]) * _SECONDS[match[2][0].lower()], MOST_SECONDS) if match else 0


def _due(waiting: list[Part], line: str) -> list[BenchStep]:
    """Weighings that no line asks for: shells when this line fills them; all that is left when there is no line."""
    due = [part for part in waiting if not line or (part.kind == "capsule shell" and _FILLS.search(line))]
    waiting[:] = [part for part in waiting if part not in due]
    return [BenchStep(0, Task.WEIGH, "", position=part.position) for part in due]


def _weighings(lines: Sequence[str], parts: Sequence[Part]) -> dict[int, list[int]]:
    """{place of a line: the components that it weighs}; each component once, where it is named first."""
    found: dict[int, list[int]] = {}
    named: set[int] = set()
    unnamed: int | None = None
    for place, line in enumerate(lines):
        if not _WEIGHS.search(line):
            continue
        positions = [part.position for part in parts if _names(line, part) and part.position not in named]
        if positions:
            found[place] = positions
            named |= set(positions)
        elif unnamed is None and _WEIGHS_ALL.search(line):
            unnamed = place
    rest = [part.position for part in parts if part.position not in named]
    if unnamed is not None and rest:
        found[unnamed] = rest
    return found


def _names(line: str, part: Part) -> bool:
    if part.name.casefold() in line.casefold():
        return True
    if part.kind == "capsule shell" and not re.search(r"\bcount", line, re.IGNORECASE):
        return False  # finished capsules are weighed too
    word = _KIND_WORDS.get(part.kind)
    return bool(word and word.search(line))


def _doings(line: str, mixing_mg: Sequence[Decimal]) -> Iterator[BenchStep]:
    seconds = least_seconds(line)
    if not _DILUTES.search(line) or not mixing_mg:
        yield BenchStep(0, Task.DO, line, seconds=seconds)
        return
    for place, portion in enumerate(mixing_mg, start=1):
        detail = (
            f"Portion {place} of {len(mixing_mg)}: add about {format_number(_by_eye(portion))} mg of filler and mix"
            " until even."
        )
        yield BenchStep(0, Task.DO, line, detail, seconds=seconds)


def _by_eye(portion: Decimal) -> Decimal:
    """To the whole milligram: portions are taken by eye, the filler was weighed before."""
    return portion.quantize(Decimal(1)) if portion >= 1 else portion
