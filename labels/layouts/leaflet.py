"""The leaflet for the patient: headings with a sentence or two each, everything that is to be read in 12 pt or more.

    +------------------------------------------+
    | mark                                     |
    | pharmacy, address, phone            date |
    | drug                                     |
    | For patient                              |
    | Heading                                  |
    |  . sentence                              |
    |  . sentence                              |
    | Rx and fill                  Page 1 of 2 |
    +------------------------------------------+

A sentence is never parted by the end of a page, nor a heading from the first sentence under it.
"""

from labels.content import Leaflet
from labels.errors import LabelRefused
from labels.fonts import BOLD, CAP_HEIGHT, REGULAR
from labels.layouts.page import GAP, LEADING, Pages
from labels.sheet import Box, Sheet
from labels.stock import Stock

MARGIN = 50.0
TITLE_SIZE, NAME_SIZE, HEADING_SIZE, SIZE, FOOT_SIZE = 18.0, 13.0, 15.0, 13.0, 9.0
INDENT = 13.0
BULLET = 3.2
"""Margin, sizes of type, the indent of a sentence and the square before it [pt]."""


def lay_out(label: Leaflet, stock: Stock) -> tuple[Sheet, ...]:
    """The pages of the leaflet.

    Raises:
        LabelRefused: a word is wider than the page, or a sentence longer than one.
    """
    pages = Pages(stock, label.mark, margin=MARGIN, size=SIZE, foot_size=FOOT_SIZE)
    pages.turn()
    whose = ("pharmacy_name", "pharmacy_address", "pharmacy_phone")
    pages.head(tuple((name, getattr(label, name)) for name in whose), ("issued", label.issued), name_size=NAME_SIZE)
    pages.top += 0.4 * GAP
    pages.lines("drug", label.drug, font=BOLD, size=TITLE_SIZE)
    pages.lines("patient", f"For {label.patient}", size=NAME_SIZE)
    for section in label.sections:
        _section(pages, label, section)
    pages.feet("number", f"Rx and fill {label.number}")
    return tuple(pages.sheets)


def _section(pages: Pages, label: Leaflet, section: tuple[str, ...]) -> None:
    heading, *sentences = section
    if not sentences:
        raise LabelRefused(f"nothing stands under the heading {heading!r}", "sections")
    above = 0.8 * GAP + LEADING * HEADING_SIZE
    _room_for(pages, label, above + _height(pages, sentences[0]))
    pages.top += 0.8 * GAP
    pages.lines("sections", heading, font=BOLD, size=HEADING_SIZE)
    for sentence in sentences:
        _room_for(pages, label, _height(pages, sentence))
        middle = pages.top + CAP_HEIGHT * SIZE / 2
        pages.sheets[-1].boxes.append(Box(MARGIN + 2, middle - BULLET / 2, BULLET, BULLET))
        pages.lines("sections", sentence, x=INDENT)
        pages.top += 0.15 * GAP


def _height(pages: Pages, sentence: str) -> float:
    lines = pages.wrapped("sections", sentence, font=REGULAR, size=SIZE, room=pages.room - INDENT)
    return len(lines) * LEADING * SIZE


def _room_for(pages: Pages, label: Leaflet, height: float) -> None:
    """The next page, which says whose it is, where this does not fit on the present one any more."""
    if pages.top + height <= pages.bottom:
        return
    pages.turn()
    pages.lines("drug", label.drug, font=BOLD)
    pages.lines("patient", f"For {label.patient}")
    pages.rule()
    if pages.top + height > pages.bottom:
        raise LabelRefused("a sentence of the leaflet is longer than a page; shorten it", "sections")
