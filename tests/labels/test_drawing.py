"""What the quick drawing asks of ReportLab, and that it draws what ReportLab's own canvas draws."""

from io import BytesIO

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from labels.drawing import HAIR, Pen
from labels.fonts import load
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.raster import PDFIUM_LOCK, grey
from labels.sheet import Sheet
from labels.stock import STOCKS


def _by_the_canvas(sheet: Sheet) -> bytes:
    """The boxes and texts of a sheet by the canvas's everyday calls; codes are left to other tests.

    Texts at positions to a thousandth of a point, as the pen writes them: on a page of many some lie where a hair's
    breadth decides whether a glyph goes to this dot or to the next.
    """
    file, high = BytesIO(), sheet.stock.height
    canvas = Canvas(file, pagesize=(sheet.stock.width, high), invariant=1)
    for box in sheet.boxes:
        bottom = high - box.top - box.height + HAIR
        canvas.rect(box.x + HAIR, bottom, box.width - 2 * HAIR, box.height - 2 * HAIR, stroke=0, fill=1)
    for text in sheet.texts:
        load(text.font)
        canvas.setFillGray(1 if text.white else 0)
        canvas.setFont(text.font, text.size)
        canvas.drawString(round(text.x, 3), round(high - text.baseline, 3), text.string)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _by_the_pen(sheet: Sheet) -> bytes:
    file = BytesIO()
    canvas = Canvas(file, invariant=1)
    Pen(canvas).page(sheet)
    canvas.save()
    return file.getvalue()


def _dots(pdf: bytes) -> tuple[int, int, bytes]:
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return grey(document[0], dpi=203)
        finally:
            document.close()


@pytest.mark.parametrize("name", PAPERS)
def test_a_page_is_dot_for_dot_what_the_canvas_would_draw(name: str) -> None:
    for sheet in lay_out(PAPERS[name].example):
        sheet.masks.clear()
        (width, height, drawn), (wide, high, wanted) = _dots(_by_the_pen(sheet)), _dots(_by_the_canvas(sheet))
        assert (width, height) == (wide, high)
        assert max(abs(one - other) for one, other in zip(drawn, wanted, strict=True)) <= 8


def test_a_rule_prints_as_many_dots_thick_as_its_stock_says_wherever_it_lies() -> None:
    stock = STOCKS["vial-4x2"]
    for row in range(20, 380):
        sheet = Sheet(stock)
        sheet.rule(10, row * stock.dot, 200)
        width, _, drawn = _dots(_by_the_pen(sheet))
        assert drawn[100::width].count(0) == 2  # a quarter of a millimetre at 203 dots an inch


def test_the_document_behind_a_canvas_takes_pages_and_fonts_under_the_names_that_are_used() -> None:
    document = Canvas(BytesIO())._doc  # type: ignore[attr-defined]
    assert callable(document.addPage)
    assert callable(document.Reference)
    assert "BasicFonts" in document.idToObject
    assert document.Pages.pages == []


def test_labels_of_two_sizes_in_one_file_each_keep_their_page() -> None:
    example = PAPERS["vial"].example
    for name in ("vial-4x2", "vial-4x3"):
        stock = STOCKS[name]
        width, height, _ = _dots(render(example, stock=name).pdf)
        assert (width, height) == pytest.approx((stock.width / stock.dot, stock.height / stock.dot), abs=1)
