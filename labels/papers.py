"""Every kind of label, each one row: what it says, how it is set, on which stocks, and an example of it.

A new kind is a content, a layout and a row here; printing, reading back, the gallery and the tests go through the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labels.content import (
    BATCH_EXAMPLE,
    EXAMPLE,
    PRINTER_TEST_EXAMPLE,
    TRITURATION_EXAMPLE,
    BatchLabel,
    Label,
    PrinterTest,
    TriturationLabel,
    VialLabel,
)
from labels.errors import LabelRefused
from labels.layouts import batch, printer_test, trituration, vial
from labels.sheet import Sheet
from labels.stock import STOCKS, Stock, find

FOUR_INCHES = ("vial-4x2", "vial-4x3", "vial-4x2-300dpi")
TESTED = tuple(stock.name for stock in STOCKS.values() if printer_test.holds(stock))
"""What a test page is printed on."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of label.

    set: from what it says and a stock to its sheets, one for each part; it refuses what does not fit.
    stocks: names of those it may be printed on, the usual one first.
    """

    name: str
    content: type[Label]
    set: Callable[[Any, Stock], tuple[Sheet, ...]]
    example: Label
    stocks: tuple[str, ...] = FOUR_INCHES

    def stock(self, name: str = "") -> Stock:
        """The stock of that name, or the usual one.

        Raises:
            LabelRefused: there is none, or this label is not printed on it.
        """
        found = find(name or self.stocks[0])
        if found.name not in self.stocks:
            known = ", ".join(self.stocks)
            raise LabelRefused(f"the {self.name} label is not made for {found.name}; it is printed on {known}", "stock")
        return found


PAPERS = {
    paper.name: paper
    for paper in (
        Paper("vial", VialLabel, vial.lay_out, EXAMPLE),
        Paper("batch", BatchLabel, batch.lay_out, BATCH_EXAMPLE),
        Paper("trituration", TriturationLabel, trituration.lay_out, TRITURATION_EXAMPLE),
        Paper("printer test", PrinterTest, printer_test.lay_out, PRINTER_TEST_EXAMPLE, TESTED),
    )
}


def paper_of(label: Label) -> Paper:
    """The row of a label's kind."""
    return next(paper for paper in PAPERS.values() if type(label) is paper.content)
