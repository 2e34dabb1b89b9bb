"""From content to the bytes of a PDF. The same content gives the same bytes, on every machine and day.

The file claims to be of 2000-01-01 (or of SOURCE_DATE_EPOCH, where a build system sets that for ReportLab);
when a label was printed stands in the audit trail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from threading import Lock

from reportlab.pdfgen.canvas import Canvas

from labels.barcodes import Barcode
from labels.content import Label
from labels.drawing import Pen
from labels.errors import LabelRefused
from labels.fit import refuse_unprintable, refuse_unprintable_letter
from labels.layouts import letter
from labels.letters import RecallLetter
from labels.papers import paper_of
from labels.sheet import Sheet

ONE_AT_A_TIME = Lock()
"""ReportLab reads glyphs through one position in the font's bytes, so two threads must not draw at once."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A label as it goes to the printer. sha256: of the PDF, in hexadecimal digits."""

    pdf: bytes
    sha256: str
    pages: int
    barcodes: tuple[Barcode, ...]


def render(label: Label, *, stock: str = "") -> Printed:
    """The label on a stock, or on the usual one of its kind, complete; each of its parts is a page.

    Raises:
        LabelRefused: a field does not fit at its least size, is empty, or has a character that cannot be
            printed; or the label is not made for that stock.
    """
    return render_all([label], stock=stock)


def render_all(labels: Iterable[Label], *, stock: str = "") -> Printed:
    """Many labels as the pages of one PDF, in their order, the fonts in it once.

    Raises:
        LabelRefused: like `render`, for the first label that cannot be printed; or there is no label.
    """
    sheets = (sheet for label in labels for sheet in lay_out(label, stock=stock))
    return print_sheets(sheets, none="there is no label to print")


def render_letters(letters: Sequence[RecallLetter]) -> Printed:
    """Letters as the pages of one PDF, in their order.

    Raises:
        LabelRefused: one does not fit, has an empty field or a character that cannot be printed; or there is none.
    """
    sheets = [sheet for one in letters for sheet in lay_out_letter(one)]
    return print_sheets(sheets, none="there is nobody to write to", title="Letters", scaling="AppDefault")


def lay_out_letter(one: RecallLetter) -> list[Sheet]:
    """The pages of one letter, without drawing them; refuses like `render_letters`."""
    refuse_unprintable_letter(one)
    return letter.lay_out(one)


def lay_out(label: Label, *, stock: str = "") -> tuple[Sheet, ...]:
    """Where everything stands on each part of the label, without drawing it; refuses like `render`."""
    paper = paper_of(label)
    found = paper.stock(stock)
    refuse_unprintable(label)
    return paper.set(label, found)


def print_sheets(sheets: Iterable[Sheet], *, none: str, title: str = "Label", scaling: str = "None") -> Printed:
    """The sheets as pages, one at a time, so that ten thousand need little room. none: said when there is none."""
    file, pages = BytesIO(), 0
    codes: list[Barcode] = []
    with ONE_AT_A_TIME:
        canvas = Canvas(file, invariant=1)
        # The title shows in a viewer's window and in a print queue: it says nothing about the patient.
        canvas.setTitle(title)
        canvas.setAuthor("")
        canvas.setSubject("")
        canvas.setViewerPreference("PrintScaling", scaling)
        pen = Pen(canvas)
        for sheet in sheets:
            pen.page(sheet)
            pages += 1
            codes += sheet.barcodes
        if not pages:
            raise LabelRefused(none)
        canvas.save()
    pdf = file.getvalue()
    return Printed(pdf=pdf, sha256=sha256(pdf).hexdigest(), pages=pages, barcodes=tuple(codes))
