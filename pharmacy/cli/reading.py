"""JSON in and out of the command line: numbers stay exact, and nothing is silently dropped."""

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path

import click

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.json_text import parse_json as parse_json

MOST_BYTES = 2_000_000
"""No document of this software is near it; a larger one is a mistake, or meant to fill the memory."""


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


def _name(source: str) -> str:
    return "standard input" if source == "-" else source
