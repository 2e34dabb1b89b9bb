"""JSON as it comes from outside: numbers stay exact, nothing is silently dropped, and every refusal is one line."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from pharmacy.domain.errors import InputUnusable

MOST_DIGITS = 64
"""Python's own conversion of an unboundedly long number takes quadratic time."""

HALF_CHARACTER = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
r"""An escape such as \ud83d: right in a pair, but alone it is no character and cannot be stored."""


def parse_json(raw: bytes, *, name: str = "the document") -> object:
    """One JSON document from its bytes, with exact numbers: one with a point becomes a Decimal.

    A key given twice, NaN, Infinity and text after the document are refused.

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
        json.dumps(document, default=str, ensure_ascii=False).encode()
    except UnicodeEncodeError as problem:
        raise InputUnusable(f"{name} holds half of a character (an unpaired \\u escape)") from problem


def _shown(key: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "?", key)[:60]
