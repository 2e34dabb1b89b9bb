"""What was typed, as numbers, days and choices. A refusal calls the field what the page calls it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from wtforms import Field

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.units import read_date, read_decimal, read_whole
from pharmacy.web.forms import typed

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

MOST = Decimal(5_000_000)


def decimal(
    field: Field, *, least: Decimal | None = None, most: Decimal | None = MOST, places: int | None = 3
) -> Decimal:
    """An exact number, with at most `places` digits after the point.

    Raises: InputUnusable.
    """
    return _read(field, lambda text, name: read_decimal(text, field=name, least=least, most=most, places=places))


def optional(field: Field, *, most: Decimal | None = MOST) -> Decimal | None:
    """The number, or None when nothing was typed.

    Raises: InputUnusable.
    """
    return decimal(field, most=most) if typed(field.data) else None


def whole(field: Field, *, least: int | None = None, most: int | None = 1_000_000) -> int:
    """A whole number.

    Raises: InputUnusable.
    """
    return _read(field, lambda text, name: read_whole(text, field=name, least=least, most=most))


def percent(field: Field) -> Decimal | None:
    """A per cent as it is printed on a certificate, 99.4, as a fraction, 0.994; None when nothing was typed.

    Raises: InputUnusable.
    """
    if not typed(field.data):
        return None
    return decimal(field, least=Decimal(0), most=Decimal(200), places=4).scaleb(-2)


def day(field: Field) -> date:
    """A calendar day.

    Raises: InputUnusable.
    """
    return _read(field, lambda text, name: read_date(text, field=name))


def choice(field: Field, kind: type[Choice]) -> Choice:
    """One of the values that a list offers.

    Raises: InputUnusable.
    """
    text = typed(field.data)
    if text not in {member.value for member in kind}:
        raise InputUnusable(f"{field.label.text}: choose one of {', '.join(kind)}.", field.short_name)
    return kind(text)


def needed(field: Field) -> str:
    """What was typed, when anything was.

    Raises: InputUnusable.
    """
    if not (text := typed(field.data)):
        raise InputUnusable(f"{field.label.text}: this is needed.", field.short_name)
    return text


def chosen(field: Field) -> int:
    """The number of the record that was chosen in a list.

    Raises: InputUnusable.
    """
    text = typed(field.data)
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputUnusable(f"{field.label.text}: choose one from the list.", field.short_name)
    return int(text)


def _read(field: Field, read: Callable[[str, str], Value]) -> Value:
    text = needed(field)
    try:
        return read(text, field.label.text)
    except InputUnusable as refusal:
        raise InputUnusable(refusal.message, field.short_name) from None
