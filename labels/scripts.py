"""What the writing of a script asks of a label: where a line may end, and what cannot be set at all.

Chinese and Japanese are written without spaces, and a line may end between almost any two signs; Korean ends lines at
spaces like Latin. Scripts that join their letters, stack them, or run from right to left need shaping, which is not
done here: the glyphs that are measured are the glyphs that print.
"""

import unicodedata
from itertools import pairwise

_CLOSES = frozenset("、。，．・：；！？％…‥—～ー々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.:;!?%°")
"""Besides closing brackets and quotation marks, what never begins a line."""

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_SHAPED = frozenset(
    """DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU KANNADA MALAYALAM SINHALA THAI LAO TIBETAN MYANMAR KHMER
    MONGOLIAN SYRIAC ARABIC HEBREW THAANA NKO BALINESE JAVANESE TAI CHAM""".split()
)
"""First words of the Unicode names of signs that change their shape or place with their neighbours."""


def cut(piece: str) -> tuple[str, ...]:
    """What must stay together of a piece without spaces, or of a number with what it counts.

    >>> cut("睡前服用1粒胶囊。"), cut("어린이의"), cut("bedtime")
    (('睡', '前', '服', '用', '1粒', '胶', '囊。'), ('어린이의',), ('bedtime',))
    """
    if piece.isascii() or not any(map(_is_ideographic, piece)):
        return (piece,)
    parts = [piece[0]]
    for before, after in pairwise(piece):
        if _may_part(before, after):
            parts.append(after)
        else:
            parts[-1] += after
    return tuple(parts)


def _may_part(before: str, after: str) -> bool:
    if " " in (before, after) or before.isdecimal() or not (_is_ideographic(before) or _is_ideographic(after)):
        return False
    begins = after in _CLOSES or unicodedata.category(after) in ("Pe", "Pf")
    return not begins and unicodedata.category(before) not in ("Ps", "Pi")


def _is_ideographic(character: str) -> bool:
    """Of the width of a Chinese sign, and no Korean syllable."""
    wide = unicodedata.east_asian_width(character) in ("W", "F")
    return wide and not unicodedata.name(character, "").startswith("HANGUL")


def why_unset(character: str) -> str:
    """Why a sign cannot be set whatever font is added; "" when it can.

    >>> why_unset("ש"), why_unset("Ж")
    ('its script is written from right to left, which labels do not set', '')
    """
    if character.isascii():
        return ""
    if unicodedata.bidirectional(character) in _RIGHT_TO_LEFT:
        return "its script is written from right to left, which labels do not set"
    first = unicodedata.name(character, "").partition(" ")[0]
    jamo = "\u1100" <= character <= "\u11ff"
    if first in _SHAPED or jamo:
        return "its script joins or stacks its letters, which labels do not set"
    return ""
