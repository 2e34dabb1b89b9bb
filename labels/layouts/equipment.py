"""The label on a balance or a capsule machine: its number, what it is, until when its check holds.

+--------------------------------+
| pharmacy                  mark |
| number            #standing### |
| name                           |
| check due                      |
| |||| Code 128 ||||  DataMatrix |
+--------------------------------+

Whatever may not be used says so white on black; what may has no status, so that the two are told apart at a glance.
"""

from collections.abc import Iterator

from labels import barcodes
from labels.content import EquipmentLabel, spoken
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, width
from labels.layouts.flow import Flow, Statement, flow
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.sheet import Box, Sheet, Text
from labels.stock import Stock

EDGE, GAP = 4.0, 3.0
NAME_SIZE = 5.5
NUMBER_SIZES = (20.0, 18.0, 16.0, 14.0, 12.0)
STANDING_SIZES = (11.0, 10.0, 9.0, 8.0)
BODY_SIZES = (10.0, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Sizes of the pharmacy's name, and those that are tried of the rest, the largest first [pt]."""

PADDING, TINY = 2.5, 1e-6
"""Black around the standing, and what two sums of the same widths may differ by [pt]."""

BARS = 17.0
LINES_MM, SQUARE_MM = (0.375, 0.25), 0.375
"""Height of the Code 128 [pt]; its least bar, the wider if it fits, and one square of the DataMatrix [mm]."""


def lay_out(label: EquipmentLabel, stock: Stock) -> tuple[Sheet, ...]:
    """The label on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    room = stock.width - 2 * EDGE
    top = _number(sheet, label, top=_header(sheet, label, room=room), room=room)
    foot = _codes(sheet, label)
    for body in _bodies(label, room):
        height = sum(part.height for part in body)
        if height + GAP * (len(body) - 1) <= foot - top:
            break
    else:
        raise _too_long(label, height + GAP * (len(body) - 1), foot - top)
    space = (foot - top - height) / len(body)
    for part in body:
        part.write(sheet, x=EDGE, top=top)
        top += part.height + space
    return (sheet,)


def _header(sheet: Sheet, label: EquipmentLabel, *, room: float) -> float:
    """Pharmacy and mark; returns where the next part may begin [pt]."""
    baseline = EDGE + CAP_HEIGHT * NAME_SIZE + 1
    whose = Statement("pharmacy_name", label.pharmacy_name)
    name = flow([[whose]], size=NAME_SIZE, room=room - MARK_ROOM - GAP, gap=GAP)
    name.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * NAME_SIZE)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
    return baseline + (name.lines - 1) * name.leading + 2 * GAP


def _number(sheet: Sheet, label: EquipmentLabel, *, top: float, room: float) -> float:
    """The number, and beside it why it may not be used; returns where the next part may begin [pt]."""
    number, standing = composed(label.equipment_number).strip(), composed(label.standing).strip()
    if width(number, BOLD, NUMBER_SIZES[-1]) > room:
        raise LabelRefused(f"{spoken('equipment_number')} {number!r} is wider than the label", "equipment_number")
    beside = width(standing, BOLD, STANDING_SIZES[-1]) + 2 * PADDING + 2 * GAP if standing else 0.0
    size = next((s for s in NUMBER_SIZES if width(number, BOLD, s) + beside <= room), 0.0)
    if not size:
        raise LabelRefused("why it may not be used is too long to stand beside its number", "standing")
    end = sheet.write(Text("equipment_number", number, EDGE, top + CAP_HEIGHT * size, BOLD, size))
    if standing:
        _standing(sheet, standing, top=top, room=EDGE + room - end - 2 * GAP, high=CAP_HEIGHT * size)
    return top + CAP_HEIGHT * size + 2 * GAP


def _standing(sheet: Sheet, standing: str, *, top: float, room: float, high: float) -> None:
    """White on black at the right edge, as high as the number."""
    size = next(s for s in STANDING_SIZES if width(standing, BOLD, s) + 2 * PADDING <= room + TINY)
    wide = width(standing, BOLD, size) + 2 * PADDING
    left = sheet.stock.width - EDGE - wide
    sheet.boxes.append(Box(left, top - 1, wide, high + 2))
    baseline = top + (high + CAP_HEIGHT * size) / 2
    sheet.write(Text("standing", standing, left + PADDING, baseline, BOLD, size, white=True))


def _bodies(label: EquipmentLabel, room: float) -> Iterator[list[Flow]]:
    """What it is, and until when it is good, at each size."""
    for size in BODY_SIZES:
        due = [Statement("check", label.check), Statement("due", label.due, font=BOLD, whole=True)]
        yield [
            flow([[Statement("name", label.name)]], size=size, room=room, gap=GAP),
            flow([due], size=size, room=room, gap=GAP),
        ]


def _codes(sheet: Sheet, label: EquipmentLabel) -> float:
    """Both codes at the foot; returns where the body ends [pt]."""
    stock = sheet.stock
    square = stock.whole_dots(SQUARE_MM)
    squares = barcodes.datamatrix(label.token, field="token")
    side = squares.across * square
    bottom = stock.height - EDGE
    matrix = sheet.matrix(squares, x=stock.width - EDGE - side, top=bottom - side, side=square)
    bars = barcodes.code128(label.line_code, field="equipment_number")
    for thin in (stock.whole_dots(mm) for mm in LINES_MM):
        quiet = barcodes.LINE_QUIET * thin
        if 2 * quiet + bars.across * thin <= matrix.x - square:
            break
    else:
        number = label.equipment_number
        raise LabelRefused(f"{spoken('equipment_number')} {number!r} is too long for its bar code", "equipment_number")
    sheet.fence(bars, x=quiet, top=bottom - BARS, thin=thin, down=BARS)
    return min(matrix.top - square, bottom - BARS) - GAP


def _too_long(label: EquipmentLabel, needed: float, room: float) -> LabelRefused:
    longest = max(("name", "check", "due"), key=lambda field: len(getattr(label, field)))
    return LabelRefused(
        f"what stands between number and codes needs {needed:.0f} pt of height at its least size and the label has "
        f"{room:.0f} pt; {spoken(longest)} is the longest part of it, shorten it",
        longest,
    )
