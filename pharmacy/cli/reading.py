"""JSON in and out of the command line: numbers stay exact, and nothing is silently dropped."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from typing import NoReturn

import click

from pharmacy.domain.errors import InputUnusable

MOST_BYTES = 2_000_000
"""No document of this software is near it; a larger one is a mistake, or meant to fill the memory."""

MOST_DIGITS = 64
"""Python's own conversion of an unboundedly long number takes quadratic time."""

HALF_CHARACTER = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
r"""An escape such as \ud83d: right in a pair, but alone it is no character and cannot be stored."""


def read_json(source: str) -> object:
    """Read one JSON document from a file, or from standard input when `source` is "-".

    Numbers with a point become Decimal. A key given twice, NaN, Infinity and text after the document are
    refused.

    Raises:
        InputUnusable: the file cannot be read or is not one JSON document.
    """
    return parse_json(read_bytes(source), name=_name(source))


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of standard input when `source` is "-".

    Raises:
        InputUnusable: there is no such file, it cannot be read, or it is larger than MOST_BYTES.
    """
    try:
        if source == "-":
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise InputUnusable(f"{_name(source)} cannot be read: {problem.strerror}") from problem
    if len(raw) > MOST_BYTES:
        raise InputUnusable(f"{_name(source)} is larger than {MOST_BYTES:,} bytes")
    return raw


def parse_json(raw: bytes, *, name: str = "the document") -> object:
    """One JSON document from its bytes, as `read_json` describes.

    Raises:
        InputUnusable: the bytes are not UTF-8, or not one JSON document.
    """
    try:
        text = raw.decode("utf-8-sig")
        document: object = json.loads(
            text,
            parse_float=_number,
            parse_int=_whole,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as problem:
        raise InputUnusable(f"{name} is not UTF-8 text (byte {problem.start})") from problem
    except json.JSONDecodeError as problem:
        sentence = f"{name} is not JSON: {problem.msg} at line {problem.lineno}, column {problem.colno}"
        raise InputUnusable(sentence) from problem
    except RecursionError as problem:
        raise InputUnusable(f"{name} is nested too deeply") from problem
    if HALF_CHARACTER.search(text):
        _refuse_half_characters(document, name)
    return document


def write_json(document: object, *, one_line: bool = False) -> None:
    """Write one JSON document to standard output: Decimal as a string of digits, dates as ISO 8601.

    one_line: without line breaks inside, for commands that write one document a message.
    """
    indent = None if one_line else 2
    text = json.dumps(document, default=_plain, ensure_ascii=False, indent=indent, allow_nan=False)
    # Bytes, because JSON is UTF-8 whatever the terminal's code page is.
    click.echo(text.encode())


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _number(text: str) -> Decimal:
    if len(text) > MOST_DIGITS:
        raise InputUnusable(f"the number {text[:20]}... has more than {MOST_DIGITS} digits")
    try:
        return Decimal(text)
    except InvalidOperation as problem:
        raise InputUnusable(f"the number {text[:20]}... has an exponent beyond all reckoning") from problem


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise InputUnusable(f"the number {text[:20]}... has more than {MOST_DIGITS} digits")
    return int(text)


def _no_constant(text: str) -> NoReturn:
    raise InputUnusable(f"{text} is not a number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document: dict[str, object] = {}
    for key, value in pairs:
        if key in document:
            raise InputUnusable("is given twice", field=_shown(key))
        document[key] = value
    return document


def _refuse_half_characters(document: object, name: str) -> None:
    try:
        json.dumps(document, default=_plain, ensure_ascii=False).encode()
    except UnicodeEncodeError as problem:
        raise InputUnusable(f"{name} holds half of a character (an unpaired \\u escape)") from problem


def _shown(key: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "?", key)[:60]


def _name(source: str) -> str:
    return "standard input" if source == "-" else source
