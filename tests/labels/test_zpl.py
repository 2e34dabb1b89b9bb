"""ZPL: a printer that follows the guide prints exactly the dots that were read back, and nothing steers it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.content import EXAMPLE
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import render, render_all
from labels.read_back import decode
from labels.zpl import LONGEST_NOTE, dots_of, escaped, zpl
from tests.labels.zpl_reading import graphic, printed

PDF = render(EXAMPLE).pdf


@pytest.mark.parametrize("name", PAPERS)
def test_a_printer_sets_exactly_the_dots_that_were_read_back_and_both_codes_scan(name: str) -> None:
    paper = PAPERS[name]
    made = render(paper.example)
    dpi = paper.stock().dpi
    [*papers] = printed(zpl(made.pdf, dpi=dpi, note="label 1"))
    assert len(papers) == made.pages
    for one, dots in zip(papers, dots_of(made.pdf, dpi=dpi), strict=True):
        assert (one.width, one.length, one.copies) == (dots.width, len(dots.rows), 1)
        assert one.pixels() == b"".join(dots.rows)
    found = [code for one in papers for code in decode(one.pixels(), width=one.width, height=one.length)]
    assert set(found) == set(made.barcodes)


@pytest.mark.parametrize(("dpi", "size"), [(203, (812, 406)), (300, (1200, 600)), (600, (2400, 1200))])
def test_the_codes_scan_at_the_dots_of_every_printer(dpi: int, size: tuple[int, int]) -> None:
    # At 600 dots an inch a label is more than one graphic may hold.
    [paper] = printed(zpl(PDF, dpi=dpi, note="label 1"))
    assert (paper.width, paper.length) == size
    assert set(decode(paper.pixels(), width=paper.width, height=paper.length)) == set(render(EXAMPLE).barcodes)


def test_each_page_is_a_label_of_its_own() -> None:
    both = render_all([EXAMPLE, replace(EXAMPLE, patient="Ann Lee")]).pdf
    first, second = printed(zpl(both, dpi=203, note="label 1"))
    assert first.dots != second.dots


def test_nothing_of_the_label_stands_in_it_as_text() -> None:
    said = zpl(PDF, dpi=203, note="label 17")
    for word in ("Rosa", "Delgado", "naltrexone", "7000017", "MTR1"):
        assert word.encode() not in said
        assert word.encode().hex().upper().encode() not in said
    assert printed(said)[0].comment == "label 17"


def test_a_label_may_start_a_little_off_by_whole_dots() -> None:
    [straight] = printed(zpl(PDF, dpi=203, note=""))
    [moved] = printed(zpl(PDF, dpi=203, note="", right_mm=0.25, down_mm=-0.5))  # 2 and 4 dots of 0.125 mm
    assert moved.dots == {(x + 2, y - 4) for x, y in straight.dots}


@pytest.mark.parametrize(("right_mm", "down_mm"), [(3, 0), (-5, 0), (0, 3), (0, -3), (200, 0), (0, -200)])
def test_an_offset_that_would_cut_the_label_is_refused(right_mm: float, down_mm: float) -> None:
    with pytest.raises(LabelRefused, match="would fall off the paper"):
        zpl(PDF, dpi=203, note="", right_mm=right_mm, down_mm=down_mm)


@given(st.text(max_size=200))
def test_no_text_of_a_comment_ends_it_or_steers_the_printer(text: str) -> None:
    said = escaped(text)
    assert said.isascii()
    assert said.isprintable()
    assert not {"^", "~"} & set(said)


def test_a_comment_is_written_as_the_guide_writes_hexadecimal_characters() -> None:
    assert escaped("a^b~c_é") == "a_5Eb_7Ec_5F_C3_A9"
    assert len(escaped("a" * 1000)) == LONGEST_NOTE


def test_the_decoder_of_these_tests_reads_the_examples_of_the_guide() -> None:
    # "M6 sends seven hexadecimal 6's", "vMB sends 327 hexadecimal B's".
    assert graphic("A,4,4,4,M60", (0, 0)) == graphic("A,4,4,4,66666660", (0, 0))
    assert graphic("A,164,164,164,vMB0", (0, 0)) == graphic(f"A,164,164,164,{'B' * 327}0", (0, 0))
    assert graphic("A,3,3,1,F,:!", (5, 6)) == {(x, y) for y in (6, 7) for x in range(5, 9)} | {
        (x, 8) for x in range(5, 13)
    }
