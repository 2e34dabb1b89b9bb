"""What the papers of the shelf share, those of a batch, a trituration, a lot and a record: pharmacy, status, codes.

The status stands white on black until it is released, then black on white in a frame: the two are told apart from the
other end of the room.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf
from typing import Protocol

from labels import barcodes
from labels.content import Label, spoken
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, width
from labels.layouts.flow import Flow, Statement, flow
from labels.layouts.marks import MARK_SIZE, mark_room, write_mark
from labels.sheet import Box, Sheet, Text
from labels.stock import Stock

EDGE = 4.0
GAP = 3.0
LEAST_SPACE = 2.5
"""Blank paper around a label, between its parts, and at least between lines of the body [pt]."""

FRAME = 1.5
"""Thickness of the frame around the status when it is released [pt]."""

RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Look:
    """How large the parts around the body are.

    edge: blank paper all around. name, mark, caption: sizes of the pharmacy's name, of the mark and of the word above
    the number. statuses, numbers: sizes that are tried, the largest first. padding: black above and below the status.
    below: from there to the body. bars: height of the Code 128 [pt].
    lines_mm: least bar of the Code 128, the wider if it fits; square_mm: of the DataMatrix [mm].
    """

    edge: float
    name: float
    mark: float
    statuses: tuple[float, ...]
    padding: float
    below: float
    numbers: tuple[float, ...]
    caption: float
    bars: float
    lines_mm: tuple[float, ...]
    square_mm: float

    @property
    def band(self) -> float:
        """Height of the status with the black around it [pt]."""
        return CAP_HEIGHT * self.statuses[0] + 2 * self.padding


LABEL = Look(
    edge=EDGE,
    name=7.0,
    mark=MARK_SIZE,
    statuses=(22.0, 20.0, 18.0, 16.0, 14.0),
    padding=4.0,
    below=2 * GAP,
    numbers=(18.0, 16.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0),
    caption=7.0,
    bars=19.0,
    lines_mm=(0.375, 0.25),
    square_mm=0.6,
)
"""A shelf is scanned at arm's length."""

PAGE = Look(
    edge=36.0,
    name=12.0,
    mark=9.0,
    statuses=(44.0, 40.0, 36.0, 32.0, 28.0, 24.0),
    padding=9.0,
    below=22.0,
    numbers=(28.0, 24.0, 20.0, 16.0),
    caption=11.0,
    bars=40.0,
    lines_mm=(0.5, 0.4),
    square_mm=1.0,
)
"""A page has half an inch of blank paper around it, which office printers need."""

BAND = LABEL.band


class ShelfLabel(Protocol):
    """A label with the pharmacy's name, a mark, a number in bars and a token in squares."""

    @property
    def pharmacy_name(self) -> str: ...

    @property
    def mark(self) -> str: ...

    @property
    def token(self) -> str: ...

    @property
    def line_code(self) -> str: ...


class Standing(ShelfLabel, Protocol):
    """One that says whether what it is stuck on may be used."""

    @property
    def status(self) -> str: ...


class Part(Protocol):
    """What a body consists of, such as a `Flow`."""

    @property
    def height(self) -> float: ...

    def write(self, sheet: Sheet, *, x: float, top: float) -> None: ...


def at_each(sizes: Sequence[dict[str, float]], body: Callable[[dict[str, float]], list[Flow]]) -> Iterator[list[Flow]]:
    """The body at each of its sizes, without those at which a word is wider than a line.

    Raises:
        LabelRefused: it is so at the last.
    """
    for tried in sizes[:-1]:
        try:
            yield body(tried)
        except LabelRefused:
            continue
    yield body(sizes[-1])


@dataclass(frozen=True, slots=True)
class Body:
    """Where the body may stand: its top, its foot, the width of the label, that beside the DataMatrix, its left edge
    [pt]."""

    top: float
    foot: float
    room: float
    narrow: float
    left: float = EDGE

    def write(
        self,
        sheet: Sheet,
        label: Label,
        tried: Iterable[Sequence[Part]],
        *,
        fields: tuple[str, ...],
        most: float = inf,
        what: str = "what stands between status and codes",
    ) -> None:
        """Sets the first of the bodies that fits, its parts spread evenly. tried: the largest first; most: space that
        they are parted by at most [pt]; what: how a refusal names the body.

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
        top, space = self.top, min(most, (self.foot - self.top - height) / len(parts))
        for part in parts:
            part.write(sheet, x=self.left, top=top)
            top += part.height + space

    def _too_long(self, label: Label, needed: float, fields: tuple[str, ...], what: str) -> LabelRefused:
        longest = max(fields, key=lambda field: len("".join(getattr(label, field))))
        return LabelRefused(
            f"{what} needs {needed:.0f} pt of height at its least size and the "
            f"label has {self.foot - self.top:.0f} pt; {spoken(longest)} is the longest part of it, shorten it or take "
            "a larger label",
            longest,
        )


def frame(stock: Stock, label: Standing, *, number: str, caption: str, look: Look = LABEL) -> tuple[Sheet, Body]:
    """The sheet with everything but its body. number: the field that is the number between the codes.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    room = stock.width - 2 * look.edge
    top = _header(sheet, label, look, room=room)
    framed = composed(label.status).strip().casefold() == RELEASED
    end = band(sheet, "status", label.status, top=top, room=room, framed=framed, look=look)
    foot, narrow = codes(sheet, label, number, caption, room=room, look=look)
    return sheet, Body(end + look.below, foot, room, narrow, look.edge)


def _header(sheet: Sheet, label: ShelfLabel, look: Look, *, room: float) -> float:
    """Pharmacy and mark; returns where the next part may begin [pt]."""
    baseline = look.edge + CAP_HEIGHT * look.name + 1
    whose = Statement("pharmacy_name", label.pharmacy_name)
    name = flow([[whose]], size=look.name, room=room - mark_room(look.mark) - GAP, gap=GAP)
    name.write(sheet, x=look.edge, top=baseline - CAP_HEIGHT * look.name)
    write_mark(sheet, label.mark, right=look.edge + room, baseline=baseline, size=look.mark)
    return baseline + (name.lines - 1) * name.leading + GAP * look.name / LABEL.name


def band(sheet: Sheet, field: str, text: str, *, top: float, room: float, framed: bool, look: Look = LABEL) -> float:
    """A text over the whole width, in a frame or white on black; returns where it ends [pt].

    Raises:
        LabelRefused: it is wider than the label at its least size.
    """
    told = composed(text).strip()
    size = next((s for s in look.statuses if width(told, BOLD, s) <= room - 4 * look.padding), 0.0)
    if not size:
        raise LabelRefused(f"{spoken(field)} is wider than the label at {look.statuses[-1]:g} pt", field)
    if framed:
        outline(sheet, x=look.edge, top=top, wide=room, high=look.band, thick=FRAME)
    else:
        sheet.boxes.append(Box(look.edge, top, room, look.band))
    x = (sheet.stock.width - width(told, BOLD, size)) / 2
    baseline = top + (look.band + CAP_HEIGHT * size) / 2
    sheet.write(Text(field, told, x, baseline, BOLD, size, white=not framed))
    return top + look.band


def outline(sheet: Sheet, *, x: float, top: float, wide: float, high: float, thick: float) -> None:
    """A rectangle of four rules, blank inside [pt]."""
    for left, upper, across, down in (
        (x, top, wide, thick),
        (x, top + high - thick, wide, thick),
        (x, top, thick, high),
        (x + wide - thick, top, thick, high),
    ):
        sheet.boxes.append(Box(left, upper, across, down))


def codes(
    sheet: Sheet, label: ShelfLabel, field: str, caption: str, *, room: float, look: Look = LABEL
) -> tuple[float, float]:
    """Codes and number at the foot; returns where the body ends, and its width beside the DataMatrix [pt].

    Raises:
        LabelRefused: the number does not fit beside its bars.
    """
    stock = sheet.stock
    square = stock.whole_dots(look.square_mm)
    squares = barcodes.datamatrix(label.token, field="token")
    side = squares.across * square
    bottom = stock.height - look.edge
    matrix = sheet.matrix(squares, x=stock.width - look.edge - side, top=bottom - side, side=square)
    bars = barcodes.code128(label.line_code, field=field)
    number = composed(str(getattr(label, field))).strip()
    for thin, size in product((stock.whole_dots(mm) for mm in look.lines_mm), look.numbers):
        left = max(look.edge, barcodes.LINE_QUIET * thin)
        x = left + (bars.across + barcodes.LINE_QUIET) * thin
        if x + width(number, BOLD, size) <= matrix.x - GAP:
            break
    else:
        raise LabelRefused(f"{spoken(field)} {number!r} is too long for its bar code", field)
    sheet.fence(bars, x=left, top=bottom - look.bars, thin=thin, down=look.bars)
    baseline = min(bottom, stock.height - 1 - DESCENT * size)  # what hangs below it keeps a point of paper
    above = baseline - CAP_HEIGHT * size - GAP
    sheet.write(Text("", caption, x, above, REGULAR, look.caption))
    sheet.write(Text(field, number, x, baseline, BOLD, size))
    top = min(bottom - look.bars, above - CAP_HEIGHT * look.caption)
    return top - GAP, room - side - 2 * GAP
