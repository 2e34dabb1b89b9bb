"""Bars and squares as bits, one for each module, and the two codes a label carries.

A thermal head prints one bit a dot. Bars that were drawn as lines are rounded to dots one by one and
cannot be read; so both codes are images of one bit a module, each module a whole number of dots wide.
"""

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


@dataclass(frozen=True, slots=True)
class Modules:
    """The dark modules of a code, rows from the top; a Code 128 is a single row."""

    barcode: Barcode
    rows: tuple[tuple[bool, ...], ...]

    @property
    def across(self) -> int:
        """Modules in a row."""
        return len(self.rows[0])

    @property
    def down(self) -> int:
        """Rows."""
        return len(self.rows)

    def turned(self) -> "Modules":
        """The code read from top to bottom: a curved vial bends such bars without changing their widths."""
        return Modules(self.barcode, tuple(zip(*self.rows, strict=True)))


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
    rows = (flat[start : start + across] for start in range(0, len(flat), across))
    return Modules(Barcode(kind, payload), tuple(tuple(value == 0 for value in row) for row in rows))


def _refuse_unless_plain(payload: str, field: str) -> None:
    if not payload:
        raise LabelRefused("there is nothing to put into the code", field)
    if len(payload) > LONGEST_CODE:
        raise LabelRefused(f"a code on a label holds at most {LONGEST_CODE} characters", field)
    for character in payload:
        if not "!" <= character <= "~":
            raise LabelRefused(
                f"a code holds plain letters, digits and signs; U+{ord(character):04X} is none of them", field
            )
