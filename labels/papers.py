"""Every kind of label, each one row: what it says, how it is set, on which stocks, and an example of it.

A new kind is a content, a layout and a row here; printing, reading back, the gallery and the tests go through the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labels.content import (
    AUXILIARY_EXAMPLE,
    BAG_EXAMPLE,
    BATCH_EXAMPLE,
    CALENDAR_EXAMPLE,
    CARD_EXAMPLE,
    COVER_EXAMPLE,
    EQUIPMENT_EXAMPLE,
    EXAMPLE,
    LEAFLET_EXAMPLE,
    LOT_EXAMPLE,
    PRINTER_TEST_EXAMPLE,
    RECEIPT_EXAMPLE,
    TRITURATION_EXAMPLE,
    AuxiliaryStrip,
    BagLabel,
    BatchLabel,
    CourseCalendar,
    CoverPage,
    EquipmentLabel,
    Label,
    Leaflet,
    LotLabel,
    PrinterTest,
    Receipt,
    TriturationLabel,
    VialLabel,
    WalletCard,
)
from labels.errors import LabelRefused
from labels.layouts import (
    auxiliary,
    bag,
    batch,
    calendar,
    card,
    cover,
    equipment,
    leaflet,
    lot,
    printer_test,
    receipt,
    trituration,
    vial,
)
from labels.sheet import Sheet
from labels.stock import STOCKS, Stock

FOUR_INCHES = (
    "vial-4x2",
    "vial-4x3",
    "vial-4x2-300dpi",
    "vial-4x3-300dpi",
    "vial-4x2-600dpi",
    "vial-4x3-600dpi",
)
VIAL = (
    *FOUR_INCHES,
    "vial-4x2-two-part",
    "vial-4x2-two-part-300dpi",
    "vial-4x2-two-part-600dpi",
    "vial-2.25x1.25",
    "vial-2.25x1.25-300dpi",
    "roll-62mm",
)
"""What a container label is printed on, the usual one first."""
STRIPS = ("strip-4x1", "strip-4x1-300dpi", *FOUR_INCHES[:4])
BAGS = ("vial-4x3", "vial-4x3-300dpi", "bag-4x6", "bag-4x6-300dpi")
PAGES = ("letter", "a4", "bag-4x6", "bag-4x6-300dpi")
TESTED = tuple(stock.name for stock in STOCKS.values() if printer_test.holds(stock))
"""What a test page is printed on."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of label.

    set: from what it says and a stock to its sheets, one for each part; it refuses what does not fit.
    stocks: names of those it may be printed on, the usual one first.
    on_each: fields that each part says when there are several, so that none is taken for another's.
    together: fields that stand on one part, since they are read in one look.
    """

    name: str
    content: type[Label]
    set: Callable[[Any, Stock], tuple[Sheet, ...]]
    example: Label
    stocks: tuple[str, ...] = FOUR_INCHES
    on_each: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    def stock(self, name: str = "") -> Stock:
        """The stock of that name, or the usual one.

        Raises:
            LabelRefused: there is none, or this label is not printed on it.
        """
        if name and name not in self.stocks:
            known = ", ".join(self.stocks)
            raise LabelRefused(
                f"there is no label stock {name[:40]!r}; there are {known} for the {self.name} label", "stock"
            )
        return STOCKS[name or self.stocks[0]]


PAPERS = {
    paper.name: paper
    for paper in (
        Paper(
            "vial",
            VialLabel,
            vial.lay_out,
            EXAMPLE,
            VIAL,
            on_each=("rx_number", "patient", "mark"),
            together=("patient", "drug", "directions", "directions_translated", "purpose", "bottle"),
        ),
        Paper("batch", BatchLabel, batch.lay_out, BATCH_EXAMPLE),
        Paper(
            "auxiliary",
            AuxiliaryStrip,
            auxiliary.lay_out,
            AUXILIARY_EXAMPLE,
            STRIPS,
        ),
        Paper("bag", BagLabel, bag.lay_out, BAG_EXAMPLE, BAGS),
        Paper("calendar", CourseCalendar, calendar.lay_out, CALENDAR_EXAMPLE, PAGES),
        Paper("card", WalletCard, card.lay_out, CARD_EXAMPLE, ("card",)),
        Paper("leaflet", Leaflet, leaflet.lay_out, LEAFLET_EXAMPLE, PAGES[:2]),
        Paper("receipt", Receipt, receipt.lay_out, RECEIPT_EXAMPLE, PAGES),
        Paper("trituration", TriturationLabel, trituration.lay_out, TRITURATION_EXAMPLE),
        Paper("lot", LotLabel, lot.lay_out, LOT_EXAMPLE),
        Paper(
            "equipment",
            EquipmentLabel,
            equipment.lay_out,
            EQUIPMENT_EXAMPLE,
            ("vial-2.25x1.25", "vial-2.25x1.25-300dpi"),
        ),
        Paper("cover", CoverPage, cover.lay_out, COVER_EXAMPLE, ("letter", "a4")),
        Paper("printer test", PrinterTest, printer_test.lay_out, PRINTER_TEST_EXAMPLE, TESTED),
    )
}


def paper_of(label: Label) -> Paper:
    """The row of a label's kind."""
    return next(paper for paper in PAPERS.values() if type(label) is paper.content)
