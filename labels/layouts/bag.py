"""The label of a prescription bag: whose it is, what is in it, what is due, and what the pharmacist still says.

+--------------------------------------------------+
| pharmacy, phone                             mark |
| patient                                          |
| containers, a line each                          |
| price due                                        |
| how to keep it                                   |
| ################ counsel ####################### |
| |||| Code 128 ||||   Rx and fill      DataMatrix |
+--------------------------------------------------+
"""

from labels.content import BagLabel
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT
from labels.layouts import shelf
from labels.layouts.flow import Flow, Statement, flow, sentence
from labels.layouts.marks import MARK_ROOM, write_mark
from labels.layouts.shelf import BAND, EDGE, GAP, Body
from labels.sheet import Sheet
from labels.stock import Stock

BODY_SIZES = (
    {"patient": 34.0, "container": 18.0, "fact": 20.0, "keep": 15.0},
    {"patient": 26.0, "container": 15.0, "fact": 15.0, "keep": 12.0},
    {"patient": 22.0, "container": 13.0, "fact": 13.0, "keep": 10.0},
    {"patient": 18.0, "container": 12.0, "fact": 12.0, "keep": 9.0},
    {"patient": 15.0, "container": 10.0, "fact": 11.0, "keep": 8.5},
    {"patient": 13.0, "container": 9.0, "fact": 10.0, "keep": 8.0},
)
"""Tried from left to right; the last are the least sizes [pt]."""

HEAD_SIZE = 9.5
MOST_SPACE = 14.0
"""Of the pharmacy's name and phone; between lines at most, where a label is large [pt]."""

FIELDS = ("patient", "containers", "price_due", "keep")


def lay_out(label: BagLabel, stock: Stock) -> tuple[Sheet, ...]:
    """The label on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet = Sheet(stock)
    room = stock.width - 2 * EDGE
    top = _header(sheet, label, room)
    foot, _ = shelf.codes(sheet, label, "number", "Rx and fill", room=room)
    # The DataMatrix is higher than the bars beside it.
    matrix = next(mask for mask in sheet.masks if mask.modules.barcode.kind == "datamatrix")
    foot = min(foot, matrix.top - GAP)
    shelf.band(sheet, "counsel", label.counsel, top=foot - BAND, room=room, framed=False)
    body = Body(top, foot - BAND - GAP, room, room)
    body.write(
        sheet,
        label,
        (_body(label, sizes, room) for sizes in BODY_SIZES),
        fields=FIELDS,
        most=MOST_SPACE,
        what="what stands above the note about counselling",
    )
    return (sheet,)


def _header(sheet: Sheet, label: BagLabel, room: float) -> float:
    """Pharmacy and phone; returns where the next part may begin [pt]."""
    baseline = EDGE + CAP_HEIGHT * HEAD_SIZE + 2
    whose = [
        Statement("pharmacy_name", label.pharmacy_name, font=BOLD),
        Statement("pharmacy_phone", label.pharmacy_phone, whole=True),
    ]
    head = flow([whose], size=HEAD_SIZE, room=room - MARK_ROOM - GAP, gap=2 * GAP)
    head.write(sheet, x=EDGE, top=baseline - CAP_HEIGHT * HEAD_SIZE)
    write_mark(sheet, label.mark, right=EDGE + room, baseline=baseline)
    foot = baseline + (head.lines - 1) * head.leading + DESCENT * HEAD_SIZE + GAP
    sheet.rule(EDGE, foot, room)
    return foot + 2 * GAP


def _body(label: BagLabel, sizes: dict[str, float], room: float) -> list[Flow]:
    due = Statement("price_due", label.price_due, "Due", BOLD)
    containers = [[Statement("containers", container)] for container in label.containers]
    return [
        flow([[Statement("patient", label.patient, font=BOLD)]], size=sizes["patient"], room=room, gap=GAP),
        flow(containers, size=sizes["container"], room=room, gap=GAP),
        flow([[due]], size=sizes["fact"], room=room, gap=GAP),
        flow([[Statement("keep", sentence(label.keep))]], size=sizes["keep"], room=room, gap=GAP),
    ]
