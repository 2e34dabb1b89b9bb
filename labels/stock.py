"""The label stocks, in millimetres, and the printers they run on."""

from dataclasses import dataclass, replace
from math import ceil

POINTS_PER_INCH = 72
MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Stock:
    """A kind of label, or of page.

    width_mm, height_mm: of one label, read horizontally [mm]; of a roll without gaps, the longest piece cut from it.
    dpi: dots of the printer it is made for [dots per inch]; bars are whole dots wide.
    called: its size as a person says it, "4 x 2 in".
    parts: how many labels of it a container carries; what one does not hold stands on the second.
    continuous: a roll without gaps; the layout finds the height, and the printer cuts there.
    side_mm, end_mm: what the printer cannot reach at left and right, and before and after each piece of a roll [mm].
    """

    name: str
    width_mm: float
    height_mm: float
    dpi: int
    called: str = ""
    parts: int = 1
    continuous: bool = False
    side_mm: float = 0.0
    end_mm: float = 0.0

    @property
    def words(self) -> str:
        """How it is offered to whoever prints: its size, how many of it a container takes, and the printer's dots."""
        parts = f", {self.parts} labels" if self.parts > 1 else ""
        return f"{self.called or self.name}{parts}, {self.dpi} dpi"

    @property
    def width(self) -> float:
        """Width [pt]."""
        return points(self.width_mm)

    @property
    def height(self) -> float:
        """Height [pt]."""
        return points(self.height_mm)

    @property
    def side(self) -> float:
        """What the printer cannot reach at the left, and again at the right [pt]."""
        return points(self.side_mm)

    @property
    def end(self) -> float:
        """What the printer cannot reach above the first line, and again below the last [pt]."""
        return points(self.end_mm)

    @property
    def dot(self) -> float:
        """One dot of the printer [pt]."""
        return POINTS_PER_INCH / self.dpi

    def whole_dots(self, millimetres: float) -> float:
        """The nearest width that is a whole number of dots, at least one [pt].

        >>> [round(stock.whole_dots(0.25) / stock.dot) for stock in (STOCKS["vial-4x2"], STOCKS["roll-62mm"])]
        [2, 3]
        """
        return max(1, round(millimetres / MM_PER_INCH * self.dpi)) * self.dot

    def snap(self, distance: float) -> float:
        """The nearest distance that is a whole number of dots [pt]."""
        return round(distance / self.dot) * self.dot

    def cut(self, height: float) -> "Stock":
        """The piece of a roll that is as long as its label, a whole number of dots [pt]."""
        dots = ceil(round(height / self.dot, 6))
        return replace(self, height_mm=dots / self.dpi * MM_PER_INCH)


def points(millimetres: float) -> float:
    """A length in points, to a thousandth.

    >>> points(25.4)
    72.0
    """
    return round(millimetres / MM_PER_INCH * POINTS_PER_INCH, 3)


def _label(
    name: str, called: str, width: float, height: float, *, dpis: tuple[int, ...], parts: int = 1
) -> list[Stock]:
    """The same label for printers of several resolutions; the first needs no number in its name. Sizes in inches."""
    names = (name, *(f"{name}-{dpi}dpi" for dpi in dpis[1:]))
    size = (round(width * MM_PER_INCH, 3), round(height * MM_PER_INCH, 3))
    return [Stock(each, *size, dpi, called, parts) for each, dpi in zip(names, dpis, strict=True)]


_ROLL = Stock("roll-62mm", 62.0, 150.0, 300, "62 mm roll, cut to length", continuous=True, side_mm=1.54, end_mm=3.0)
"""Brother QL, continuous tape of 62 mm: 696 of its 732 dots can be printed, and 35 are fed before and after a piece
(the maker's raster command reference). The printer could cut a metre; more than 150 mm does not stay on a bottle."""

_PAGES = (Stock("letter", 215.9, 279.4, 300, "Letter page"), Stock("a4", 210.0, 297.0, 300, "A4 page"))
"""Page printers have 300, 600 or 1,200 dots an inch: what is whole dots of the first is whole dots of all."""

STOCKS = {
    stock.name: stock
    for stock in (
        *_label("vial-4x2", "4 x 2 in", 4, 2, dpis=(203, 300, 600)),
        *_label("vial-4x3", "4 x 3 in", 4, 3, dpis=(203, 300, 600)),
        *_label("vial-4x2-two-part", "4 x 2 in", 4, 2, dpis=(203, 300, 600), parts=2),
        *_label("vial-2.25x1.25", "2.25 x 1.25 in", 2.25, 1.25, dpis=(203, 300), parts=2),
        _ROLL,
        *_label("bag-4x6", "4 x 6 in", 4, 6, dpis=(203, 300)),
        *_label("strip-4x1", "4 x 1 in", 4, 1, dpis=(203, 300)),
        Stock("card", 85.6, 54.0, 300, "Card of 85.6 x 54 mm"),
        *_PAGES,
    )
}
