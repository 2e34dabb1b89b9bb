"""The wallet card of credit-card size, its front and its back as two parts.

+----------------------------+  +----------------------------+
| ######## title ########### |  | ###### back title ######## |
| medicine                   |  | which medicines            |
| warning                    |  | when to call               |
| show                       |  | prescriber, phone          |
| patient               mark |  | pharmacy, phone            |
+----------------------------+  | Rx, issued            mark |
                                +----------------------------+
"""

from labels.content import WalletCard
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, width
from labels.layouts.flow import Flow, Statement, flow, sentence
from labels.layouts.marks import MARK_PADDING, MARK_ROOM, write_mark
from labels.layouts.shelf import Body
from labels.sheet import Box, Sheet, Text
from labels.stock import Stock

EDGE = 8.0
GAP = 3.0
"""Blank paper at the edges, where a card is cut, and between parts [pt]."""

TITLE_SIZES = (14.0, 13.0, 12.0, 11.0, 10.0)
TITLE_HIGH = 22.0
NAME_SIZES, FOOT_SIZE = (13.0, 12.0, 11.0, 10.0, 9.0), 7.0
"""Of the title and the black around it, of the patient's name, and of the line at the foot of the back [pt]."""

FRONT_SIZES = ({"medicine": 13.0, "text": 11.5}, {"medicine": 12.0, "text": 10.5}, {"medicine": 11.0, "text": 10.0})
BACK_SIZES = (
    {"text": 9.5, "call": 10.0},
    {"text": 9.0, "call": 9.5},
    {"text": 8.5, "call": 9.0},
    {"text": 8.0, "call": 8.5},
)
"""Tried from left to right; the last are the least sizes [pt]."""


def lay_out(label: WalletCard, stock: Stock) -> tuple[Sheet, ...]:
    """The front and the back.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    return (_front(label, stock), _back(label, stock))


def _front(label: WalletCard, stock: Stock) -> Sheet:
    sheet, room = Sheet(stock), stock.width - 2 * EDGE
    top = _title(sheet, "title", label.title, room)
    foot = _whose(sheet, label, room)
    tried = (_front_body(label, sizes, room) for sizes in FRONT_SIZES)
    fields = ("medicine", "warning", "show")
    Body(top, foot, room, room, EDGE).write(sheet, label, tried, fields=fields, what="the front of the card")
    return sheet


def _front_body(label: WalletCard, sizes: dict[str, float], room: float) -> list[Flow]:
    return [
        flow(
            [[Statement("medicine", sentence(label.medicine), font=BOLD)]], size=sizes["medicine"], room=room, gap=GAP
        ),
        flow([[Statement("warning", sentence(label.warning), font=BOLD)]], size=sizes["text"], room=room, gap=GAP),
        flow([[Statement("show", sentence(label.show))]], size=sizes["text"], room=room, gap=GAP),
    ]


def _back(label: WalletCard, stock: Stock) -> Sheet:
    sheet, room = Sheet(stock), stock.width - 2 * EDGE
    top = _title(sheet, "back_title", label.back_title, room)
    baseline = stock.height - EDGE - DESCENT * FOOT_SIZE
    issued = [Statement("number", label.number, "Rx"), Statement("issued", label.issued, "Issued", whole=True)]
    line = flow([issued], size=FOOT_SIZE, room=room - MARK_ROOM - GAP, gap=2 * GAP)
    if line.lines > 1:
        raise LabelRefused("the prescription number is longer than the line at the foot of the card", "number")
    line.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * FOOT_SIZE)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
    tried = (_back_body(label, sizes, room) for sizes in BACK_SIZES)
    foot = baseline - CAP_HEIGHT * FOOT_SIZE - MARK_PADDING - GAP
    fields = ("which", "call", "prescriber", "pharmacy")
    Body(top, foot, room, room, EDGE).write(sheet, label, tried, fields=fields, what="the back of the card")
    return sheet


def _back_body(label: WalletCard, sizes: dict[str, float], room: float) -> list[Flow]:
    return [
        flow([[Statement("which", sentence(label.which))]], size=sizes["text"], room=room, gap=GAP),
        flow([[Statement("call", label.call)]], size=sizes["text"], room=room, gap=GAP),
        flow([[Statement("prescriber", label.prescriber, font=BOLD)]], size=sizes["call"], room=room, gap=GAP),
        flow([[Statement("pharmacy", label.pharmacy, font=BOLD)]], size=sizes["call"], room=room, gap=GAP),
    ]


def _title(sheet: Sheet, field: str, text: str, room: float) -> float:
    """White on black over the whole width of the card; returns where the next part may begin [pt]."""
    title = composed(text).strip()
    size = next((size for size in TITLE_SIZES if width(title, BOLD, size) <= room), 0.0)
    if not size:
        raise LabelRefused(f"the title {title!r} is wider than the card at {TITLE_SIZES[-1]:g} pt", field)
    sheet.boxes.append(Box(0.0, 0.0, sheet.stock.width, TITLE_HIGH))
    baseline = (TITLE_HIGH + CAP_HEIGHT * size) / 2
    sheet.write(
        Text(field, title, (sheet.stock.width - width(title, BOLD, size)) / 2, baseline, BOLD, size, white=True)
    )
    return TITLE_HIGH + 2 * GAP


def _whose(sheet: Sheet, label: WalletCard, room: float) -> float:
    """The patient's name at the foot, and the mark; returns where the part above ends [pt]."""
    foot = sheet.stock.height - EDGE
    for size in NAME_SIZES:
        name = flow([[Statement("patient", label.patient, font=BOLD)]], size=size, room=room - MARK_ROOM - GAP, gap=GAP)
        if name.lines <= 1:
            break
    if name.lines > 2:
        raise LabelRefused(f"the patient's name needs more than two lines of the card at {size:g} pt", "patient")
    name.write(sheet, x=EDGE, top=foot - name.height)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=foot - DESCENT * size)
    sheet.rule(EDGE, foot - name.height - 2 * GAP, room)
    return foot - name.height - 3 * GAP
