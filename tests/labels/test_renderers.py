"""Printers do not use PDFium: Poppler and Ghostscript must make the same label of the file, in black and white."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from labels.content import BATCH_EXAMPLE, EXAMPLE, NOT_PRINTED, Label, texts
from labels.papers import FOUR_INCHES
from labels.printing import render
from labels.read_back import decode, plain
from tests.conftest import missing

LABELS: dict[str, Label] = {
    "vial": EXAMPLE,
    "fill 12": replace(EXAMPLE, rx_number="7999993", fill="12", token="MTR1:ZZZZZZZZZ9"),
    "Vietnamese": replace(EXAMPLE, patient="Nguyễn Thị Ánh Ngọc"),
    "Cyrillic": replace(EXAMPLE, patient="Александра Константинопольская", mark="Reprint 2"),
    "markup": replace(EXAMPLE, patient="O'Brien & Sons <b>"),
    "batch": BATCH_EXAMPLE,
    "released batch": replace(BATCH_EXAMPLE, status="RELEASED", mark=""),
}


@pytest.fixture(params=[pytest.param(label, id=name) for name, label in LABELS.items()])
def label(request: pytest.FixtureRequest) -> Label:
    assert isinstance(request.param, EXAMPLE.__class__ | BATCH_EXAMPLE.__class__)
    return request.param


def _program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        missing(package, f"the program {name} is not installed")
    return found


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=60)


def poppler(pdf: Path, dpi: int) -> Path:
    """The page in one bit a dot, by Poppler."""
    _run(_program("pdftoppm", "poppler"), "-mono", "-r", str(dpi), pdf, pdf.with_suffix(""))
    return next(pdf.parent.glob("*.pbm"))


def ghostscript(pdf: Path, dpi: int) -> Path:
    """The page in one bit a dot, by Ghostscript."""
    out = pdf.with_suffix(".png")
    _run(
        _program("gs", "ghostscript"), "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pngmono",
        f"-r{dpi}", f"-sOutputFile={out}", pdf,
    )  # fmt: skip
    return out


@pytest.mark.parametrize("stock", FOUR_INCHES)
@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("renderer", [poppler, ghostscript])
def test_both_codes_scan_from_black_and_white_dots(
    label: Label, stock: str, dpi: int, renderer: object, tmp_path: Path
) -> None:
    assert callable(renderer)
    printed = render(label, stock=stock)
    file = tmp_path / "label.pdf"
    file.write_bytes(printed.pdf)
    with Image.open(renderer(file, dpi)) as image:
        assert image.mode == "1"
        dots = image.convert("L")
    found = decode(dots.tobytes(), width=dots.width, height=dots.height)
    assert set(found) == set(printed.barcodes)


def test_another_program_finds_every_field_in_the_text(label: Label, tmp_path: Path) -> None:
    file = tmp_path / "label.pdf"
    file.write_bytes(render(label).pdf)
    _run(_program("pdftotext", "poppler"), "-raw", "-enc", "UTF-8", file, tmp_path / "label.txt")
    found = plain((tmp_path / "label.txt").read_text(encoding="utf-8"))
    for field, text in texts(label):
        if field not in NOT_PRINTED:
            assert plain(text) in found, field


def test_another_program_finds_two_embedded_fonts_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "label.pdf"
    file.write_bytes(render(EXAMPLE).pdf)
    done = subprocess.run(
        [_program("pdffonts", "poppler"), str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    used = [line.split() for line in done.stdout.splitlines()[2:]]
    assert {line[0] for line in used if "Roboto" in line[0]} == {
        "AAAAAA+Roboto-Regular",
        "AAAAAA+Roboto-Bold",
    }
    assert all("yes yes yes" in " ".join(line) for line in used if "Roboto" in line[0])
