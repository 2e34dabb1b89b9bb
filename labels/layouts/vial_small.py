"""What stands around the patient's part of a container label: the facts, the warnings and the small print."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from labels.content import VialLabel, spoken
from labels.errors import LabelRefused
from labels.fonts import BOLD
from labels.layouts.flow import Flow, Statement, flow, sentence
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


def warnings_of(label: VialLabel) -> list[Statement]:
    """The auxiliary warnings, a sentence each."""
    return [Statement("warnings", sentence(text), font=BOLD) for text in label.warnings]


def small_of(label: VialLabel) -> list[Statement]:
    """How to keep it, what it looks like, what else is in it."""
    return [
        Statement("storage", sentence(label.storage)),
        Statement("description", sentence(label.description), "Looks like:"),
        Statement("inactive", sentence(label.inactive), "Inactive ingredients:"),
    ]


def bottoms(label: VialLabel, room: float) -> Iterator[Bottom]:
    """The part below the patient's block, at each of its sizes, first with storage on a line of its own."""
    facts, warnings, small = facts_of(label), warnings_of(label), small_of(label)
    for fact_size, small_size in SIZES:
        line = flow(facts, size=fact_size, room=room, gap=4 * GAP)
        for groups in ([warnings, small], [warnings + small]):
            yield Bottom(line, flow(groups, size=small_size, room=room, gap=GAP))


def small_print_too_long(flows: Iterable[Flow], needed: float, room: float, stock: Stock) -> LabelRefused:
    """Why the rest does not fit at its least size; it names the longest field. needed, room: height [pt]."""
    lengths: Counter[str] = Counter()
    for text in (text for each in flows for text in each.texts):
        lengths[text.field] += len(text.string)
    longest = max((field for field in lengths if field), key=lambda field: lengths[field])
    return LabelRefused(
        f"the small print needs {needed:.0f} pt of height at its least size and the label has "
        f"{room:.0f} pt; {spoken(longest)} is the longest part of it, {advice(stock)}",
        longest,
    )
