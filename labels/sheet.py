"""One label, laid out: where every text, rule and code stands, before any of it is drawn.

Distances are in points from the upper left corner, downward, as one reads. Texts, boxes and codes are named tuples: a
label has fifty of them, and a tuple is made and found again in a quarter of a dataclass's time.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from labels.barcodes import Barcode, Modules
from labels.fonts import reach, width
from labels.stock import Stock

RULE_MM = 0.25


class Text(NamedTuple):
    """One line of a field. x, baseline: where it starts [pt]; white: on a black box."""

    field: str
    string: str
    x: float
    baseline: float
    font: str
    size: float
    white: bool = False

    def moved(self, across: float, down: float) -> "Text":
        """The same text so much further to the right and down [pt]."""
        return Text(self.field, self.string, self.x + across, self.baseline + down, self.font, self.size, self.white)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the ink at most [pt]."""
        right = self.x + width(self.string, self.font, self.size)
        rise, fall = reach(self.string, self.font)
        return (self.x, self.baseline - rise * self.size, right, self.baseline + fall * self.size)


class Box(NamedTuple):
    """A black rectangle: a rule between zones, or the ground of white text [pt]."""

    x: float
    top: float
    width: float
    height: float


class Mask(NamedTuple):
    """A code. module_across, module_down: size of one module [pt], whole dots of the stock's printer."""

    modules: Modules
    x: float
    top: float
    module_across: float
    module_down: float

    @property
    def width(self) -> float:
        """Of the whole code without quiet zone [pt]."""
        return self.modules.across * self.module_across

    @property
    def height(self) -> float:
        """Of the whole code without quiet zone [pt]."""
        return self.modules.down * self.module_down


@dataclass(slots=True)
class Sheet:
    """What a layout fills. `zones` are the named areas it promises, (left, top, right, bottom) [pt]."""

    stock: Stock
    texts: list[Text] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    masks: list[Mask] = field(default_factory=list)
    zones: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)

    @property
    def barcodes(self) -> tuple[Barcode, ...]:
        """The codes in the order they stand."""
        return tuple(mask.modules.barcode for mask in self.masks)

    def write(self, text: Text) -> float:
        """Set a line; returns where it ends [pt]."""
        self.texts.append(text)
        return text.x + width(text.string, text.font, text.size)

    def rule(self, x: float, top: float, length: float) -> None:
        """A horizontal line, a quarter of a millimetre thick."""
        self.boxes.append(Box(x, self.stock.snap(top), length, self.stock.whole_dots(RULE_MM)))

    def matrix(self, modules: Modules, *, x: float, top: float, side: float) -> Mask:
        """A DataMatrix, its left upper corner at the nearest dot. side: of one module [pt]."""
        return self._place(Mask(modules, self.stock.snap(x), self.stock.snap(top), side, side))

    def ladder(self, modules: Modules, *, x: float, top: float, thin: float, across: float) -> Mask:
        """A Code 128 whose bars lie flat, read downward. thin: least bar; across: length of the bars [pt]."""
        long = self.stock.snap(across)
        return self._place(Mask(modules.turned(), self.stock.snap(x), self.stock.snap(top), long, thin))

    def fence(self, modules: Modules, *, x: float, top: float, thin: float, down: float) -> Mask:
        """A Code 128 whose bars stand upright. thin: least bar; down: height of the bars [pt]."""
        long = self.stock.snap(down)
        return self._place(Mask(modules, self.stock.snap(x), self.stock.snap(top), thin, long))

    def add(self, other: "Sheet", *, x: float, top: float) -> None:
        """Put all of another sheet on this one, its upper left corner there [pt]."""
        self.texts += [text.moved(x, top) for text in other.texts]
        self.boxes += [box._replace(x=box.x + x, top=box.top + top) for box in other.boxes]
        self.masks += [mask._replace(x=mask.x + x, top=mask.top + top) for mask in other.masks]

    def _place(self, mask: Mask) -> Mask:
        self.masks.append(mask)
        return mask
