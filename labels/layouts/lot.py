"""The label of a received lot: whether it may be used, what it is, until when, and whose delivery it was.

+--------------------------------------------------+
| pharmacy                                    mark |
| ################ STATUS ######################## |
| ingredient                                       |
| expires, received; maker's lot, supplier         |
| quantity, container                              |
| certificate                                      |
| |||| Code 128 ||||   lot number       DataMatrix |
+--------------------------------------------------+

One sheet for each container.
"""

from labels.content import LotLabel
from labels.fonts import BOLD
from labels.layouts import shelf
from labels.layouts.flow import Flow, Statement, columns, flow, sentence
from labels.layouts.shelf import GAP
from labels.sheet import Sheet
from labels.stock import Stock

BODY_SIZES = (
    {"ingredient": 20.0, "fact": 9.75, "certificate": 9.0},
    {"ingredient": 14.0, "fact": 8.5, "certificate": 7.5},
    {"ingredient": 13.0, "fact": 8.0, "certificate": 7.0},
    {"ingredient": 12.0, "fact": 7.5, "certificate": 6.75},
    {"ingredient": 11.0, "fact": 7.0, "certificate": 6.5},
    {"ingredient": 10.0, "fact": 7.0, "certificate": 6.0},
)
"""Tried from left to right; the last are the least sizes [pt]."""

FIELDS = ("ingredient", "supplier", "maker_lot", "quantity", "expires", "received", "certificate")


def lay_out(label: LotLabel, stock: Stock) -> tuple[Sheet, ...]:
    """The label on a stock, once for each container.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    return tuple(_one(label, container, stock) for container in label.of_several or ("",))


def _one(label: LotLabel, container: str, stock: Stock) -> Sheet:
    sheet, body = shelf.frame(stock, label, number="lot_number", caption="Lot")
    tried = shelf.at_each(BODY_SIZES, lambda sizes: _body(label, container, sizes, room=body.room, narrow=body.narrow))
    body.write(sheet, label, tried, fields=FIELDS)
    return sheet


def _body(label: LotLabel, container: str, sizes: dict[str, float], *, room: float, narrow: float) -> list[Flow]:
    """What it is, until when, and where it came from; the last lines leave room for the DataMatrix."""
    facts = [
        [
            Statement("expires", label.expires, "Expires", BOLD, whole=True),
            Statement("maker_lot", label.maker_lot, "Maker's lot", BOLD, whole=True),
        ],
        [
            Statement("received", label.received, "Received", BOLD, whole=True),
            Statement("supplier", label.supplier, "from", whole=True),
        ],
        [
            Statement("quantity", label.quantity, "Delivery" if container else "Quantity", BOLD, whole=True),
            *([Statement("of_several", container, font=BOLD, whole=True)] if container else []),
        ],
    ]
    body = [
        flow([[Statement("ingredient", label.ingredient, font=BOLD)]], size=sizes["ingredient"], room=room, gap=GAP),
        columns(facts, size=sizes["fact"], room=narrow, gap=4 * GAP),
    ]
    if label.certificate.strip():
        paper = Statement("certificate", sentence(label.certificate))
        body.append(flow([[paper]], size=sizes["certificate"], room=narrow, gap=GAP))
    return body
