"""Labels on sheets of paper: any labels, from any position of a sheet on, moved as the printer needs it.

A position is a label of its own size, laid out as on a roll of such labels, and put on the page a whole number of dots
from its corner: so codes stay whole dots of the page's printer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from labels.content import Label
from labels.errors import LabelRefused
from labels.fit import refuse_unprintable
from labels.papers import paper_of
from labels.printing import Printed, print_sheets
from labels.read_back import Area
from labels.sheet import Sheet
from labels.stock import STOCKS, Stock, points

MOST_OFFSET_MM = 10.0
"""A printer that misses by more is mended, not met."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet of labels, named by its geometry.

    page: the stock it is cut from. across, down: labels in a row, and in a column. width_mm, height_mm: of one.
    left_mm, top_mm: of the first one's corner from the page's. pitch_x_mm, pitch_y_mm: from one to the next.
    like: the stock whose labels are set on it.
    """

    name: str
    page: str
    across: int
    down: int
    width_mm: float
    height_mm: float
    left_mm: float
    top_mm: float
    pitch_x_mm: float
    pitch_y_mm: float
    like: str

    @property
    def positions(self) -> int:
        """Labels on one sheet."""
        return self.across * self.down

    @property
    def cell(self) -> Stock:
        """One label of it, for the printer of the page."""
        return Stock(self.name, self.width_mm, self.height_mm, STOCKS[self.page].dpi, parts=STOCKS[self.like].parts)

    @property
    def words(self) -> str:
        """How it is offered to whoever prints."""
        size = f"{self.width_mm:g} x {self.height_mm:g} mm"
        return f"{STOCKS[self.page].called}, {self.across} x {self.down} labels of {size}"


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Grid(
            "letter-2x5-4x2in",
            page="letter",
            across=2,
            down=5,
            width_mm=101.6,
            height_mm=50.8,
            left_mm=3.97,
            top_mm=12.7,
            pitch_x_mm=106.36,
            pitch_y_mm=50.8,
            like="vial-4x2",
        ),
        Grid(
            "a4-2x5-99.1x57mm",
            page="a4",
            across=2,
            down=5,
            width_mm=99.1,
            height_mm=57.0,
            left_mm=4.65,
            top_mm=6.0,
            pitch_x_mm=101.6,
            pitch_y_mm=57.0,
            like="vial-4x2",
        ),
        Grid(
            "a4-3x7-63.5x38.1mm",
            page="a4",
            across=3,
            down=7,
            width_mm=63.5,
            height_mm=38.1,
            left_mm=7.21,
            top_mm=15.15,
            pitch_x_mm=66.04,
            pitch_y_mm=38.1,
            like="vial-2.25x1.25",
        ),
    )
}
"""As the makers of such sheets publish them: 4 x 2 in with 5/32 in at the sides and 3/16 in between the columns."""


@dataclass(frozen=True, slots=True)
class Imposed:
    """Sheets of labels as they go to the printer. areas: of each label, where each of its parts stands."""

    printed: Printed
    areas: tuple[tuple[Area, ...], ...]


def impose(
    labels: Sequence[Label], sheet: str, *, start: int = 1, offset_x_mm: float = 0.0, offset_y_mm: float = 0.0
) -> Imposed:
    """Labels on sheets, row by row; the parts of one follow each other.

    start: the position of the first label, 1 at the upper left; the sheets after the first are full ones.
    offset_x_mm, offset_y_mm: everything so much further to the right and down [mm].

    Raises:
        LabelRefused: like `render`; or a kind of label is not made for that sheet, there is no such position, or the
            labels would leave the page.
    """
    grid = _sheet(sheet)
    if not 1 <= start <= grid.positions:
        raise LabelRefused(f"start: a sheet {grid.name} has positions 1 to {grid.positions}", "start")
    corners = _corners(grid, start, points(offset_x_mm), points(offset_y_mm))
    _refuse_offset(grid, offset_x_mm, offset_y_mm)
    parts = [lay_out_on(label, sheet) for label in labels]
    places = [tuple(islice(corners, len(each))) for each in parts]
    pages = _pages(grid, parts, places)
    printed = print_sheets(pages, none="there is no label to print")
    cell = grid.cell
    areas = tuple(
        tuple(Area(page, x, top, x + cell.width, top + cell.height) for page, x, top in own) for own in places
    )
    return Imposed(printed, areas)


def _sheet(name: str) -> Grid:
    if name not in SHEETS:
        raise LabelRefused(f"there is no sheet of labels {name[:40]!r}; there are {', '.join(SHEETS)}", "sheet")
    return SHEETS[name]


def lay_out_on(label: Label, sheet: str) -> tuple[Sheet, ...]:
    """Where everything stands on the labels of a sheet, without drawing it; refuses like `impose`."""
    grid = _sheet(sheet)
    kind = paper_of(label)
    if grid.like not in kind.stocks:
        known = [name for name, sheet in SHEETS.items() if sheet.like in kind.stocks]
        instead = f"it is printed on {', '.join(known)}" if known else "it is printed on no sheet of labels"
        raise LabelRefused(f"the {kind.name} label is not made for {grid.name}; {instead}", "sheet")
    refuse_unprintable(label)
    return kind.set(label, grid.cell)


def _refuse_offset(grid: Grid, x: float, y: float) -> None:
    """Refuse to move labels off the page, or further than any printer needs."""
    page = STOCKS[grid.page]
    right = page.width_mm - grid.left_mm - (grid.across - 1) * grid.pitch_x_mm - grid.width_mm
    below = page.height_mm - grid.top_mm - (grid.down - 1) * grid.pitch_y_mm - grid.height_mm
    for field, moved, least, most in (("offset_x", x, -grid.left_mm, right), ("offset_y", y, -grid.top_mm, below)):
        least, most = max(least, -MOST_OFFSET_MM), min(most, MOST_OFFSET_MM)
        # A hundredth of a millimetre, since the margins are rounded to that.
        if not least - 0.01 <= moved <= most + 0.01:
            raise LabelRefused(f"labels on {grid.name} are moved by {least:.2f} to {most:.2f} mm", field)


def _corners(grid: Grid, start: int, x: float, y: float) -> Iterator[tuple[int, float, float]]:
    """Page and upper left corner of one position after another, on whole dots [pt]."""
    page, number = STOCKS[grid.page], start - 1
    while True:
        sheet, place = divmod(number, grid.positions)
        row, column = divmod(place, grid.across)
        left = points(grid.left_mm + column * grid.pitch_x_mm) + x
        top = points(grid.top_mm + row * grid.pitch_y_mm) + y
        yield sheet, page.snap(left), page.snap(top)
        number += 1


def _pages(
    grid: Grid, parts: list[tuple[Sheet, ...]], places: list[tuple[tuple[int, float, float], ...]]
) -> list[Sheet]:
    pages: list[Sheet] = []
    for own, where in zip(parts, places, strict=True):
        for part, (number, x, top) in zip(own, where, strict=True):
            while len(pages) <= number:
                pages.append(Sheet(STOCKS[grid.page]))
            pages[number].add(part, x=x, top=top)
    return pages
