"""The vial label on a roll without gaps: as long as it needs, and cut there.

+------------------------------+------+
| pharmacy, address, phone     | Data |
| Rx, fill, refills, mark      |Matrix|
+------------------------------+------+
| patient                             |
| drug and strength                   |
| directions                          |
| purpose, which bottle               |
+------------------------------+------+
| quantity, use by, lot, ...   | Code |
| warnings, storage, ...       | 128  |
+------------------------------+------+
"""

from labels.content import VialLabel
from labels.fonts import BOLD, CAP_HEIGHT
from labels.layouts.flow import Statement, flow
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.layouts.vial_block import LARGE_SETTINGS, Block, Room, block_too_long, blocks
from labels.layouts.vial_frame import GAP, LEFT, corner, foot_of, ladder_height, rungs
from labels.layouts.vial_small import Bottom, facts_of, initials_of, small_print, small_print_too_long
from labels.sheet import Sheet
from labels.stock import Stock

RX_SIZE, NAME_SIZE, ADDRESS_SIZE, COUNT_SIZE = 10.0, 8.0, 6.5, 7.0
"""Sizes in the header [pt]."""

FACT_SIZE, SMALL_SIZE = 7.5, 7.0
"""Of the facts and the small print: a roll is never too short for them [pt]."""

BARS = 14.0
"""Length of the bars of the Code 128 [pt]."""


def lay_out(label: VialLabel, stock: Stock) -> Sheet:
    """The label on the piece of the roll that it needs.

    Raises:
        LabelRefused: it would be longer than the longest piece, or a word is wider than the roll.
    """
    sheet = Sheet(stock)
    x = max(stock.side, LEFT)
    room = stock.width - 2 * x
    header = _header(sheet, label, x=x, room=room)
    beside = room - BARS - GAP
    bottom = _bottom(label, beside)
    low = max(bottom.height, ladder_height(stock, label))
    around = header + low + stock.end
    if 2 * around > stock.height:
        raise small_print_too_long((bottom.facts, bottom.small), 2 * around, stock.height, stock)
    block = _block(label, stock, room=room, least=around)
    sheet.stock = stock.cut(header + max(around, block.least) + low + stock.end)
    foot = sheet.stock.height - stock.end - low
    block.write(sheet, top=header, foot=foot, x=x)
    sheet.zones["patient"] = (0.0, header, stock.width, foot)
    bottom.write(sheet, top=foot, room=room, x=x)
    rungs(sheet, label, right=x + room, top=foot, foot=foot + low, across=BARS)
    return sheet


def _bottom(label: VialLabel, room: float) -> Bottom:
    """Facts and small print, beside the bar code."""
    first, second = facts_of(label)
    facts = flow([first, [*second, initials_of(label)]], size=FACT_SIZE, room=room, gap=3 * GAP)
    return Bottom(facts, flow(small_print(label), size=SMALL_SIZE, room=room, gap=GAP))


def _block(label: VialLabel, stock: Stock, *, room: float, least: float) -> Block:
    """The largest setting that fits into half of the label, or that of 12 pt, which lengthens it."""
    for block in blocks(label, Room(room, room), settings=LARGE_SETTINGS[:-1]):
        if block.least <= least:
            return block
    if block.least + least > stock.height:
        raise block_too_long(block, stock)
    return block


def _header(sheet: Sheet, label: VialLabel, *, x: float, room: float) -> float:
    """Which prescription and whose label, beside the DataMatrix; returns where the header ends [pt]."""
    top = sheet.stock.end
    matrix = corner(sheet, label, right=x + room, top=top)
    beside = matrix.x - 2 * GAP - x
    rx = [Statement("rx_number", f"Rx {label.rx_number}", font=BOLD)]
    counts = [Statement(name, getattr(label, name), name.title(), BOLD) for name in ("fill", "refills")]
    name = [Statement("pharmacy_name", label.pharmacy_name, font=BOLD)]
    where = [
        Statement("pharmacy_address", label.pharmacy_address),
        Statement("pharmacy_phone", label.pharmacy_phone, whole=True),
    ]
    write_mark(sheet, label.mark, right=x + beside, baseline=top + CAP_HEIGHT * RX_SIZE)
    for group, size, width in (
        (rx, RX_SIZE, beside - MARK_ROOM - GAP),
        (counts, COUNT_SIZE, beside),
        (name, NAME_SIZE, beside),
        (where, ADDRESS_SIZE, room),
    ):
        if group is where:
            top = max(top, foot_of(matrix) + GAP)
        line = flow([group], size=size, room=width, gap=2 * GAP)
        line.write(sheet, x=x, top=top)
        top += line.height + GAP / 2
    top += GAP / 2
    sheet.rule(x, top, room)
    return top
