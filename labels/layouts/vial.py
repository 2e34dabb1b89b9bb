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

The block follows California's 16 CCR 1707.5: patient, drug and strength, directions, purpose, in this
order, at least 12 pt sans serif, at least half of the label's area. Nothing shrinks below its least size.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from labels import barcodes
from labels.content import VialLabel, spoken
from labels.errors import LabelRefused
from labels.fit import DoesNotFit, composed, wrap
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, reach, when_changed, width
from labels.layouts.flow import Flow, Measured, Statement, flow, sentence
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.sheet import Sheet, Text
from labels.stock import Stock

LEAST_PATIENT_SIZE = 12.0
LEAST_SMALL_SIZE = 5.5
"""Least sizes [pt] of the patient's block, and of everything around it."""

LEAST_PART = 0.5
"""Of the label's area belongs to the patient's block."""

LEFT, RIGHT, HEAD, FOOT = 4.0, 3.4, 3.4, 3.2
GAP = 2.6
"""Blank paper at the edges, and between the parts [pt]."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How the patient's block is set: its sizes, and the leading (a part of the size) and space around them."""

    patient: float
    drug: float
    directions: float
    purpose: float
    bottle: float = LEAST_PATIENT_SIZE
    leading: float = 1.14
    space: float = 3.0

    def size(self, field: str) -> float:
        """Of a field [pt]; a translation is as large as what it translates."""
        return float(getattr(self, field.removesuffix("_translated")))


SETTINGS = (
    Setting(patient=15, drug=13, directions=16, purpose=12),
    Setting(patient=14, drug=13, directions=15, purpose=12),
    Setting(patient=13, drug=12.5, directions=14, purpose=12),
    Setting(patient=12.5, drug=12, directions=13, purpose=12),
    Setting(patient=12, drug=12, directions=12, purpose=12),
    Setting(patient=12, drug=12, directions=12, purpose=12, leading=1.05, space=0.8),
)
"""Tried in this order; the last sets the most that a label holds, six lines of 12 pt."""

BLOCK_FONTS = {
    "patient": BOLD,
    "drug": REGULAR,
    "directions": BOLD,
    "directions_translated": BOLD,
    "purpose": REGULAR,
    "bottle": BOLD,
}
"""The fields of the block in their order."""

BLOCK_HEAD, BLOCK_FOOT = 3.2, 1.6
"""Least paper above the capitals of the block, where accents rise, and below its last letters [pt]."""

SMALL_SIZES = (7.5, 7.0, 6.5, 6.25, 6.0, 5.75, LEAST_SMALL_SIZE)
FACT_SIZES = (8.0, 7.5, 7.0, 6.75, 6.5, 6.25, 6.0)
"""Of the small print and of the facts above it, tried together from left to right."""

RX_SIZE, NAME_SIZE, ADDRESS_SIZE, COUNT_SIZE, INITIALS_SIZE = 9.0, 8.0, 6.25, 6.5, 7.0
HEADER_LEADING = 7.3
"""Sizes in the header and of the initials; from its first baseline to the second [pt]."""

LINE_MODULE_MM, MATRIX_MODULE_MM = 0.25, 0.33
"""Least bar of the Code 128, one square of the DataMatrix."""


def lay_out(label: VialLabel, stock: Stock) -> tuple[Sheet, ...]:
    """The label on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    rail = _rail(sheet, label)
    room = rail - GAP - LEFT
    header = _header(sheet, label, room=room)
    least = LEAST_PART * stock.width * stock.height / rail
    block, bottom = _fit(label, room=room, height=stock.height - FOOT - header, least=least)
    foot = stock.height - FOOT - bottom.height
    block.write(sheet, top=header, foot=foot)
    sheet.zones["patient"] = (0.0, header, rail, foot)
    bottom.write(sheet, top=foot, room=room)
    return (sheet,)


def _fit(label: VialLabel, *, room: float, height: float, least: float) -> "tuple[_Block, _Bottom]":
    """The first setting of the block that fits above a setting of the rest, in a common height [pt].

    least: height of the block below which it would be less than its part of the label [pt].
    """
    lower = _Lower(label, room)
    for block in _blocks(label, room):
        bottom = lower.within(height - max(block.least, least))
        if bottom:
            return block, bottom
    smallest = lower.smallest()
    if smallest.height > height - least:
        raise _small_print_too_long(smallest, height - least)
    raise _block_too_long(block)


def _rail(sheet: Sheet, label: VialLabel) -> float:
    """Both codes and the initials at the right edge; returns where they begin [pt]."""
    stock = sheet.stock
    thin, square = stock.whole_dots(LINE_MODULE_MM), stock.whole_dots(MATRIX_MODULE_MM)
    squares = barcodes.datamatrix(label.token, field="token")
    bars = barcodes.code128(label.line_code, field="rx_number")
    side = squares.across * square
    x = stock.snap(stock.width - RIGHT - side)
    line = sheet.ladder(bars, x=x, top=barcodes.LINE_QUIET * thin, thin=thin, across=side)
    matrix = sheet.matrix(squares, x=x, top=stock.height - FOOT - side, side=square)
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
    write_mark(sheet, label.mark, right=LEFT + room - number - 2 * GAP, baseline=baseline)
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


@dataclass(frozen=True, slots=True)
class _Part:
    """A field of the patient's block in lines."""

    field: str
    lines: tuple[str, ...]
    size: float
    leading: float

    @property
    def rise(self) -> float:
        """From its top to its first baseline [pt]: Chinese and Korean signs stand higher than capitals."""
        return reach(self.lines[0], BLOCK_FONTS[self.field])[0] * self.size

    @property
    def height(self) -> float:
        return self.rise + (len(self.lines) - 1) * self.leading + DESCENT * self.size


@dataclass(frozen=True, slots=True)
class _Block:
    """What the patient reads: who, what, how, what for."""

    parts: tuple[_Part, ...]
    space: float

    @property
    def lines(self) -> dict[str, int]:
        """Lines of each field."""
        return {part.field: len(part.lines) for part in self.parts}

    @property
    def least(self) -> float:
        """The height it needs [pt]."""
        text = sum(part.height for part in self.parts)
        return text + (len(self.parts) - 1) * self.space + BLOCK_HEAD + BLOCK_FOOT

    def write(self, sheet: Sheet, *, top: float, foot: float) -> None:
        """Set it with even space above, between and below its fields."""
        free = foot - top - BLOCK_HEAD - BLOCK_FOOT - sum(part.height for part in self.parts)
        # At the most only the least space between fields is left, and none more above and below.
        outer = max(0.0, min(free / (len(self.parts) + 1), free - (len(self.parts) - 1) * self.space))
        inner = (free - 2 * outer) / (len(self.parts) - 1) if len(self.parts) > 1 else 0.0
        reached = top + BLOCK_HEAD + outer
        for part in self.parts:
            font, baseline = BLOCK_FONTS[part.field], reached + part.rise
            for number, line in enumerate(part.lines):
                sheet.write(Text(part.field, line, LEFT, baseline + number * part.leading, font, part.size))
            reached += part.height + inner


def _blocks(label: VialLabel, room: float) -> Iterator[_Block]:
    """The block in each setting in which no word is wider than the label.

    Raises:
        LabelRefused: there is none.
    """
    for setting in SETTINGS:
        parts: list[_Part] = []
        for field, font in BLOCK_FONTS.items():
            size = setting.size(field)
            try:
                lines = wrap(getattr(label, field), font=font, size=size, room=room)
            except DoesNotFit as wide:
                if setting is SETTINGS[-1]:
                    raise _too_wide(field, wide.word) from wide
                break
            if lines:
                parts.append(_Part(field, lines, size, setting.leading * size))
        else:
            yield _Block(tuple(parts), setting.space)


@dataclass(frozen=True, slots=True)
class _Bottom:
    """The facts and the small print below the patient's block."""

    facts: Flow
    small: Flow

    @property
    def height(self) -> float:
        return self.facts.height + self.small.height + 2 * GAP

    def write(self, sheet: Sheet, *, top: float, room: float) -> None:
        sheet.rule(LEFT, top, room)
        self.facts.write(sheet, x=LEFT, top=top + GAP)
        self.small.write(sheet, x=LEFT, top=top + GAP + self.facts.height + GAP)


class _Lower:
    """Everything below the patient's block, at each of its sizes, first with storage on a line of its own."""

    def __init__(self, label: VialLabel, room: float) -> None:
        self.room = room
        self.facts = Measured(_facts(label))
        facts = (label.storage, label.description, label.inactive)
        self.smalls = _small(label.warnings, label.warnings_translated, *facts)

    def within(self, height: float) -> _Bottom | None:
        """The first of them that is no higher [pt]; none when all are."""
        for fact_size, small_size in zip(FACT_SIZES, SMALL_SIZES, strict=True):
            facts = self.facts.least_height(size=fact_size, room=self.room, gap=4 * GAP)
            for small in self.smalls:
                if facts + small.least_height(size=small_size, room=self.room, gap=GAP) + 2 * GAP > height:
                    continue
                bottom = self._set(fact_size, small_size, small)
                if bottom.height <= height:
                    return bottom
        return None

    def smallest(self) -> _Bottom:
        """The last of them."""
        return self._set(FACT_SIZES[-1], SMALL_SIZES[-1], self.smalls[-1])

    def _set(self, fact_size: float, small_size: float, small: Measured) -> _Bottom:
        facts = flow(self.facts.groups, size=fact_size, room=self.room, gap=4 * GAP)
        return _Bottom(facts, flow(small.groups, size=small_size, room=self.room, gap=GAP))


def _facts(label: VialLabel) -> list[list[Statement]]:
    return [
        [
            Statement("quantity", label.quantity, "Quantity", BOLD, whole=True),
            Statement("use_by", label.use_by, "Use by", BOLD, whole=True),
            Statement("lot", label.lot, "Lot", BOLD, whole=True),
            Statement("date_filled", label.date_filled, "Filled", BOLD, whole=True),
        ],
        [
            Statement("prescriber", label.prescriber, "Prescriber", BOLD, whole=True),
            Statement("compounded", sentence(label.compounded), whole=True),
        ],
    ]


# The small print is that of the formula, the same on label after label.
@lru_cache(maxsize=512)
def _small(
    warnings: tuple[str, ...], translated: tuple[str, ...], storage: str, description: str, inactive: str
) -> tuple[Measured, Measured]:
    """The small print, with storage on a line of its own and with everything in one; a translation begins a line."""
    warned = [Statement("warnings", sentence(text), font=BOLD) for text in warnings]
    others = [
        Statement("storage", sentence(storage)),
        Statement("description", sentence(description), "Looks like:"),
        Statement("inactive", sentence(inactive), "Inactive ingredients:"),
    ]
    again = [Statement("warnings_translated", text, font=BOLD) for text in translated]
    before, last = ([warned], again) if again else ([], warned)
    return Measured([*before, last, others]), Measured([*before, last + others])


when_changed(_small.cache_clear)


def _small_print_too_long(bottom: _Bottom, room: float) -> LabelRefused:
    lengths: Counter[str] = Counter()
    for text in (*bottom.facts.texts, *bottom.small.texts):
        lengths[text.field] += len(text.string)
    longest = max((field for field in lengths if field), key=lambda field: lengths[field])
    return LabelRefused(
        f"the small print needs {bottom.height:.0f} pt of height at its least size and the label has "
        f"{room:.0f} pt; {spoken(longest)} is the longest part of it, {_advice(lengths)}",
        longest,
    )


def _block_too_long(block: _Block) -> LabelRefused:
    longest = max(block.lines, key=lambda field: block.lines[field])
    return LabelRefused(
        f"{spoken(longest)}: patient, medicine, directions and purpose need {sum(block.lines.values())} lines "
        f"at {LEAST_PATIENT_SIZE:g} pt, {block.lines[longest]} of them here, more than the label holds; "
        f"{_advice(block.lines)}",
        longest,
    )


def _advice(fields: Iterable[str]) -> str:
    """What helps where so many fields have no room; a signed translation is not shortened at the printer."""
    translated = any(field.endswith("_translated") for field in fields)
    return "take the stock vial-4x3" if translated else "shorten it or take a larger label"


def _too_wide(field: str, word: str) -> LabelRefused:
    return LabelRefused(f"{spoken(field)}: {word!r} is wider than the label at {LEAST_PATIENT_SIZE:g} pt", field)
