"""Records as JSON, and the description of the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from pharmacy.domain.screening import Screening
from pharmacy.services import components
from pharmacy.services.reviewing import Since
from pharmacy.services.signing import Standing
from pharmacy.store.tables import Batch, Prescription


def row(found: Row[Any]) -> dict[str, object]:
    """A line of a list: its columns by name, numbers as decimal strings."""
    return {name: _plain(value) for name, value in found._mapping.items()}


def prescription(
    found: Prescription,
    signatures: tuple[Standing, ...],
    questions: Sequence[Row[Any]],
    screening: Screening | None,
    since: Since,
) -> dict[str, object]:
    """screening: of today, None before it was entered. since: what differs from the screening that was signed."""
    return {
        "id": found.id,
        "number": found.number,
        "state": found.state.value,
        "prescription": found.document,
        "strength_mg": _plain(found.strength_mg),
        "directions": found.directions,
        "quantity": found.quantity,
        "days_supply": found.days_supply,
        "refills": found.refills,
        "screening": screening.to_document() if screening else None,
        "since_verification": {"new": [finding.to_document() for finding in since.new], "gone": list(since.gone)},
        "source_sha256": found.message.sha256 if found.message else None,
        "received_at": _plain(found.received_at),
        "due_at": _plain(found.due_at),
        "signatures": [
            {"name": s.printed_name, "meaning": s.meaning, "at": _plain(s.at), "holds": s.holds} for s in signatures
        ],
        "questions": [_question(one) for one in questions],
    }


def _question(found: Row[Any]) -> dict[str, object]:
    settled = "withdrawn" if found.answer is None else "answered"
    return {
        "id": found.id,
        "state": "open" if found.is_open else settled,
        "about": found.about,
        "text": found.text,
        "asked_at": _plain(found.asked_at),
        "answer": found.answer,
    }


def batch(found: Batch) -> dict[str, object]:
    return {
        "id": found.id,
        "number": found.number,
        "state": found.state.value,
        "formula": found.formula.title,
        "strength_mg": _plain(found.formula.strength_mg),
        "capsules": found.capsules,
        "made": found.made,
        "on_hand": found.on_hand,
        "compounded": _plain(found.compounded),
        "beyond_use_date": _plain(found.beyond_use_date),
        "beyond_use_rule": found.beyond_use_rule,
        "worksheet": found.worksheet,
        "components": [
            {
                "ingredient": component.lot.ingredient.name,
                "lot": component.lot.number,
                "target": _plain(component.target),
                "weighed": [_plain(weigh_in.weighed) for weigh_in in component.weigh_ins],
            }
            for component in components.in_order(found)
        ],
        "tests": [
            {"mean_mg": _plain(test.mean_mg), "rsd_percent": _plain(test.rsd_percent), "passed": test.passed}
            for test in found.tests
        ],
    }


def _plain(value: Any) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else format(value, "f")


_ANSWERS: Mapping[str, object] = {
    "401": {"description": "No token in force"},
    "403": {"description": "The token's role may not do this"},
    "404": {"description": "No such record"},
    "422": {"description": "A sentence naming the field and its limit"},
}
_KEY = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def openapi(prefix: str) -> dict[str, object]:
    """The API as OpenAPI 3.1; a test compares its paths with the routes."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mortar", "version": "1", "description": "Orders and batches of a compounding pharmacy."},
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            f"{prefix}/messages": {"post": _operation("Receive a message in any known format", body="*/*")},
            f"{prefix}/screen": {"post": _operation("Screen a prescription, keeping nothing", body="application/json")},
            f"{prefix}/prescriptions": {
                "get": _operation("Open prescriptions, due first", queries=("state", "after", "limit")),
                "post": _operation("Queue a prescription for entry", body="application/json", status="201"),
            },
            f"{prefix}/prescriptions/{{id}}": {"get": _operation("One prescription") | {"parameters": [_KEY]}},
            f"{prefix}/batches/{{id}}": {"get": _operation("One batch record") | {"parameters": [_KEY]}},
            f"{prefix}/lots/{{id}}/recall": {
                "get": _operation("Patients, fills and shelf stock of a lot, and its suppliers")
                | {"parameters": [_KEY]}
            },
            f"{prefix}/openapi.json": {"get": _operation("This document")},
        },
    }


def _operation(
    summary: str, *, body: str = "", queries: tuple[str, ...] = (), status: str = "200"
) -> dict[str, object]:
    described: dict[str, object] = {"summary": summary, "responses": {status: {"description": "Done"}, **_ANSWERS}}
    if body:
        described["requestBody"] = {"required": True, "content": {body: {}}}
    if queries:
        described["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in queries]
    return described
