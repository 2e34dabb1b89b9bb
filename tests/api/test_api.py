"""The API: tokens, messages, idempotency, lists by key."""

import json
import re
from importlib import resources
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pharmacy.domain.questions import Asking, Reply
from pharmacy.domain.roles import Role
from pharmacy.services import people, questions, recalls
from pharmacy.services.acting import Actor
from pharmacy.services.people import OWNER
from pharmacy.services.recall_documents import to_document
from pharmacy.store.database import Database, utc_now
from tests.services.line import open_pharmacy

NEWRX = resources.files("pharmacy.demo").joinpath("newrx.xml").read_bytes()
PRESCRIPTION: dict[str, Any] = {
    "patient": {"family": "Example", "given": "Eve", "birth_date": "1980-01-02", "allergies": "none known"},
    "prescriber": {"family": "Sample", "given": "Sam", "npi": "1234567893"},
    "drug": "naltrexone hydrochloride",
    "strength": "4.5 mg",
    "form": "capsule",
    "directions": "Take 1 capsule at bedtime",
    "quantity": "30",
    "days_supply": "30",
    "refills": "2",
    "written": "2026-11-20",
}


class Program:
    """A program with a token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: object, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(f"/api/v1/{path}", data=data, headers={**self.headers, **headers})


@pytest.fixture
def app(one_app: Flask, database: Database) -> Flask:
    one_app.extensions["mortar_database"], one_app.test_client_class = database, None
    one_app.testing = False
    return one_app


def program(app: Flask, database: Database, role: Role) -> Program:
    with database.transaction() as session:
        person = people.add(
            session, username=role.value, full_name="Prog Ram", initials="PR", role=role, actor=OWNER, now=utc_now()
        )
        token = people.make_api_token(session, person.id, "clinic", actor=OWNER, now=utc_now())
    return Program(app.test_client(), token)


@pytest.fixture
def clinic(app: Flask, database: Database) -> Program:
    return program(app, database, Role.TECHNICIAN)


def test_nobody_without_a_token_gets_an_answer(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("api."):
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            address = re.sub("<int:[a-z_]+>", "1", rule.rule)
            answer = client.open(address, method=method, headers={"Authorization": "Bearer mtr_wrong"})
            assert answer.status_code == 401, rule
            assert "Bearer" in answer.get_json()["error"]


def test_a_token_acts_with_its_persons_role(app: Flask, database: Database) -> None:
    auditor = program(app, database, Role.AUDITOR)
    assert auditor.get("prescriptions").status_code == 200
    refused = auditor.post("prescriptions", PRESCRIPTION)
    assert refused.status_code == 403
    assert "auditor" in refused.get_json()["error"]


def test_a_script_message_is_answered_in_script_and_queued(clinic: Program) -> None:
    answer = clinic.post("messages", NEWRX, **{"Content-Type": "application/xml"})
    assert answer.status_code == 200
    assert answer.headers["X-Mortar-Outcome"] == "received"
    assert b"<Status>" in answer.data
    assert b"<Code>000</Code>" in answer.data
    listed = clinic.get("prescriptions?state=received").get_json()["prescriptions"]
    assert [row["patient_name"] for row in listed] == ["Avery Demopatient"]


def test_a_repeated_message_is_answered_as_before_and_entered_once(clinic: Program) -> None:
    first = clinic.post("messages", NEWRX)
    again = clinic.post("messages", NEWRX)
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["X-Mortar-Outcome"] == "answered"
    assert len(clinic.get("prescriptions").get_json()["prescriptions"]) == 1


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\x00", b"<Message>", b'{"message_id": "1"}', b"<!DOCTYPE a []><a/>"])
def test_what_cannot_be_read_is_kept_for_a_person(clinic: Program, raw: bytes) -> None:
    answer = clinic.post("messages", raw)
    assert answer.status_code == 202
    assert answer.headers["X-Mortar-Outcome"] == "review"
    assert clinic.get("prescriptions").get_json()["prescriptions"] == []


def test_an_idempotency_key_enters_a_prescription_once(clinic: Program) -> None:
    first = clinic.post("prescriptions", PRESCRIPTION, **{"Idempotency-Key": "a1"})
    again = clinic.post("prescriptions", PRESCRIPTION, **{"Idempotency-Key": "a1"})
    other = clinic.post("prescriptions", {**PRESCRIPTION, "quantity": "60"}, **{"Idempotency-Key": "a1"})
    assert first.status_code == 201
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert other.status_code == 409
    assert len(clinic.get("prescriptions").get_json()["prescriptions"]) == 1


def test_lists_page_by_key_and_miss_nobody(clinic: Program) -> None:
    numbers = [clinic.post("prescriptions", PRESCRIPTION).get_json()["number"] for _ in range(7)]
    found, after = [], ""
    while after is not None:
        page = clinic.client.get(
            "/api/v1/prescriptions", query_string={"limit": 3, "after": after}, headers=clinic.headers
        ).get_json()
        found += [row["number"] for row in page["prescriptions"]]
        after = page["next"]
    assert found == numbers


@pytest.mark.parametrize(("path", "field"), [("prescriptions?state=lost", "state"), ("prescriptions?limit=0", "limit")])
def test_a_wrong_question_names_its_field(clinic: Program, path: str, field: str) -> None:
    answer = clinic.get(path)
    assert answer.status_code == 422
    assert answer.get_json()["field"] == field


def test_an_unknown_key_of_a_list_is_a_sentence(clinic: Program) -> None:
    answer = clinic.get("prescriptions?after=nonsense")
    assert answer.status_code == 422
    assert answer.get_json()["field"] == "after"


def test_screening_keeps_nothing_and_names_the_lost_decimal(clinic: Program) -> None:
    answer = clinic.post("screen", {**PRESCRIPTION, "strength": "45 mg"})
    found = answer.get_json()
    assert found["decision"] == "stop"
    assert any("4.5 mg" in finding["message"] for finding in found["findings"])
    assert clinic.get("prescriptions").get_json()["prescriptions"] == []


@pytest.mark.parametrize("body", [b"{", b"[1", b"NaN", b"[" * 100_000, b'"text"', b"null"])
def test_a_body_that_is_no_prescription_is_one_sentence(clinic: Program, body: bytes) -> None:
    answer = clinic.post("screen", body)
    assert answer.status_code == 422
    assert answer.get_json()["error"]


def test_a_record_that_is_not_there_is_404(clinic: Program) -> None:
    assert clinic.get("prescriptions/999").status_code == 404
    assert clinic.get("batches/999").status_code == 404


def test_the_description_lists_every_route(clinic: Program, app: Flask) -> None:
    described = clinic.get("openapi.json").get_json()
    assert described["openapi"].startswith("3.1")
    routes = {
        (re.sub("<int:[a-z_]+>", "{id}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    listed = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert listed == routes


def test_one_prescription_shows_its_source_and_signatures(clinic: Program) -> None:
    clinic.post("messages", NEWRX)
    row = clinic.get("prescriptions").get_json()["prescriptions"][0]
    found = clinic.get(f"prescriptions/{row['id']}").get_json()
    assert found["prescription"]["patient"]["family"] == "Demopatient"
    assert len(found["source_sha256"]) == 64
    assert found["signatures"] == []
    assert found["questions"] == []


def test_one_prescription_shows_what_was_asked_and_answered(clinic: Program, database: Database) -> None:
    rx = clinic.post("prescriptions", PRESCRIPTION).get_json()["id"]
    at = utc_now()
    with database.transaction() as session:
        pam = Actor.of(
            people.add(
                session, username="pam", full_name="Pam", initials="P", role=Role.PHARMACIST, actor=OWNER, now=at
            )
        )
        asked = [
            questions.ask(session, rx, Asking(about, f"Which {about} is meant?", "fax", "Dr Muster"), actor=pam, now=at)
            for about in ("strength", "quantity", "refills")
        ]
        ids = [question.id for question in asked]
        questions.answer(session, rx, ids[0], Reply("4.5 mg", "Dr Muster", "fax", at), actor=pam, now=at)
        questions.withdraw(session, rx, ids[1], reason="found it", actor=pam, now=at)
    found = clinic.get(f"prescriptions/{rx}").get_json()
    assert found["state"] == "clarifying"
    assert [(one["id"], one["state"], one["about"], one["text"], one["answer"]) for one in found["questions"]] == [
        (ids[0], "answered", "strength", "Which strength is meant?", "4.5 mg"),
        (ids[1], "withdrawn", "quantity", "Which quantity is meant?", None),
        (ids[2], "open", "refills", "Which refills is meant?", None),
    ]


def test_the_recall_of_a_lot_is_the_document_of_the_command(app: Flask, database: Database) -> None:
    line = open_pharmacy(database, utc_now()).furnish()
    line.weighed()
    auditor = program(app, database, Role.AUDITOR)
    found = auditor.get("lots/1/recall")
    assert found.status_code == 200
    with database.reading() as session:
        assert found.get_json() == to_document(recalls.walk(session, "L000001"))
    assert [one["state"] for one in found.get_json()["batches"]] == ["filling"]
    assert auditor.get("lots/987654/recall").status_code == 404
    assert program(app, database, Role.ADMINISTRATOR).get("lots/1/recall").status_code == 403
