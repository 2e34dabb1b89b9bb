"""What the labels of the shelf share, a batch's, a trituration's and a bag's: pharmacy, status, codes.

The status stands white on black until it is released, then black on white in a frame: the two are told apart from the
other end of the room.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import inf

from labels import barcodes
from labels.content import BagLabel, BatchLabel, Label, TriturationLabel, spoken
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, REGULAR, width
from labels.layouts.flow import Flow, Statement, flow
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.sheet import Box, Sheet, Text
from labels.stock import Stock

EDGE = 4.0
GAP = 3.0
LEAST_SPACE = 2.5
"""Blank paper around the label, between its parts, and at least between lines of the body [pt]."""

NAME_SIZE = 7.0
STATUS_SIZES = (22.0, 20.0, 18.0, 16.0, 14.0)
STATUS_PADDING = 4.0
FRAME = 1.5
BAND = CAP_HEIGHT * STATUS_SIZES[0] + 2 * STATUS_PADDING
"""Of the status: black around its capitals, the thickness of the frame when it is released, and its height [pt]."""

LINE_MODULES_MM, MATRIX_MODULE_MM = (0.375, 0.25), 0.6
"""Least bar of the Code 128, the wider if it fits, and one square of the DataMatrix: a shelf is scanned at
arm's length."""

NUMBER_SIZES = (13.0, 12.0, 11.0, 10.0, 9.0)
CAPTION_SIZE = 7.0
BARS = 19.0
"""Of the number between the codes, of the word above it, and the height of the Code 128 [pt]."""

RELEASED = "released"

ShelfLabel = BatchLabel | TriturationLabel | BagLabel


@dataclass(frozen=True, slots=True)
class Body:
    """Where the body may stand: its top, foot, width of the label, width beside the DataMatrix, and left edge [pt]."""

    top: float
    foot: float
    room: float
    narrow: float
    left: float = EDGE

    def write(
        self,
        sheet: Sheet,
        label: Label,
        tried: Iterable[list[Flow]],
        *,
        fields: tuple[str, ...],
        most: float = inf,
        what: str = "what stands between status and codes",
    ) -> None:
        """Sets the first of the bodies that fits, its parts spread evenly. tried: the largest first; most: space that
        their lines are parted by at most [pt]; what: how a refusal names the body.

        Raises:
            LabelRefused: none fits; it names the longest of these fields.
        """
        needed = 0.0
        for parts in tried:
            height = sum(part.height for part in parts)
            needed = height + LEAST_SPACE * len(parts)
            if needed <= self.foot - self.top:
                break
        else:
            raise self._too_long(label, needed, fields, what)
        top, free = self.top, self.foot - self.top - height
        for part in parts:
            part.write(sheet, x=self.left, top=top)
            top += part.height + min(free / len(parts), most)

    def _too_long(self, label: Label, needed: float, fields: tuple[str, ...], what: str) -> LabelRefused:
        longest = max(fields, key=lambda field: len("".join(getattr(label, field))))
        return LabelRefused(
            f"{what} needs {needed:.0f} pt of height at its least size and the "
            f"label has {self.foot - self.top:.0f} pt; {spoken(longest)} is the longest part of it, shorten it or take "
            "a larger label",
            longest,
        )


def frame(stock: Stock, label: BatchLabel | TriturationLabel, *, number: str, caption: str) -> tuple[Sheet, Body]:
    """The sheet with everything but its body. number: the field that is the number between the codes.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    room = stock.width - 2 * EDGE
    top = _status(sheet, label, top=_header(sheet, label, room=room), room=room)
    foot, narrow = codes(sheet, label, number, caption, room=room)
    return sheet, Body(top, foot, room, narrow)


def _header(sheet: Sheet, label: ShelfLabel, *, room: float) -> float:
    """Pharmacy and mark; returns where the next part may begin [pt]."""
    baseline = EDGE + CAP_HEIGHT * NAME_SIZE + 1
    whose = Statement("pharmacy_name", label.pharmacy_name)
    name = flow([[whose]], size=NAME_SIZE, room=room - MARK_ROOM - GAP, gap=GAP)
    name.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * NAME_SIZE)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
    return baseline + (name.lines - 1) * name.leading + GAP


def _status(sheet: Sheet, label: BatchLabel | TriturationLabel, *, top: float, room: float) -> float:
    """The status over the whole width; returns where the next part may begin [pt]."""
    framed = composed(label.status).strip().casefold() == RELEASED
    return band(sheet, "status", label.status, top=top, room=room, framed=framed) + 2 * GAP


def band(sheet: Sheet, field: str, text: str, *, top: float, room: float, framed: bool) -> float:
    """A text over the whole width, in a frame or white on black; returns where it ends [pt]."""
    told = composed(text).strip()
    size = next((s for s in STATUS_SIZES if width(told, BOLD, s) <= room - 4 * STATUS_PADDING), 0.0)
    if not size:
        raise LabelRefused(f"{spoken(field)} is wider than the label at {STATUS_SIZES[-1]:g} pt", field)
    high = BAND
    if framed:
        for x, y, wide, tall in (
            (EDGE, top, room, FRAME),
            (EDGE, top + high - FRAME, room, FRAME),
            (EDGE, top, FRAME, high),
            (EDGE + room - FRAME, top, FRAME, high),
        ):
            sheet.boxes.append(Box(x, y, wide, tall))
    else:
        sheet.boxes.append(Box(EDGE, top, room, high))
    x = (sheet.stock.width - width(told, BOLD, size)) / 2
    baseline = top + (high + CAP_HEIGHT * size) / 2
    sheet.write(Text(field, told, x, baseline, BOLD, size, white=not framed))
    return top + high


def codes(sheet: Sheet, label: ShelfLabel, field: str, caption: str, *, room: float) -> tuple[float, float]:
    """Codes and number at the foot; returns where the body ends, and its width beside them [pt]."""
    stock = sheet.stock
    square = stock.whole_dots(MATRIX_MODULE_MM)
    squares = barcodes.datamatrix(label.token, field="token")
    side = squares.across * square
    bottom = stock.height - EDGE
    matrix = sheet.matrix(squares, x=stock.width - EDGE - side, top=bottom - side, side=square)
    bars = barcodes.code128(label.line_code, field=field)
    modules = bars.across + 2 * barcodes.LINE_QUIET
    number = composed(str(getattr(label, field))).strip()
    for thin, size in product((stock.whole_dots(mm) for mm in LINE_MODULES_MM), NUMBER_SIZES):
        free = matrix.x - GAP - modules * thin
        if width(number, BOLD, size) <= free:
            break
    else:
        raise LabelRefused(f"{spoken(field)} {number!r} is too long for its bar code", field)
    sheet.fence(bars, x=barcodes.LINE_QUIET * thin, top=bottom - BARS, thin=thin, down=BARS)
    x = modules * thin
    sheet.write(Text("", caption, x, bottom - CAP_HEIGHT * size - GAP, REGULAR, CAPTION_SIZE))
    sheet.write(Text(field, number, x, bottom, BOLD, size))
    return bottom - BARS - GAP, room - side - 2 * GAP
