"""What a rule looks at: the label's texts by field, its sheets, and the day it is printed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from labels.barcodes import LINE_QUIET, MATRIX_QUIET
from labels.content import Label, texts
from labels.fit import composed
from labels.sheet import Box, Mask, Sheet, Text

Area = tuple[float, float, float, float]
"""Left, top, right, bottom [pt]."""

TINY = 0.01
"""Two things that share less than this are apart [pt]."""


# No slots: the texts and areas that many rules ask for are worked out once.
@dataclass(frozen=True)
class Subject:
    """One label as it is about to be printed. paper: name of its kind, "" when it has no row in the table of papers."""

    label: Label
    paper: str
    sheets: tuple[Sheet, ...]
    today: date

    @cached_property
    def values(self) -> dict[str, tuple[str, ...]]:
        """Every text of each field, letters and accents joined."""
        found: dict[str, list[str]] = {field: [] for field in self.label.__dataclass_fields__}
        for field, text in texts(self.label):
            found[field].append(composed(text).strip())
        return {field: tuple(told) for field, told in found.items()}

    def value(self, field: str) -> str:
        """The texts of a field as one, "" when it has none."""
        return " ".join(self.values.get(field, ()))

    def zones(self, name: str) -> Iterator[tuple[Sheet, Area]]:
        """Every area that the layout promises under this name, with its sheet."""
        return ((sheet, sheet.zones[name]) for sheet in self.sheets if name in sheet.zones)

    def inside(self, zone: str) -> list[Text]:
        """The lines whose middle stands in an area of this name, from the top of the first."""
        found: list[Text] = []
        for sheet, area in self.zones(zone):
            within = (text for text, box in self.boxes(sheet) if holds_middle(area, box))
            found += sorted(within, key=lambda text: (text.baseline, text.x))
        return found

    def boxes(self, sheet: Sheet) -> list[tuple[Text, Area]]:
        """The lines of a sheet with the ink of each."""
        return self._boxes[id(sheet)]

    @cached_property
    def _boxes(self) -> dict[int, list[tuple[Text, Area]]]:
        return {id(sheet): [(text, text.box) for text in sheet.texts] for sheet in self.sheets}


def together(lines: Iterable[Text], field: str) -> str:
    """What the lines of a field say when they are read one after the other, without spaces."""
    return plain("".join(text.string for text in lines if text.field == field))


def plain(text: str) -> str:
    """Without spaces, which a line break replaces.

    >>> plain("Take 1 capsule")
    'Take1capsule'
    """
    return "".join(composed(text).split())


def area_of(box: Box) -> Area:
    """Where a rule or a black ground lies."""
    return (box.x, box.top, box.x + box.width, box.top + box.height)


def code_area(mask: Mask) -> Area:
    """A code with the blank paper that its standard asks for."""
    right, foot = mask.x + mask.width, mask.top + mask.height
    if mask.modules.barcode.kind == "datamatrix":
        quiet = MATRIX_QUIET * mask.module_across
        return (mask.x - quiet, mask.top - quiet, right + quiet, foot + quiet)
    if mask.modules.down > 1:
        quiet = LINE_QUIET * mask.module_down
        return (mask.x, mask.top - quiet, right, foot + quiet)
    quiet = LINE_QUIET * mask.module_across
    return (mask.x - quiet, mask.top, right + quiet, foot)


def meet(a: Area, b: Area) -> bool:
    """Whether two areas share more than an edge."""
    return a[0] + TINY < b[2] and b[0] + TINY < a[2] and a[1] + TINY < b[3] and b[1] + TINY < a[3]


def within(a: Area, b: Area) -> bool:
    """Whether the first lies wholly in the second."""
    return a[0] >= b[0] - TINY and a[1] >= b[1] - TINY and a[2] <= b[2] + TINY and a[3] <= b[3] + TINY


def holds_middle(area: Area, box: Area) -> bool:
    """Whether the middle of the box is in the area."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]


def size(area: Area) -> float:
    """In square points; nothing when it is turned inside out."""
    return max(0.0, area[2] - area[0]) * max(0.0, area[3] - area[1])


def shared(a: Area, b: Area) -> float:
    """The part of both [square points]."""
    return size((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))
