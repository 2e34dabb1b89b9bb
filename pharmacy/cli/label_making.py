"""Labels of `pharmacy label`: contents in, judged, drawn on label stock or on sheets of paper, and read back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from labels.content import VialLabel, from_document
from labels.errors import LabelRefused
from labels.imposition import SHEETS, impose, lay_out_on
from labels.linting import Finding, judge
from labels.printing import Printed, lay_out, render_all
from labels.read_back import sheets_agree, stack_agrees
from labels.sheet import Sheet
from labels.stock import STOCKS
from pharmacy.domain.errors import InputUnusable

Given = TypeVar("Given")
Made = TypeVar("Made")

OF_ALL = frozenset({"stock", "sheet", "start", "offset_x", "offset_y"})
"""Fields of a refusal that is not about one label."""


@dataclass(frozen=True, slots=True)
class Place:
    """What labels are printed on. stock: of labels; or sheet: of paper, from a position on, moved so far [mm]."""

    stock: str
    sheet: str
    start: int
    offset_x: float
    offset_y: float

    @property
    def dpi(self) -> int:
        """Dots of the printer an inch."""
        return SHEETS[self.sheet].cell.dpi if self.sheet else STOCKS[self.stock].dpi

    @property
    def named(self) -> dict[str, str]:
        """As it is told."""
        return {"sheet": self.sheet} if self.sheet else {"stock": self.stock}

    def lay_out(self, content: VialLabel) -> tuple[Sheet, ...]:
        """Where everything stands on each part of the label."""
        return lay_out_on(content, self.sheet) if self.sheet else lay_out(content, stock=self.stock)


def contents_of(document: object) -> list[VialLabel]:
    """One content, or a list of them.

    Raises: LabelRefused, which says which of several.
    """
    return _each(from_document, document if isinstance(document, list) else [document])


def judged(contents: Sequence[VialLabel], place: Place, today: date) -> list[tuple[Finding, ...]]:
    """What the rules about labels find on each.

    Raises: LabelRefused, which says which of several.
    """
    return _each(lambda content: judge(content, place.lay_out(content), today=today), contents)


def made(contents: Sequence[VialLabel], place: Place) -> Printed:
    """All of them in one file, read back label by label.

    Raises: LabelRefused; InputUnusable when one does not read back.
    """
    if place.sheet:
        where = impose(contents, place.sheet, start=place.start, offset_x_mm=place.offset_x, offset_y_mm=place.offset_y)
        printed = where.printed
        problems = sheets_agree(contents, printed, where.areas, dpi=place.dpi)
    else:
        printed = render_all(contents, stock=place.stock)
        problems = stack_agrees(contents, printed, stock=place.stock)
    if problems:
        raise InputUnusable(f"the label was drawn but does not read back: {'; '.join(problems)}")
    return printed


def _each(make: Callable[[Given], Made], given: Sequence[Given]) -> list[Made]:
    """What is made of each; a refusal of one among several says which one it is about."""
    done: list[Made] = []
    for number, one in enumerate(given, start=1):
        try:
            done.append(make(one))
        except LabelRefused as refusal:
            which = f"label {number}: " if len(given) > 1 and refusal.field not in OF_ALL else ""
            raise LabelRefused(f"{which}{refusal.message}", refusal.field) from refusal
    return done
