"""The label stocks and sheets of paper, in millimetres, and the printers they run on."""

from dataclasses import dataclass

from labels.errors import LabelRefused

POINTS_PER_INCH = 72
MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Stock:
    """A kind of label.

    width_mm, height_mm: of one label, read horizontally [mm].
    dpi: dots of the printer it is made for [dots per inch]; bars are whole dots wide.
    """

    name: str
    width_mm: float
    height_mm: float
    dpi: int

    @property
    def width(self) -> float:
        """Width [pt]."""
        return round(self.width_mm / MM_PER_INCH * POINTS_PER_INCH, 3)

    @property
    def height(self) -> float:
        """Height [pt]."""
        return round(self.height_mm / MM_PER_INCH * POINTS_PER_INCH, 3)

    @property
    def dot(self) -> float:
        """One dot of the printer [pt]."""
        return POINTS_PER_INCH / self.dpi

    def whole_dots(self, millimetres: float) -> float:
        """The nearest width that is a whole number of dots, at least one [pt].

        >>> [round(STOCKS[name].whole_dots(0.25) / STOCKS[name].dot) for name in ("vial-4x2", "vial-4x2-300dpi")]
        [2, 3]
        """
        return max(1, round(millimetres / MM_PER_INCH * self.dpi)) * self.dot

    def snap(self, points: float) -> float:
        """The nearest distance that is a whole number of dots [pt]."""
        return round(points / self.dot) * self.dot


STOCKS = {
    stock.name: stock
    for stock in (
        Stock("vial-4x2", width_mm=101.6, height_mm=50.8, dpi=203),
        Stock("vial-4x3", width_mm=101.6, height_mm=76.2, dpi=203),
        Stock("vial-4x2-300dpi", width_mm=101.6, height_mm=50.8, dpi=300),
        Stock("bag-4x3", width_mm=101.6, height_mm=76.2, dpi=203),
        Stock("strip", width_mm=101.6, height_mm=38.1, dpi=203),
        Stock("4x6", width_mm=101.6, height_mm=152.4, dpi=203),
        Stock("card", width_mm=85.6, height_mm=54.0, dpi=300),
        Stock("letter", width_mm=215.9, height_mm=279.4, dpi=300),
        Stock("a4", width_mm=210.0, height_mm=297.0, dpi=300),
    )
}


def find(name: str) -> Stock:
    """The stock of that name.

    Raises:
        LabelRefused: there is none; the sentence lists those there are.
    """
    try:
        return STOCKS[name]
    except KeyError:
        known = ", ".join(STOCKS)
        raise LabelRefused(f"there is no label stock {name[:40]!r}; there are {known}", "stock") from None
