"""What stands around the patient's part of a container label: the facts, the warnings and the small print."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from labels.content import VialLabel, spoken
from labels.errors import LabelRefused
from labels.fonts import BOLD, when_changed
from labels.layouts.flow import Flow, Measured, Statement, flow, lines_high, sentence
from labels.layouts.vial_frame import GAP, LEFT, advice
from labels.sheet import Sheet
from labels.stock import Stock

LEAST_SMALL_SIZE = 5.5
"""Least size of what stands around the patient's block [pt]."""

SIZES = ((8.0, 7.5), (7.5, 7.0), (7.0, 6.5), (6.75, 6.25), (6.5, 6.0), (6.25, 5.75), (6.0, LEAST_SMALL_SIZE))
"""Of the facts and of the small print below them, tried from left to right [pt]."""


@dataclass(frozen=True, slots=True)
class Bottom:
    """The facts and the small print below the patient's block."""

    facts: Flow
    small: Flow

    @property
    def height(self) -> float:
        """With the space around them [pt]."""
        return self.facts.height + self.small.height + 2 * GAP

    def write(self, sheet: Sheet, *, top: float, room: float, x: float = LEFT) -> None:
        """Set both below a rule. room: length of the rule [pt]."""
        sheet.rule(x, top, room)
        self.facts.write(sheet, x=x, top=top + GAP)
        self.small.write(sheet, x=x, top=top + GAP + self.facts.height + GAP)


class Lower:
    """Everything below the patient's block, at each of its sizes, first with storage on a line of its own."""

    def __init__(self, label: VialLabel, room: float) -> None:
        self.room = room
        self.facts = facts_of(label)
        facts = (label.storage, label.description, label.inactive)
        self.smalls = _small(label.warnings, label.warnings_translated, *facts)

    def within(self, height: float) -> Bottom | None:
        """The first of them that is no higher [pt]; none when all are."""
        for fact_size, small_size in SIZES:
            for small in self.smalls:
                least = small.least_height(size=small_size, room=self.room, gap=GAP)
                if least + lines_high(len(self.facts), fact_size) + 2 * GAP > height:
                    continue
                bottom = self._set(fact_size, small_size, small)
                if bottom.height <= height:
                    return bottom
        return None

    def smallest(self) -> Bottom:
        """The last of them."""
        return self._set(*SIZES[-1], self.smalls[-1])

    def _set(self, fact_size: float, small_size: float, small: Measured) -> Bottom:
        facts = flow(self.facts, size=fact_size, room=self.room, gap=4 * GAP)
        return Bottom(facts, flow(small.groups, size=small_size, room=self.room, gap=GAP))


def facts_of(label: VialLabel) -> list[list[Statement]]:
    """What is looked for by name: quantity, use by, lot, date filled; prescriber."""
    return [
        [
            Statement("quantity", label.quantity, "Quantity", BOLD, whole=True),
            Statement("use_by", label.use_by, "Use by", BOLD, whole=True),
            Statement("lot", label.lot, "Lot", BOLD, whole=True),
            Statement("date_filled", label.date_filled, "Filled", BOLD, whole=True),
        ],
        [
            Statement("prescriber", label.prescriber, "Prescriber", BOLD, whole=True),
            Statement("compounded", sentence(label.compounded), whole=True),
        ],
    ]


def initials_of(label: VialLabel) -> Statement:
    """The pharmacist's initials, where they do not stand under the bar code."""
    return Statement("initials", label.initials, "RPh", BOLD, whole=True)


# The small print is that of the formula, the same on label after label.
@lru_cache(maxsize=512)
def _small(
    warnings: tuple[str, ...], translated: tuple[str, ...], storage: str, description: str, inactive: str
) -> tuple[Measured, Measured]:
    """The small print, with storage on a line of its own and with everything in one; a translation begins a line."""
    *before, last, others = _groups(warnings, translated, storage, description, inactive)
    return Measured([*before, last, others]), Measured([*before, last + others])


when_changed(_small.cache_clear)


def small_print(label: VialLabel) -> list[list[Statement]]:
    """The warnings, the same translated if they are, and what follows them, each to begin a line."""
    return _groups(label.warnings, label.warnings_translated, label.storage, label.description, label.inactive)


def _groups(
    warnings: tuple[str, ...], translated: tuple[str, ...], storage: str, description: str, inactive: str
) -> list[list[Statement]]:
    warned = [Statement("warnings", sentence(text), font=BOLD) for text in warnings]
    again = [Statement("warnings_translated", text, font=BOLD) for text in translated]
    others = [
        Statement("storage", sentence(storage)),
        Statement("description", sentence(description), "Looks like:"),
        Statement("inactive", sentence(inactive), "Inactive ingredients:"),
    ]
    return [warned, again, others] if again else [warned, others]


def small_print_too_long(flows: Iterable[Flow], needed: float, room: float, stock: Stock) -> LabelRefused:
    """Why the rest does not fit at its least size; it names the longest field. needed, room: height [pt]."""
    lengths: Counter[str] = Counter()
    for text in (text for each in flows for text in each.texts):
        lengths[text.field] += len(text.string)
    longest = max((field for field in lengths if field), key=lambda field: lengths[field])
    return LabelRefused(
        f"the small print needs {needed:.0f} pt of height at its least size and the label has "
        f"{room:.0f} pt; {spoken(longest)} is the longest part of it, {advice(stock, lengths)}",
        longest,
    )
