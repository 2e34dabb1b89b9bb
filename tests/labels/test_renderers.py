"""Printers do not use PDFium: Poppler and Ghostscript must make the same label of the file, in black and white."""

import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from labels.content import BATCH_EXAMPLE, EXAMPLE, NOT_PRINTED, Label, texts
from labels.papers import PAPERS
from labels.printing import render
from labels.raster import PDFIUM_LOCK, grey, one_bit
from labels.read_back import decode, plain
from labels.stock import STOCKS
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


def pdfium(pdf: Path, dpi: int) -> list[Image.Image]:
    """The pages in one bit a dot, by the reader that labels are read back with."""
    found = []
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        for page in document:
            width, height, pixels = grey(page, dpi=dpi)
            found.append(Image.frombytes("L", (width, height), one_bit(pixels)))
        document.close()
    return found


def poppler(pdf: Path, dpi: int) -> list[Image.Image]:
    """The pages in one bit a dot, by Poppler."""
    _run(_program("pdftoppm", "poppler"), "-mono", "-r", str(dpi), pdf, pdf.with_suffix(""))
    return _opened(pdf.parent.glob("*.pbm"))


def ghostscript(pdf: Path, dpi: int) -> list[Image.Image]:
    """The pages in one bit a dot, by Ghostscript."""
    _run(
        _program("gs", "ghostscript"), "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pngmono",
        f"-r{dpi}", f"-sOutputFile={pdf.with_suffix('')}-%d.png", pdf,
    )  # fmt: skip
    return _opened(pdf.parent.glob("*.png"))


def _opened(paths: Iterable[Path]) -> list[Image.Image]:
    found = []
    for path in sorted(paths):
        with Image.open(path) as image:
            assert image.mode == "1"
            found.append(image.convert("L"))
    return found


RENDERERS = (pdfium, poppler, ghostscript)


def _scan(label: Label, stock: str, renderer: Callable[[Path, int], list[Image.Image]], dpi: int, place: Path) -> None:
    printed = render(label, stock=stock)
    file = place / "label.pdf"
    file.write_bytes(printed.pdf)
    pages = [decode(dots.tobytes(), width=dots.width, height=dots.height) for dots in renderer(file, dpi)]
    assert len(pages) == printed.pages
    assert set().union(*pages) == set(printed.barcodes)
    assert all(pages)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_both_codes_scan_from_black_and_white_dots(
    label: Label, renderer: Callable[[Path, int], list[Image.Image]], tmp_path: Path
) -> None:
    _scan(label, "vial-4x2", renderer, 203, tmp_path)


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("stock", ["vial-4x2", "vial-4x3", "vial-4x2-two-part", "vial-2.25x1.25", "roll-62mm"])
def test_the_codes_of_every_stock_scan_at_every_resolution(
    stock: str, dpi: int, renderer: Callable[[Path, int], list[Image.Image]], tmp_path: Path
) -> None:
    _scan(EXAMPLE, stock, renderer, dpi, tmp_path)


@pytest.mark.parametrize("renderer", [poppler, ghostscript])
@pytest.mark.parametrize("stock", [name for name in PAPERS["vial"].stocks if name.endswith("dpi")])
def test_the_codes_of_a_stock_scan_in_its_printers_own_dots(
    stock: str, renderer: Callable[[Path, int], list[Image.Image]], tmp_path: Path
) -> None:
    _scan(EXAMPLE, stock, renderer, STOCKS[stock].dpi, tmp_path)


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
