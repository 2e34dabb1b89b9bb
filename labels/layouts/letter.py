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

from labels.errors import LabelRefused
from labels.fonts import BOLD, REGULAR
from labels.layouts.page import GAP, LEADING, Pages, Table
from labels.letters import RecallLetter, spoken
from labels.sheet import Sheet
from labels.stock import STOCKS

PAPER = STOCKS["letter"]
MARGIN = 60.0
ROOM = PAPER.width - 2 * MARGIN
BOTTOM = PAPER.height - MARGIN - 18
"""Margins, the width between them, and where the foot begins [pt]."""

NAME_SIZE, TITLE_SIZE, HEADING_SIZE, SIZE, TABLE_SIZE = 14.0, 16.0, 12.0, 11.0, 9.5
NUMBER_ROOM = 18.0
SIGNING_ROOM = 42.0
"""Sizes of type, and blank room [pt]."""


def lay_out(letter: RecallLetter) -> list[Sheet]:
    """The pages of a letter.

    Raises:
        LabelRefused: what has to stand on the first page does not fit on it, or a word is wider than its line.
    """
    pages = Pages(PAPER, letter.mark, margin=MARGIN, size=SIZE, called=spoken)
    pages.turn()
    _head(pages, letter)
    _what_to_do(pages, letter)
    table = Table(pages, letter.head, letter.rows, size=TABLE_SIZE)
    pages.top += GAP
    pages.lines("table", letter.table, font=BOLD, size=HEADING_SIZE)
    pages.top += 0.3 * GAP
    table.write_head()
    if letter.rows:
        table.write_row(0)
    signing = _signing_height(pages, letter)
    if pages.top + signing > BOTTOM:
        raise _too_long(letter, pages.top + signing - BOTTOM)
    for number in range(1, len(letter.rows)):
        if pages.top + table.height(number) > BOTTOM:
            _run_on(pages, letter, table)
        table.write_row(number)
    if pages.top + signing > BOTTOM:
        _run_on(pages, letter, table)
    _sign(pages, letter)
    pages.feet("foot", letter.foot)
    return pages.sheets


def _head(pages: Pages, letter: RecallLetter) -> None:
    whose = ("pharmacy_name", "pharmacy_address", "pharmacy_phone")
    pages.head(tuple((name, getattr(letter, name)) for name in whose), ("date", letter.date), name_size=NAME_SIZE)
    pages.top += GAP
    pages.lines("recipient", letter.recipient, font=BOLD)
    pages.lines("about_recipient", letter.about_recipient)
    pages.top += 1.5 * GAP
    pages.lines("title", letter.title, font=BOLD, size=TITLE_SIZE)
    pages.top += 0.5 * GAP
    pages.lines("opening", letter.opening)


def _what_to_do(pages: Pages, letter: RecallLetter) -> None:
    pages.top += GAP
    pages.lines("", "What to do", font=BOLD, size=HEADING_SIZE)
    for number, sentence in enumerate(letter.advice, start=1):
        pages.put("", f"{number}.", x=0, font=BOLD, size=SIZE)
        pages.lines("advice", sentence, x=NUMBER_ROOM)
        pages.top += 0.2 * GAP
    for paragraph in letter.added:
        pages.top += 0.5 * GAP
        pages.lines("added", paragraph)


def _run_on(pages: Pages, letter: RecallLetter, table: Table) -> None:
    """The next page: whose letter it is, and the table's head again."""
    pages.turn()
    pages.lines("recipient", letter.recipient, font=BOLD)
    pages.lines("title", letter.title)
    pages.top += GAP
    table.write_head()


def _signing_height(pages: Pages, letter: RecallLetter) -> float:
    lines = pages.wrapped("signed", letter.signed, font=REGULAR, size=SIZE, room=ROOM)
    return SIGNING_ROOM + GAP + len(lines) * LEADING * SIZE


def _sign(pages: Pages, letter: RecallLetter) -> None:
    """Room for a signature by hand, a line, and the name under it."""
    pages.top += SIGNING_ROOM
    pages.sheets[-1].rule(MARGIN, pages.top, ROOM / 2)
    pages.top += 0.5 * GAP
    pages.lines("signed", letter.signed)


def _too_long(letter: RecallLetter, over: float) -> LabelRefused:
    parts = {"opening": (letter.opening,), "advice": letter.advice, "added": letter.added, "rows": letter.rows[:1]}
    longest = max(parts, key=lambda name: len(str(parts[name])))
    return LabelRefused(
        f"the letter to {letter.recipient} is {over:.0f} pt longer than its first page; {spoken(longest)} is the"
        " longest part of it, shorten it",
        longest,
    )
