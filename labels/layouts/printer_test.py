"""The test page of a printer: rulers across and down, bars of 1 to 6 dots, and both codes as on a vial label.

    +--------------------------------------------+
    | Test page 12  printer                 mark |
    | stock, dots, when, who                     |
    | 0 |''''|''''|''''|''''|''''|''''| mm, inch |
    |   -   what to do                           |
    |   -   | || ||| bars of 1, 2, 3 ... dots    |
    |   -   |||| Code 128 ||||      DataMatrix   |
    +--------------------------------------------+

A printer that scales, slips or has other dots than its stock says shows it on the rulers; one that is too dark, too
light or too fast on the bars.
"""

from labels import barcodes
from labels.content import PrinterTest
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, REGULAR, width
from labels.layouts.flow import Statement, flow
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.sheet import Box, Sheet, Text
from labels.stock import MM_PER_INCH, POINTS_PER_INCH, Stock

MM = POINTS_PER_INCH / MM_PER_INCH
EDGE, GAP = 5.0, 3.0
TITLE_SIZE, TEXT_SIZE, NUMBER_SIZE = 10.0, 6.5, 5.5
HEAD_MM, SIDE_MM = 15.0, 6.0
"""Above the ruler's line: title and facts; left of the ruler's zero [mm]."""

LINE_MODULE_MM, MATRIX_MODULE_MM = 0.25, 0.33
"""As on the vial label: what scans here scans there."""

BARS_MM, LOW_BARS_MM, LOW_MM = 9.0, 4.5, 40.0
LADDER = (1, 2, 3, 4, 6)
"""Height of the Code 128, and on labels lower than that [mm]; widths of the bars of the ladder [dots]."""

LONGEST_MM = 297.0
"""Of what is no roll: a page of A4."""

TICKS_MM = {10: 3.0, 5: 2.2, 1: 1.4}
INCH_TICKS = {8: 3.0, 4: 2.2, 1: 1.4}
"""Every so many millimetres, or eighths of an inch, a tick of that length [mm]."""


def rulers(stock: Stock) -> tuple[int, int]:
    """How long the rulers across and down are on this stock: as many whole centimetres as fit [mm].

    >>> from labels.stock import STOCKS
    >>> rulers(STOCKS["vial-4x2"])
    (90, 30)
    """
    across = stock.width_mm - SIDE_MM - 5  # the last number reaches beyond its tick
    down = stock.height_mm - HEAD_MM - 2
    return int(across // 10) * 10, int(down // 10) * 10


def holds(stock: Stock) -> bool:
    """Whether a test page is made for this stock: rulers of a centimetre each and both codes have room on it.

    >>> from labels.stock import STOCKS
    >>> holds(STOCKS["vial-4x2"])
    True
    """
    return min(rulers(stock)) >= 10 and stock.width_mm >= 57 and stock.height_mm <= LONGEST_MM


def lay_out(label: PrinterTest, stock: Stock) -> tuple[Sheet, ...]:
    """The page on a stock.

    Raises:
        LabelRefused: the name of the printer is too long, or the stock is too small for rulers and codes.
    """
    sheet = Sheet(stock)
    across, down = rulers(stock)
    left, top = stock.snap(SIDE_MM * MM), stock.snap(HEAD_MM * MM)
    _head(sheet, label)
    _ruler_across(sheet, across, left, top)
    _ruler_down(sheet, down, left, top)
    body = left + 8 * MM
    matrix_left = _codes(sheet, label, body)
    _told(sheet, label, body, top + (6 if stock.height_mm >= LOW_MM else 5.2) * MM, matrix_left)
    return (sheet,)


def _head(sheet: Sheet, label: PrinterTest) -> None:
    room = sheet.stock.width - 2 * EDGE
    baseline = EDGE + CAP_HEIGHT * TITLE_SIZE
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
    end = sheet.write(Text("title", label.title, EDGE, baseline, BOLD, TITLE_SIZE))
    printer = composed(label.printer).strip()
    if end + 2 * GAP + width(printer, BOLD, TITLE_SIZE) > EDGE + room - MARK_ROOM - GAP:
        raise LabelRefused("the printer's name is too long for its test page; shorten it", "printer")
    sheet.write(Text("printer", printer, end + 2 * GAP, baseline, BOLD, TITLE_SIZE))
    facts = [[Statement("held", label.held), Statement("made", label.made)]]
    lines = flow(facts, size=TEXT_SIZE, room=room, gap=3 * GAP)
    lines.write(sheet, x=EDGE, top=baseline + GAP)


def _ruler_across(sheet: Sheet, length: int, left: float, top: float) -> None:
    """Millimetres above the line, eighths of an inch below."""
    snap, thin = sheet.stock.snap, sheet.stock.whole_dots(0.12)
    _black(sheet, (left, top, snap(length * MM) + thin, thin))
    for mm in range(length + 1):
        high = snap(_tick(mm, TICKS_MM) * MM)
        if mm:  # where both rulers begin there is a corner and no tick, so that nobody measures from its end
            _black(sheet, (snap(left + mm * MM), top - high, thin, high))
        if mm % 10 == 0:
            sheet.write(_number(f"{mm} mm" if mm == length else str(mm), snap(left + mm * MM), top - 3.4 * MM))
    for eighth in range(int(length / MM_PER_INCH * 8) + 1):
        x, high = snap(left + eighth * POINTS_PER_INCH / 8), snap(_tick(eighth, INCH_TICKS) * MM)
        if eighth:
            _black(sheet, (x, top, thin, high))
        if eighth and eighth % 8 == 0:
            sheet.write(_number(f"{eighth // 8} in", x, top + 3.4 * MM + CAP_HEIGHT * NUMBER_SIZE))


def _ruler_down(sheet: Sheet, length: int, left: float, top: float) -> None:
    snap, thin = sheet.stock.snap, sheet.stock.whole_dots(0.12)
    _black(sheet, (left, top, thin, snap(length * MM) + thin))
    for mm in range(1, length + 1):
        wide = snap(_tick(mm, TICKS_MM) * MM)
        y = snap(top + mm * MM)
        _black(sheet, (left - wide, y, wide, thin))
        if mm % 10 == 0:
            number = f"{mm} mm" if mm == length else str(mm)
            sheet.write(Text("", number, left + GAP / 2, y + CAP_HEIGHT * NUMBER_SIZE / 2, REGULAR, NUMBER_SIZE))


def _black(sheet: Sheet, area: tuple[float, float, float, float]) -> None:
    """A rectangle (left, top, width, height) of whole dots, drawn a trifle smaller: where an edge is a rounding error
    beyond a dot, renderers fill that dot too."""
    left, top, wide, high = area
    trifle = 0.02 * sheet.stock.dot
    sheet.boxes.append(Box(left + trifle, top + trifle, wide - 2 * trifle, high - 2 * trifle))


def _tick(at: int, lengths: dict[int, float]) -> float:
    return next(length for every, length in lengths.items() if at % every == 0)


def _number(text: str, centre: float, baseline: float) -> Text:
    return Text("", text, centre - width(text, REGULAR, NUMBER_SIZE) / 2, baseline, REGULAR, NUMBER_SIZE)


def _told(sheet: Sheet, label: PrinterTest, left: float, top: float, right: float) -> None:
    """What to do, and where there is room above the codes, the ladder."""
    told = flow([[Statement("what_to_do", label.what_to_do)]], size=TEXT_SIZE, room=right - left, gap=GAP)
    told.write(sheet, x=left, top=top)
    high = 4 * MM
    under = high + 2 * GAP + CAP_HEIGHT * NUMBER_SIZE
    if top + told.height + GAP + under <= sheet.stock.height - EDGE - _bars_high(sheet.stock):
        _ladder(sheet, left, top + told.height + GAP, right, high)


def _ladder(sheet: Sheet, left: float, top: float, right: float, high: float) -> None:
    """Groups of bars some dots wide with as wide gaps, as many groups as fit; they stay apart when all is well."""
    stock = sheet.stock
    x, bars = stock.snap(left), stock.snap(top)
    for dots in LADDER:
        wide, called = dots * stock.dot, f"{dots} {'dot' if dots == 1 else 'dots'}"
        room = max(9 * wide, width(called, REGULAR, NUMBER_SIZE))
        if x + room > right:
            return
        for bar in range(5):
            _black(sheet, (x + 2 * bar * wide, bars, wide, stock.snap(high)))
        foot = bars + stock.snap(high) + GAP + CAP_HEIGHT * NUMBER_SIZE
        sheet.write(Text("", called, x, foot, REGULAR, NUMBER_SIZE))
        x = stock.snap(x + room + 2 * GAP)


def _bars_high(stock: Stock) -> float:
    return (BARS_MM if stock.height_mm >= LOW_MM else LOW_BARS_MM) * MM


def _codes(sheet: Sheet, label: PrinterTest, left: float) -> float:
    """Both codes at the foot; returns where the room beside the DataMatrix ends [pt]."""
    stock = sheet.stock
    thin, square = stock.whole_dots(LINE_MODULE_MM), stock.whole_dots(MATRIX_MODULE_MM)
    squares = barcodes.datamatrix(label.token, field="token")
    bars = barcodes.code128(label.line_code, field="token")
    foot = stock.height - EDGE
    side = squares.across * square
    x = stock.width - EDGE - side - barcodes.MATRIX_QUIET * square
    quiet = barcodes.LINE_QUIET * thin
    if left + bars.across * thin + 2 * quiet > x - GAP:
        raise LabelRefused(f"{stock.name} is too small for a test page", "stock")
    sheet.matrix(squares, x=x, top=foot - side, side=square)
    high = _bars_high(stock)
    sheet.fence(bars, x=left + quiet, top=foot - high, thin=thin, down=high)
    return x - GAP
