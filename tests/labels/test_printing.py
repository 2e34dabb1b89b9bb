"""The PDF: the same bytes for the same content, nothing about the patient in its description, one font each."""

import os
import re
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest

from labels.content import BATCH_EXAMPLE, EXAMPLE
from labels.errors import LabelRefused
from labels.printing import render, render_all
from labels.raster import PDFIUM_LOCK
from labels.read_back import agrees, read_back

ROOT = Path(__file__).parents[2]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert render(EXAMPLE).pdf == render(replace(EXAMPLE)).pdf


def test_another_process_on_another_day_prints_the_same_bytes() -> None:
    code = (
        "from labels.content import *; from labels.printing import render;"
        "render(BATCH_EXAMPLE); print(render(EXAMPLE).sha256)"
    )
    elsewhere = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=elsewhere, check=True
    )
    assert done.stdout.strip() == render(EXAMPLE).sha256


def test_the_digest_is_that_of_the_bytes() -> None:
    printed = render(EXAMPLE)
    assert printed.sha256 == sha256(printed.pdf).hexdigest()


@pytest.mark.parametrize("field", ["patient", "directions", "use_by", "initials", "token", "fill", "mark"])
def test_another_content_gives_other_bytes(field: str) -> None:
    assert render(replace(EXAMPLE, **{field: "9"})).sha256 != render(EXAMPLE).sha256


def test_the_page_is_exactly_the_label_and_is_not_scaled_when_printed() -> None:
    pdf = render(EXAMPLE).pdf
    assert re.search(rb"/MediaBox \[ 0 0 288 144 \]", pdf)
    assert b"/PrintScaling /None" in pdf


def test_the_description_of_the_file_says_nothing_about_the_patient() -> None:
    pdf = render(EXAMPLE).pdf
    for text in ("Rosa", "Delgado", "naltrexone", "7000017", "Lindqvist"):
        assert text.encode() not in pdf
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        described = document.get_metadata_dict()
        document.close()
    assert described["Title"] == "Label"
    assert not described["Author"]
    assert not described["Subject"]


def test_both_weights_are_embedded_as_subsets_and_no_other_font_is_used() -> None:
    pdf = render(EXAMPLE).pdf
    names = set(re.findall(rb"/BaseFont /([A-Za-z+-]+)", pdf))
    assert {name for name in names if b"+" in name} == {b"AAAAAA+Roboto-Regular", b"AAAAAA+Roboto-Bold"}
    assert len(pdf) < 25_000


def test_codes_are_images_of_one_bit_and_not_drawn_as_lines() -> None:
    drawn = _content(render(EXAMPLE).pdf)
    assert drawn.count(b"/IM true") == 2
    assert drawn.count(b" re f") == 2  # the two rules
    assert not re.search(rb"\d l\b", drawn)


def _content(pdf: bytes) -> bytes:
    """The page's drawing operations, taken from the file without a PDF library."""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            plain = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"BI " in plain:
            return plain
    raise AssertionError("the page has no content")


def test_many_labels_make_one_file_with_the_fonts_in_it_once() -> None:
    labels = [replace(EXAMPLE, rx_number=str(7000017 + n), token=f"MTR1:K7Q2M5WX{n:02d}") for n in range(20)]
    printed = render_all(labels)
    assert printed.pages == 20
    assert len(printed.barcodes) == 40
    assert set(read_back(printed.pdf).barcodes) == set(printed.barcodes)
    assert len(printed.pdf) < 4 * len(render(EXAMPLE).pdf)


def test_one_label_that_cannot_be_printed_refuses_the_whole_run() -> None:
    with pytest.raises(LabelRefused) as refusal:
        render_all([EXAMPLE, replace(EXAMPLE, patient="张伟")])
    assert refusal.value.field == "patient"


def test_a_run_of_no_labels_is_refused() -> None:
    with pytest.raises(LabelRefused, match="no label"):
        render_all([])


def test_eight_threads_print_and_read_what_one_does() -> None:
    labels = [replace(EXAMPLE, patient=f"Rosa Delgado {n}") for n in range(12)] + [BATCH_EXAMPLE]
    alone = [render(label) for label in labels]
    with ThreadPoolExecutor(max_workers=8) as threads:
        assert list(threads.map(render, labels)) == alone
        problems = threads.map(lambda pair: agrees(pair[0], pair[1].pdf, pair[1]), zip(labels, alone, strict=True))
        assert set(problems) == {()}
