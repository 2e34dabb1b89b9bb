"""Reading a printed label with other eyes than those that drew it: PDFium for the text, zxing for the codes.

What is read is the PDF that goes to the printer, as black and white dots, like the paper that comes out.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import pypdfium2
import zxingcpp

from labels import letters as letter_words
from labels.barcodes import Barcode
from labels.content import NOT_PRINTED, Label, spoken, texts
from labels.letters import RecallLetter
from labels.printing import Printed
from labels.raster import PDFIUM_LOCK, grey, one_bit

KINDS = {zxingcpp.BarcodeFormat.Code128: "code128", zxingcpp.BarcodeFormat.DataMatrix: "datamatrix"}


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a reader finds on all pages of a PDF."""

    text: str
    barcodes: tuple[Barcode, ...]
    pages: int


def read_back(pdf: bytes, *, dpi: int = 203, scan: bool = True) -> ReadBack:
    """The text and the codes of a label. dpi: of the printer [dots per inch]; scan: False for the text alone."""
    found: list[Barcode] = []
    text: list[str] = []
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            for page in document:
                text.append(_text(page))
                if not scan:
                    continue
                width, height, pixels = grey(page, dpi=dpi)
                found.extend(decode(one_bit(pixels), width=width, height=height))
        finally:
            document.close()
    return ReadBack(text="\n".join(text), barcodes=tuple(found), pages=len(text))


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
    wanted = {Barcode(kind, payload) for kind, payload in label.codes}
    # Where no code was drawn there is none to scan, and a page of paper has 8 million dots.
    read = read_back(pdf, dpi=dpi, scan=bool(wanted or printed.barcodes))
    problems: list[str] = []
    if read.pages != printed.pages:
        problems.append(f"the file has {read.pages} pages instead of {printed.pages}")
    ink = plain(read.text)
    for field, text in texts(label):
        if field not in NOT_PRINTED and plain(text) not in ink:
            problems.append(f"{spoken(field)} does not read back as it was given")
    if set(printed.barcodes) != wanted:
        problems.append("the codes were not made for this label")
    problems.extend(f"the {code.kind} does not scan" for code in sorted(wanted - set(read.barcodes), key=str))
    problems.extend(f"a {code.kind} scans that should not be there" for code in set(read.barcodes) - wanted)
    return tuple(problems)


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


def _text(page: pypdfium2.PdfPage) -> str:
    found = page.get_textpage()
    try:
        # A hyphen at the end of a line is reported as U+FFFE, which no label can hold.
        return str(found.get_text_range()).replace("\ufffe", "-")
    finally:
        found.close()
