"""What the container labels of every stock share: their edges, their codes, and what a refusal advises."""

from collections.abc import Iterable

from labels import barcodes
from labels.barcodes import Modules
from labels.content import VialLabel
from labels.errors import LabelRefused
from labels.sheet import Mask, Sheet
from labels.stock import STOCKS, Stock

LEFT, RIGHT, HEAD, FOOT = 4.0, 3.4, 3.4, 3.2
GAP = 2.6
"""Blank paper at the edges, and between the parts [pt]."""

LINE_MODULE_MM, MATRIX_MODULE_MM = 0.25, 0.33
"""Least bar of the Code 128, one square of the DataMatrix."""


def advice(stock: Stock, fields: Iterable[str]) -> str:
    """What helps where so many fields have no room; a signed translation is not shortened at the printer."""
    translated = any(field.endswith("_translated") for field in fields)
    shorten = "" if translated else "shorten it or "
    if stock.continuous:
        return f"{shorten}take a label in two parts"
    if stock.parts > 1:
        return f"{shorten}take a larger label"
    if translated and stock.height_mm < STOCKS["vial-4x3"].height_mm:
        return "take the stock vial-4x3, or a label in two parts"
    return f"{shorten}take a larger label, or one in two parts"


def squares_of(label: VialLabel) -> Modules:
    """The token's DataMatrix."""
    return barcodes.datamatrix(label.token, field="token")


def bars_of(label: VialLabel) -> Modules:
    """The Code 128 of prescription and fill."""
    return barcodes.code128(label.line_code, field="rx_number")


def corner(sheet: Sheet, label: VialLabel, *, right: float, top: float) -> Mask:
    """The DataMatrix with its right upper corner there [pt]."""
    square = sheet.stock.whole_dots(MATRIX_MODULE_MM)
    squares = squares_of(label)
    return sheet.matrix(squares, x=right - squares.across * square, top=top, side=square)


def foot_of(mask: Mask) -> float:
    """Where a DataMatrix and its quiet zone end [pt]."""
    return mask.top + mask.height + barcodes.MATRIX_QUIET * mask.module_down


def rungs(sheet: Sheet, label: VialLabel, *, right: float, top: float, foot: float, across: float) -> Mask:
    """The Code 128 as a ladder between top and foot, which leave room for its quiet zones. across: of a bar [pt].

    Raises:
        LabelRefused: it is longer.
    """
    thin = sheet.stock.whole_dots(LINE_MODULE_MM)
    bars = bars_of(label)
    quiet = barcodes.LINE_QUIET * thin
    spare = foot - top - ladder_height(sheet.stock, label)
    if spare < 0:
        raise code_too_long()
    return sheet.ladder(bars, x=right - across, top=top + quiet + spare / 2, thin=thin, across=across)


def ladder_height(stock: Stock, label: VialLabel) -> float:
    """Of the Code 128 with its quiet zones [pt]."""
    return (bars_of(label).across + 2 * barcodes.LINE_QUIET) * stock.whole_dots(LINE_MODULE_MM)


def code_too_long() -> LabelRefused:
    """The refusal of a prescription number whose bars are longer than the label."""
    return LabelRefused("the prescription number is too long for its bar code", "rx_number")
