"""Our own JSON: {"message_id", "sender", "prescription": {...}}, or the prescription document alone."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NoReturn

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.prescription import from_document
from pharmacy.intake.reading import LONGEST_NAME, Format, Problem, Reading, Reply, unread

_ENVELOPE = ("message_id", "sender", "prescription")
_MOST_DIGITS = 64  # longer numbers cost Python quadratic time
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def recognises(raw: bytes) -> bool:
    return raw.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"[")


def read(raw: bytes, content_type: str) -> Reading:
    """Reads a message; never raises."""
    try:
        document = _parse(raw)
        if not isinstance(document, dict):
            raise InputUnusable("A JSON object is needed, not a list.")
    except InputUnusable as refusal:
        return unread(Format.MORTAR_JSON, refusal.field, refusal.message)
    if "resourceType" in document:
        return unread(Format.UNKNOWN, "resourceType", "This is a FHIR resource; FHIR is not read here.")
    return _read_document(document)


def _read_document(document: dict[str, object]) -> Reading:
    wrapped = any(key in document for key in _ENVELOPE)
    content, prefix = (document.get("prescription"), "prescription.") if wrapped else (document, "")
    message_id = sender = at = ""
    try:
        if wrapped:
            _known_keys(document)
            message_id, sender = _name(document, "message_id"), _name(document, "sender")
        if not isinstance(content, Mapping):
            raise InputUnusable("prescription: a JSON object is needed.", "prescription")
        at = prefix
        prescription = from_document(content)
        if not prescription.drug.strip():
            raise InputUnusable("drug: no medicine is named.", "drug")
    except InputUnusable as refusal:
        problem = Problem(at + refusal.field, refusal.message)
        return Reading(Format.MORTAR_JSON, message_id, sender, problems=(problem,))
    return Reading(Format.MORTAR_JSON, message_id, sender, prescription, dict(_evidence(content, "", prefix)))


def reply(reading: Reading, outcome: str, problems: tuple[Problem, ...], sent: datetime | None) -> Reply:
    """{"outcome", "message_id", "problems"}; sent is not needed here: the connection carries the answer."""
    answer = {
        "outcome": outcome,
        "message_id": reading.message_id,
        "problems": [{"path": problem.path, "message": problem.message} for problem in problems],
    }
    return Reply("application/json", json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))


def _parse(raw: bytes) -> object:
    try:
        document: object = json.loads(
            raw.decode("utf-8-sig"),
            parse_float=_number,
            parse_int=_whole,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as problem:
        raise InputUnusable(f"The message is not UTF-8 text (byte {problem.start}).") from problem
    except json.JSONDecodeError as problem:
        sentence = f"The message is not JSON: {problem.msg} at line {problem.lineno}, column {problem.colno}."
        raise InputUnusable(sentence) from problem
    except RecursionError as problem:
        raise InputUnusable("The message is nested too deeply.") from problem
    return document


def _number(text: str) -> Decimal:
    return Decimal(_short(text))


def _whole(text: str) -> int:
    return int(_short(text))


def _short(text: str) -> str:
    if len(text) > _MOST_DIGITS:
        raise InputUnusable(f"The number {text[:20]}... has more than {_MOST_DIGITS} digits.")
    return text


def _no_constant(text: str) -> NoReturn:
    raise InputUnusable(f"{text} is not a number.")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InputUnusable(f"{_printable(key)}: is given twice.", _printable(key))
            seen.add(key)
    return document


def _known_keys(document: dict[str, object]) -> None:
    for key in document:
        if key not in _ENVELOPE:
            shown = _printable(key)
            raise InputUnusable(f"{shown}: unknown key; known are {', '.join(_ENVELOPE)}.", shown)


def _name(document: dict[str, object], key: str) -> str:
    value = document.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputUnusable(f"{key}: a text is needed.", key)
    if len(value) > LONGEST_NAME or not value.isprintable():
        raise InputUnusable(f"{key}: at most {LONGEST_NAME} printable characters are read.", key)
    return value.strip()


def _evidence(content: object, field: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Own JSON says each thing in one place, so the evidence of a field is the path of its leaf."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _evidence(value, f"{field}.{key}" if field else str(key), prefix)
    elif isinstance(content, list):
        for place, value in enumerate(content):
            yield from _evidence(value, f"{field}[{place}]", prefix)
    elif content not in (None, ""):
        yield field, prefix + field


def _printable(key: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in key)[:60]
