"""Sheets of paper that are filled from the top: what letters, leaflets, calendars and receipts share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from labels.content.words import spoken
from labels.errors import LabelRefused
from labels.fit import DoesNotFit, composed, wrap
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, width
from labels.sheet import Box, Sheet, Text
from labels.stock import Stock

LEADING = 1.35
GAP = 12.0
CELL_GAP = 8.0
FOOT_ROOM = 18.0
MARK_PADDING = 8.0
"""From line to line as a part of the size; between parts, between columns, above the foot, around the mark [pt]."""


@dataclass(slots=True)
class Pages:
    """Sheets that are filled from the top. top: where the next thing may begin [pt].

    margin: blank paper on all sides; size: of plain text; foot_size: of the line at the foot; mark_size: of the mark
    [pt]. called: how a refusal names a field.
    """

    stock: Stock
    mark: str = ""
    margin: float = 60.0
    size: float = 11.0
    foot_size: float = 9.0
    mark_size: float = 12.0
    called: Callable[[str], str] = spoken
    sheets: list[Sheet] = field(default_factory=list)
    top: float = 0.0

    @property
    def room(self) -> float:
        """Width between the margins [pt]."""
        return self.stock.width - 2 * self.margin

    @property
    def bottom(self) -> float:
        """Where the foot begins [pt]."""
        return self.stock.height - self.margin - FOOT_ROOM

    def turn(self) -> None:
        """A new page, with the mark."""
        self.sheets.append(Sheet(self.stock))
        self.top = self.margin
        self._mark()

    def lines(self, name: str, text: str, *, font: str = REGULAR, size: float = 0.0, x: float = 0.0) -> None:
        """A text over the whole width from x on [pt], in as many lines as it needs."""
        size = size or self.size
        for line in self.wrapped(name, text, font=font, size=size, room=self.room - x):
            self.put(name, line, x=x, font=font, size=size)
            self.top += LEADING * size

    def put(self, name: str, line: str, *, x: float, font: str, size: float) -> None:
        """One line at the present height, x to the right of the margin [pt]."""
        self.sheets[-1].write(Text(name, line, self.margin + x, self.top + CAP_HEIGHT * size, font, size))

    def rule(self) -> None:
        """A line over the whole width, and some room under it."""
        self.sheets[-1].rule(self.margin, self.top, self.room)
        self.top += 0.6 * GAP

    def head(self, whose: tuple[tuple[str, str], ...], right: tuple[str, str], *, name_size: float) -> None:
        """The pharmacy, its name first and large, and at the right of it a (field, text) such as the date."""
        (name, called), *others = whose
        field_right, text_right = right
        told = composed(text_right)
        first = self.top
        beside = self.room - width(told, REGULAR, self.size) - GAP
        for line in self.wrapped(name, called, font=BOLD, size=name_size, room=beside):
            self.put(name, line, x=0, font=BOLD, size=name_size)
            self.top += LEADING * name_size
        for other, text in others:
            self.lines(other, text)
        # After the name: a reader takes what follows in the file, on one line, for one text.
        reached, self.top = self.top, first
        self.put(field_right, told, x=self.room - width(told, REGULAR, self.size), font=REGULAR, size=self.size)
        self.top = reached + 0.5 * GAP
        self.rule()

    def feet(self, name: str, text: str) -> None:
        """The line at the foot of every page and the number of the page, once it is known how many there are.

        Raises:
            LabelRefused: it is longer than one line.
        """
        size = self.foot_size
        room = self.room - width("Page 00 of 00", REGULAR, size) - GAP
        foot = self.wrapped(name, text, font=REGULAR, size=size, room=room)
        if len(foot) > 1:
            raise LabelRefused(f"{self.called(name)} is longer than one line", name)
        baseline = self.stock.height - self.margin - DESCENT * size
        for number, sheet in enumerate(self.sheets, start=1):
            count = f"Page {number} of {len(self.sheets)}"
            sheet.write(Text(name, foot[0], self.margin, baseline, REGULAR, size))
            right = self.margin + self.room - width(count, REGULAR, size)
            sheet.write(Text("", count, right, baseline, REGULAR, size))

    def wrapped(self, name: str, text: str, *, font: str, size: float, room: float) -> tuple[str, ...]:
        """A text in lines.

        Raises:
            LabelRefused: a word is wider than its line.
        """
        try:
            return wrap(text, font=font, size=size, room=room)
        except DoesNotFit as wide:
            raise LabelRefused(f"{self.called(name)}: the word {wide.word!r} is wider than its line", name) from wide

    def _mark(self) -> None:
        """White on black over the whole width, so that no part of a copy hides it."""
        mark = composed(self.mark).strip()
        if not mark:
            return
        wide = width(mark, BOLD, self.mark_size)
        if wide > self.room:
            raise LabelRefused(f"the mark {mark!r} is wider than the page", "mark")
        high = self.mark_size + MARK_PADDING
        self.sheets[-1].boxes.append(Box(self.margin, self.top, self.room, high))
        baseline = self.top + (high + CAP_HEIGHT * self.mark_size) / 2
        x = (self.stock.width - wide) / 2
        self.sheets[-1].write(Text("mark", mark, x, baseline, BOLD, self.mark_size, white=True))
        self.top += high + GAP


class Table:
    """Columns as wide as their widest cell; where that is too much, the widest ones wrap."""

    def __init__(self, pages: Pages, head: Sequence[str], rows: Sequence[Sequence[str]], *, size: float) -> None:
        if any(len(row) != len(head) for row in rows):
            raise LabelRefused("a line of the table has not as many parts as its head", "rows")
        self._pages, self._size = pages, size
        wanted = [
            max(
                width(composed(head[column]), BOLD, size),
                *(width(composed(row[column]), REGULAR, size) for row in rows),
                0.0,
            )
            for column in range(len(head))
        ]
        self._widths = _shared(wanted, pages.room - CELL_GAP * (len(wanted) - 1))
        self._head = self._cells("head", head, BOLD)
        self._rows = [self._cells("rows", row, REGULAR) for row in rows]

    def height(self, number: int) -> float:
        """Of a row [pt]."""
        return max(len(cell) for cell in self._rows[number]) * LEADING * self._size + 0.3 * GAP

    def write_head(self) -> None:
        """The head, with a rule under it."""
        self._write("head", self._head, BOLD)
        self._pages.rule()

    def write_row(self, number: int) -> None:
        """One row at the present height."""
        self._write("rows", self._rows[number], REGULAR)
        self._pages.top += 0.3 * GAP

    def _cells(self, name: str, row: Sequence[str], font: str) -> list[tuple[str, ...]]:
        return [
            self._pages.wrapped(name, text, font=font, size=self._size, room=wide + 0.01)
            for text, wide in zip(row, self._widths, strict=True)
        ]

    def _write(self, name: str, cells: list[tuple[str, ...]], font: str) -> None:
        pages = self._pages
        start, lowest, x = pages.top, pages.top, 0.0
        for cell, wide in zip(cells, self._widths, strict=True):
            pages.top = start
            for line in cell:
                pages.put(name, line, x=x, font=font, size=self._size)
                pages.top += LEADING * self._size
            lowest = max(lowest, pages.top)
            x += wide + CELL_GAP
        pages.top = lowest


def _shared(wanted: list[float], room: float) -> list[float]:
    """The widths that were wanted, the widest ones cut to one measure where all together are too wide.

    >>> _shared([100.0, 40.0, 80.0], 160.0)
    [60.0, 40.0, 60.0]
    """
    most, left = room, room
    for place, wide in enumerate(sorted(wanted)):
        most = left / (len(wanted) - place)
        if wide > most:
            break
        left -= wide
    else:
        return wanted
    return [min(wide, most) for wide in wanted]
