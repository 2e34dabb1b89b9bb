"""The vial label in two parts, for a label too small for all of it: first what the patient does, then the rest.

    +------------------------------+------+   +------------------------------+------+
    | patient                      | Data |   | patient                      | Data |
    | drug and strength            |Matrix|   | address                      |Matrix|
    | directions                   +------+   +                              +------+
    | purpose, which bottle               |   | fill, quantity, use by, lot, ...    |
    +-------------------------------------+   | warnings, storage, description, ... |
    | pharmacy, phone                     |   +-------------------------------------+
    | Rx          part 1 of 2        mark |   | Rx          part 2 of 2        mark |
    +-------------------------------------+   +-------------------------------------+

Both carry prescription number, patient, mark and the DataMatrix, so that neither gets onto another's vial unseen. The
Code 128 stands on the second where it can stand upright: lying along the bend of a vial it does not scan.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from labels.content import VialLabel
from labels.errors import LabelRefused
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT
from labels.layouts.flow import LEADING, Flow, Statement, flow
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.layouts.vial_block import FIRST_TWO_LINES, LARGE_SETTINGS, Room, block_too_long, blocks
from labels.layouts.vial_frame import (
    FOOT,
    GAP,
    HEAD,
    LEFT,
    RIGHT,
    corner,
    foot_of,
    ladder_height,
    rungs,
)
from labels.layouts.vial_small import facts_of, initials_of, small_print, small_print_too_long
from labels.sheet import Sheet
from labels.stock import Stock

PARTS = 2

RX_SIZE, PART_SIZE = 8.0, 7.0
"""Of the prescription number, and of the words that count the parts [pt]."""

UNTIL = ("use_by", "quantity")
UNTIL_SIZES = (9.0, 8.5, 8.0, 7.5, 7.0)
"""Of the use-by date and the quantity, which stand on the first part where its block leaves a line [pt]."""

LARGEST_NAME, LEAST_NAME = 12.0, 8.0
"""Of the patient's name on the second part [pt]."""

REST_SIZES = (
    (10.0, 9.5, LEADING),
    (9.0, 8.5, LEADING),
    (8.5, 8.0, LEADING),
    (8.0, 7.5, LEADING),
    (7.5, 7.0, LEADING),
    (7.0, 6.5, LEADING),
    (6.5, 6.25, LEADING),
    (6.0, 6.0, LEADING),
    (5.75, 5.75, 1.05),
    (5.5, 5.5, 1.05),
    (5.5, 5.5, 1.0),
)
"""Of the facts and of the small print on the second part [pt], and the spacing of their lines."""


def lay_out(label: VialLabel, stock: Stock) -> tuple[Sheet, ...]:
    """Both parts.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    first = _first(label, stock)
    said = {text.field for text in first.texts}
    return (first, _second(label, stock, unsaid=tuple(field for field in UNTIL if field not in said)))


def part_words(part: int, parts: int = PARTS) -> str:
    """How a part says which one it is.

    >>> part_words(2)
    'part 2 of 2'
    """
    return f"part {part} of {parts}"


def _first(label: VialLabel, stock: Stock) -> Sheet:
    """What the patient reads, whose it is and, where there is room, how much of it and until when."""
    sheet = Sheet(stock)
    room = stock.width - LEFT - RIGHT
    matrix = corner(sheet, label, right=stock.width - RIGHT, top=HEAD)
    beside = matrix.x - GAP - LEFT
    footer = _footer(sheet, label, 1, room=room)
    until = _until(label, room)
    above = footer - until.height - GAP
    # A code that reaches further down than two lines narrows all of them.
    lines = Room(room if foot_of(matrix) <= FIRST_TWO_LINES else beside, beside)
    tried = list(blocks(label, lines, settings=LARGE_SETTINGS))
    foot = above if tried[-1].least <= above else footer
    block = next((each for each in tried if each.least <= foot), None)
    if block is None:
        raise block_too_long(tried[-1], stock)
    if foot == above:
        until.write(sheet, x=LEFT, top=foot + GAP)
    block.write(sheet, top=0.0, foot=foot)
    sheet.rule(LEFT, foot, room)
    sheet.zones["patient"] = (0.0, 0.0, stock.width, foot)
    return sheet


def _until(label: VialLabel, room: float) -> Flow:
    """How much it is and until when it may be taken, in one line if that can be."""
    facts = [
        Statement("use_by", label.use_by, "Use by", BOLD, whole=True),
        Statement("quantity", label.quantity, font=BOLD, whole=True),
    ]
    tried = [flow([facts], size=size, room=room, gap=4 * GAP) for size in UNTIL_SIZES]
    return next((line for line in tried if line.lines == 1), tried[-1])


def _footer(sheet: Sheet, label: VialLabel, part: int, *, room: float) -> float:
    """Which prescription this is a part of, and the mark; returns where the line begins [pt]."""
    baseline = sheet.stock.height - FOOT - DESCENT * RX_SIZE
    top = baseline - CAP_HEIGHT * RX_SIZE
    rx = flow([[Statement("rx_number", f"Rx {label.rx_number}", font=BOLD)]], size=RX_SIZE, room=room, gap=GAP)
    count = flow([[Statement("part", part_words(part), font=BOLD)]], size=PART_SIZE, room=room, gap=GAP)
    x = LEFT + rx.reached + 3 * GAP
    if rx.lines > 1 or x + count.reached + GAP + MARK_ROOM > LEFT + room:
        raise LabelRefused("the prescription number leaves no room for the words that count the parts", "rx_number")
    rx.write(sheet, x=LEFT, top=top)
    count.write(sheet, x=x, top=baseline - CAP_HEIGHT * PART_SIZE)
    write_mark(sheet, label.mark, right=LEFT + room, baseline=baseline)
    return top - GAP


def _second(label: VialLabel, stock: Stock, *, unsaid: tuple[str, ...]) -> Sheet:
    """What the pharmacy and the next prescriber read. unsaid: facts that the first part has no room for."""
    sheet = Sheet(stock)
    lines, below = _codes(sheet, label)
    foot = _footer(sheet, label, PARTS, room=lines.wide)
    name = _name(label, lines.beside, largest=LARGEST_NAME if lines.wide == lines.beside else LEAST_NAME)
    name.write(sheet, x=LEFT, top=HEAD)
    top = HEAD + name.height + GAP / 2
    for whose, rest in _rests(label, lines, unsaid):
        start = max(top + whose.height + GAP / 2, below)
        if start + rest.height <= foot:
            break
    else:
        raise small_print_too_long((whose, *rest.flows), start - top + rest.height, foot - top, stock)
    whose.write(sheet, x=LEFT, top=top)
    rest.write(sheet, top=start, foot=foot)
    sheet.rule(LEFT, foot, lines.wide)
    return sheet


def _codes(sheet: Sheet, label: VialLabel) -> tuple[Room, float]:
    """The codes at the right edge; returns the room for lines, and where they may be wide [pt]."""
    stock = sheet.stock
    right = stock.width - RIGHT
    high = ladder_height(stock, label)
    matrix = corner(sheet, label, right=right, top=HEAD)
    beside = matrix.x - GAP - LEFT
    if foot_of(matrix) + high > stock.height:
        return Room(right - LEFT, beside), foot_of(matrix)
    rungs(sheet, label, right=right, top=foot_of(matrix), foot=stock.height, across=matrix.width)
    return Room(beside, beside), 0.0


def _name(label: VialLabel, room: float, *, largest: float) -> Flow:
    """The patient's name on the second part."""
    name = Statement("patient", label.patient, font=BOLD)
    sizes = (largest, (largest + LEAST_NAME) / 2, LEAST_NAME)
    tried = [flow([[name]], size=size, room=room, gap=GAP) for size in sizes]
    return next((each for each in tried if each.lines == 1), tried[-1])


@dataclass(frozen=True, slots=True)
class _Rest:
    """The facts and the small print."""

    flows: tuple[Flow, ...]

    @property
    def height(self) -> float:
        """With the least space between them and below [pt]."""
        return sum(each.height for each in self.flows) + len(self.flows) * GAP / 2

    def write(self, sheet: Sheet, *, top: float, foot: float) -> None:
        """Set them with even space, no more than a line's."""
        space = GAP / 2 + min(2 * GAP, (foot - top - self.height) / len(self.flows))
        for each in self.flows:
            each.write(sheet, x=LEFT, top=top)
            top += each.height + space


def _rests(label: VialLabel, lines: Room, unsaid: tuple[str, ...]) -> Iterator[tuple[Flow, _Rest]]:
    """Whose label, and the rest, at each size: first with each kind of fact on lines of its own, then in full lines."""
    pharmacy = [
        Statement("pharmacy_name", label.pharmacy_name, font=BOLD),
        Statement("pharmacy_phone", label.pharmacy_phone, whole=True),
        Statement("pharmacy_address", label.pharmacy_address, whole=True),
    ]
    facts = _facts(label, unsaid)
    *before, last, others = small_print(label)
    for fact_size, small_size, spacing in REST_SIZES:
        whose = flow([pharmacy], size=fact_size, room=lines.beside, gap=2 * GAP, spacing=spacing)
        above = flow([facts], size=fact_size, room=lines.wide, gap=2 * GAP, spacing=spacing)
        for groups in ([*before, last, others], [*before, last + others]):
            below = flow(groups, size=small_size, room=lines.wide, gap=GAP, spacing=spacing)
            yield whose, _Rest((above, below))
    groups = [facts + before[0], last + others] if before else [facts + last + others]
    together = flow(groups, size=small_size, room=lines.wide, gap=GAP, spacing=spacing)
    yield whose, _Rest((together,))


def _facts(label: VialLabel, unsaid: tuple[str, ...]) -> list[Statement]:
    """Those that are not on the first part."""
    counts = [Statement(name, getattr(label, name), name.title(), BOLD, whole=True) for name in ("fill", "refills")]
    facts = [fact for line in facts_of(label) for fact in line if fact.field not in UNTIL or fact.field in unsaid]
    return [*counts, *facts, initials_of(label)]
