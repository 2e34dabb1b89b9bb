"""Sheets onto the pages of a PDF, quickly.

ReportLab's canvas writes a line of text in about forty microseconds, most of it for states and numbers that a label
does not need; a label has forty lines. So a page is written here as the PDF operators it consists of, and handed to
the canvas as one literal. Fonts, their subsets, pages and the file stay ReportLab's, through its documented calls.
`bench/label.py` says what it gains.
"""

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from labels.fonts import load, runs
from labels.sheet import Box, Mask, Sheet, Text

# Bytes, not letters for bytes: writing the letters took a third of the time, and nobody reads them.
rl_config.useA85 = 0


class Pen:
    """Writes the sheets of one file. How a text is spelt in the subsets of its fonts is worked out once a file."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._spelt: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def page(self, sheet: Sheet) -> None:
        """A page of the sheet's size with all that stands on it."""
        height = sheet.stock.height
        self._canvas.setPageSize((sheet.stock.width, height))
        parts = [_box(box, height) for box in sheet.boxes]
        parts += [self._text(text, height) for text in sheet.texts]
        parts += [_image(mask, height) for mask in sheet.masks]
        self._canvas.addLiteral("\n".join(parts))
        self._canvas.showPage()

    def _text(self, text: Text, height: float) -> str:
        key = (text.string, text.font)
        spelt = self._spelt.get(key) or self._spell(key)
        shown = " ".join([f"{font} {text.size:.6g} Tf <{codes}> Tj" for font, codes in spelt])
        line = f"BT {text.x:.3f} {height - text.baseline:.3f} Td {shown} ET"
        return f"1 g {line} 0 g" if text.white else line

    def _spell(self, key: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """The parts of a text with the name each one's subset has in the file, and its codes there in hexadecimals."""
        # What ReportLab documents for dynamic fonts asks for the document, which a canvas only has under this name.
        document = self._canvas._doc  # type: ignore[attr-defined]
        spelt = tuple(
            (font.getSubsetInternalName(subset, document), codes.hex())
            for part, name in runs(*key)
            for font in (load(name),)
            for subset, codes in font.splitString(part, document)
        )
        self._spelt[key] = spelt
        return spelt


def _box(box: Box, height: float) -> str:
    return f"{box.x:.3f} {height - box.top - box.height:.3f} {box.width:.3f} {box.height:.3f} re f"


def _image(mask: Mask, height: float) -> str:
    """The code as an inline image mask, one bit a module, first row on top, dark modules painted."""
    modules = mask.modules
    return (
        f"q {mask.width:.5f} 0 0 {mask.height:.5f} {mask.x:.5f} {height - mask.top - mask.height:.5f} cm "
        f"BI /W {modules.across} /H {modules.down} /IM true /D [1 0] /F /AHx ID {modules.hexadecimal}> EI Q"
    )
