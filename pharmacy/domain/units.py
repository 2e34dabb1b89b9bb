"""Numbers as they are read and as they are printed.

Two printers, never exchanged: a dose loses its trailing zeros and never starts with a naked point (ISMP list
of error-prone abbreviations); a measured value keeps the digits the balance or the certificate showed.
"""

import re
from datetime import date
from decimal import Decimal

from pharmacy.domain.errors import InputUnusable

_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOST_DIGITS = 30  # more than any balance, certificate or price list shows; keeps a hostile number cheap


def format_number(value: Decimal) -> str:
    """A dose or a count without trailing zeros, with a digit before the point, never with an exponent.

    >>> format_number(Decimal("4.50")), format_number(Decimal(".5")), format_number(Decimal("30"))
    ('4.5', '0.5', '30')
    """
    if not value.is_finite():
        raise InputUnusable(f"{value} is not a number that can be printed.")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def format_strength(mg: Decimal) -> str:
    """A dose or strength [mg] as screen, label, API and PDF print it.

    >>> format_strength(Decimal("3.0")), format_strength(Decimal("0.50"))
    ('3 mg', '0.5 mg')
    """
    return f"{format_number(mg)} mg"


def format_measure(value: Decimal, unit: str) -> str:
    """A measured value with every digit that was measured.

    >>> format_measure(Decimal("510.730"), "mg")
    '510.730 mg'
    """
    if not value.is_finite():
        raise InputUnusable(f"{value} is not a number that can be printed.")
    return f"{value:f} {unit}".rstrip()


def read_decimal(
    text: object,
    *,
    field: str,
    least: Decimal | None = None,
    most: Decimal | None = None,
    places: int | None = None,
) -> Decimal:
    """An exact number, from digits with at most one point.

    least, most: limits, both allowed. places: digits allowed after the point.
    Raises: InputUnusable for NaN, Infinity, an exponent, a grouping comma, a naked point, a yes/no or a
    binary float, and for a number outside its limits; the sentence names the field and the limit.

    >>> read_decimal("4.50", field="dose_mg")
    Decimal('4.50')
    """
    value = _exact(text, field)
    if least is not None and value < least:
        raise InputUnusable(f"{field}: {clip(text)} is below {format_number(least)}.", field)
    if most is not None and value > most:
        raise InputUnusable(f"{field}: {clip(text)} is above {format_number(most)}.", field)
    exponent = value.as_tuple().exponent
    if places is not None and isinstance(exponent, int) and -exponent > places:
        raise InputUnusable(f"{field}: {clip(text)} has more than {places} digits after the point.", field)
    return value


def refuse_more_digits(*values: tuple[str, Decimal | None, int]) -> None:
    """Refuses (field, value, places) with more digits than are kept.

    Raises: InputUnusable naming the field.
    """
    for field, value, places in values:
        if value is not None:
            read_decimal(value, field=field, places=places)


def read_whole(text: object, *, field: str, least: int | None = None, most: int | None = None) -> int:
    """A whole number; "30" and 30 are read, "30.5" and "30 capsules" are refused.

    >>> read_whole("30", field="quantity", least=1)
    30
    """
    if isinstance(text, str) and not _PLAIN.fullmatch(text.strip()):
        raise InputUnusable(f"{field}: {clip(text)} is not a whole number; write digits alone.", field)
    value = read_decimal(
        text,
        field=field,
        least=None if least is None else Decimal(least),
        most=None if most is None else Decimal(most),
    )
    if value != value.to_integral_value():
        raise InputUnusable(f"{field}: {clip(text)} is not a whole number.", field)
    return int(value)


def read_date(text: object, *, field: str) -> date:
    """A calendar date written yyyy-mm-dd (ISO 8601).

    >>> read_date("2025-06-30", field="written")
    datetime.date(2025, 6, 30)
    """
    if type(text) is date:
        return text
    if isinstance(text, str) and _ISO_DATE.fullmatch(text.strip()):
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            raise InputUnusable(f"{field}: {clip(text)} is not a day of the calendar.", field) from None
    raise InputUnusable(f"{field}: {clip(text)} is not a date written yyyy-mm-dd.", field)


def clip(value: object, most: int = 60) -> str:
    """What was written, quoted and short enough for a sentence.

    >>> clip("4,5 mg")
    '“4,5 mg”'
    """
    if isinstance(value, int) and abs(value) >= 10**_MOST_DIGITS:
        return "a number of more than 30 digits"
    written = " ".join(str(value).split()) if isinstance(value, (str, int, Decimal)) else type(value).__name__
    return f"“{written}”" if len(written) <= most else f"“{written[: most - 1]}…”"


def _exact(text: object, field: str) -> Decimal:
    if isinstance(text, bool) or not isinstance(text, (str, int, Decimal)):
        raise InputUnusable(f"{field}: a number is needed, written as digits; this is {_kind(text)}.", field)
    if isinstance(text, int):
        if abs(text) >= 10**_MOST_DIGITS:
            raise InputUnusable(f"{field}: the number has more than {_MOST_DIGITS} digits.", field)
        return Decimal(text)
    if isinstance(text, Decimal):
        return _plain_decimal(text, field)
    written = text.strip()
    if not _PLAIN.fullmatch(written):
        raise InputUnusable(
            f"{field}: {clip(text)} is not a number; write digits with one point and no comma or exponent,"
            " for example 0.5.",
            field,
        )
    if len(written) > _MOST_DIGITS + 2:
        raise InputUnusable(f"{field}: the number has more than {_MOST_DIGITS} digits.", field)
    return Decimal(written)


def _plain_decimal(value: Decimal, field: str) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise InputUnusable(f"{field}: {value} is not a number.", field)
    if exponent > 0:
        raise InputUnusable(f"{field}: {clip(value)} is written with an exponent; write all digits.", field)
    if len(value.as_tuple().digits) > _MOST_DIGITS or exponent < -_MOST_DIGITS:
        raise InputUnusable(f"{field}: the number has more than {_MOST_DIGITS} digits.", field)
    return value


def _kind(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes or no"
    kinds = {"float": "a binary float", "dict": "an object", "list": "a list"}
    return kinds.get(type(value).__name__, "something else")
