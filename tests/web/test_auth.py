"""Signing in, out, and the one-time links."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pharmacy.domain.roles import Role
from pharmacy.services import people
from pharmacy.services.people import OWNER
from pharmacy.store.database import Database, utc_now

PASSWORD = "six grey herons at dusk"
SIGN_IN = {"username": "Technician ", "password": PASSWORD}


def text(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined,no-any-return]


def test_a_right_password_opens_the_work_queues(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/sign-in", data=SIGN_IN, follow_redirects=True)
    assert "Work queues" in text(answer)
    assert "Test Technician" in text(answer)


def test_a_wrong_password_keeps_the_name_that_was_typed(app: Flask) -> None:
    answer = app.test_client().post("/sign-in", data={"username": "technician", "password": "wrong"})
    assert answer.status_code == 422
    assert "User name or password is wrong." in text(answer)
    assert 'value="technician"' in text(answer)
    assert "wrong&#34;" not in text(answer)


def test_a_missing_name_and_a_wrong_password_are_answered_alike(app: Flask) -> None:
    known = app.test_client().post("/sign-in", data={"username": "technician", "password": "wrong"})
    unknown = app.test_client().post("/sign-in", data={"username": "nobody", "password": "wrong"})
    assert (known.status_code, "is wrong." in text(known)) == (unknown.status_code, "is wrong." in text(unknown))


def test_the_sixth_wrong_password_has_to_wait_and_so_has_the_right_one(app: Flask) -> None:
    client = app.test_client()
    for _ in range(5):
        client.post("/sign-in", data={"username": "technician", "password": "wrong"})
    answer = client.post("/sign-in", data=SIGN_IN)
    assert answer.status_code == 422
    assert "Too many wrong passwords: wait" in text(answer)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_host(app: Flask, back: str) -> None:
    answer = app.test_client().post("/sign-in", data={**SIGN_IN, "next": back})
    assert answer.location == "/"


def test_signing_in_goes_back_to_the_page_that_was_wanted(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/lots/").location == "/sign-in?next=/lots/"
    answer = client.post("/sign-in", data={**SIGN_IN, "next": "/lots/"})
    assert answer.location == "/lots/"


def test_the_first_administrator_sets_the_pharmacy_up_by_a_link_that_works_once(
    one_app: Flask, database: Database
) -> None:
    with database.transaction() as session:
        token = people.make_link(session, person_id=None, actor=OWNER, now=utc_now())
    one_app.extensions["mortar_database"], one_app.test_client_class = database, None
    client: FlaskClient = one_app.test_client()
    page = text(client.get(f"/set-up/{token}"))
    assert "The pharmacy, as labels print it" in page
    csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {
        "csrf_token": csrf,
        "name": "New Pharmacy",
        "address": "1 Street, Town",
        "phone": "555-0100",
        "username": "ada",
        "full_name": "Ada Able",
        "initials": "AA",
        "password": "too short",
        "again": "too short",
    }
    refused = client.post(f"/set-up/{token}", data=typed)
    assert refused.status_code == 422
    assert "at least 15 are needed" in text(refused)
    assert 'value="New Pharmacy"' in text(refused)
    again = {**typed, "password": PASSWORD, "again": PASSWORD}
    assert client.post(f"/set-up/{token}", data=again).location == "/"
    assert client.get("/admin/people").status_code in (200, 308)
    assert "used before" in text(one_app.test_client().get(f"/set-up/{token}"))


def test_two_different_passwords_are_refused(
    app: Flask, database: Database, staff: dict[Role, int], client_as: Callable[[str], FlaskClient]
) -> None:
    with database.transaction() as session:
        token = people.make_link(session, person_id=staff[Role.TECHNICIAN], actor=OWNER, now=utc_now())
    client = app.test_client()
    answer = client.post(f"/set-up/{token}", data={"password": PASSWORD, "again": PASSWORD + "!"})
    assert answer.status_code == 422
    assert "The two passwords differ" in text(answer)
    signed_in = client_as("technician")
    assert client.post(f"/set-up/{token}", data={"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert signed_in.get("/").status_code == 302, "a new password ends the older sessions"
