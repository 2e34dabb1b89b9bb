"""Documents of several pages: everything that was given stands in them, whole, and always as the same bytes."""

from io import BytesIO

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.document import Document, Facts, Prose, Rows, render
from labels.errors import LabelRefused


def _document(*sections: Facts | Rows | Prose, **changed: object) -> Document:
    given = {"title": "Record B1", "pharmacy": ("Linden Pharmacy",), "foot": "Trail 1:abc", **changed}
    return Document(sections=sections, **given)  # type: ignore[arg-type]


def _pages(pdf: bytes) -> list[str]:
    read = pypdfium2.PdfDocument(BytesIO(pdf))
    return [page.get_textpage().get_text_range() for page in read]


def _joined(pdf: bytes) -> str:
    return "".join("".join(_pages(pdf)).split())


def test_every_text_stands_in_the_document() -> None:
    printed = render(
        _document(
            Facts("Batch", (("Use by", "24 May 2027"), ("Note", ""), ("Spoiled", "1"))),
            Rows("Components", ("Lot", "mg"), (("L000001", "510.731"), ("L000002", "17926 <b>&amp;</b>")), (0.5, 0.5)),
            Prose("Remarks", ("first\nsecond",)),
        )
    )
    [page] = _pages(printed.pdf)
    for text in ("Record B1", "Linden Pharmacy", "Use by", "24 May 2027", "Spoiled", "510.731", "second"):
        assert text in page
    assert "17926 <b>&amp;</b>" in page  # nothing in a text is a command
    assert "Trail 1:abc" in page
    assert "page 1 of 1" in page


def test_the_same_content_gives_the_same_bytes() -> None:
    document = _document(Prose("Remarks", ("white, clean",)))
    assert render(document) == render(document)


def test_a_long_table_goes_on_under_its_heading() -> None:
    rows = tuple((f"L{number:06}", "x") for number in range(150))
    printed = render(_document(Rows("Components", ("Our lot", "mg"), rows, (0.5, 0.5))))
    pages = _pages(printed.pdf)
    assert printed.pages == len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert "Our lot" in page
        assert f"page {number} of {len(pages)}" in page
    assert all(lot in "".join(pages) for lot, _ in rows)


@pytest.mark.parametrize("above", range(30, 60))
def test_no_heading_stands_without_its_first_row(above: int) -> None:
    who = "Tess Technician,\n24 Nov 2026 15:00,\nbalance, on E001\nRead by\nPia Pharmacist\nof the day"
    table = Rows("Trituration T000001", ("Part", "Who"), (("active", who),), (0.5, 0.5))
    printed = render(_document(Prose("Above", ("line",) * above), table))
    [page] = [page for page in _pages(printed.pdf) if "Trituration T000001" in page]
    assert "of the day" in page


@pytest.mark.parametrize("text", ["snow ☃", "back\u202ewards", "张"])
def test_a_character_that_cannot_be_printed_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(LabelRefused, match="Remarks"):
        render(_document(Prose("Remarks", (text,))))


@settings(max_examples=25, deadline=None)
@given(st.text("abcXYZ019<>&;/äñ", min_size=1, max_size=400))
def test_a_text_of_any_length_stands_whole(text: str) -> None:
    printed = render(_document(Rows("Table", ("a", "b"), ((text, "b"),), (0.2, 0.8))))
    assert text in _joined(printed.pdf)
