"""Reading a printed label with other eyes than those that drew it: PDFium for the text, zxing for the codes.

What is read is the PDF that goes to the printer, as black and white dots, like the paper that comes out.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

import pypdfium2
import zxingcpp

from labels import letters as letter_words
from labels.barcodes import Barcode
from labels.content import NOT_PRINTED, Label, spoken, texts
from labels.letters import RecallLetter
from labels.papers import paper_of
from labels.printing import Printed, lay_out
from labels.raster import PDFIUM_LOCK, grey, one_bit
from labels.stock import POINTS_PER_INCH, STOCKS

KINDS = {zxingcpp.BarcodeFormat.Code128: "code128", zxingcpp.BarcodeFormat.DataMatrix: "datamatrix"}


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a reader finds on all pages of a PDF."""

    text: str
    barcodes: tuple[Barcode, ...]
    pages: int


def read_back(pdf: bytes, *, dpi: int = 203, scan: bool = True) -> ReadBack:
    """The text and the codes of a label. dpi: of the printer [dots per inch]; scan: False for the text alone."""
    parts = read_parts(pdf, dpi=dpi, scan=scan)
    codes = tuple(code for part in parts for code in part.barcodes)
    return ReadBack(text="\n".join(part.text for part in parts), barcodes=codes, pages=len(parts))


class Area(NamedTuple):
    """A part of a page, from its upper left corner [pt]; page: counted from 0."""

    page: int
    left: float
    top: float
    right: float
    foot: float


def read_parts(pdf: bytes, *, dpi: int = 203, scan: bool = True) -> tuple[ReadBack, ...]:
    """The text and the codes of each page on its own."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return tuple(_read(page, dpi, scan=scan) for page in document)
        finally:
            document.close()


def read_areas(pdf: bytes, areas: Sequence[Area], *, dpi: int) -> tuple[ReadBack, ...]:
    """The text and the codes that stand in each area, and nothing of what is beside it."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            dots = {number: grey(document[number], dpi=dpi) for number in {area.page for area in areas}}
            return tuple(_read_area(document[area.page], dots[area.page], area, dpi) for area in areas)
        finally:
            document.close()


def _read_area(page: pypdfium2.PdfPage, dots: tuple[int, int, bytes], area: Area, dpi: int) -> ReadBack:
    wide, high, pixels = dots
    left, right = (min(wide, max(0, round(x / POINTS_PER_INCH * dpi))) for x in (area.left, area.right))
    top, foot = (min(high, max(0, round(y / POINTS_PER_INCH * dpi))) for y in (area.top, area.foot))
    cut = b"".join(pixels[row * wide + left : row * wide + right] for row in range(top, foot))
    codes = decode(one_bit(cut), width=right - left, height=foot - top)
    height = page.get_height()
    bounds = {"left": area.left, "bottom": height - area.foot, "right": area.right, "top": height - area.top}
    return ReadBack(_text(page, bounds), codes, pages=1)


def _read(page: pypdfium2.PdfPage, dpi: int, *, scan: bool) -> ReadBack:
    if not scan:
        return ReadBack(_text(page), (), pages=1)
    width, height, pixels = grey(page, dpi=dpi)
    return ReadBack(_text(page), decode(one_bit(pixels), width=width, height=height), pages=1)


def decode(pixels: bytes, *, width: int, height: int) -> tuple[Barcode, ...]:
    """The codes in a picture of one byte a dot, Code 128 first."""
    picture = memoryview(pixels).cast("B", shape=[height, width])
    read = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(list(KINDS)))
    codes = (Barcode(KINDS[code.format], code.text) for code in read)
    return tuple(sorted(codes, key=lambda code: (code.kind, code.payload)))


def agrees(label: Label, pdf: bytes, printed: Printed, *, dpi: int = 203) -> tuple[str, ...]:
    """What a reader finds wrong with a label; nothing when every field and code reads back.

    label: what was to be printed; pdf: the bytes that are about to go to the printer, from wherever they
    are kept; printed: what `render` said about them.
    """
    if sha256(pdf).hexdigest() != printed.sha256:
        return ("the file is not the one that was made for this label",)
    wanted, made = _codes(label), set(printed.barcodes)
    # Where no code was drawn there is none to scan, and a page of paper has 8 million dots.
    parts = read_parts(pdf, dpi=dpi, scan=bool(wanted or made))
    problems = [] if len(parts) == printed.pages else [f"the file has {len(parts)} pages instead of {printed.pages}"]
    if not made <= wanted or made != _needed(label, parts, made):
        problems.append("the codes were not made for this label")
    return (*problems, *differences(label, parts, made))


def stack_agrees(labels: Sequence[Label], printed: Printed, *, stock: str) -> tuple[str, ...]:
    """What a reader finds wrong with labels that follow each other on a stock, each read from its own pages."""
    read = iter(read_parts(printed.pdf, dpi=STOCKS[stock].dpi))
    made = set(printed.barcodes)
    problems: list[str] = []
    for number, label in enumerate(labels, start=1):
        parts = list(islice(read, len(lay_out(label, stock=stock))))
        whose = f"label {number}: " if len(labels) > 1 else ""
        problems += [f"{whose}{problem}" for problem in differences(label, parts, made)]
    return (*problems, *("the file has more pages than the labels" for _ in islice(read, 1)))


def sheets_agree(
    labels: Sequence[Label], printed: Printed, areas: Sequence[Sequence[Area]], *, dpi: int
) -> tuple[str, ...]:
    """What a reader finds wrong with labels on sheets of paper, each read where it was put and nowhere else."""
    read = iter(read_areas(printed.pdf, [area for own in areas for area in own], dpi=dpi))
    made = set(printed.barcodes)
    problems: list[str] = []
    for number, (label, own) in enumerate(zip(labels, areas, strict=True), start=1):
        parts = [next(read) for _ in own]
        problems += [f"label {number}: {problem}" for problem in differences(label, parts, made)]
    return tuple(problems)


def differences(label: Label, parts: Sequence[ReadBack], made: set[Barcode]) -> tuple[str, ...]:
    """What a reader finds wrong with the parts of one label, wherever they were read. made: the codes that were drawn.

    Every field stands whole on one part and every code scans on one. Of several parts each says which one it is and
    whose, and has the code that all share, the DataMatrix; what is read in one look stands together.
    """
    inks = [plain(part.text) for part in parts]
    problems = [
        f"{spoken(field)} does not read back as it was given"
        for field, text in texts(label)
        if field not in NOT_PRINTED and not any(plain(text) in ink for ink in inks)
    ]
    wanted = _codes(label)
    found = {code for part in parts for code in part.barcodes}
    needed = _needed(label, parts, made)
    problems += [f"the {code.kind} does not scan" for code in sorted(needed - found, key=str)]
    problems += [f"a {code.kind} scans that should not be there" for code in sorted(found - wanted, key=str)]
    if len(parts) > 1:
        problems += _wrong_parts(label, parts, inks)
    return tuple(problems)


def _needed(label: Label, parts: Sequence[ReadBack], made: set[Barcode]) -> set[Barcode]:
    """The codes that scan: all of the label's; in parts that each carry one, those that have room."""
    wanted = _codes(label)
    return wanted & made if len(parts) > 1 and paper_of(label).on_each else wanted


def _wrong_parts(label: Label, parts: Sequence[ReadBack], inks: list[str]) -> list[str]:
    paper, said = paper_of(label), dict(texts(label))
    shared = {code for code in _codes(label) if code.kind == "datamatrix"}
    problems: list[str] = []
    for number, (part, ink) in enumerate(zip(parts, inks, strict=True), start=1):
        named = f"part {number} of {len(parts)}"
        if paper.on_each and plain(named) not in ink:
            problems.append(f"{named} does not say which part it is")
        problems += [f"{named} does not say {spoken(f)}" for f in paper.on_each if plain(said[f]) not in ink]
        if paper.on_each and not shared <= set(part.barcodes):
            problems.append(f"the code of {named} does not scan")
    if not any(all(plain(said[field]) in ink for field in paper.together) for ink in inks):
        problems.append(f"{' and '.join(map(spoken, paper.together))} do not stand together")
    return problems


def _codes(label: Label) -> set[Barcode]:
    return {Barcode(kind, payload) for kind, payload in label.codes}


def letters_agree(letters: Sequence[RecallLetter], printed: Printed) -> tuple[str, ...]:
    """What a reader finds wrong with letters; nothing when every text of each reads back from its own pages.

    A cell of several lines is read mixed with its neighbours, so its words are looked for one by one.
    """
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(printed.pdf)
        try:
            pages = [plain(_text(page)) for page in document]
        finally:
            document.close()
    problems = [] if len(pages) == printed.pages else [f"the file has {len(pages)} pages instead of {printed.pages}"]
    for letter in letters:
        first = re.search(r"Page1of(\d+)", pages[0]) if pages else None
        own = "".join(pages[: int(first[1])]) if first else ""
        pages = pages[int(first[1]) if first else 0 :]
        problems.extend(
            f"{letter_words.spoken(field)} of {letter.recipient} does not read back as it was given"
            for field, text in letter_words.texts(letter)
            if plain(text) not in own and not all(plain(word) in own for word in text.split())
        )
    return tuple(problems)


def plain(text: str) -> str:
    """The text without spaces and line breaks, which a reader finds by distance, letters in one form.

    >>> plain("Take 1 capsule\\n at bedtime")
    'Take1capsuleatbedtime'
    """
    return "".join(unicodedata.normalize("NFKC", text).split())


def _text(page: pypdfium2.PdfPage, bounds: dict[str, float] | None = None) -> str:
    """All text of a page, or what stands between left, bottom, right and top [pt from the lower left corner]."""
    found = page.get_textpage()
    try:
        text = found.get_text_bounded(**bounds) if bounds else found.get_text_range()
        # A hyphen at the end of a line is reported as U+FFFE, which no label can hold.
        return str(text).replace("\ufffe", "-")
    finally:
        found.close()
