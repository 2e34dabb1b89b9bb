"""The auxiliary strip: each warning in a field of its own between rules, all of one size, as large as they fit.

+--------------------------------------------------+
| first warning                                    |
|--------------------------------------------------|
| second warning                                   |
|--------------------------------------------------|
| ...                                              |
| Rx and fill                                 mark |
+--------------------------------------------------+
"""

from labels.content import AuxiliaryStrip
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT
from labels.layouts.flow import Flow, Statement, flow
from labels.layouts.marks import MARK_PADDING, MARK_ROOM, write_mark
from labels.layouts.shelf import GAP
from labels.sheet import Sheet
from labels.stock import Stock

EDGE = 5.0
SIZES = (20.0, 18.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.5, 11.0, 10.5, 10.0)
"""Of the warnings, tried from left to right; the last is the least [pt]."""

LEAST_SPACE = 3.0
"""Between a warning and the rule beside it [pt]."""

NUMBER_SIZE = 7.0
FOOT = NUMBER_SIZE + MARK_PADDING + GAP
"""Of the line at the foot, and the room that is kept for it [pt]."""


def lay_out(label: AuxiliaryStrip, stock: Stock) -> tuple[Sheet, ...]:
    """The strip on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    room = stock.width - 2 * EDGE
    _foot(sheet, label, room)
    height = stock.height - EDGE - FOOT
    warnings = _largest(label, room, height)
    space = (height - sum(one.height for one in warnings)) / (2 * len(warnings))
    top = EDGE
    for place, one in enumerate(warnings):
        if place:
            sheet.rule(EDGE, top, room)
        one.write(sheet, x=EDGE, top=top + space)
        top += one.height + 2 * space
    return (sheet,)


def _largest(label: AuxiliaryStrip, room: float, height: float) -> list[Flow]:
    for size in SIZES:
        try:
            found = [flow([_sentences(text)], size=size, room=room, gap=GAP) for text in label.warnings]
        except LabelRefused:  # a word is wider than the strip; a smaller size may do
            if size == SIZES[-1]:
                raise
            continue
        needed = sum(one.height + 2 * LEAST_SPACE for one in found)
        if needed <= height:
            return found
    raise LabelRefused(
        f"the warnings need {needed:.0f} pt of height at {SIZES[-1]:g} pt and the strip has {height:.0f} pt; shorten "
        "them or take a larger label",
        "warnings",
    )


def _sentences(text: str) -> list[Statement]:
    """A warning of several sentences breaks between them where it can."""
    sentences = composed(text).strip().replace(". ", ".\n").split("\n")
    return [Statement("warnings", sentence, font=BOLD, whole=True) for sentence in sentences]


def _foot(sheet: Sheet, label: AuxiliaryStrip, room: float) -> None:
    baseline = sheet.stock.height - EDGE - DESCENT * NUMBER_SIZE
    whose = flow([[Statement("number", label.number, "Rx and fill")]], size=NUMBER_SIZE, room=room - MARK_ROOM, gap=GAP)
    if whose.lines > 1:
        raise LabelRefused("the prescription and fill number is longer than its line", "number")
    whose.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * NUMBER_SIZE)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
