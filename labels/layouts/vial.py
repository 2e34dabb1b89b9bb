"""The vial label: what the patient reads in one block of at least half the label, the rest around it.

    +--------------------------------------------+------+
    | pharmacy, address, phone       Rx, fill    |  C   |
    +--------------------------------------------+  o   |
    | patient                                    |  d   |
    | drug and strength                          |  e   |
    | directions                                 |      |
    | purpose, which bottle                      | 128  |
    +--------------------------------------------+ RPh  |
    | quantity, use by, lot, filled, prescriber  | Data |
    | warnings, storage, description, ...        |Matrix|
    +--------------------------------------------+------+

On a stock of two labels each it stands in two parts, on a roll it is as long as it needs.
"""

from labels import barcodes
from labels.content import VialLabel, spoken
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, width
from labels.layouts import vial_parts, vial_roll
from labels.layouts.flow import Statement, flow
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.layouts.vial_block import LARGE_SETTINGS, LEAST_PART, SETTINGS, Block, Room, block_too_long, blocks
from labels.layouts.vial_frame import (
    FOOT,
    GAP,
    HEAD,
    LEFT,
    LINE_MODULE_MM,
    MATRIX_MODULE_MM,
    RIGHT,
    bars_of,
    code_too_long,
    squares_of,
)
from labels.layouts.vial_small import Bottom, Lower, small_print_too_long
from labels.sheet import Sheet, Text
from labels.stock import Stock

ROOMY_MM = 70.0
"""A label so high has room for larger letters than usual in the patient's half."""

RX_SIZE, NAME_SIZE, ADDRESS_SIZE, COUNT_SIZE, INITIALS_SIZE = 9.0, 8.0, 6.25, 6.5, 7.0
HEADER_LEADING = 7.3
"""Sizes in the header and of the initials; from its first baseline to the second [pt]."""


def lay_out(label: VialLabel, stock: Stock) -> tuple[Sheet, ...]:
    """The label on a stock, a sheet for each part.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    if stock.continuous:
        return (vial_roll.lay_out(label, stock),)
    if stock.parts > 1:
        return vial_parts.lay_out(label, stock)
    return (_whole(label, stock),)


def _whole(label: VialLabel, stock: Stock) -> Sheet:
    sheet = Sheet(stock)
    rail = _rail(sheet, label)
    room = rail - GAP - LEFT
    header = _header(sheet, label, room=room)
    least = LEAST_PART * stock.width * stock.height / rail
    block, bottom = _fit(label, stock, room=room, height=stock.height - FOOT - header, least=least)
    foot = stock.height - FOOT - bottom.height
    block.write(sheet, top=header, foot=foot)
    sheet.zones["patient"] = (0.0, header, rail, foot)
    bottom.write(sheet, top=foot, room=room)
    return sheet


def _fit(label: VialLabel, stock: Stock, *, room: float, height: float, least: float) -> tuple[Block, Bottom]:
    """The first setting of the block that fits above a setting of the rest, in a common height [pt].

    least: height of the block below which it would be less than its part of the label [pt].
    """
    lower = Lower(label, room)
    large = LARGE_SETTINGS if stock.height_mm >= ROOMY_MM else SETTINGS
    for block in blocks(label, Room(room, room), settings=large):
        # Larger than usual only in the room that is the block's anyway: the small print does not shrink for it.
        if block.size > SETTINGS[0].directions and block.least > least:
            continue
        bottom = lower.within(height - max(block.least, least))
        if bottom:
            return block, bottom
    smallest = lower.smallest()
    if smallest.height > height - least:
        raise small_print_too_long((smallest.facts, smallest.small), smallest.height, height - least, stock)
    raise block_too_long(block, stock)


def _rail(sheet: Sheet, label: VialLabel) -> float:
    """Both codes and the initials at the right edge; returns where they begin [pt]."""
    stock = sheet.stock
    thin, square = stock.whole_dots(LINE_MODULE_MM), stock.whole_dots(MATRIX_MODULE_MM)
    squares, bars = squares_of(label), bars_of(label)
    side = squares.across * square
    x = stock.snap(stock.width - RIGHT - side)
    line = sheet.ladder(bars, x=x, top=barcodes.LINE_QUIET * thin, thin=thin, across=side)
    matrix = sheet.matrix(squares, x=x, top=stock.height - FOOT - side, side=square)
    foot = matrix.top - max(GAP, barcodes.MATRIX_QUIET * square)
    if line.top + line.height + barcodes.LINE_QUIET * thin > foot - 2 * INITIALS_SIZE:
        raise code_too_long()
    _write_initials(sheet, label, middle=x + side / 2, foot=foot, room=side + GAP)
    return x


def _write_initials(sheet: Sheet, label: VialLabel, *, middle: float, foot: float, room: float) -> None:
    initials = composed(label.initials).strip()
    wide = width(initials, BOLD, INITIALS_SIZE)
    if wide > room:
        raise LabelRefused(f"the pharmacist's initials {initials!r} are longer than initials", "initials")
    caption = width("RPh", REGULAR, COUNT_SIZE)
    baseline = foot - DESCENT * INITIALS_SIZE
    sheet.write(Text("", "RPh", middle - caption / 2, baseline - INITIALS_SIZE, REGULAR, COUNT_SIZE))
    sheet.write(Text("initials", initials, middle - wide / 2, baseline, BOLD, INITIALS_SIZE))


def _header(sheet: Sheet, label: VialLabel, *, room: float) -> float:
    """Whose label and which prescription; returns where the header ends [pt]."""
    baseline = HEAD + CAP_HEIGHT * RX_SIZE
    rx = Statement("rx_number", f"Rx {label.rx_number}", font=BOLD)
    number = _right(sheet, [rx], RX_SIZE, baseline, room)
    fill, refills = (Statement(name, getattr(label, name), name.title(), BOLD) for name in ("fill", "refills"))
    count = _right(sheet, [fill, refills], COUNT_SIZE, baseline + HEADER_LEADING, room)
    name = flow(
        [[Statement("pharmacy_name", label.pharmacy_name, font=BOLD)]],
        size=NAME_SIZE,
        room=room - number - MARK_ROOM - 2 * GAP,
        gap=GAP,
    )
    place = Statement("pharmacy_address", label.pharmacy_address)
    phone = Statement("pharmacy_phone", label.pharmacy_phone, whole=True)
    where = flow([[place, phone]], size=ADDRESS_SIZE, room=room - count - 2 * GAP, gap=2 * GAP)
    name.write(sheet, x=LEFT, top=baseline - CAP_HEIGHT * NAME_SIZE)
    first = baseline + HEADER_LEADING + (name.lines - 1) * name.leading
    where.write(sheet, x=LEFT, top=first - CAP_HEIGHT * ADDRESS_SIZE)
    # After the name: a reader takes what follows in the file, on one line, for one text.
    write_mark(sheet, label.mark, right=LEFT + room - number - 2 * GAP, baseline=baseline)
    end = first + (where.lines - 1) * where.leading + DESCENT * ADDRESS_SIZE + GAP / 2
    sheet.rule(LEFT, end, room)
    return end


def _right(sheet: Sheet, statements: list[Statement], size: float, baseline: float, room: float) -> float:
    """One line that ends at the right of the header; returns its width [pt]."""
    line = flow([statements], size=size, room=room / 2, gap=2 * GAP)
    if line.lines > 1:
        longest = max(statements, key=lambda statement: len(statement.text)).field
        raise LabelRefused(f"{spoken(longest)} leaves no room for the pharmacy's name and address", longest)
    line.write(sheet, x=LEFT + room - line.reached, top=baseline - CAP_HEIGHT * size)
    return line.reached
