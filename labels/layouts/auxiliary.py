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

from math import inf

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
SIZES = (20.0, 18.0, 17.0, 16.0, 15.0, 14.0, 13.5, 13.0, 12.5, 12.0)
"""Of the warnings, tried from left to right; the last is the least [pt]."""

LEAST_SPACE = 3.0
"""Between a warning and the rule beside it [pt]."""

NUMBER_SIZE = 7.0
FOOT = NUMBER_SIZE + MARK_PADDING + GAP
"""Of the line at the foot, and the room that is kept for it [pt]."""


def lay_out(label: AuxiliaryStrip, stock: Stock) -> tuple[Sheet, ...]:
    """The strip on a stock; several strips where one does not hold all warnings at the least size.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    room, height = stock.width - 2 * EDGE, stock.height - EDGE - FOOT
    shared = _shared(label.warnings, room, height)
    size = next(
        (size for size in SIZES if all(_needed(warnings, size, room) <= height for warnings in shared)), SIZES[-1]
    )
    sheets: list[Sheet] = []
    for place, warnings in enumerate(shared, start=1):
        sheet = Sheet(stock)
        which = f"{label.number}, strip {place} of {len(shared)}" if len(shared) > 1 else label.number
        _foot(sheet, label, which, room)
        _set(sheet, [_flow(text, size, room) for text in warnings], room, height)
        sheets.append(sheet)
    return tuple(sheets)


def _shared(warnings: tuple[str, ...], room: float, height: float) -> list[tuple[str, ...]]:
    """The warnings in their order, as many on each strip as it holds at the least size."""
    shared: list[tuple[str, ...]] = []
    for text in warnings:
        if _needed((text,), SIZES[-1], room) > height:
            raise LabelRefused(f"the warning {text[:40]!r} is longer than a strip; shorten it", "warnings")
        together = (*shared[-1], text) if shared else (text,)
        if shared and _needed(together, SIZES[-1], room) <= height:
            shared[-1] = together
        else:
            shared.append((text,))
    return shared


def _needed(warnings: tuple[str, ...], size: float, room: float) -> float:
    """The height of some warnings with the least space around them [pt]; endless where a word is wider than a line."""
    try:
        return sum(_flow(text, size, room).height + 2 * LEAST_SPACE for text in warnings)
    except LabelRefused:
        if size == SIZES[-1]:
            raise
        return inf


def _flow(text: str, size: float, room: float) -> Flow:
    return flow([_sentences(text)], size=size, room=room, gap=GAP)


def _set(sheet: Sheet, warnings: list[Flow], room: float, height: float) -> None:
    space = (height - sum(one.height for one in warnings)) / (2 * len(warnings))
    top = EDGE
    for place, one in enumerate(warnings):
        if place:
            sheet.rule(EDGE, top, room)
        one.write(sheet, x=EDGE, top=top + space)
        top += one.height + 2 * space


def _sentences(text: str) -> list[Statement]:
    """A warning of several sentences breaks between them where it can."""
    sentences = composed(text).strip().replace(". ", ".\n").split("\n")
    return [Statement("warnings", sentence, font=BOLD, whole=True) for sentence in sentences]


def _foot(sheet: Sheet, label: AuxiliaryStrip, number: str, room: float) -> None:
    baseline = sheet.stock.height - EDGE - DESCENT * NUMBER_SIZE
    whose = flow([[Statement("number", number, "Rx and fill")]], size=NUMBER_SIZE, room=room - MARK_ROOM, gap=GAP)
    if whose.lines > 1:
        raise LabelRefused("the prescription and fill number is longer than its line", "number")
    whose.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * NUMBER_SIZE)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
