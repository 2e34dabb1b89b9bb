"""The test page: its rulers measure what they say on the printer's own dots, and both codes scan."""

from dataclasses import replace
from itertools import groupby

import pytest

from labels.barcodes import Barcode
from labels.content import PRINTER_TEST_EXAMPLE
from labels.errors import LabelRefused
from labels.layouts.printer_test import rulers
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.read_back import agrees, read_back
from labels.stock import STOCKS
from labels.zpl import Dots, dots_of
from tests.labels.geometry import collisions, outside

HELD = PAPERS["printer test"].stocks


def page(stock: str) -> Dots:
    [found] = dots_of(render(PRINTER_TEST_EXAMPLE, stock=stock).pdf, dpi=STOCKS[stock].dpi)
    return found


@pytest.mark.parametrize("stock", HELD)
def test_every_word_and_both_codes_read_back_and_nothing_stands_upon_anything_else(stock: str) -> None:
    printed = render(PRINTER_TEST_EXAMPLE, stock=stock)
    assert agrees(PRINTER_TEST_EXAMPLE, printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()
    [sheet] = lay_out(PRINTER_TEST_EXAMPLE, stock=stock)
    assert collisions(sheet) == []
    assert outside(sheet, margin=1) == []


def longest_run(line: bytes) -> int:
    """Of black dots that follow each other."""
    return max(len(list(run)) for dot, run in groupby(line) if dot == 0)


@pytest.mark.parametrize("stock", HELD)
def test_the_rulers_are_as_long_as_they_say_to_a_dot(stock: str) -> None:
    across, down = rulers(STOCKS[stock])
    dots, dpi = page(stock), STOCKS[stock].dpi
    tick = max(1, round(0.12 / 25.4 * dpi))  # the last one begins where the ruler ends
    line = max(longest_run(row) for row in dots.rows if 0 in row)
    columns = [bytes(column) for column in zip(*dots.rows, strict=True) if 0 in column]
    assert (line - tick) / dpi * 25.4 == pytest.approx(across, abs=1.5 / dpi * 25.4)
    assert (max(map(longest_run, columns)) - tick) / dpi * 25.4 == pytest.approx(down, abs=1.5 / dpi * 25.4)


@pytest.mark.parametrize(
    "stock", [name for name in HELD if STOCKS[name].width_mm > 100 and STOCKS[name].height_mm > 50]
)
def test_every_group_of_bars_has_bars_and_gaps_of_as_many_dots_as_it_says(stock: str) -> None:
    dots = page(stock)
    wanted = [dot for wide in (1, 2, 3, 4, 6) for dot in [wide] * 9]
    # Left of them stand blank paper, a ruler and blank paper; between two groups blank paper.
    runs = [[len(list(run)) for _, run in groupby(row)] for row in dots.rows]
    assert any(
        [width for group in range(5) for width in row[3 + group * 10 : 12 + group * 10]] == wanted for row in runs
    )


def test_the_codes_are_different_and_stand_nowhere_in_words() -> None:
    read = read_back(render(PRINTER_TEST_EXAMPLE).pdf)
    assert set(read.barcodes) == {Barcode("code128", "TP7Q2M"), Barcode("datamatrix", "MTR1:P7Q2M5WX3C")}
    assert "P7Q2M" not in read.text


def test_a_name_that_does_not_fit_is_refused() -> None:
    with pytest.raises(LabelRefused, match="printer's name is too long"):
        render(replace(PRINTER_TEST_EXAMPLE, printer="the printer on the counter by the door, left of the till"))
