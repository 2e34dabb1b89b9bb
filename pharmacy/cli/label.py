"""`pharmacy label`: the content of a vial label in, a PDF that was read back out, or the same dots as ZPL."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import click

from labels import fonts as added_fonts
from labels.content import EXAMPLE, VialLabel, from_document, to_document
from labels.errors import FontRefused, LabelRefused
from labels.linting import Level, judge, told
from labels.papers import PAPERS
from labels.printing import Printed, lay_out, render
from labels.read_back import agrees
from labels.stock import STOCKS
from labels.zpl import zpl
from pharmacy.cli import label_rules
from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.units import read_date
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
@click.option(
    "--lint", is_flag=True, help="List the rules about labels; with FILE, tell what they find and print nothing."
)
@click.option("--today", help="Judge as of this day, yyyy-mm-dd (default: the day of this computer).")
def label(
    file: str | None,
    stock: str,
    form: str,
    out: Path | None,
    example: bool,
    fonts: str | None,
    lint: bool,
    today: str | None,
) -> None:
    """Print a vial label as PDF or ZPL and read it back.

    FILE is the content as flat JSON, or - for standard input; `pharmacy label --example` shows one. A label
    on which a field does not fit, or has a character that cannot be printed, or that breaks a rule about
    labels, is refused and not written.
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
    _add_fonts(fonts or "")
    try:
        content = from_document(read_json(file))
        findings = judge(content, lay_out(content, stock=stock), today=day)
        if out is None:
            write_json(label_rules.findings_document(stock, findings))
            return
        label_rules.refuse(findings)
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
            "warned": [str(one) for one in told(findings, Level.WARN)],
        }
    )


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
