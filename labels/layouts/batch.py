"""The label of a batch, or of its bin on the shelf: whether it may be used, what it is, until when.

    +--------------------------------------------------+
    | pharmacy                                    mark |
    | ################ STATUS ######################## |
    | formula                                          |
    | strength   form                                  |
    | compounded, quantity, use by                     |
    | storage                                          |
    | |||| Code 128 ||||   batch number     DataMatrix |
    +--------------------------------------------------+

The status stands white on black until the batch is released, then black on white in a frame: the two are
told apart from the other end of the room.
"""

from itertools import product

from labels import barcodes
from labels.content import BatchLabel, spoken
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, REGULAR, width
from labels.layouts.flow import Flow, Statement, columns, flow, sentence
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
"""Of the status: black around its capitals, or the thickness of the frame when it is released [pt]."""

BODY_SIZES = (
    {"formula": 13.0, "strength": 13.0, "fact": 8.0, "storage": 7.0},
    {"formula": 12.0, "strength": 12.0, "fact": 7.75, "storage": 6.75},
    {"formula": 11.0, "strength": 12.0, "fact": 7.5, "storage": 6.5},
    {"formula": 10.0, "strength": 12.0, "fact": 7.0, "storage": 6.0},
)
"""Tried from left to right; the last are the least sizes [pt]."""

LINE_MODULES_MM, MATRIX_MODULE_MM = (0.375, 0.25), 0.6
"""Least bar of the Code 128, the wider if it fits, and one square of the DataMatrix: a shelf is scanned at
arm's length."""

NUMBER_SIZES = (13.0, 12.0, 11.0, 10.0, 9.0)
CAPTION_SIZE = 7.0
BARS = 19.0
"""Of the batch number between the codes, of the word above it, and the height of the Code 128 [pt]."""

RELEASED = "released"


def lay_out(label: BatchLabel, stock: Stock) -> Sheet:
    """The label on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    room = stock.width - 2 * EDGE
    top = _status(sheet, label, top=_header(sheet, label, room=room), room=room)
    foot, narrow = _codes(sheet, label, room=room)
    for sizes in BODY_SIZES:
        parts = _body(label, sizes, room=room, narrow=narrow)
        height = sum(part.height for part in parts)
        free = foot - top - height
        if free >= LEAST_SPACE * len(parts):
            break
    else:
        raise _body_too_long(label, needed=height + LEAST_SPACE * len(parts), room=foot - top)
    for part in parts:
        part.write(sheet, x=EDGE, top=top)
        top += part.height + free / len(parts)
    return sheet


def _body_too_long(label: BatchLabel, *, needed: float, room: float) -> LabelRefused:
    fields = ("formula", "form", "strength", "quantity", "compounded", "use_by", "storage")
    longest = max(fields, key=lambda field: len(getattr(label, field)))
    return LabelRefused(
        f"what stands between status and codes needs {needed:.0f} pt of height at its least size and the "
        f"label has {room:.0f} pt; {spoken(longest)} is the longest part of it, shorten it or take a larger label",
        longest,
    )


def _header(sheet: Sheet, label: BatchLabel, *, room: float) -> float:
    """Pharmacy and mark; returns where the next part may begin [pt]."""
    baseline = EDGE + CAP_HEIGHT * NAME_SIZE + 1
    whose = Statement("pharmacy_name", label.pharmacy_name)
    name = flow([[whose]], size=NAME_SIZE, room=room - MARK_ROOM - GAP, gap=GAP)
    name.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * NAME_SIZE)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
    return baseline + (name.lines - 1) * name.leading + GAP


def _status(sheet: Sheet, label: BatchLabel, *, top: float, room: float) -> float:
    """The status over the whole width; returns where the next part may begin [pt]."""
    status = composed(label.status).strip()
    size = next((s for s in STATUS_SIZES if width(status, BOLD, s) <= room - 4 * STATUS_PADDING), 0.0)
    if not size:
        raise LabelRefused(f"the status is wider than the label at {STATUS_SIZES[-1]:g} pt", "status")
    high = CAP_HEIGHT * STATUS_SIZES[0] + 2 * STATUS_PADDING
    released = status.casefold() == RELEASED
    if released:
        for x, y, wide, tall in (
            (EDGE, top, room, FRAME),
            (EDGE, top + high - FRAME, room, FRAME),
            (EDGE, top, FRAME, high),
            (EDGE + room - FRAME, top, FRAME, high),
        ):
            sheet.boxes.append(Box(x, y, wide, tall))
    else:
        sheet.boxes.append(Box(EDGE, top, room, high))
    x = (sheet.stock.width - width(status, BOLD, size)) / 2
    baseline = top + (high + CAP_HEIGHT * size) / 2
    sheet.write(Text("status", status, x, baseline, BOLD, size, white=not released))
    return top + high + 2 * GAP


def _codes(sheet: Sheet, label: BatchLabel, *, room: float) -> tuple[float, float]:
    """Codes and batch number at the foot; returns where the body ends, and its width beside them [pt]."""
    stock = sheet.stock
    square = stock.whole_dots(MATRIX_MODULE_MM)
    squares = barcodes.datamatrix(label.token, field="token")
    side = squares.across * square
    bottom = stock.height - EDGE
    matrix = sheet.matrix(squares, x=stock.width - EDGE - side, top=bottom - side, side=square)
    bars = barcodes.code128(label.line_code, field="batch_number")
    modules = bars.across + 2 * barcodes.LINE_QUIET
    number = composed(label.batch_number).strip()
    for thin, size in product((stock.whole_dots(mm) for mm in LINE_MODULES_MM), NUMBER_SIZES):
        free = matrix.x - GAP - modules * thin
        if width(number, BOLD, size) <= free:
            break
    else:
        raise LabelRefused(f"the batch number {number!r} is too long for its bar code", "batch_number")
    sheet.fence(bars, x=barcodes.LINE_QUIET * thin, top=bottom - BARS, thin=thin, down=BARS)
    x = modules * thin
    sheet.write(Text("", "Batch", x, bottom - CAP_HEIGHT * size - GAP, REGULAR, CAPTION_SIZE))
    sheet.write(Text("batch_number", number, x, bottom, BOLD, size))
    return bottom - BARS - GAP, room - side - 2 * GAP


def _body(label: BatchLabel, sizes: dict[str, float], *, room: float, narrow: float) -> list[Flow]:
    """What it is, its numbers and dates, and how to keep it; the last lines leave room for the DataMatrix."""
    formula = [Statement("formula", label.formula)]
    strength = [Statement("strength", label.strength, font=BOLD), Statement("form", label.form)]
    facts = [
        [
            Statement("compounded", label.compounded, "Compounded", BOLD, whole=True),
            Statement("quantity", label.quantity, "Quantity", BOLD, whole=True),
        ],
        [Statement("use_by", label.use_by, "Use by", BOLD, whole=True)],
    ]
    storage = [Statement("storage", sentence(label.storage))]
    return [
        flow([formula], size=sizes["formula"], room=room, gap=GAP),
        flow([strength], size=sizes["strength"], room=room, gap=2 * GAP),
        columns(facts, size=sizes["fact"], room=narrow, gap=4 * GAP),
        flow([storage], size=sizes["storage"], room=narrow, gap=GAP),
    ]
