"""Pages of text and tables on Letter paper, such as a compounding record. The same content gives the same bytes.

Nothing is clipped: text wraps, a table runs on to the next page under its heading, and a character without a glyph is
refused by name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from labels.errors import LabelRefused
from labels.fit import composed, refuse_character
from labels.fonts import BOLD, REGULAR, load, runs
from labels.printing import ONE_AT_A_TIME, Printed

MARGIN = 16 * mm
_INSET = 6.0
"""What ReportLab's frames keep free on each side [pt]."""
_WITH_HEADING = 45 * mm
"""So much room below a heading, or it goes to the next page."""
ROOM = letter[0] - 2 * MARGIN - 2 * _INSET
_QUIET, _LINE = HexColor("#444444"), HexColor("#999999")
_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=9, leading=11.5)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=7.5, leading=9.5, textColor=_QUIET)
_STRONG = ParagraphStyle("strong", parent=_TEXT, fontName=BOLD)
_HEADING = ParagraphStyle("heading", parent=_STRONG, fontSize=11, leading=14, spaceBefore=8, spaceAfter=3)
_TITLE = ParagraphStyle("title", parent=_STRONG, fontSize=16, leading=20)


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, two pairs a line."""

    heading: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table. shares: of the page's width, one for each column."""

    heading: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Finished strings. pharmacy: the lines at the top. foot: what every page says at its foot. mark: "" or a word."""

    title: str
    pharmacy: tuple[str, ...]
    sections: tuple[Facts | Rows | Prose, ...]
    foot: str
    mark: str = ""


def render(document: Document) -> Printed:
    """The document as a PDF.

    Raises:
        LabelRefused: a character cannot be printed.
    """
    _refuse_unprintable(document)
    with ONE_AT_A_TIME:
        for font in (REGULAR, BOLD):
            load(font)
        pages = _draw(document, BytesIO(), total=0)
        file = BytesIO()
        _draw(document, file, total=pages)
    pdf = file.getvalue()
    return Printed(pdf=pdf, sha256=sha256(pdf).hexdigest(), pages=pages, barcodes=())


def _draw(document: Document, file: BytesIO, *, total: int) -> int:
    """Writes the pages, each with its number of so many, and returns how many there are."""
    template = SimpleDocTemplate(
        file,
        pagesize=letter,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=document.title,
        author="",
        invariant=1,
    )
    foot = _foot(document, total)
    template.build(list(_story(document)), onFirstPage=foot, onLaterPages=foot)
    return int(template.page)


def _foot(document: Document, total: int) -> Callable[[Canvas, SimpleDocTemplate], None]:
    def write(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.saveState()
        canvas.setFillColor(_QUIET)
        _draw_line(canvas, composed(document.foot), REGULAR, MARGIN)
        canvas.setFont(REGULAR, 7)
        canvas.drawRightString(letter[0] - MARGIN - _INSET, MARGIN, f"page {template.page} of {total}")
        if document.mark:
            _draw_line(canvas, composed(document.mark), BOLD, MARGIN + 4 * mm)
        canvas.restoreState()

    return write


def _draw_line(canvas: Canvas, line: str, font: str, baseline: float) -> None:
    x = MARGIN + _INSET
    for part, name in runs(line, font):
        canvas.setFont(name, 7)
        canvas.drawString(x, baseline, part)
        x += canvas.stringWidth(part, name, 7)


def _story(document: Document) -> Iterable[Flowable]:
    for line in document.pharmacy:
        yield _paragraph(line, _SMALL)
    yield Spacer(0, 2 * mm)
    yield _paragraph(document.title, _TITLE)
    for section in document.sections:
        yield CondPageBreak(_WITH_HEADING)
        yield _paragraph(section.heading, _HEADING)
        match section:
            case Facts():
                yield _facts(section)
            case Rows():
                yield _rows(section)
            case Prose():
                yield from (_paragraph(text, _TEXT) for text in section.paragraphs)


def _facts(section: Facts) -> Flowable:
    cells = [[_paragraph(name, _SMALL), _paragraph(value or "–", _TEXT)] for name, value in section.pairs]
    if len(cells) % 2:
        cells.append([_paragraph("", _SMALL), _paragraph("", _TEXT)])
    lines = [[*left, *right] for left, right in zip(cells[::2], cells[1::2], strict=True)]
    return Table(lines, colWidths=[ROOM * share for share in (0.15, 0.35, 0.15, 0.35)], style=_style(), hAlign="LEFT")


def _rows(section: Rows) -> Flowable:
    lines = [[_paragraph(cell, _SMALL) for cell in section.head]]
    lines += [[_paragraph(cell, _TEXT) for cell in row] for row in section.rows]
    widths = [ROOM * share for share in section.shares]
    return Table(lines, colWidths=widths, repeatRows=1, style=_style(heavy=True), hAlign="LEFT")


def _style(*, heavy: bool = False) -> TableStyle:
    lines = [("LINEBELOW", (0, 0), (-1, 0), 0.75, _LINE), ("LINEBELOW", (0, 1), (-1, -1), 0.25, _LINE)] if heavy else []
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            *lines,
        ]
    )


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """Text as it stands, its lines kept; no sign in it is taken for a command."""
    lines = [runs(composed(line), style.fontName) for line in text.split("\n")]
    if any(name != style.fontName for line in lines for _, name in line):
        # Chinese ends its lines between any two signs, and no line begins with a full stop.
        style = ParagraphStyle(f"{style.name} in other scripts", parent=style, wordWrap="CJK")
    return Paragraph("<br/>".join(_marked(line, style.fontName) for line in lines), style)


def _marked(line: tuple[tuple[str, str], ...], font: str) -> str:
    """A line whose stretches in another font than the paragraph's name it."""
    return "".join(
        escape(part) if name == font else f'<font name="{name}">{escape(part)}</font>' for part, name in line
    )


def _refuse_unprintable(document: Document) -> None:
    for field, text in _texts(document):
        for character in composed(text.replace("\n", " ")):
            try:
                refuse_character(character, field)
            except LabelRefused as refusal:
                raise LabelRefused(f"{document.title}, {refusal}", field) from None


def _texts(document: Document) -> Iterable[tuple[str, str]]:
    """Every text with what it belongs to."""
    yield from (("head", line) for line in (*document.pharmacy, document.title, document.foot, document.mark))
    for section in document.sections:
        match section:
            case Facts(heading, pairs):
                yield from ((heading, text) for pair in pairs for text in pair)
            case Rows(heading, head, rows, _):
                yield from ((heading, text) for row in (head, *rows) for text in row)
            case Prose(heading, paragraphs):
                yield from ((heading, text) for text in paragraphs)
