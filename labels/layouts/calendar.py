"""The calendar of a titration plan: a line for each day with a box to tick, under the bottle it is taken from.

    +-----------------------------------------------+
    | mark                                          |
    | pharmacy, address, phone                      |
    | title                                         |
    | patient, medicine, total, notice              |
    | Bottle 1 of 3: ...     [ ] 16 Wed 16 Dec  ... |
    | [ ] 1  Tue 1 Dec  ...  [ ] 17 Thu 17 Dec  ... |
    | ...                    ...                    |
    | Rx                                Page 1 of 1 |
    +-----------------------------------------------+

The days run down the columns, and on to the next page where they are too many for one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labels.content import CourseCalendar
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, REGULAR, width
from labels.layouts.page import GAP, LEADING, Pages
from labels.sheet import Box, Sheet, Text
from labels.stock import Stock


@dataclass(frozen=True, slots=True)
class Setting:
    """How a calendar is set on a kind of stock: margins, columns, sizes of type [pt]."""

    margin: float
    columns: int
    title: float
    size: float
    foot: float
    mark: float


SHEET = Setting(margin=42.0, columns=2, title=20.0, size=12.0, foot=9.0, mark=12.0)
LABEL = Setting(margin=9.0, columns=1, title=15.0, size=10.0, foot=7.0, mark=8.0)
WIDE = 400.0
"""A stock that is wider is a sheet of paper [pt]."""

COLUMN_GAP = 22.0
CELL_GAP = 7.0
FRAME = 0.8
"""Between columns, between the parts of a line, and the line of a box to tick [pt]."""


def lay_out(label: CourseCalendar, stock: Stock) -> tuple[Sheet, ...]:
    """The pages of the calendar.

    Raises:
        LabelRefused: a field does not fit at its size.
    """
    setting = SHEET if stock.width > WIDE else LABEL
    pages = Pages(
        stock, label.mark, margin=setting.margin, size=setting.size, foot_size=setting.foot, mark_size=setting.mark
    )
    pages.turn()
    _head(pages, label, setting)
    _Days(pages, label, setting).write()
    pages.feet("number", f"Rx {label.number}")
    return tuple(pages.sheets)


def _head(pages: Pages, label: CourseCalendar, setting: Setting) -> None:
    pages.lines("pharmacy_name", label.pharmacy_name, font=BOLD)
    pages.lines("pharmacy_address", label.pharmacy_address)
    pages.lines("pharmacy_phone", label.pharmacy_phone)
    pages.top += 0.2 * GAP
    pages.rule()
    pages.top += 0.4 * GAP
    pages.lines("title", label.title, font=BOLD, size=setting.title)
    pages.lines("patient", label.patient, font=BOLD, size=setting.size + 2)
    pages.lines("medicine", label.medicine)
    pages.lines("total", f"In all: {label.total}.")
    pages.top += 0.3 * GAP
    pages.lines("notice", label.notice, font=BOLD)
    pages.top += 0.5 * GAP
    pages.rule()
    pages.top += 0.4 * GAP


@dataclass(frozen=True, slots=True)
class _Line:
    """A day, or the heading of a bottle in lines."""

    height: float
    heading: tuple[str, ...] = ()
    day: tuple[str, str, str] = ("", "", "")


class _Days:
    """The days in columns. Every part of a line starts where it does in all of them."""

    def __init__(self, pages: Pages, label: CourseCalendar, setting: Setting) -> None:
        if not label.days:
            raise LabelRefused("the calendar has no day", "days")
        self._pages, self._label, self._size = pages, label, setting.size
        self._columns = setting.columns
        self._room = (pages.room - COLUMN_GAP * (setting.columns - 1)) / setting.columns
        self._box = CAP_HEIGHT * setting.size + 2
        wide = [max(width(composed(day[part]), REGULAR, self._size) for day in label.days) for part in range(3)]
        first = self._box + CELL_GAP
        self._starts = (first, first + wide[0] + CELL_GAP, first + wide[0] + wide[1] + 2 * CELL_GAP)
        over = self._starts[-1] + wide[2] - self._room
        if over > 0:
            raise LabelRefused(f"a day of the calendar is {over:.0f} pt wider than its column; shorten it", "days")

    def write(self) -> None:
        """Down the columns of each page, each from the heading of its bottle on; a heading is never the last in one."""
        pages, lines = self._pages, list(self._lines())
        start, column, top, heading = pages.top, 0, pages.top, lines[0]
        for place, line in enumerate(lines):
            if line.heading:
                heading, needed = line, line.height + lines[place + 1].height
                top += 0.4 * GAP if top > start else 0.0
            else:
                needed = line.height
            if top + needed > pages.bottom:
                column += 1
                if column == self._columns:
                    start, column = self._turn(), 0
                top = start
                if not line.heading:
                    top = self._set(heading, column, top)
                if top + needed > pages.bottom:
                    raise LabelRefused("the heading of a bottle is higher than a column; shorten it", "bottles")
            top = self._set(line, column, top)

    def _lines(self) -> Iterator[_Line]:
        headings = {first: heading for heading, first in self._label.bottles}
        if self._label.days[0][0] not in headings:
            raise LabelRefused("the first day of the calendar has no bottle", "bottles")
        for day in self._label.days:
            heading = headings.pop(day[0], "")
            if heading:
                lines = self._pages.wrapped("bottles", heading, font=BOLD, size=self._size, room=self._room)
                yield _Line(len(lines) * LEADING * self._size + 0.4 * GAP, heading=lines)
            yield _Line(LEADING * self._size + 0.25 * GAP, day=day)
        if headings:
            raise LabelRefused("a bottle begins on a day that the calendar does not have", "bottles")

    def _turn(self) -> float:
        """The next page, which says whose it is; returns where its columns begin [pt]."""
        self._pages.turn()
        self._pages.lines("patient", self._label.patient, font=BOLD)
        self._pages.lines("title", self._label.title)
        self._pages.rule()
        return self._pages.top

    def _set(self, line: _Line, column: int, top: float) -> float:
        """Sets a line at this height of a column; returns where the next one begins [pt]."""
        x = column * (self._room + COLUMN_GAP)
        self._pages.top = top
        if line.heading:
            self._heading(line.heading, x)
            return top + line.height
        sheet, left = self._pages.sheets[-1], self._pages.margin + x
        frame(sheet.boxes, left, top - 1, self._box)
        for start, part in zip(self._starts, line.day, strict=True):
            sheet.write(Text("days", composed(part), left + start, top + CAP_HEIGHT * self._size, REGULAR, self._size))
        return top + line.height

    def _heading(self, lines: Sequence[str], x: float) -> None:
        for text in lines:
            self._pages.put("bottles", text, x=x, font=BOLD, size=self._size)
            self._pages.top += LEADING * self._size


def frame(boxes: list[Box], x: float, top: float, side: float) -> None:
    """An empty square to tick."""
    boxes.extend(
        (
            Box(x, top, side, FRAME),
            Box(x, top + side - FRAME, side, FRAME),
            Box(x, top, FRAME, side),
            Box(x + side - FRAME, top, FRAME, side),
        )
    )
