"""`pharmacy label`: the content of a vial label in, a PDF that was read back out, or the same dots as ZPL."""

from hashlib import sha256
from pathlib import Path

import click

from labels import fonts as added_fonts
from labels.content import EXAMPLE, VialLabel, from_document, to_document
from labels.errors import FontRefused, LabelRefused
from labels.papers import PAPERS
from labels.printing import Printed, render
from labels.read_back import agrees
from labels.stock import STOCKS
from labels.zpl import zpl
from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain.errors import InputUnusable
from pharmacy.settings import font_files


@click.command()
@click.argument("file", required=False)
@click.option("--stock", default="vial-4x2", show_default=True, help=f"One of {', '.join(PAPERS['vial'].stocks)}.")
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
@click.option("--fonts", envvar="PHARMACY_FONTS", help="Font files for other scripts; else those of PHARMACY_FONTS.")
def label(file: str | None, stock: str, form: str, out: Path | None, example: bool, fonts: str | None) -> None:
    """Print a vial label as PDF or ZPL and read it back.

    FILE is the content as flat JSON, or - for standard input; `pharmacy label --example` shows one. A label
    on which a field does not fit, or has a character that cannot be printed, is refused and not written.
    """
    if example:
        write_json(to_document(EXAMPLE))
        return
    if file is None or out is None:
        raise click.UsageError("FILE and --out PATH are needed (or --example).")
    _add_fonts(fonts or "")
    try:
        content = from_document(read_json(file))
        printed = render(content, stock=stock)
    except LabelRefused as refusal:
        raise InputUnusable(refusal.message, refusal.field) from refusal
    _refuse_unless_read_back(content, printed, STOCKS[stock].dpi)
    written = printed.pdf if form == "pdf" else zpl(printed.pdf, dpi=STOCKS[stock].dpi, note="Mortar label")
    _write(out, written)
    write_json(
        {
            "out": str(out),
            "format": form,
            "stock": stock,
            "sha256": sha256(written).hexdigest(),
            "pages": printed.pages,
            "barcodes": [{"kind": code.kind, "payload": code.payload} for code in printed.barcodes],
            "read_back": True,
        }
    )


def _add_fonts(text: str) -> None:
    try:
        added_fonts.use(font_files(text) if text else ())
    except (FontRefused, ValueError) as refusal:
        raise InputUnusable(f"PHARMACY_FONTS: {refusal}", "fonts") from refusal


def _refuse_unless_read_back(content: VialLabel, printed: Printed, dpi: int) -> None:
    problems = agrees(content, printed.pdf, printed, dpi=dpi)
    if problems:
        raise InputUnusable(f"the label was drawn but does not read back: {'; '.join(problems)}")


def _write(out: Path, made: bytes) -> None:
    try:
        out.write_bytes(made)
        kept = sha256(out.read_bytes()).digest()
    except OSError as problem:
        raise InputUnusable(f"{out} cannot be written: {problem.strerror}", "out") from problem
    if kept != sha256(made).digest():
        raise InputUnusable(f"{out} does not hold what was written to it", "out")
