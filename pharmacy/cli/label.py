"""`pharmacy label`: the content of vial labels in, a PDF that was read back out, or the same dots as ZPL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import click

from labels.content import EXAMPLE, VialLabel, from_document, to_document
from labels.errors import LabelRefused
from labels.imposition import SHEETS, impose
from labels.papers import PAPERS
from labels.printing import Printed, lay_out, render_all
from labels.read_back import sheets_agree, stack_agrees
from labels.stock import STOCKS
from labels.zpl import zpl
from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain.errors import InputUnusable

Given = TypeVar("Given")
Made = TypeVar("Made")

_OF_ALL = frozenset({"stock", "sheet", "start", "offset_x", "offset_y"})
"""Fields of a refusal that is not about one label."""

USUAL = PAPERS["vial"].stocks[0]


@dataclass(frozen=True, slots=True)
class Place:
    """Where labels go on sheets of paper, as it was asked for. sheet: "" for label stock."""

    sheet: str
    start: int
    offset_x: float
    offset_y: float


@click.command()
@click.argument("file", required=False)
@click.option("--stock", help=f"One of {', '.join(PAPERS['vial'].stocks)}; {USUAL} when nothing is said.")
@click.option("--sheet", default="", help=f"Print on sheets of paper instead: {', '.join(SHEETS)}.")
@click.option("--start", default=1, show_default=True, help="The position of the first label on the sheet.")
@click.option("--offset-x", default=0.0, help="Move everything on the sheet to the right, mm.")
@click.option("--offset-y", default=0.0, help="Move everything on the sheet down, mm.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "zpl"]),
    default="pdf",
    show_default=True,
    help="zpl: for a thermal printer of the stock's dots an inch.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Where the label is written.")
@click.option("--example", is_flag=True, help="Print a complete content as JSON, and no label.")
def label(
    file: str | None,
    stock: str | None,
    sheet: str,
    start: int,
    offset_x: float,
    offset_y: float,
    form: str,
    out: Path | None,
    example: bool,
) -> None:
    """Print vial labels as PDF or ZPL and read them back.

    FILE is the content as flat JSON, or a list of such contents, or - for standard input; `pharmacy label --example`
    shows one. A label on which a field does not fit, or has a character that cannot be printed, is refused, and
    nothing is written.
    """
    if example:
        write_json(to_document(EXAMPLE))
        return
    if file is None or out is None:
        raise click.UsageError("FILE and --out PATH are needed (or --example).")
    place = Place(sheet, start, offset_x, offset_y)
    _refuse_contradictions(place, stock, form)
    document = read_json(file)
    try:
        contents = _contents(document)
        printed = _on_sheets(contents, place) if sheet else _on_stock(contents, stock or USUAL)
    except LabelRefused as refusal:
        raise InputUnusable(refusal.message, refusal.field) from refusal
    dpi = STOCKS[stock or USUAL].dpi
    written = printed.pdf if form == "pdf" else zpl(printed.pdf, dpi=dpi, note="Mortar label")
    _write(out, written)
    write_json(
        {
            "out": str(out),
            "format": form,
            **({"sheet": sheet} if sheet else {"stock": stock or USUAL}),
            "sha256": sha256(written).hexdigest(),
            "labels": len(contents),
            "pages": printed.pages,
            "barcodes": [{"kind": code.kind, "payload": code.payload} for code in printed.barcodes],
            "read_back": True,
        }
    )


def _refuse_contradictions(place: Place, stock: str | None, form: str) -> None:
    if place.sheet and stock:
        raise click.UsageError("--stock is for label stock and --sheet for sheets of paper; give one of them.")
    if place.sheet and form == "zpl":
        raise click.UsageError("ZPL is for label stock; sheets of paper are printed as PDF.")
    if not place.sheet and place != Place("", 1, 0.0, 0.0):
        raise click.UsageError("--start and the offsets are for sheets of paper; give --sheet too.")


def _contents(document: object) -> list[VialLabel]:
    """One content, or a list of them."""
    documents = document if isinstance(document, list) else [document]
    return _each(from_document, documents)


def _each(make: Callable[[Given], Made], given: Sequence[Given]) -> list[Made]:
    """What is made of each; a refusal of one among several says which one it is about."""
    made: list[Made] = []
    for number, one in enumerate(given, start=1):
        try:
            made.append(make(one))
        except LabelRefused as refusal:
            which = f"label {number}: " if len(given) > 1 and refusal.field not in _OF_ALL else ""
            raise LabelRefused(f"{which}{refusal.message}", refusal.field) from refusal
    return made


def _on_stock(contents: list[VialLabel], stock: str) -> Printed:
    _each(lambda content: lay_out(content, stock=stock), contents)
    printed = render_all(contents, stock=stock)
    _refuse(stack_agrees(contents, printed, stock=stock))
    return printed


def _on_sheets(contents: list[VialLabel], place: Place) -> Printed:
    _each(lambda content: impose([content], place.sheet), contents)
    made = impose(contents, place.sheet, start=place.start, offset_x_mm=place.offset_x, offset_y_mm=place.offset_y)
    _refuse(sheets_agree(contents, made.printed, made.areas, dpi=SHEETS[place.sheet].cell.dpi))
    return made.printed


def _refuse(problems: tuple[str, ...]) -> None:
    if problems:
        raise InputUnusable(f"the label was drawn but does not read back: {'; '.join(problems)}")


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
        kept = sha256(out.read_bytes()).digest()
    except OSError as problem:
        raise InputUnusable(f"{out} cannot be written: {problem.strerror}", "out") from problem
    if kept != sha256(content).digest():
        raise InputUnusable(f"{out} does not hold what was written to it", "out")
