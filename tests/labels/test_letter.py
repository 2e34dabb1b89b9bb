"""Letters about a recall: nothing clipped, nothing missing, the same bytes for the same content."""

from dataclasses import fields, replace

import pytest

from labels.errors import LabelRefused
from labels.layouts.letter import BOTTOM, MARGIN, PAPER
from labels.letters import EXAMPLE, RecallLetter, texts
from labels.printing import lay_out_letter, render_letters
from labels.read_back import letters_agree, plain, read_back
from tests.labels.geometry import collisions, outside

HEAD = ("Patient", "Birth date", "Medicine", "Batch", "Handed out", "Quantity")
ROW = ("Bartholomäus Übergang", "12 Apr 1979", "naltrexone hydrochloride 4.5 mg capsule", "B261124-01", "24 Nov 2026",
       "30 capsules")  # fmt: skip
LETTERS = {
    "example": EXAMPLE,
    "unmarked": replace(EXAMPLE, mark=""),
    "with a paragraph": replace(
        EXAMPLE, added=("The replacement is ready for you from Monday on. " * 12, "Thank you.")
    ),
    "three scripts": replace(EXAMPLE, recipient="Ольга Nguyễn Παπαδοπούλου"),
    "long names": replace(EXAMPLE, pharmacy_name="The Pharmacy with a Name " * 4, recipient="Anna Maria " * 8),
    "many rows": replace(EXAMPLE, head=HEAD, rows=(ROW,) * 70),
    "one row too many for the page": replace(EXAMPLE, head=HEAD, rows=(ROW,) * 13),
}


@pytest.mark.parametrize("name", LETTERS)
def test_every_text_of_a_letter_reads_back(name: str) -> None:
    assert letters_agree([LETTERS[name]], render_letters([LETTERS[name]])) == ()


@pytest.mark.parametrize("name", LETTERS)
def test_nothing_stands_upon_anything_else_or_in_the_margin(name: str) -> None:
    for sheet in lay_out_letter(LETTERS[name]):
        assert collisions(sheet) == []
        assert outside(sheet, margin=MARGIN - 1) == []


def test_a_letter_takes_one_page_while_its_table_fits() -> None:
    assert render_letters([EXAMPLE]).pages == 1
    assert render_letters([LETTERS["with a paragraph"]]).pages == 1


def test_each_letter_begins_on_a_page_of_its_own_and_counts_its_own_pages() -> None:
    letters = [EXAMPLE, LETTERS["many rows"], replace(EXAMPLE, recipient="Second Person")]
    printed = render_letters(letters)
    assert letters_agree(letters, printed) == ()
    pages = [[text.string for text in sheet.texts] for one in letters for sheet in lay_out_letter(one)]
    counts = [next(string for string in page if string.startswith("Page ")) for page in pages]
    assert counts[0] == counts[-1] == "Page 1 of 1"
    assert counts[1:-1] == [f"Page {number} of {len(counts) - 2}" for number in range(1, len(counts) - 1)]


def test_a_table_that_runs_on_loses_no_row_and_says_whose_it_is() -> None:
    rows = tuple((f"Person {number}", *ROW[1:]) for number in range(70))
    sheets = lay_out_letter(replace(EXAMPLE, head=HEAD, rows=rows))
    assert len(sheets) > 1
    for sheet in sheets:
        own = [text for text in sheet.texts if text.field in ("recipient", "mark", "foot")]
        assert {text.field for text in own} == {"recipient", "mark", "foot"}
        assert max(text.baseline for text in sheet.texts if text.field == "rows") <= BOTTOM
    drawn = [text.string for sheet in sheets for text in sheet.texts if text.string.startswith("Person ")]
    assert drawn == [f"Person {number}" for number in range(70)]


def test_the_same_letters_are_the_same_bytes() -> None:
    assert render_letters([EXAMPLE]).pdf == render_letters([replace(EXAMPLE)]).pdf
    assert render_letters([EXAMPLE]).pdf != render_letters([replace(EXAMPLE, date="25 Nov 2026")]).pdf


def test_the_mark_stands_on_every_page_white_on_black() -> None:
    for sheet in lay_out_letter(LETTERS["many rows"]):
        (mark,) = [text for text in sheet.texts if text.field == "mark"]
        assert (mark.string, mark.white) == ("DEMONSTRATION", True)


@pytest.mark.parametrize("field", [field.name for field in fields(RecallLetter)])
def test_a_field_without_text_is_refused_unless_it_may_be_missing(field: str) -> None:
    given = getattr(EXAMPLE, field)
    if field in ("mark", "about_recipient", "added", "rows"):
        return
    empty = " " if isinstance(given, str) else ("",) * len(given)
    with pytest.raises(LabelRefused) as refusal:
        render_letters([replace(EXAMPLE, **{field: empty})])
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"recipient": "张 Wei"}, "recipient", "cannot print 张 (U+5F20"),
        ({"recipient": "A\u202eB"}, "recipient", "direction-changing character"),
        ({"added": ("first\nsecond",)}, "added", "a control character"),
        ({"added": ("x" * 200,)}, "added", "is wider than its line"),
        ({"added": ("Please note. " * 90,) * 3}, "added", "the paragraph that was added is the longest part"),
        ({"advice": ("Do not take it. " * 70,) * 3}, "advice", "longer than its first page; a sentence of what to do"),
        ({"added": ("word " * 300,)}, "added", "has 1500 characters"),
        ({"rows": (("N" * 200, *EXAMPLE.rows[0][1:]),)}, "rows", "is wider than its line"),
        ({"rows": (("too", "few"),)}, "rows", "not as many parts"),
        ({"foot": "Recall of many things " * 20}, "foot", "longer than one line"),
        ({"mark": "DEMONSTRATION " * 10}, "mark", "wider than the page"),
    ],
)
def test_what_does_not_fit_or_has_no_glyph_is_refused_by_name(
    changed: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render_letters([replace(EXAMPLE, **changed)])  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert said in refusal.value.message


def test_nobody_to_write_to_is_refused() -> None:
    with pytest.raises(LabelRefused, match="nobody to write to"):
        render_letters([])


def test_markup_in_a_name_is_printed_as_it_is() -> None:
    letter = replace(EXAMPLE, recipient="O'Brien & Sons <b>x</b>")
    assert plain("O'Brien & Sons <b>x</b>") in plain(read_back(render_letters([letter]).pdf).text)


def test_a_letter_that_lost_a_word_does_not_agree() -> None:
    printed = render_letters([EXAMPLE])
    for field, text in texts(EXAMPLE):
        if field in ("recipient", "opening"):
            other = replace(EXAMPLE, **{field: f"{text} Zebulon"})  # type: ignore[arg-type]
            assert any("does not read back" in problem for problem in letters_agree([other], printed))
    assert letters_agree([EXAMPLE, EXAMPLE], printed) != ()


def test_the_paper_is_us_letter() -> None:
    assert (PAPER.width, PAPER.height) == (612, 792)
