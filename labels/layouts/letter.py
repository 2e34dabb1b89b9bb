"""A letter on Letter paper: who writes to whom, what was recalled, what to do, and the table of what was handed out.

    +------------------------------------------+
    | mark                                     |
    | pharmacy, address, phone            date |
    | recipient                                |
    | title                                    |
    | opening                                  |
    | What to do: 1. 2. 3.                     |
    | what the pharmacist added                |
    | table, running on to the next page       |
    | signed                                   |
    | foot                         Page 1 of 1 |
    +------------------------------------------+

Only the table runs on. Everything before its second line stands on the first page, or the letter is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from labels.errors import LabelRefused
from labels.fit import DoesNotFit, composed, wrap
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, width
from labels.letters import RecallLetter, spoken
from labels.sheet import Box, Sheet, Text
from labels.stock import STOCKS

PAPER = STOCKS["letter"]
MARGIN = 60.0
ROOM = PAPER.width - 2 * MARGIN
BOTTOM = PAPER.height - MARGIN - 18
"""Margins, the width between them, and where the foot begins [pt]."""

NAME_SIZE, TITLE_SIZE, HEADING_SIZE, SIZE, TABLE_SIZE, FOOT_SIZE, MARK_SIZE = 14.0, 16.0, 12.0, 11.0, 9.5, 9.0, 12.0
LEADING = 1.35
GAP = 12.0
CELL_GAP = 8.0
NUMBER_ROOM = 18.0
SIGNING_ROOM = 42.0
"""Sizes of type, from line to line as a part of the size, and blank room [pt]."""


@dataclass(slots=True)
class Pages:
    """Sheets that are filled from the top. top: where the next thing may begin [pt]."""

    letter: RecallLetter
    sheets: list[Sheet] = field(default_factory=list)
    top: float = 0.0

    def turn(self) -> None:
        """A new page, with the mark and what tells whose page it is."""
        self.sheets.append(Sheet(PAPER))
        self.top = MARGIN
        self._mark()

    def lines(self, name: str, text: str, *, font: str = REGULAR, size: float = SIZE, x: float = 0.0) -> None:
        """A text over the whole width, in as many lines as it needs."""
        for line in _wrapped(name, text, font=font, size=size, room=ROOM - x):
            self.put(name, line, x=x, font=font, size=size)
            self.top += LEADING * size

    def put(self, name: str, line: str, *, x: float, font: str, size: float) -> None:
        """One line at the present height."""
        self.sheets[-1].write(Text(name, line, MARGIN + x, self.top + CAP_HEIGHT * size, font, size))

    def rule(self) -> None:
        self.sheets[-1].rule(MARGIN, self.top, ROOM)
        self.top += 0.6 * GAP

    def _mark(self) -> None:
        """White on black over the whole width, so that no part of a copy hides it."""
        mark = composed(self.letter.mark).strip()
        if not mark:
            return
        wide = width(mark, BOLD, MARK_SIZE)
        if wide > ROOM:
            raise LabelRefused(f"the mark {mark!r} is wider than the page", "mark")
        high = MARK_SIZE + 8
        self.sheets[-1].boxes.append(Box(MARGIN, self.top, ROOM, high))
        baseline = self.top + (high + CAP_HEIGHT * MARK_SIZE) / 2
        x = (PAPER.width - wide) / 2
        self.sheets[-1].write(Text("mark", mark, x, baseline, BOLD, MARK_SIZE, white=True))
        self.top += high + GAP


def lay_out(letter: RecallLetter) -> list[Sheet]:
    """The pages of a letter.

    Raises:
        LabelRefused: what has to stand on the first page does not fit on it, or a word is wider than its line.
    """
    pages = Pages(letter)
    pages.turn()
    _head(pages)
    _what_to_do(pages)
    table = _Table(letter)
    pages.top += GAP
    pages.lines("table", letter.table, font=BOLD, size=HEADING_SIZE)
    pages.top += 0.3 * GAP
    table.write_head(pages)
    if letter.rows:
        table.write_row(pages, 0)
    if pages.top + _signing_height(letter) > BOTTOM:
        raise _too_long(letter, pages.top + _signing_height(letter) - BOTTOM)
    for number in range(1, len(letter.rows)):
        if pages.top + table.height(number) > BOTTOM:
            _run_on(pages, table)
        table.write_row(pages, number)
    if pages.top + _signing_height(letter) > BOTTOM:
        _run_on(pages, table)
    _sign(pages)
    _feet(pages)
    return pages.sheets


def _head(pages: Pages) -> None:
    letter = pages.letter
    date = composed(letter.date)
    pages.put("date", date, x=ROOM - width(date, REGULAR, SIZE), font=REGULAR, size=SIZE)
    beside = ROOM - width(date, REGULAR, SIZE) - GAP
    for line in _wrapped("pharmacy_name", letter.pharmacy_name, font=BOLD, size=NAME_SIZE, room=beside):
        pages.put("pharmacy_name", line, x=0, font=BOLD, size=NAME_SIZE)
        pages.top += LEADING * NAME_SIZE
    pages.lines("pharmacy_address", letter.pharmacy_address)
    pages.lines("pharmacy_phone", letter.pharmacy_phone)
    pages.top += 0.5 * GAP
    pages.rule()
    pages.top += GAP
    pages.lines("recipient", letter.recipient, font=BOLD)
    pages.lines("about_recipient", letter.about_recipient)
    pages.top += 1.5 * GAP
    pages.lines("title", letter.title, font=BOLD, size=TITLE_SIZE)
    pages.top += 0.5 * GAP
    pages.lines("opening", letter.opening)


def _what_to_do(pages: Pages) -> None:
    pages.top += GAP
    pages.lines("", "What to do", font=BOLD, size=HEADING_SIZE)
    for number, sentence in enumerate(pages.letter.advice, start=1):
        pages.put("", f"{number}.", x=0, font=BOLD, size=SIZE)
        pages.lines("advice", sentence, x=NUMBER_ROOM)
        pages.top += 0.2 * GAP
    for paragraph in pages.letter.added:
        pages.top += 0.5 * GAP
        pages.lines("added", paragraph)


class _Table:
    """Columns as wide as their widest cell; where that is too much, the widest ones wrap."""

    def __init__(self, letter: RecallLetter) -> None:
        if any(len(row) != len(letter.head) for row in letter.rows):
            raise LabelRefused("a line of the table has not as many parts as its head", "rows")
        wanted = [
            max(
                width(composed(letter.head[column]), BOLD, TABLE_SIZE),
                *(width(composed(row[column]), REGULAR, TABLE_SIZE) for row in letter.rows),
                0.0,
            )
            for column in range(len(letter.head))
        ]
        self._widths = _shared(wanted, ROOM - CELL_GAP * (len(wanted) - 1))
        self._head = self._cells("head", letter.head, BOLD)
        self._rows = [self._cells("rows", row, REGULAR) for row in letter.rows]

    def height(self, number: int) -> float:
        return max(len(cell) for cell in self._rows[number]) * LEADING * TABLE_SIZE + 0.3 * GAP

    def write_head(self, pages: Pages) -> None:
        self._write(pages, "head", self._head, BOLD)
        pages.rule()

    def write_row(self, pages: Pages, number: int) -> None:
        self._write(pages, "rows", self._rows[number], REGULAR)
        pages.top += 0.3 * GAP

    def _cells(self, name: str, row: Sequence[str], font: str) -> list[tuple[str, ...]]:
        return [
            _wrapped(name, text, font=font, size=TABLE_SIZE, room=wide + 0.01)
            for text, wide in zip(row, self._widths, strict=True)
        ]

    def _write(self, pages: Pages, name: str, cells: list[tuple[str, ...]], font: str) -> None:
        start, lowest, x = pages.top, pages.top, 0.0
        for cell, wide in zip(cells, self._widths, strict=True):
            pages.top = start
            for line in cell:
                pages.put(name, line, x=x, font=font, size=TABLE_SIZE)
                pages.top += LEADING * TABLE_SIZE
            lowest = max(lowest, pages.top)
            x += wide + CELL_GAP
        pages.top = lowest


def _run_on(pages: Pages, table: _Table) -> None:
    """The next page: whose letter it is, and the table's head again."""
    pages.turn()
    pages.lines("recipient", pages.letter.recipient, font=BOLD)
    pages.lines("title", pages.letter.title)
    pages.top += GAP
    table.write_head(pages)


def _signing_height(letter: RecallLetter) -> float:
    lines = _wrapped("signed", letter.signed, font=REGULAR, size=SIZE, room=ROOM)
    return SIGNING_ROOM + GAP + len(lines) * LEADING * SIZE


def _sign(pages: Pages) -> None:
    """Room for a signature by hand, a line, and the name under it."""
    pages.top += SIGNING_ROOM
    pages.sheets[-1].rule(MARGIN, pages.top, ROOM / 2)
    pages.top += 0.5 * GAP
    pages.lines("signed", pages.letter.signed)


def _feet(pages: Pages) -> None:
    """The line at the foot of every page, once it is known how many there are."""
    foot = _wrapped("foot", pages.letter.foot, font=REGULAR, size=FOOT_SIZE, room=ROOM - 80)
    if len(foot) != 1:
        raise LabelRefused(f"{spoken('foot')} is longer than one line", "foot")
    baseline = PAPER.height - MARGIN - DESCENT * FOOT_SIZE
    for number, sheet in enumerate(pages.sheets, start=1):
        count = f"Page {number} of {len(pages.sheets)}"
        sheet.write(Text("foot", foot[0], MARGIN, baseline, REGULAR, FOOT_SIZE))
        right = MARGIN + ROOM - width(count, REGULAR, FOOT_SIZE)
        sheet.write(Text("", count, right, baseline, REGULAR, FOOT_SIZE))


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


def _wrapped(name: str, text: str, *, font: str, size: float, room: float) -> tuple[str, ...]:
    try:
        return wrap(text, font=font, size=size, room=room)
    except DoesNotFit as wide:
        raise LabelRefused(f"{spoken(name)}: the word {wide.word!r} is wider than its line", name) from wide


def _too_long(letter: RecallLetter, over: float) -> LabelRefused:
    parts = {"opening": (letter.opening,), "advice": letter.advice, "added": letter.added, "rows": letter.rows[:1]}
    longest = max(parts, key=lambda name: len(str(parts[name])))
    return LabelRefused(
        f"the letter to {letter.recipient} is {over:.0f} pt longer than its first page; {spoken(longest)} is the"
        " longest part of it, shorten it",
        longest,
    )
