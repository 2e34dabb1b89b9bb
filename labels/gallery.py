"""Pictures of every kind of label on every stock it is printed on: `python -m labels.gallery DIRECTORY [PAGE]`.

They are there to be looked at: what the tests cannot see, a person can. PAGE is a document that shows them all.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from labels.content import BATCH_EXAMPLE, EQUIPMENT_EXAMPLE, EXAMPLE, LOT_EXAMPLE, Label
from labels.imposition import SHEETS, impose
from labels.papers import PAPERS, paper_of
from labels.picture import pages, png
from labels.printing import render
from labels.stock import STOCKS, Stock

SMALL, TWO_PARTS, ROLL = "vial-2.25x1.25", "vial-4x2-two-part", "roll-62mm"

BOTTLE = replace(
    EXAMPLE,
    drug="naltrexone hydrochloride 3 mg capsule",
    directions="Take 1 capsule at bedtime on days 8 to 14",
    bottle="Bottle 2 of 3",
    quantity="7 capsules",
    fill="1",
    refills="none",
)
LONG = replace(
    EXAMPLE,
    patient="Maria Guadalupe Fernández de la Cruz y Montgomery",
    prescriber="Aleksandra Konstantinopolskaya-Whittington, DNP",
)
TITRATION = replace(
    EXAMPLE,
    directions="Take 1 capsule at bedtime for 14 days, then take 2 capsules at bedtime for 14 days, "
    "then take 3 capsules at bedtime",
)
SPANISH = replace(
    EXAMPLE,
    language="es",
    directions_translated="Tome 1 cápsula a la hora de acostarse",
    warnings_translated=("No lo tome con opioides.", "Puede causar sueños vívidos."),
)

VARIANTS: tuple[tuple[str, Label, str], ...] = (
    ("bottle", BOTTLE, ""),
    ("bottle", BOTTLE, TWO_PARTS),
    ("demonstration", replace(EXAMPLE, mark="DEMONSTRATION"), ""),
    ("demonstration", replace(EXAMPLE, mark="DEMONSTRATION"), SMALL),
    ("reprint", replace(EXAMPLE, mark="Reprint 12"), ""),
    ("reprint", replace(EXAMPLE, mark="DEMO - Reprint 1"), ROLL),
    ("long-names", LONG, ""),
    ("long-names", LONG, TWO_PARTS),
    ("long-names", LONG, ROLL),
    ("long-directions", TITRATION, "vial-4x3"),
    ("long-directions", TITRATION, TWO_PARTS),
    ("translated", SPANISH, "vial-4x3"),
    ("translated", SPANISH, TWO_PARTS),
    ("translated", SPANISH, ROLL),
    ("released", replace(BATCH_EXAMPLE, status="RELEASED", mark=""), ""),
    ("recalled", replace(BATCH_EXAMPLE, status="RECALLED - DO NOT USE", mark=""), ""),
    ("released", replace(LOT_EXAMPLE, status="RELEASED", of_several=()), ""),
    ("out-of-service", replace(EQUIPMENT_EXAMPLE, standing="OUT OF SERVICE"), ""),
)
"""What the example of a kind does not show: a word for the name of its picture, the label, the stock or the usual."""

SHADES = 16
LABEL_DPI, PAGE_DPI = 203, 90
LONGEST_LABEL_MM = 160.0
"""Dots an inch of a picture, and the height from which it is one of a page."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture. kind: the paper it is of; name: of its file; told: what it shows, in words."""

    kind: str
    name: str
    told: str
    pdf: bytes
    part: int
    dpi: int


def pictures() -> Iterator[Picture]:
    """Every picture, kind by kind: on each stock, then what the example does not show, then on sheets of paper."""
    for paper in PAPERS.values():
        for stock in paper.stocks:
            yield from _parts(paper.example, STOCKS[stock], "")
        for word, label, stock in VARIANTS:
            if type(label) is paper.content:
                yield from _parts(label, paper.stock(stock), word)
        if paper.example is EXAMPLE:
            yield from _on_sheets(EXAMPLE)


def _on_sheets(label: Label) -> Iterator[Picture]:
    for name, sheet in SHEETS.items():
        pdf = impose([label] * 3, name, start=2).printed.pdf
        kind = paper_of(label).name
        yield Picture(kind, f"{kind}-{name}", f"{kind} on {sheet.words}, from the second position on", pdf, 0, PAGE_DPI)


def _parts(label: Label, stock: Stock, word: str) -> Iterator[Picture]:
    pdf = render(label, stock=stock.name).pdf
    kind, count = paper_of(label).name, pages(pdf)
    dpi = PAGE_DPI if stock.height_mm > LONGEST_LABEL_MM else LABEL_DPI
    for part in range(count):
        own = "" if stock.name.startswith(f"{kind}-") else kind.replace(" ", "-")
        name = "-".join(filter(None, (own, stock.name, word)))
        told = f"{kind} on {stock.words}" + (f", {word.replace('-', ' ')}" if word else "")
        if count > 1:
            name, told = f"{name}-part-{part + 1}", f"{told}, part {part + 1} of {count}"
        yield Picture(kind, name, told, pdf, part, dpi)


def write_gallery(directory: Path, page: Path | None = None) -> tuple[Path, ...]:
    """Write every picture into the directory, which is made when it is missing, and the page that shows them."""
    directory.mkdir(parents=True, exist_ok=True)
    drawn = list(pictures())
    paths = [directory / f"{one.name}.png" for one in drawn]
    for one, path in zip(drawn, paths, strict=True):
        path.write_bytes(png(one.pdf, one.dpi, one.part, shades=SHADES))
    if page:
        page.write_text(_page(drawn, Path(os.path.relpath(directory, page.parent))), encoding="utf-8")
    return tuple(paths)


def _page(drawn: list[Picture], images: Path) -> str:
    parts = [
        "# Labels on every stock",
        "Drawn by `make screenshots` from the examples, each picture from the PDF that prints. Invented people, no "
        "medicine.",
    ]
    kind = ""
    for one in drawn:
        if one.kind != kind:
            kind = one.kind
            parts.append(f"## {kind.capitalize()}")
        parts.append(f"{one.told[:1].upper()}{one.told[1:]}:\n\n![{one.told}]({images.as_posix()}/{one.name}.png)")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -m labels.gallery DIRECTORY [PAGE]")
    sys.stdout.writelines(f"{path}\n" for path in write_gallery(*map(Path, sys.argv[1:])))
