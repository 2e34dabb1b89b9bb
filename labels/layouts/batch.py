"""The label of a batch, and of its bin on the shelf: whether it may be used, what it is, until when.

Batch and bin say the same. Strength and number are as large as the room allows: from a bin they are read at a distance,
and a wrong strength is the error that matters.

+--------------------------------------------------+
| pharmacy                                    mark |
| ################ STATUS ######################## |
| formula                                          |
| strength   form                                  |
| compounded, quantity, use by                     |
| storage                                          |
| |||| Code 128 ||||   batch number     DataMatrix |
+--------------------------------------------------+
"""

from labels.content import BatchLabel
from labels.fonts import BOLD
from labels.layouts import shelf
from labels.layouts.flow import Flow, Statement, columns, flow, sentence
from labels.layouts.shelf import GAP
from labels.sheet import Sheet
from labels.stock import Stock

BODY_SIZES = (
    {"formula": 18.0, "strength": 26.0, "fact": 13.0, "storage": 10.0},
    {"formula": 12.0, "strength": 20.0, "fact": 8.5, "storage": 7.0},
    {"formula": 12.0, "strength": 16.0, "fact": 8.0, "storage": 7.0},
    {"formula": 13.0, "strength": 13.0, "fact": 8.0, "storage": 7.0},
    {"formula": 12.0, "strength": 12.0, "fact": 7.75, "storage": 6.75},
    {"formula": 11.0, "strength": 12.0, "fact": 7.5, "storage": 6.5},
    {"formula": 10.0, "strength": 12.0, "fact": 7.0, "storage": 6.0},
)
"""Tried from left to right; the last are the least sizes [pt]."""

FIELDS = ("formula", "form", "strength", "quantity", "compounded", "use_by", "storage")


def lay_out(label: BatchLabel, stock: Stock) -> tuple[Sheet, ...]:
    """The label on a stock.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet, body = shelf.frame(stock, label, number="batch_number", caption="Batch")
    tried = shelf.at_each(BODY_SIZES, lambda sizes: _body(label, sizes, room=body.room, narrow=body.narrow))
    body.write(sheet, label, tried, fields=FIELDS)
    return (sheet,)


def _body(label: BatchLabel, sizes: dict[str, float], *, room: float, narrow: float) -> list[Flow]:
    """What it is, its numbers and dates, and how to keep it; the last lines leave room for the DataMatrix."""
    formula = [Statement("formula", label.formula)]
    strength = [Statement("strength", label.strength, font=BOLD), Statement("form", label.form)]
    facts = [
        [
            Statement("compounded", label.compounded, "Compounded", BOLD, whole=True),
            Statement("quantity", label.quantity, "Quantity", BOLD, whole=True),
        ],
        [Statement("use_by", label.use_by, "Use by", BOLD, whole=True)],
    ]
    storage = [Statement("storage", sentence(label.storage))]
    return [
        flow([formula], size=sizes["formula"], room=room, gap=GAP),
        flow([strength], size=sizes["strength"], room=room, gap=2 * GAP),
        columns(facts, size=sizes["fact"], room=narrow, gap=4 * GAP),
        flow([storage], size=sizes["storage"], room=narrow, gap=GAP),
    ]
