"""`pharmacy label`: the content of vial labels in, a PDF that was read back out, or the same dots as ZPL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import click

from labels import fonts as added_fonts
from labels.content import EXAMPLE, VialLabel, to_document
from labels.errors import FontRefused, LabelRefused
from labels.imposition import SHEETS
from labels.linting import Finding, Level, told
from labels.papers import PAPERS
from labels.printing import Printed
from labels.zpl import zpl
from pharmacy.cli import label_rules
from pharmacy.cli.label_making import Place, contents_of, judged, made
from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.units import read_date
from pharmacy.settings import font_files

USUAL = PAPERS["vial"].stocks[0]


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
@click.option("--fonts", envvar="PHARMACY_FONTS", help="Font files for other scripts; else those of PHARMACY_FONTS.")
@click.option(
    "--lint", is_flag=True, help="List the rules about labels; with FILE, tell what they find and print nothing."
)
@click.option("--today", help="Judge as of this day, yyyy-mm-dd (default: the day of this computer).")
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
    fonts: str | None,
    lint: bool,
    today: str | None,
) -> None:
    """Print vial labels as PDF or ZPL and read them back.

    FILE is the content as flat JSON, or a list of such contents, or - for standard input; `pharmacy label --example`
    shows one. A label on which a field does not fit, or has a character that cannot be printed, or that breaks a
    rule about labels, is refused, and nothing is written.
    """
    day = read_date(today, field="today") if today else datetime.now().astimezone().date()
    if example:
        write_json(to_document(_example(day)))
        return
    if lint and file is None:
        write_json(label_rules.rules_document())
        return
    if file is None or (out is None) is not lint:
        raise click.UsageError("FILE and --out PATH are needed (or --example), or FILE and --lint.")
    place = Place(stock or USUAL, sheet, start, offset_x, offset_y)
    _refuse_contradictions(place, stock, form)
    _add_fonts(fonts or "")
    document = read_json(file)
    try:
        contents = contents_of(document)
        findings = judged(contents, place, day)
        if out is None:
            told_of = [label_rules.findings_document(place.named, one) for one in findings]
            write_json(told_of if isinstance(document, list) else told_of[0])
            return
        label_rules.refuse(findings)
        printed = made(contents, place)
    except LabelRefused as refusal:
        raise InputUnusable(refusal.message, refusal.field) from refusal
    written = printed.pdf if form == "pdf" else zpl(printed.pdf, dpi=place.dpi, note="Mortar label")
    _write(out, written)
    what = {"out": str(out), "format": form, **place.named, "sha256": sha256(written).hexdigest()}
    write_json(what | {"labels": len(contents)} | _printed_document(printed, findings))


def _printed_document(printed: Printed, findings: Sequence[Sequence[Finding]]) -> dict[str, object]:
    """What is in the file, and what the rules warn of."""
    return {
        "pages": printed.pages,
        "barcodes": [{"kind": code.kind, "payload": code.payload} for code in printed.barcodes],
        "read_back": True,
        "warned": list(dict.fromkeys(str(one) for each in findings for one in told(each, Level.WARN))),
    }


def _refuse_contradictions(place: Place, stock: str | None, form: str) -> None:
    if place.sheet and stock:
        raise click.UsageError("--stock is for label stock and --sheet for sheets of paper; give one of them.")
    if place.sheet and form == "zpl":
        raise click.UsageError("ZPL is for label stock; sheets of paper are printed as PDF.")
    if not place.sheet and (place.start, place.offset_x, place.offset_y) != (1, 0.0, 0.0):
        raise click.UsageError("--start and the offsets are for sheets of paper; give --sheet too.")


def _add_fonts(text: str) -> None:
    try:
        added_fonts.use(font_files(text) if text else ())
    except (FontRefused, ValueError) as refusal:
        raise InputUnusable(f"PHARMACY_FONTS: {refusal}", "fonts") from refusal


def _example(day: date) -> VialLabel:
    """The example filled on this day, with the 180 days that capsules have, the day itself the first of them."""
    return replace(EXAMPLE, date_filled=_written(day), use_by=_written(day + timedelta(days=179)))


def _written(day: date) -> str:
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _write(out: Path, made: bytes) -> None:
    try:
        out.write_bytes(made)
        kept = sha256(out.read_bytes()).digest()
    except OSError as problem:
        raise InputUnusable(f"{out} cannot be written: {problem.strerror}", "out") from problem
    if kept != sha256(made).digest():
        raise InputUnusable(f"{out} does not hold what was written to it", "out")
