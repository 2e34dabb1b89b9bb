"""Numbers in written directions: digits, words, halves and other exact fractions."""

import re
from decimal import Decimal

NUMBER_WORDS = {
    word: Decimal(place)
    for place, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
    )
} | {"twenty one": Decimal(21), "twenty eight": Decimal(28), "thirty": Decimal(30), "ninety": Decimal(90)}

_WORD_NUMBER = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)).replace(" ", "[ -]")
_HALF = r"(?:one[ -])?half|a half|1/2"
NUM = (
    rf"(?:(?:{_HALF})(?: (?:of )?an?)?\b"
    rf"|(?:[0-9]{{1,4}}(?![0-9/])|{_WORD_NUMBER})(?:\.[0-9]{{1,4}}(?![0-9]))?(?: and (?:{_HALF})\b| 1/2\b)?"
    rf"|\.[0-9]{{1,4}}(?![0-9])|[0-9]{{1,2}}/[0-9]{{1,2}}(?![0-9/]))"
)
ONE_NUMBER = rf"(?:[0-9]{{1,4}}|{'|'.join(word for word in NUMBER_WORDS if ' ' not in word)})"
_EXACT_PARTS = (1, 2, 4, 5, 8, 10)  # a third has no end as a decimal


def number(text: str) -> Decimal | None:
    """The exact number behind digits, a fraction or words; None when it is not exact or divides by zero.

    >>> number("1 and 1/2"), number("two"), number("1/3")
    (Decimal('1.5'), Decimal('2'), None)
    """
    plain = re.sub(r" (of )?an?$", "", text.strip())
    if re.fullmatch(_HALF, plain):
        return Decimal("0.5")
    whole = re.fullmatch(rf"(.+?)(?: and (?:{_HALF})| 1/2)", plain)
    if whole:
        base = number(whole[1])
        return None if base is None or base != int(base) else base + Decimal("0.5")
    if re.fullmatch(r"[0-9]+/[0-9]+", plain):
        upper, lower = (int(part) for part in plain.split("/"))
        return Decimal(upper) / lower if lower in _EXACT_PARTS else None
    if plain.replace("-", " ") in NUMBER_WORDS:
        return NUMBER_WORDS[plain.replace("-", " ")]
    return Decimal(plain) if re.fullmatch(r"[0-9]*\.?[0-9]+", plain) else None
