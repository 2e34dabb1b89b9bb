"""The vial label: what the patient reads in one block of at least half the label, the rest around it.

    +--------------------------------------------+------+
    | pharmacy, address, phone       Rx, fill    |  C   |
    +--------------------------------------------+  o   |
    | patient                                    |  d   |
    | drug and strength                          |  e   |
    | directions                                 |      |
    | purpose                                    | 128  |
    +--------------------------------------------+ RPh  |
    | quantity, use by, lot, filled, prescriber  | Data |
    | warnings, storage, description, ...        |Matrix|
    +--------------------------------------------+------+

The block follows California's 16 CCR 1707.5: patient, drug and strength, directions, purpose, in this
order, at least 12 pt sans serif, at least half of the label's area. Nothing shrinks below its least size.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from labels import barcodes
from labels.content import VialLabel, spoken
from labels.errors import LabelRefused
from labels.fit import DoesNotFit, composed, wrap
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, width
from labels.layouts.flow import Flow, Statement, columns, flow, sentence
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.sheet import Sheet, Text
from labels.stock import Stock

LEAST_PATIENT_SIZE = 12.0
LEAST_SMALL_SIZE = 5.5
"""Least sizes [pt] of the patient's block, and of everything around it."""

LEAST_PART = 0.5
"""Of the label's area belongs to the patient's block."""

EDGE = 4.0
FOOT = 3.4
GAP = 3.0
"""Blank paper at the sides, above and below, and between the parts [pt]."""

BLOCK_SIZES = (
    {"patient": 15.0, "drug": 13.0, "directions": 16.0, "purpose": 12.0},
    {"patient": 14.0, "drug": 13.0, "directions": 15.0, "purpose": 12.0},
    {"patient": 13.0, "drug": 12.5, "directions": 14.0, "purpose": 12.0},
    {"patient": 12.5, "drug": 12.0, "directions": 13.0, "purpose": 12.0},
    {"patient": 12.0, "drug": 12.0, "directions": 12.0, "purpose": 12.0},
)
BLOCK_FONTS = {"patient": BOLD, "drug": REGULAR, "directions": BOLD, "purpose": REGULAR}
BLOCK_LEADING = 1.14
BLOCK_PADDING = 3.4
BLOCK_SPACE = 1.6
"""Between the lines of a field (a part of their size), above and below the block where accents rise and
letters sink, and at least between its fields [pt]."""

SMALL_SIZES = (6.5, 6.25, 6.0, 5.75, LEAST_SMALL_SIZE)
FACT_SIZES = (7.0, 6.75, 6.5, 6.25, 6.0)
"""Of the small print and of the facts above it, tried together from left to right."""

RX_SIZE, NAME_SIZE, ADDRESS_SIZE, COUNT_SIZE, INITIALS_SIZE = 9.0, 8.0, 6.25, 6.5, 7.0
HEADER_LEADING = 7.6
"""Sizes in the header and of the initials; from its first baseline to the second [pt]."""

LINE_MODULE_MM, MATRIX_MODULE_MM = 0.25, 0.33
"""Least bar of the Code 128, one square of the DataMatrix."""


def lay_out(label: VialLabel, stock: Stock) -> Sheet:
    """The label on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    rail = _rail(sheet, label)
    room = rail - GAP - EDGE
    header = _header(sheet, label, room=room)
    least = LEAST_PART * stock.width * stock.height / (rail - GAP / 2)
    bottoms = list(_bottoms(label, room))
    bottom_room = stock.height - FOOT - header - least
    fitting = [bottom for bottom in bottoms if bottom.height <= bottom_room]
    if not fitting:
        raise _small_print_too_long(bottoms[-1], bottom_room)
    for sizes, bottom in product(BLOCK_SIZES, fitting):
        block = _block(label, sizes, room)
        foot = stock.height - FOOT - bottom.height
        if block is not None and _least_height(block) <= foot - header:
            _write_block(sheet, block, top=header, foot=foot)
            sheet.zones["patient"] = (0.0, header, rail - GAP / 2, foot)
            bottom.write(sheet, top=foot, room=room)
            return sheet
    raise _block_too_long(label, room)


def _rail(sheet: Sheet, label: VialLabel) -> float:
    """Both codes and the initials at the right edge; returns where they begin [pt]."""
    stock = sheet.stock
    thin, square = stock.whole_dots(LINE_MODULE_MM), stock.whole_dots(MATRIX_MODULE_MM)
    squares = barcodes.datamatrix(label.token, field="token")
    bars = barcodes.code128(label.line_code, field="rx_number")
    side = squares.across * square
    x = stock.snap(stock.width - EDGE - side)
    line = sheet.ladder(bars, x=x, top=barcodes.LINE_QUIET * thin, thin=thin, across=side)
    matrix = sheet.matrix(squares, x=x, top=stock.height - EDGE - side, side=square)
    foot = matrix.top - max(GAP, barcodes.MATRIX_QUIET * square)
    if line.top + line.height + barcodes.LINE_QUIET * thin > foot - 2 * INITIALS_SIZE:
        raise LabelRefused("the prescription number is too long for its bar code", "rx_number")
    _write_initials(sheet, label, middle=x + side / 2, foot=foot, room=side + GAP)
    return x


def _write_initials(sheet: Sheet, label: VialLabel, *, middle: float, foot: float, room: float) -> None:
    initials = composed(label.initials).strip()
    wide = width(initials, BOLD, INITIALS_SIZE)
    if wide > room:
        raise LabelRefused(f"the pharmacist's initials {initials!r} are longer than initials", "initials")
    caption = width("RPh", REGULAR, LEAST_SMALL_SIZE)
    baseline = foot - DESCENT * INITIALS_SIZE
    above = baseline - INITIALS_SIZE
    sheet.write(Text("", "RPh", middle - caption / 2, above, REGULAR, LEAST_SMALL_SIZE))
    sheet.write(Text("initials", initials, middle - wide / 2, baseline, BOLD, INITIALS_SIZE))


def _header(sheet: Sheet, label: VialLabel, *, room: float) -> float:
    """Whose label and which prescription; returns where the header ends [pt]."""
    baseline = EDGE + CAP_HEIGHT * RX_SIZE
    rx = Statement("rx_number", f"Rx {label.rx_number}", font=BOLD)
    number = _right(sheet, [rx], RX_SIZE, baseline, room)
    fill, refills = (
        Statement(name, getattr(label, name), name.title(), BOLD) for name in ("fill", "refills")
    )
    count = _right(sheet, [fill, refills], COUNT_SIZE, baseline + HEADER_LEADING, room)
    write_mark(sheet, label.mark, right=EDGE + room - number - 2 * GAP, baseline=baseline)
    name = flow(
        [[Statement("pharmacy_name", label.pharmacy_name, font=BOLD)]],
        size=NAME_SIZE,
        room=room - number - MARK_ROOM - 2 * GAP,
        gap=GAP,
    )
    place = Statement("pharmacy_address", label.pharmacy_address)
    phone = Statement("pharmacy_phone", label.pharmacy_phone, whole=True)
    where = flow([[place, phone]], size=ADDRESS_SIZE, room=room - count - 2 * GAP, gap=2 * GAP)
    name.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * NAME_SIZE)
    first = baseline + HEADER_LEADING + (name.lines - 1) * name.leading
    where.write(sheet, x=EDGE, top=first - CAP_HEIGHT * ADDRESS_SIZE)
    end = first + (where.lines - 1) * where.leading + DESCENT * ADDRESS_SIZE + GAP / 2
    sheet.rule(EDGE, end, room)
    return end


def _right(sheet: Sheet, statements: list[Statement], size: float, baseline: float, room: float) -> float:
    """One line that ends at the right of the header; returns its width [pt]."""
    line = flow([statements], size=size, room=room / 2, gap=2 * GAP)
    if line.lines > 1:
        longest = max(statements, key=lambda statement: len(statement.text)).field
        raise LabelRefused(f"{spoken(longest)} leaves no room for the pharmacy's name and address", longest)
    line.write(sheet, x=EDGE + room - line.reached, top=baseline - CAP_HEIGHT * size)
    return line.reached


@dataclass(frozen=True, slots=True)
class _Part:
    """A field of the patient's block in lines."""

    field: str
    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        return (len(self.lines) - 1) * BLOCK_LEADING * self.size + (CAP_HEIGHT + DESCENT) * self.size


def _block(label: VialLabel, sizes: dict[str, float], room: float) -> list[_Part] | None:
    """The patient's block in lines, or None when a word is wider than the label."""
    found: list[_Part] = []
    for field, size in sizes.items():
        text = getattr(label, field)
        try:
            lines = wrap(text, font=BLOCK_FONTS[field], size=size, room=room)
        except DoesNotFit:
            return None
        if lines:
            found.append(_Part(field, lines, size))
    return found


def _least_height(block: list[_Part]) -> float:
    lines = sum(part.height for part in block)
    return lines + (len(block) - 1) * BLOCK_SPACE + 2 * BLOCK_PADDING


def _write_block(sheet: Sheet, block: list[_Part], *, top: float, foot: float) -> None:
    """Set the block with even space above, between and below its fields."""
    free = foot - top - 2 * BLOCK_PADDING - sum(part.height for part in block)
    space = free / (len(block) + 1)
    reached = top + BLOCK_PADDING + space
    for part in block:
        baseline = reached + CAP_HEIGHT * part.size
        for number, line in enumerate(part.lines):
            below = number * BLOCK_LEADING * part.size
            sheet.write(Text(part.field, line, EDGE, baseline + below, BLOCK_FONTS[part.field], part.size))
        reached += part.height + space


@dataclass(frozen=True, slots=True)
class _Bottom:
    """The facts and the small print below the patient's block."""

    facts: Flow
    small: Flow

    @property
    def height(self) -> float:
        return self.facts.height + self.small.height + 2 * GAP

    def write(self, sheet: Sheet, *, top: float, room: float) -> None:
        sheet.rule(EDGE, top, room)
        self.facts.write(sheet, x=EDGE, top=top + GAP)
        self.small.write(sheet, x=EDGE, top=top + GAP + self.facts.height + GAP)


def _bottoms(label: VialLabel, room: float) -> Iterator[_Bottom]:
    """The part below the patient's block, at each of its sizes, first with storage on a line of its own."""
    facts = [
        [
            Statement("quantity", label.quantity, "Quantity", BOLD, whole=True),
            Statement("use_by", label.use_by, "Use by", BOLD, whole=True),
            Statement("lot", label.lot, "Lot", BOLD, whole=True),
        ],
        [
            Statement("date_filled", label.date_filled, "Filled", BOLD, whole=True),
            Statement("prescriber", label.prescriber, "Prescriber", BOLD, whole=True),
        ],
    ]
    warnings = [Statement("warnings", sentence(text), font=BOLD) for text in label.warnings]
    small = [
        Statement("storage", sentence(label.storage)),
        Statement("description", sentence(label.description), "Looks like:"),
        Statement("inactive", sentence(label.inactive), "Inactive ingredients:"),
        Statement("compounded", sentence(label.compounded)),
    ]
    for fact_size, small_size in zip(FACT_SIZES, SMALL_SIZES, strict=True):
        line = columns(facts, size=fact_size, room=room, gap=4 * GAP)
        for groups in ([warnings, small], [warnings + small]):
            yield _Bottom(line, flow(groups, size=small_size, room=room, gap=GAP))


def _small_print_too_long(bottom: _Bottom, room: float) -> LabelRefused:
    lengths: Counter[str] = Counter()
    for text in (*bottom.facts.texts, *bottom.small.texts):
        lengths[text.field] += len(text.string)
    longest = max((field for field in lengths if field), key=lambda field: lengths[field])
    return LabelRefused(
        f"the small print needs {bottom.height:.0f} pt of height at its least size and the label has "
        f"{room:.0f} pt; {spoken(longest)} is the longest part of it, shorten it",
        longest,
    )


def _block_too_long(label: VialLabel, room: float) -> LabelRefused:
    """The refusal for a patient's block that is too tall, or has a word that is too wide, at 12 pt."""
    lines: dict[str, int] = {}
    for field, size in BLOCK_SIZES[-1].items():
        try:
            lines[field] = len(wrap(getattr(label, field), font=BLOCK_FONTS[field], size=size, room=room))
        except DoesNotFit as wide:
            reason = f"{spoken(field)}: {wide.word!r} is wider than the label at {size:g} pt"
            return LabelRefused(reason, field)
    longest = max(lines, key=lambda field: lines[field])
    return LabelRefused(
        f"{spoken(longest)} needs {lines[longest]} of the {sum(lines.values())} lines that patient, "
        f"medicine, directions and purpose take at {LEAST_PATIENT_SIZE:g} pt, more than the label holds; "
        "shorten it",
        longest,
    )
