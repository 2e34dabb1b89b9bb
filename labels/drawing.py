"""Sheets onto the pages of a PDF, quickly.

ReportLab's canvas writes a line of text in about forty microseconds, most of it for states and numbers that a label
does not need, and puts a page together out of forty parts; a label has forty lines. So a page is written here as the
PDF operators it consists of and packed at once, which also keeps a file of ten thousand labels small in memory. Fonts,
their subsets, the tree of pages and the file stay ReportLab's. The document behind the canvas has no public name, so
`tests/labels/test_drawing.py` fails when ReportLab changes it; `bench/label_speed.py` says what all this gains.
"""

import zlib
from itertools import groupby
from operator import itemgetter
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import PDFObject
from reportlab.pdfgen.canvas import Canvas

from labels.fonts import load, runs
from labels.sheet import Box, Mask, Sheet, Text

# Bytes, not letters for bytes: writing the letters took a third of the time, and nobody reads them.
rl_config.useA85 = 0


PACKED = 1
"""As fast as zlib goes: the file is a fifth larger than it could be, and the label there sooner."""

MOST_KEPT = 5000
"""Lines of a file that are kept, since the same stand on label after label: the pharmacy's address, the warnings."""


class Pen:
    """Writes the sheets of one file. How a text is spelt in the subsets of its fonts is worked out once a file."""

    def __init__(self, canvas: Canvas) -> None:
        self._document: Any = canvas._doc  # type: ignore[attr-defined]
        self._written: dict[float, dict[Text, str]] = {}
        self._shared: list[bytes] = []
        self._letters: dict[str, dict[str, tuple[str, str]]] = {}
        self._spelt: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def page(self, sheet: Sheet) -> None:
        """A page of the sheet's size with all that stands on it."""
        height = sheet.stock.height
        written = self._written.setdefault(height, {})
        parts = [_box(box, height) for box in sheet.boxes]
        parts += [written.get(text) or self._text(text, height) for text in sheet.texts]
        parts += [_image(mask, height) for mask in sheet.masks]
        content = zlib.compress("\n".join(parts).encode("ascii"), PACKED)
        self._document.addPage(_Page(sheet.stock.width, height, _Stream(content), self._shared))

    def _text(self, text: Text, height: float) -> str:
        key = (text.string, text.font)
        spelt = self._spelt.get(key) or self._spell(key)
        shown = " ".join([f"{font} {text.size:.6g} Tf <{codes}> Tj" for font, codes in spelt])
        line = f"BT {text.x:.3f} {height - text.baseline:.3f} Td {shown} ET"
        if text.white:
            line = f"1 g {line} 0 g"
        written = self._written[height]
        if len(written) < MOST_KEPT:
            written[text] = line
        return line

    def _spell(self, key: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """The parts of a text with the name each one's subset has in the file, and its codes there in hexadecimals."""
        letters: list[tuple[str, str]] = []
        for part, name in runs(*key):
            known = self._letters.setdefault(name, {})
            letters += [known.get(letter) or self._learn(known, letter, name) for letter in part]
        grouped = groupby(letters, itemgetter(0))
        spelt = tuple((subset, "".join(code for _, code in codes)) for subset, codes in grouped)
        self._spelt[key] = spelt
        return spelt

    def _learn(self, known: dict[str, tuple[str, str]], letter: str, name: str) -> tuple[str, str]:
        font = load(name)
        [(subset, code)] = font.splitString(letter, self._document)
        known[letter] = (font.getSubsetInternalName(subset, self._document), code.hex())
        return known[letter]


class _Stream(PDFObject):
    """What a page shows, packed already."""

    __RefOnly__ = 1

    def __init__(self, content: bytes) -> None:
        self.content = content

    def format(self, document: Any) -> bytes:
        head = b"<< /Filter /FlateDecode /Length %d >>" % len(self.content)
        return b"%b\nstream\n%b\nendstream\n" % (head, self.content)


class _Page(PDFObject):
    """A page with the fonts of the file, and nothing else that a page may have.

    shared: of all pages of a file, filled by the first: the numbers of the tree of pages and of the fonts.
    """

    __RefOnly__ = 1

    def __init__(self, width: float, height: float, stream: _Stream, shared: list[bytes]) -> None:
        self.size, self.stream, self.shared = (width, height), stream, shared

    def format(self, document: Any) -> bytes:
        if not self.shared:
            self.shared += [_number(document, document.Pages), _number(document, document.idToObject["BasicFonts"])]
        (parent, fonts), stream = self.shared, _number(document, self.stream)
        return (
            b"<< /Type /Page /Parent %b /Resources << /Font %b /ProcSet [ /PDF /Text /ImageB ] >> /Contents %b"
            b" /MediaBox [ 0 0 %b %b ] >>" % (parent, fonts, stream, *(b"%.6g" % side for side in self.size))
        )


def _number(document: Any, thing: PDFObject) -> bytes:
    """How the objects of a file name each other."""
    found: bytes = document.Reference(thing).format(document)
    return found


HAIR = 0.001
"""Black keeps this far from its edges [pt]: what ends on the edge of a dot is not to touch the next for a rounding."""


def _box(box: Box, height: float) -> str:
    left, bottom = box.x + HAIR, height - box.top - box.height + HAIR
    return f"{left:.4f} {bottom:.4f} {box.width - 2 * HAIR:.4f} {box.height - 2 * HAIR:.4f} re f"


def _image(mask: Mask, height: float) -> str:
    """The code as an inline image mask, one bit a module, first row on top, dark modules painted."""
    modules = mask.modules
    return (
        f"q {mask.width:.5f} 0 0 {mask.height:.5f} {mask.x:.5f} {height - mask.top - mask.height:.5f} cm "
        f"BI /W {modules.across} /H {modules.down} /IM true /D [1 0] /F /AHx ID {modules.hexadecimal}> EI Q"
    )
