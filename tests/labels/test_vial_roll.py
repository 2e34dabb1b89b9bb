"""The vial label on a roll: as long as it needs, within what the printer reaches, half of it the patient's."""

import re
from dataclasses import replace

import pytest

from labels.content import EXAMPLE, VialLabel
from labels.errors import LabelRefused
from labels.printing import lay_out, render, render_all
from labels.read_back import agrees
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside
from tests.labels.test_vial import LABELS

ROLL = STOCKS["roll-62mm"]
CHOSEN = ("example", "demonstration", "titration", "long name", "Cyrillic", "long pharmacy")


@pytest.fixture(params=CHOSEN)
def label(request: pytest.FixtureRequest) -> VialLabel:
    return LABELS[request.param]


def test_it_reads_back_on_one_piece(label: VialLabel) -> None:
    printed = render(label, stock=ROLL.name)
    assert printed.pages == 1
    assert agrees(label, printed.pdf, printed, dpi=300) == ()


def test_nothing_meets_and_all_of_it_is_where_the_printer_reaches(label: VialLabel) -> None:
    (sheet,) = lay_out(label, stock=ROLL.name)
    assert collisions(sheet) == []
    # Brother's raster command reference: 696 of 732 dots across can be printed, and 35 dots are fed at either end.
    assert outside(sheet, margin=18 / 300 * 72) == []
    inner = [(m.x, m.top, m.x + m.width, m.top + m.height) for m in sheet.masks]
    inner += [text.box for text in sheet.texts]
    for left, top, right, foot in inner:
        assert min(left, sheet.stock.width - right) >= 18 / 300 * 72 - 0.01
        assert min(top, sheet.stock.height - foot) >= 35 / 300 * 72 - 0.01


def test_the_patients_part_has_half_of_it_at_twelve_points_at_least(label: VialLabel) -> None:
    (sheet,) = lay_out(label, stock=ROLL.name)
    left, top, right, foot = sheet.zones["patient"]
    assert (right - left) * (foot - top) >= 0.5 * sheet.stock.width * sheet.stock.height
    inside = [text for text in sheet.texts if top < text.baseline < foot]
    assert all(text.size >= 12 for text in inside)
    assert {text.field for text in inside} >= {"patient", "drug", "directions"}


def test_the_page_is_62_mm_wide_and_ends_where_the_label_ends() -> None:
    long = replace(EXAMPLE, directions=LABELS["titration"].directions * 3)
    heights = []
    for label in (EXAMPLE, long):
        page = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", render(label, stock=ROLL.name).pdf)
        assert page
        assert float(page[1]) == pytest.approx(62 / 25.4 * 72, abs=0.01)
        heights.append(float(page[2]))
        assert heights[-1] / 72 * 300 == pytest.approx(round(heights[-1] / 72 * 300), abs=0.01)
    assert heights[0] < heights[1]


def test_labels_of_several_lengths_make_one_file() -> None:
    long = replace(EXAMPLE, directions=LABELS["titration"].directions * 3)
    assert len(set(re.findall(rb"/MediaBox \[ 0 0 [^]]*\]", render_all([EXAMPLE, long], stock=ROLL.name).pdf))) == 2


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("directions", "Take 1 capsule at bedtime. " * 22, "more than the label holds; shorten it"),
        ("inactive", "microcrystalline cellulose, " * 20, "longest part of it, shorten it"),
        ("patient", "Wolfeschlegelsteinhausenbergerdorff", "wider than the label at 12 pt"),
    ],
)
def test_what_would_be_longer_than_the_longest_piece_is_refused(field: str, value: str, said: str) -> None:
    assert len(value) <= 600
    with pytest.raises(LabelRefused, match=said) as refusal:
        render(replace(EXAMPLE, **{field: value}), stock=ROLL.name)
    assert refusal.value.field == field
