"""The label of a trituration: that nothing of it goes to a patient, how strong it is, what is in it, until when.

+--------------------------------------------------+
| pharmacy                                    mark |
| ################ STATUS ######################## |
| TRITURATION - not for dispensing                 |
| active and diluent                               |
| strength                                         |
| made, quantity, by; use by                       |
| parents                                          |
| |||| Code 128 ||||   lot number       DataMatrix |
+--------------------------------------------------+
"""

from labels.content import TriturationLabel
from labels.fonts import BOLD
from labels.layouts import shelf
from labels.layouts.flow import Flow, Statement, columns, flow
from labels.layouts.shelf import GAP
from labels.sheet import Sheet
from labels.stock import Stock

BODY_SIZES = (
    {"kind": 18.0, "active": 13.0, "fact": 12.0},
    {"kind": 14.0, "active": 11.5, "fact": 10.5},
    {"kind": 11.0, "active": 9.0, "fact": 8.0},
    {"kind": 10.0, "active": 8.5, "fact": 7.5},
    {"kind": 10.0, "active": 8.0, "fact": 7.0},
    {"kind": 9.0, "active": 7.0, "fact": 6.5},
)
"""Tried from left to right; the last are the least sizes [pt]."""

FIELDS = ("kind", "active", "strength", "quantity", "compounded", "use_by", "parents")


def lay_out(label: TriturationLabel, stock: Stock) -> tuple[Sheet, ...]:
    """The label on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet, body = shelf.frame(stock, label, number="lot_number", caption="Lot")
    tried = shelf.at_each(BODY_SIZES, lambda sizes: _body(label, sizes, room=body.room, narrow=body.narrow))
    body.write(sheet, label, tried, fields=FIELDS)
    return (sheet,)


def _body(label: TriturationLabel, sizes: dict[str, float], *, room: float, narrow: float) -> list[Flow]:
    """What it is and what is in it; the last lines leave room for the DataMatrix."""
    facts = [
        [
            Statement("compounded", label.compounded, "Made", BOLD, whole=True),
            Statement("use_by", label.use_by, "Use by", BOLD, whole=True),
        ],
        [
            Statement("quantity", label.quantity, "Quantity", BOLD, whole=True),
            Statement("made_by", label.made_by, "By", BOLD, whole=True),
        ],
    ]
    joins = ("of", *("and",) * len(label.parents))
    went_in = [
        Statement("parents", parent, join, whole=True) for join, parent in zip(joins, label.parents, strict=False)
    ]
    return [
        flow([[Statement("kind", label.kind, font=BOLD)]], size=sizes["kind"], room=room, gap=GAP),
        flow([[Statement("active", label.active)]], size=sizes["active"], room=room, gap=GAP),
        flow([[Statement("strength", label.strength, font=BOLD)]], size=sizes["active"], room=room, gap=GAP),
        columns(facts, size=sizes["fact"], room=narrow, gap=4 * GAP),
        flow([went_in], size=sizes["fact"], room=narrow, gap=GAP),
    ]
