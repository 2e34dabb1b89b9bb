"""Font files that a pharmacy adds: read, tried, and refused in a sentence when no label could be set in them."""

from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from struct import unpack

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from labels.errors import FontRefused

TRUETYPE = (b"\x00\x01\x00\x00", b"true")
COLLECTION = b"ttcf"
POSTSCRIPT = b"OTTO"
"""What the first four bytes of a file say it is."""

NOT_AT_ALL, RESTRICTED = 0x0002, 0x0300
"""Of fsType: embedding under licence only; no part of the font alone, or its bitmaps only."""


@lru_cache(maxsize=16)
def read(path: Path, place: int = 0) -> TTFont:
    """The font of a TTF file, or that of a place, from 0, in a TTC file. Its name follows from the file's bytes.

    Raises:
        FontRefused: it cannot be read, is not made of TrueType outlines, or forbids to be embedded.
    """
    try:
        whole = path.read_bytes()
    except OSError as problem:
        raise FontRefused(f"The font {path} cannot be read: {problem.strerror}.") from problem
    _refuse_kind(path, whole[:4], place)
    name = f"Mortar-{sha256(whole).hexdigest()[:12]}-{place}"
    try:
        font = TTFont(name, str(path), subfontIndex=place, asciiReadable=0, shapable=False)
        _refuse_licence(path, font)
        _embed_one_glyph(font)
    except FontRefused:
        raise
    except TTFError as problem:
        raise FontRefused(f"The font {path} cannot be used: {_why(problem)}.") from problem
    except Exception as problem:  # a damaged table fails in as many ways as there are tables
        raise FontRefused(f"The font {path} cannot be used: it is damaged.") from problem
    return font


def _refuse_kind(path: Path, begins: bytes, place: int) -> None:
    if begins == POSTSCRIPT:
        raise FontRefused(
            f"The font {path} has PostScript outlines, which cannot be embedded; take one with TrueType outlines (TTF)."
        )
    if begins not in (*TRUETYPE, COLLECTION):
        raise FontRefused(f"The file {path} is no TrueType font (TTF or TTC).")
    if place and begins != COLLECTION:
        raise FontRefused(f"The font {path} holds one font only; leave #{place} out.")


def _refuse_licence(path: Path, font: TTFont) -> None:
    """What the maker allows stands in the file (OpenType, OS/2 table, fsType); ReportLab reads it and goes on."""
    if "OS/2" not in font.face.table:
        return
    table, _ = font.face.get_table_pos("OS/2")
    allowed = unpack(">H", font.face.get_chunk(table + 8, 2))[0]
    if allowed & RESTRICTED or allowed & 0x000F == NOT_AT_ALL:
        raise FontRefused(f"The font {path} cannot be used: its maker does not allow it to be embedded in parts.")


def _why(problem: TTFError) -> str:
    told = str(problem)
    if "subfontIndex" in told:
        return "the file holds no font with that number; the first one is #0"
    if "postscript" in told:
        return "it has PostScript outlines; take one with TrueType outlines (TTF)"
    return "it is damaged"


def _embed_one_glyph(font: TTFont) -> None:
    """Fails now as it would when the first label is drawn."""
    character = next(chr(code) for code, glyph in sorted(font.face.charToGlyph.items()) if glyph and code > ord(" "))
    pdfmetrics.registerFont(font)
    canvas = Canvas(BytesIO(), invariant=1)
    canvas.setFont(font.fontName, 12)
    canvas.drawString(0, 0, character)
    canvas.save()


@lru_cache(maxsize=4096)
def ink(font: TTFont, character: str) -> tuple[float, float]:
    """How far a sign rises above the baseline and sinks under it, as parts of the size, from the outline's own box."""
    face = font.face
    glyph = face.charToGlyph.get(ord(character), 0)
    start, end = face.glyphPos[glyph : glyph + 2]
    if start == end:  # no outline: a space
        return (0.0, 0.0)
    table, _ = face.get_table_pos("glyf")
    low, high = unpack(">2x2xhxxh", face.get_chunk(table + start, 10))
    return (max(0.0, high / face.unitsPerEm), max(0.0, -low / face.unitsPerEm))
