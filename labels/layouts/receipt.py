"""The receipt of a fill: whose it is, every line of the price, the total and when it was paid; then the price list.

+------------------------------------------+
| mark                                     |
| pharmacy, address, phone            date |
| Receipt                                  |
| Patient, Rx and fill, medicine ...       |
| line of the price                  $0.00 |
| Total                              $0.00 |
| Paid on                             date |
| What our capsules cost                   |
| strength       30 capsules   90 capsules |
| note                                     |
| Rx and fill                  Page 1 of 1 |
+------------------------------------------+
"""

from collections.abc import Sequence
from dataclasses import dataclass

from labels.content import Receipt, spoken
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, REGULAR, width
from labels.layouts.page import CELL_GAP, GAP, LEADING, Pages
from labels.sheet import Sheet
from labels.stock import Stock


@dataclass(frozen=True, slots=True)
class Setting:
    """How a receipt is set on a kind of stock: its margin, the room of captions, sizes of type [pt]."""

    margin: float
    caption: float
    title: float
    name: float
    size: float
    foot: float
    mark: float


SHEET = Setting(margin=54.0, caption=90.0, title=20.0, name=14.0, size=12.0, foot=9.0, mark=12.0)
LABEL = Setting(margin=9.0, caption=58.0, title=14.0, name=11.0, size=9.5, foot=7.0, mark=8.0)
WIDE = 400.0
"""A stock that is wider is a sheet of paper [pt]."""

CAPTIONS = {
    "patient": "Patient",
    "number": "Rx and fill",
    "medicine": "Medicine",
    "contents": "Contents",
    "prescriber": "Prescriber",
}
"""Before the fields above the lines of the price, in their order."""

HAND = 110.0
"""Of the line on which a date is written by hand [pt]."""


def lay_out(label: Receipt, stock: Stock) -> tuple[Sheet, ...]:
    """The receipt; its lines run on to the next page, and so does the price list as a whole.

    Raises:
        LabelRefused: a field does not fit at its size.
    """
    setting = SHEET if stock.width > WIDE else LABEL
    pages = Pages(
        stock, label.mark, margin=setting.margin, size=setting.size, foot_size=setting.foot, mark_size=setting.mark
    )
    pages.turn()
    _whose(pages, label, setting)
    _price(pages, label)
    _paid(pages, label)
    _price_list(pages, label, setting)
    pages.feet("number", f"Rx and fill {label.number}")
    return tuple(pages.sheets)


def _whose(pages: Pages, label: Receipt, setting: Setting) -> None:
    whose = ("pharmacy_name", "pharmacy_address", "pharmacy_phone")
    pages.head(
        tuple((name, getattr(label, name)) for name in whose),
        ("date_filled", label.date_filled),
        name_size=setting.name,
    )
    pages.top += 0.3 * GAP
    pages.lines("title", label.title, font=BOLD, size=setting.title)
    pages.top += 0.2 * GAP
    for field, caption in CAPTIONS.items():
        pages.put("", caption, x=0, font=REGULAR, size=setting.size)
        pages.lines(field, getattr(label, field), font=BOLD, x=setting.caption)
    pages.top += 0.4 * GAP
    pages.rule()


def _price(pages: Pages, label: Receipt) -> None:
    high = LEADING * pages.size
    for line in label.lines:
        if pages.top + high > pages.bottom:
            pages.turn()
        _row(pages, "lines", line)
    size = pages.size + 2
    if pages.top + GAP + LEADING * size + high > pages.bottom:  # the total, and when it was paid
        pages.turn()
    pages.top += 0.2 * GAP
    pages.rule()
    pages.put("", "Total", x=0, font=BOLD, size=size)
    _right(pages, "total", label.total, pages.room, font=BOLD, size=size)
    pages.top += LEADING * size


def _paid(pages: Pages, label: Receipt) -> None:
    """The date it was paid, or a line to write it on."""
    pages.put("", "Paid on", x=0, font=REGULAR, size=pages.size)
    if label.paid.strip():
        _right(pages, "paid", label.paid, pages.room, font=BOLD, size=pages.size)
        pages.top += LEADING * pages.size
        return
    pages.top += LEADING * pages.size
    pages.sheets[-1].rule(pages.margin + pages.room - HAND, pages.top - 2, HAND)


def _price_list(pages: Pages, label: Receipt, setting: Setting) -> None:
    rows = (label.price_head, *label.prices)
    if any(len(row) != len(label.price_head) for row in rows):
        raise LabelRefused("a line of the price list has not as many parts as its head", "prices")
    note = pages.wrapped("price_note", label.price_note, font=REGULAR, size=pages.size, room=pages.room)
    high = (len(rows) + len(note) + 2) * LEADING * pages.size + 4 * GAP
    if pages.top + high > pages.bottom:
        pages.turn()
        if pages.top + high > pages.bottom:
            raise LabelRefused("the price list is longer than a page; take larger paper", "prices")
    else:
        pages.top += 1.5 * GAP
    pages.lines("price_title", label.price_title, font=BOLD, size=min(setting.title, pages.size + 2))
    pages.top += 0.2 * GAP
    _row(pages, "price_head", label.price_head, font=BOLD)
    pages.rule()
    for row in label.prices:
        _row(pages, "prices", row)
    pages.top += 0.3 * GAP
    pages.lines("price_note", label.price_note)


def _row(pages: Pages, field: str, cells: Sequence[str], *, font: str = REGULAR) -> None:
    """The first cell at the left, the others at the right end of even columns, all in one line.

    Raises:
        LabelRefused: one is wider than its column.
    """
    first, *others = cells
    column = pages.room / max(len(cells), 2)
    room = (
        pages.room - column * len(others) if len(others) > 1 else pages.room - CELL_GAP - _wide(others[0], font, pages)
    )
    if _wide(first, font, pages) > room:
        raise LabelRefused(f"{spoken(field)}: {first!r} is wider than its column", field)
    pages.put(field, composed(first), x=0, font=font, size=pages.size)
    for place, cell in enumerate(others, start=1):
        if len(others) > 1 and _wide(cell, font, pages) > column - CELL_GAP:
            raise LabelRefused(f"{spoken(field)}: {cell!r} is wider than its column", field)
        _right(pages, field, cell, pages.room - column * (len(others) - place), font=font, size=pages.size)
    pages.top += LEADING * pages.size


def _right(pages: Pages, field: str, text: str, end: float, *, font: str, size: float) -> None:
    """A text that ends at this distance from the margin [pt]."""
    told = composed(text)
    x = end - width(told, font, size)
    if x < CELL_GAP:
        raise LabelRefused(f"{spoken(field)} {text!r} is wider than its line", field)
    pages.put(field, told, x=x, font=font, size=size)


def _wide(text: str, font: str, pages: Pages) -> float:
    return width(composed(text), font, pages.size)
