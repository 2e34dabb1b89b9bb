"""What a font file says of its typeface: width, slant and serifs."""

import struct
from functools import cache
from typing import cast

from labels.fonts import load

_NORMAL_WIDTH = 5
"""usWidthClass of OpenType: 1 to 4 are condensed, 6 to 9 expanded."""

_SERIFS, _SANS = range(2, 11), range(11, 16)
"""PANOSE, the second digit of Latin text: kinds of serifs, and without."""


@cache
def fault_of(font: str, families: tuple[str, ...]) -> str:
    """What is wrong with a font for a label, "" when it is an upright sans serif of normal width.

    families: beginnings of names that are taken for sans serif where the file does not say.

    >>> fault_of("MortarBold", ("Roboto",)), fault_of("MortarBold", ("Vera",))
    ('', 'is not known to be a sans serif')
    """
    face = load(font).face
    # ReportLab's own types leave this one out.
    table = cast(bytes, face.get_table("OS/2"))  # type: ignore[no-untyped-call]
    width = struct.unpack(">H", table[6:8])[0]
    if width < _NORMAL_WIDTH:
        return "is condensed"
    if face.italicAngle:
        return "is slanted"
    serifs = table[33] if table[32] == 2 else 0
    if serifs in _SERIFS:
        return "has serifs"
    family = face.familyName.decode("latin-1") if isinstance(face.familyName, bytes) else str(face.familyName)
    return "" if serifs in _SANS or family.startswith(families) else "is not known to be a sans serif"
