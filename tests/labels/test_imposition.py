"""Labels on sheets of paper: from any position on, moved as the printer needs it, each read where it was put."""

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from labels.content import BATCH_EXAMPLE, EXAMPLE, TRITURATION_EXAMPLE, VialLabel
from labels.errors import LabelRefused
from labels.imposition import SHEETS, impose
from labels.picture import png
from labels.printing import render
from labels.read_back import Area, decode, plain, read_areas, sheets_agree
from labels.stock import STOCKS
from tests.conftest import missing

LETTER, A4, SMALL = "letter-2x5-4x2in", "a4-2x5-99.1x57mm", "a4-3x7-63.5x38.1mm"

# Width and height of the page, then left, right, top and bottom margin, gap between columns and between rows [mm], as
# makers print them on sheets of 4 x 2 in (Letter), of 99.1 x 57 mm and of 63.5 x 38.1 mm (A4).
PUBLISHED = {
    LETTER: (215.9, 279.4, 3.97, 3.97, 12.7, 12.7, 4.76, 0.0),
    A4: (210.0, 297.0, 4.65, 4.65, 6.0, 6.0, 2.5, 0.0),
    SMALL: (210.0, 297.0, 7.2, 7.2, 15.15, 15.15, 2.5, 0.0),
}


def patients(count: int) -> list[VialLabel]:
    return [
        replace(EXAMPLE, patient=f"Rosa Delgado {n}", rx_number=str(7000017 + n), token=f"MTR1:K7Q2M5WX{n:02d}")
        for n in range(count)
    ]


@pytest.mark.parametrize("name", SHEETS)
def test_margins_labels_and_gaps_are_those_that_are_published(name: str) -> None:
    sheet = SHEETS[name]
    wide, high, left, right, top, bottom, column_gap, row_gap = PUBLISHED[name]
    assert (STOCKS[sheet.page].width_mm, STOCKS[sheet.page].height_mm) == (wide, high)
    assert sheet.left_mm == pytest.approx(left, abs=0.05)
    assert sheet.top_mm == pytest.approx(top, abs=0.05)
    assert sheet.pitch_x_mm - sheet.width_mm == pytest.approx(column_gap, abs=0.05)
    assert sheet.pitch_y_mm - sheet.height_mm == pytest.approx(row_gap, abs=0.05)
    reached = sheet.left_mm + (sheet.across - 1) * sheet.pitch_x_mm + sheet.width_mm
    assert wide - reached == pytest.approx(right, abs=0.1)
    assert high - sheet.top_mm - (sheet.down - 1) * sheet.pitch_y_mm - sheet.height_mm == pytest.approx(bottom, abs=0.1)


@pytest.mark.parametrize(
    ("sheet", "count", "start", "pages"),
    [(LETTER, 10, 1, 1), (LETTER, 10, 2, 2), (A4, 4, 10, 2), (SMALL, 10, 1, 1), (SMALL, 11, 1, 2), (SMALL, 1, 21, 2)],
)
def test_labels_fill_a_sheet_from_a_position_on_and_go_on_on_the_next(
    sheet: str, count: int, start: int, pages: int
) -> None:
    labels = patients(count)
    made = impose(labels, sheet, start=start, offset_x_mm=0.7, offset_y_mm=-0.4)
    assert made.printed.pages == pages
    assert sheets_agree(labels, made.printed, made.areas, dpi=300) == ()


def test_the_first_label_stands_at_the_chosen_position_and_nothing_before_it() -> None:
    (label,) = patients(1)
    printed = impose([label], LETTER, start=4).printed  # second row, right column
    inch = 72.0
    left, top = (3.97 + 106.36) / 25.4 * inch, (12.7 + 50.8) / 25.4 * inch
    there = Area(0, left, top, left + 4 * inch, top + 2 * inch)
    (read,) = read_areas(printed.pdf, [there], dpi=300)
    assert plain(label.patient) in plain(read.text)
    assert len(read.barcodes) == 2
    others = [Area(0, 0, 0, 612, top), Area(0, 0, top, left, 792), Area(0, left, there.foot, 612, 792)]
    assert all(part.text.strip() == "" and part.barcodes == () for part in read_areas(printed.pdf, others, dpi=300))


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (1.3, -2.1), (-3.9, 6.0)])
def test_offsets_move_everything_by_whole_dots_of_the_pages_printer(x: float, y: float) -> None:
    plainly, moved = (impose(patients(2), LETTER, offset_x_mm=dx, offset_y_mm=dy) for dx, dy in ((0, 0), (x, y)))
    dot = 72 / 300
    for before, after in zip(plainly.areas, moved.areas, strict=True):
        for old, new in zip(before, after, strict=True):
            assert new.left - old.left == pytest.approx(x / 25.4 * 72, abs=dot)
            assert new.top - old.top == pytest.approx(y / 25.4 * 72, abs=dot)
            assert (new.left / dot, new.top / dot) == pytest.approx((round(new.left / dot), round(new.top / dot)))


def test_the_same_labels_make_the_same_bytes_and_other_places_others() -> None:
    labels = patients(3)
    digests = [
        impose(labels, LETTER, **place).printed.sha256
        for place in ({}, {"start": 1}, {"start": 2}, {"offset_x_mm": 1.0}, {"offset_y_mm": 1.0})
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


def test_on_paper_a_label_reads_as_on_its_stock_to_a_shade_of_grey() -> None:
    made = impose([EXAMPLE], LETTER, start=4)
    (area,) = made.areas[0]
    with Image.open(BytesIO(png(made.printed.pdf, 300))) as page:
        left, top = round(area.left / 72 * 300), round(area.top / 72 * 300)
        cut = page.crop((left, top, left + 1100, top + 600))  # PDFium may give a code, at the right, a dot more
    with Image.open(BytesIO(png(render(EXAMPLE, stock="vial-4x2-300dpi").pdf, 300))) as whole:
        alone = whole.crop((0, 0, 1100, 600))
        assert max(ImageChops.difference(cut, alone).tobytes()) <= 32  # a thousandth of a point apart


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("sheet", [LETTER, SMALL])
def test_codes_on_paper_scan_from_dots_that_another_program_draws(sheet: str, dpi: int, tmp_path: Path) -> None:
    program = shutil.which("pdftoppm") or missing("poppler", "the program pdftoppm is not installed")
    labels = patients(2)
    printed = impose(labels, sheet, start=5, offset_x_mm=0.3, offset_y_mm=0.3).printed
    file = tmp_path / "sheet.pdf"
    file.write_bytes(printed.pdf)
    subprocess.run(
        [str(program), "-mono", "-r", str(dpi), str(file), str(tmp_path / "sheet")], check=True, capture_output=True
    )
    with Image.open(next(tmp_path.glob("*.pbm"))) as image:
        dots = image.convert("L")
    assert set(decode(dots.tobytes(), width=dots.width, height=dots.height)) == set(printed.barcodes)


def test_kinds_may_be_mixed_on_a_sheet() -> None:
    labels = [EXAMPLE, BATCH_EXAMPLE, TRITURATION_EXAMPLE]
    for sheet in (LETTER, A4):
        made = impose(labels, sheet)
        assert sheets_agree(labels, made.printed, made.areas, dpi=300) == ()


def test_a_label_at_anothers_place_is_found() -> None:
    labels = patients(2)
    made = impose(labels, LETTER)
    problems = sheets_agree(labels[::-1], made.printed, made.areas, dpi=300)
    assert "label 1: the patient's name does not read back as it was given" in problems
    assert "label 2: the datamatrix does not scan" in problems


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"sheet": "a5"}, "sheet", "there is no sheet of labels 'a5'; there are letter-2x5"),
        ({"start": 0}, "start", "positions 1 to 10"),
        ({"start": 11}, "start", "positions 1 to 10"),
        ({"offset_x_mm": 4.5}, "offset_x", "moved by -3.97 to 3.97 mm"),
        ({"offset_y_mm": -11.0}, "offset_y", "moved by -10.00 to 10.00 mm"),
        ({"labels": []}, "", "there is no label to print"),
        ({"labels": [BATCH_EXAMPLE], "sheet": SMALL}, "sheet", "the batch label is not made for a4-3x7"),
        ({"labels": [replace(EXAMPLE, patient="张伟")]}, "patient", "U\\+5F20"),
    ],
)
def test_what_cannot_be_put_on_a_sheet_is_refused_by_name(changed: dict[str, object], field: str, said: str) -> None:
    given: dict[str, object] = {"labels": [EXAMPLE], "sheet": LETTER} | changed
    with pytest.raises(LabelRefused, match=said) as refusal:
        impose(**given)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_sheet_of_ten_is_hardly_larger_than_one_label() -> None:
    assert len(impose(patients(10), LETTER).printed.pdf) < 3 * len(render(EXAMPLE).pdf)
