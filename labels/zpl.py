"""A label as ZPL: exactly the dots that were read back, as graphics, for a thermal printer.

The printer draws no letter and no bar itself: its own fonts cannot be measured here and are condensed. See
docs/decisions/0022-printers-get-what-was-read-back-once.md. Source: ZPL II Programming Guide, Zebra
Technologies, ^GF and "Alternative Data Compression Scheme for ~DG and ~DB Commands".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2

from labels.errors import LabelRefused
from labels.raster import PDFIUM_LOCK, grey, one_bit
from labels.stock import MM_PER_INCH

BLACK, WHITE = b"\x00", b"\xff"
LONGEST_RUN = 419
MOST_BYTES = 99_999
"""Of one graphic, uncompressed; a page with more of them is cut into bands."""

LONGEST_NOTE = 120
_TENS = "".join(chr(ord("g") + number) for number in range(20))  # g is 20, h is 40, ... z is 400
_ONES = "".join(chr(ord("G") + number) for number in range(19))  # G is 1, H is 2, ... Y is 19
_STEERS = re.compile(r"[^0-9A-Za-z .,:/()-]")
_RUN = re.compile(r"(.)\1*")
_AS_DIGITS = bytes(ord("1") if value < 128 else ord("0") for value in range(256))


@dataclass(frozen=True, slots=True)
class Dots:
    """One page as a thermal head prints it. rows: from the top, one byte a dot, 0 is black and 255 is white."""

    width: int
    rows: tuple[bytes, ...]


def zpl(pdf: bytes, *, dpi: int, note: str, right_mm: float = 0, down_mm: float = 0) -> bytes:
    """The pages of a label's PDF as labels of a ZPL printer, one copy of each.

    dpi: dots of the printer [dots per inch]. note: stands in a comment that nobody prints; never about a patient.
    right_mm, down_mm: how far the ink moves on the paper, for a printer that starts a little off [mm].

    Raises:
        LabelRefused: moved so far, a part of the label would not be printed.
    """
    formats = [_format(_moved(page, dpi, right_mm, down_mm), note) for page in dots_of(pdf, dpi=dpi)]
    return "".join(formats).encode("ascii")


def dots_of(pdf: bytes, *, dpi: int) -> tuple[Dots, ...]:
    """The pages as black and white dots: the same picture that the codes were read back from."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return tuple(_dots(*grey(page, dpi=dpi)) for page in document)
        finally:
            document.close()


def escaped(text: str) -> str:
    """Text in which nothing steers the printer: whatever is no plain letter, digit or sign as ^FH writes it.

    >>> escaped("label 12^XZ")
    'label 12_5EXZ'
    """
    return _STEERS.sub(lambda found: f"_{ord(found[0]):02X}", text[:LONGEST_NOTE].encode().decode("latin-1"))


def _dots(width: int, height: int, pixels: bytes) -> Dots:
    bits = one_bit(pixels)
    return Dots(width, tuple(bits[row * width : (row + 1) * width] for row in range(height)))


def _moved(page: Dots, dpi: int, right_mm: float, down_mm: float) -> Dots:
    """The page with its ink moved by whole dots; what leaves it must be blank."""
    right, down = (round(distance / MM_PER_INCH * dpi) for distance in (right_mm, down_mm))
    blank = (WHITE * page.width,) * abs(down)
    rows = (*page.rows[-down:], *blank) if down < 0 else (*blank, *page.rows)[: len(page.rows)]
    moved = Dots(page.width, tuple(_slid(row, right) for row in rows))
    if _ink(moved) != _ink(page):
        raise LabelRefused(
            "moved so far, a part of the label would fall off the paper; make the offset smaller", "offset"
        )
    return moved


def _slid(row: bytes, right: int) -> bytes:
    blank = WHITE * abs(right)
    return (row[-right:] + blank)[: len(row)] if right < 0 else (blank + row)[: len(row)]


def _ink(page: Dots) -> int:
    return sum(row.count(BLACK) for row in page.rows)


def _format(page: Dots, note: str) -> str:
    """From ^XA to ^XZ. The size is said each time, since a printer keeps the one it was told last."""
    across = (page.width + 7) // 8
    high = MOST_BYTES // across
    bands = (
        f"^FO0,{top}{_graphic(page.rows[top : top + high], across)}^FS\n" for top in range(0, len(page.rows), high)
    )
    return (
        f"^XA\n^FX {escaped(note)} ^FS\n^CI28\n^PW{page.width}\n^LL{len(page.rows)}\n^LH0,0\n"
        f"{''.join(bands)}^PQ1\n^XZ\n"
    )


def _graphic(rows: Sequence[bytes], across: int) -> str:
    """Rows as hexadecimal digits, runs counted; a colon stands for a row like the one before it."""
    found: list[str] = []
    before = b""
    for row in rows:
        found.append(":" if row == before else _row(row, across))
        before = row
    total = across * len(rows)
    return f"^GFA,{total},{total},{across},{''.join(found)}"


def _row(row: bytes, across: int) -> str:
    """A row of dots; a comma fills what is left of it with white, an exclamation mark with black.

    >>> _row(b"\\x00" * 8 + b"\\xff" * 24, 4)
    'HF,'
    """
    bits = row.translate(_AS_DIGITS).ljust(across * 8, b"0")
    digits = int(bits, 2).to_bytes(across).hex().upper()
    body = digits.rstrip("0")
    end = "," if body != digits else ""
    if body == digits and len(body) > len(digits.rstrip("F")):
        body, end = digits.rstrip("F"), "!"
    return _RUN.sub(lambda run: _counted(run[1], len(run[0])), body) + end


def _counted(digit: str, times: int) -> str:
    """A digit so many times.

    >>> _counted("F", 1), _counted("F", 3), _counted("0", 45), _counted("F", 421)
    ('F', 'IF', 'hK0', 'zYFHF')
    """
    said = ""
    while times > LONGEST_RUN:
        said += _TENS[-1] + _ONES[-1] + digit
        times -= LONGEST_RUN
    if times > 1:
        said += (_TENS[times // 20 - 1] if times >= 20 else "") + (_ONES[times % 20 - 1] if times % 20 else "")
    return said + digit
