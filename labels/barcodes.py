"""Bars and squares as bits, one for each module, and the two codes a label carries.

A thermal head prints one bit a dot. Bars that were drawn as lines are rounded to dots one by one and
cannot be read; so both codes are images of one bit a module, each module a whole number of dots wide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import zxingcpp

from labels.errors import LabelRefused

LINE_QUIET = 10
MATRIX_QUIET = 1
"""Modules of blank paper that the standards ask for on each side of Code 128, and of DataMatrix."""

LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Barcode:
    """A code on a label. kind: "code128" or "datamatrix"; payload: what a scanner reads."""

    kind: str
    payload: str


_ONE_BIT_A_BYTE = {ord("0"): "00", ord("1"): "80"}


@dataclass(frozen=True, slots=True)
class Modules:
    """The modules of a code, "1" dark and "0" light, row after row from the top; across: how many in a row.

    A Code 128 is a single row.
    """

    barcode: Barcode
    across: int
    bits: str

    @property
    def down(self) -> int:
        """Rows."""
        return len(self.bits) // self.across

    @property
    def rows(self) -> tuple[tuple[bool, ...], ...]:
        """The rows from the top, True where a module is dark."""
        return tuple(tuple(bit == "1" for bit in row) for row in self._rows())

    def _rows(self) -> Iterator[str]:
        return (self.bits[start : start + self.across] for start in range(0, len(self.bits), self.across))

    @property
    def hexadecimal(self) -> str:
        """Every row filled to whole bytes, as a PDF has images of one bit.

        >>> Modules(Barcode("code128", "7"), 5, "10011").hexadecimal
        '98'
        """
        if self.across == 1:
            return self.bits.translate(_ONE_BIT_A_BYTE)
        filled = self.bits
        if self.across % 8:
            wide = (self.across + 7) // 8 * 8
            filled = "".join(row.ljust(wide, "0") for row in self._rows())
        return f"{int(filled, 2):0{len(filled) // 4}x}"

    def turned(self) -> "Modules":
        """The code read from top to bottom: a curved vial bends such bars without changing their widths."""
        if self.down == 1:
            return Modules(self.barcode, 1, self.bits)
        columns = (self.bits[start :: self.across] for start in range(self.across))
        return Modules(self.barcode, self.down, "".join(columns))


def code128(payload: str, *, field: str) -> Modules:
    """The bars of a Code 128.

    Raises:
        LabelRefused: the payload is empty, too long, or has a character outside plain ASCII.
    """
    _refuse_unless_plain(payload, field)
    return _encode("code128", payload)


def datamatrix(payload: str, *, field: str) -> Modules:
    """The squares of a square DataMatrix, the smallest that holds the payload.

    Raises:
        LabelRefused: the payload is empty, too long, or has a character outside plain ASCII.
    """
    _refuse_unless_plain(payload, field)
    return _encode("datamatrix", payload)


@lru_cache(maxsize=512)
def _encode(kind: str, payload: str) -> Modules:
    if kind == "code128":
        made = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.Code128)
    else:
        made = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    image = made.to_image(scale=1, add_quiet_zones=False, add_hrt=False)
    # The image is a buffer of one byte a module, which its type stubs do not say.
    grey = memoryview(cast(bytes, image))
    across = image.shape[1]
    # The rows of a Code 128 are all alike: one is enough.
    flat = grey.tobytes()[: across if kind == "code128" else None]
    return Modules(Barcode(kind, payload), across, flat.translate(_BIT).decode("ascii"))


_BIT = bytes([ord("1")]) + bytes([ord("0")]) * 255
"""From a dot's brightness, 0 is black, to "1" for dark."""


def _refuse_unless_plain(payload: str, field: str) -> None:
    if not payload:
        raise LabelRefused("there is nothing to put into the code", field)
    if len(payload) > LONGEST_CODE:
        raise LabelRefused(f"a code on a label holds at most {LONGEST_CODE} characters", field)
    if payload.isascii() and payload.isprintable() and " " not in payload:
        return
    for character in payload:
        if not "!" <= character <= "~":
            raise LabelRefused(
                f"a code holds plain letters, digits and signs; U+{ord(character):04X} is none of them", field
            )
