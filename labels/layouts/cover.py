"""The cover of a batch's paper record, one page: what it is the record of, how it ended, what belongs into the folder.

+------------------------------------------+
| pharmacy                            mark |
| ############### STATUS ################# |
| Compounding record                       |
| drug, strength, form                     |
| formula, dates, quantity, people         |
| storage                                  |
| lots                                     |
| [ ] enclosed papers                      |
|                                          |
| |||| Code 128 ||||  number    DataMatrix |
+------------------------------------------+
"""

from collections.abc import Sequence
from dataclasses import dataclass

from labels.content import CoverPage
from labels.fonts import BOLD, CAP_HEIGHT
from labels.layouts import shelf
from labels.layouts.flow import Flow, Statement, flow, sentence
from labels.layouts.shelf import PAGE, Part
from labels.sheet import Sheet
from labels.stock import Stock

BODY_SIZES = (
    {"kind": 22.0, "drug": 18.0, "fact": 12.0, "list": 11.0},
    {"kind": 20.0, "drug": 16.0, "fact": 11.0, "list": 10.0},
    {"kind": 18.0, "drug": 14.0, "fact": 10.0, "list": 9.0},
    {"kind": 16.0, "drug": 12.0, "fact": 9.0, "list": 8.0},
)
"""Tried from left to right; the last are the least sizes [pt]."""

FIELDS = ("lots", "enclosed", "drug", "storage", "made_by", "formula", "released_by")
GAP, MOST_SPACE = 6.0, 20.0
BETWEEN = 0.5
"""Between statements, and between parts at most [pt]; between the lines of a list, as a part of their size."""

CAPTION_ROOM = 7.0
TICK_ROOM = 1.7
TICK = 0.75
TICK_RULE = 0.75
"""As parts of the size: the room for captions, that for the box to be ticked, the side of that. The box's line [pt]."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines below each other, below a heading or none; each behind its caption, or behind a box to be ticked."""

    lines: tuple[tuple[Flow | None, Flow], ...]
    indent: float
    heading: Flow | None = None
    ticked: bool = False

    @property
    def height(self) -> float:
        """From the first capitals to the foot of the last line [pt]."""
        above = self.heading.height + BETWEEN * self.heading.size if self.heading else 0.0
        between = BETWEEN * sum(line.size for _, line in self.lines[1:])
        return above + sum(line.height for _, line in self.lines) + between

    def write(self, sheet: Sheet, *, x: float, top: float) -> None:
        """Put them on the sheet; top: of the first capitals [pt]."""
        if self.heading:
            self.heading.write(sheet, x=x, top=top)
            top += self.heading.height + BETWEEN * self.heading.size
        for caption, line in self.lines:
            if caption:
                caption.write(sheet, x=x, top=top)
            if self.ticked:
                side = TICK * line.size
                upper = top + (CAP_HEIGHT * line.size - side) / 2
                shelf.outline(sheet, x=x, top=upper, wide=side, high=side, thick=TICK_RULE)
            line.write(sheet, x=x + self.indent, top=top)
            top += line.height + BETWEEN * line.size


def lay_out(label: CoverPage, stock: Stock) -> tuple[Sheet, ...]:
    """The page.

    Raises:
        LabelRefused: a field does not fit at its least size.
    """
    sheet, body = shelf.frame(stock, label, number="batch_number", caption="Batch", look=PAGE)
    tried = (_body(label, sizes, room=body.room) for sizes in BODY_SIZES)
    body.write(sheet, label, tried, fields=FIELDS, most=MOST_SPACE)
    return (sheet,)


def _body(label: CoverPage, sizes: dict[str, float], *, room: float) -> Sequence[Part]:
    """What it is the record of, who made and released it, what went into it and what is enclosed."""
    title = [
        Statement("kind", label.kind),
        Statement("batch_number", label.batch_number, font=BOLD, whole=True),
    ]
    what = [
        Statement("drug", label.drug),
        Statement("strength", label.strength, font=BOLD, whole=True),
        Statement("form", label.form, whole=True),
    ]
    return [
        flow([title], size=sizes["kind"], room=room, gap=GAP),
        flow([what], size=sizes["drug"], room=room, gap=GAP),
        _facts(label, sizes["fact"], room=room),
        _listed("What went into it", "lots", label.lots, sizes, room=room),
        _listed("Enclosed", "enclosed", label.enclosed, sizes, room=room, ticked=True),
    ]


def _facts(label: CoverPage, size: float, *, room: float) -> Lines:
    """Captions in one column, what they name in the next."""
    facts = (
        ("Formula", [Statement("formula", label.formula, font=BOLD)]),
        ("Quantity", [Statement("quantity", label.quantity, font=BOLD)]),
        ("Compounded", [Statement("compounded", label.compounded, font=BOLD)]),
        ("Use by", [Statement("use_by", label.use_by, font=BOLD)]),
        ("Made by", [Statement("made_by", label.made_by, font=BOLD)]),
        ("Released by", [Statement("released_by", label.released_by, font=BOLD)]),
        ("Storage", [Statement("storage", sentence(label.storage))]),
    )
    indent = CAPTION_ROOM * size
    lines = tuple(
        (
            flow([[Statement("", caption)]], size=size, room=indent, gap=GAP),
            flow([value], size=size, room=room - indent, gap=GAP),
        )
        for caption, value in facts
    )
    return Lines(lines, indent)


def _listed(
    heading: str, field: str, texts: tuple[str, ...], sizes: dict[str, float], *, room: float, ticked: bool = False
) -> Lines:
    size = sizes["list"]
    indent = TICK_ROOM * size if ticked else 0.0
    lines = (flow([[Statement(field, text)]], size=size, room=room - indent, gap=GAP) for text in texts)
    above = flow([[Statement("", heading, font=BOLD)]], size=sizes["fact"], room=room, gap=GAP)
    return Lines(tuple((None, line) for line in lines), indent, above, ticked)
