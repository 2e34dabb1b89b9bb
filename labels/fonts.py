"""The two typefaces of every label, found in the installed `font-roboto` and parsed once a process.

Roboto is a sans serif of normal width that covers Latin, Vietnamese, Cyrillic and Greek. The weights
differ only in `BOLD` and `REGULAR`; nothing on a label is condensed, slanted or in capitals by font.
"""

from functools import cache, lru_cache
from importlib.resources import as_file, files

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "MortarRegular"
BOLD = "MortarBold"

FILES = {REGULAR: "Roboto-Regular.ttf", BOLD: "Roboto-Bold.ttf"}

CAP_HEIGHT = 0.711
DESCENT = 0.212
"""Of Roboto, as parts of the size: how far capitals rise above, and letters sink under the baseline."""


@cache
def load(name: str) -> TTFont:
    """The font of that name, registered with ReportLab.

    Glyphs are never shaped, whether or not a shaping library happens to be installed: the widths that
    are measured here are the widths that print.
    """
    with as_file(files("font_roboto") / "files" / FILES[name]) as path:
        font = TTFont(name, str(path), asciiReadable=0, shapable=False)
    pdfmetrics.registerFont(font)
    return font


@lru_cache(maxsize=20_000)
def width_of_one_point(text: str, font: str) -> float:
    """Width of the text when set at 1 pt [pt]."""
    return float(load(font).stringWidth(text, 1))


def width(text: str, font: str, size: float) -> float:
    """Width of the text in one line [pt]."""
    return width_of_one_point(text, font) * size


@cache
def _characters() -> frozenset[int]:
    both = [set(load(name).face.charToGlyph.items()) for name in FILES]
    return frozenset.intersection(*(frozenset(code for code, glyph in font if glyph) for font in both))


def has_glyph(character: str) -> bool:
    """Whether both weights can print the character.

    >>> has_glyph("ữ"), has_glyph("Ж"), has_glyph("张")
    (True, True, False)
    """
    return ord(character) in _characters()
