"""What is printed is read again: any content prints whole and reads back equal, or is refused."""

import random
from dataclasses import fields, replace

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from labels.barcodes import Barcode
from labels.content import BATCH_EXAMPLE, EXAMPLE, Label, VialLabel
from labels.printing import Printed, render
from labels.raster import PDFIUM_LOCK, grey, one_bit
from labels.read_back import agrees, decode, read_back

PRINTED = render(EXAMPLE)


def test_the_example_reads_back_whole() -> None:
    assert agrees(EXAMPLE, PRINTED.pdf, PRINTED) == ()


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_both_codes_scan_at_every_resolution(dpi: int) -> None:
    assert read_back(PRINTED.pdf, dpi=dpi).barcodes == (
        Barcode("code128", "7000017-0"),
        Barcode("datamatrix", "MTR1:K7Q2M5WX3C"),
    )


@pytest.mark.parametrize("field", [f.name for f in fields(VialLabel) if f.name not in ("warnings", "language")])
def test_a_label_of_another_content_is_told_apart_by_each_field(field: str) -> None:
    other = replace(EXAMPLE, **{field: "something else"})
    assert agrees(other, PRINTED.pdf, PRINTED) != ()


def test_a_missing_warning_is_found() -> None:
    other = replace(EXAMPLE, warnings=(*EXAMPLE.warnings, "Do not drive."))
    assert agrees(other, PRINTED.pdf, PRINTED) == ("an auxiliary warning does not read back as it was given",)


def test_another_file_than_the_one_that_was_made_is_found() -> None:
    other = render(replace(EXAMPLE, patient="Ana Cruz"))
    assert agrees(EXAMPLE, other.pdf, PRINTED) == ("the file is not the one that was made for this label",)


def test_a_page_too_many_is_found() -> None:
    printed = Printed(PRINTED.pdf, PRINTED.sha256, 2, PRINTED.barcodes)
    assert agrees(EXAMPLE, PRINTED.pdf, printed) == ("the file has 1 pages instead of 2",)


def test_the_codes_of_another_fill_are_found() -> None:
    problems = agrees(replace(EXAMPLE, fill="1"), PRINTED.pdf, PRINTED)
    assert "the codes were not made for this label" in problems
    assert "the code128 does not scan" in problems
    assert "a code128 scans that should not be there" in problems


def test_a_label_without_codes_is_found(tmp_path: object) -> None:
    canvas = Canvas(f"{tmp_path}/blank.pdf", pagesize=(288, 144), invariant=1)
    canvas.showPage()
    pdf: bytes = canvas.getpdfdata()
    read = read_back(pdf)
    assert read.barcodes == ()
    assert read.text == ""
    assert read.pages == 1


@pytest.mark.parametrize("label", [EXAMPLE, BATCH_EXAMPLE], ids=["vial", "batch"])
def test_codes_scan_when_one_dot_in_two_hundred_is_missing_or_too_many(label: Label) -> None:
    # A worn head and rough paper; the seed makes the same dirt on every run.
    dirt = random.Random(1)
    printed = render(label)
    width, height, pixels = _raster(printed.pdf)
    dirty = bytearray(pixels)
    for place in dirt.sample(range(len(dirty)), len(dirty) // 200):
        dirty[place] ^= 255
    assert set(decode(bytes(dirty), width=width, height=height)) == set(printed.barcodes)


def _raster(pdf: bytes) -> tuple[int, int, bytes]:
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        width, height, pixels = grey(document[0], dpi=203)
        document.close()
    return width, height, one_bit(pixels)
