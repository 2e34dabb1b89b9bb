"""People and their one-time links, the pharmacy as labels print it, and tokens for programs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import people
from pharmacy.store.database import Database
from pharmacy.store.tables import ApiToken, AuditEntry, Person, Pharmacy
from tests.web.counter import field_error, shown

ClientAs = Callable[[str], Any]
Staff = dict[Role, int]

NEW = {"username": "erika", "full_name": "Erika Muster", "initials": "EM", "role": "technician"}
CHOSEN = "four quiet otters upstream"


def link(page: str) -> str:
    found = re.search(r"http://localhost(/set-up/[\w-]+)", page)
    assert found
    return found[1]


def test_a_new_person_signs_in_after_following_the_link(app: Flask, client_as: ClientAs) -> None:
    answer = client_as("administrator").post("/admin/people/new", data=NEW)
    assert answer.status_code == 200
    browser: Any = app.test_client()
    address = link(answer.text)
    chosen = browser.post(address, data={"password": CHOSEN, "again": CHOSEN})
    assert chosen.status_code == 302
    assert "Erika Muster" in browser.get("/", follow_redirects=True).text


def test_the_link_is_shown_once_and_only_its_digest_is_kept(client_as: ClientAs) -> None:
    client = client_as("administrator")
    token = link(client.post("/admin/people/new", data=NEW).text).rsplit("/", 1)[1]
    for address in ("/admin/people", "/reports/trail"):
        assert token not in client.get(address).text


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"username": "technician"}, "username", "is taken"),
        ({"username": "a b"}, "username", "letters, digits, dots and hyphens"),
        ({"full_name": ""}, "full_name", "1 to 120 characters"),
        ({"initials": "TOOLONG"}, "initials", "1 to 6 letters"),
        ({"role": "owner"}, "role", "choose one of technician"),
    ],
)
def test_a_refused_person_names_the_field(
    client_as: ClientAs, changed: dict[str, str], field: str, sentence: str
) -> None:
    answer = client_as("administrator").post("/admin/people/new", data={**NEW, **changed})
    assert answer.status_code == 422
    assert sentence in field_error(answer, field)
    assert "EM" in answer.text or "initials" in changed


def test_another_role_signs_the_person_out(client_as: ClientAs, staff: Staff) -> None:
    technician = client_as("technician")
    assert technician.get("/batches/").status_code == 200
    change = {"role": "pharmacist", "is_active": "y"}
    client_as("administrator").post(f"/admin/people/{staff[Role.TECHNICIAN]}/change", data=change)
    assert technician.get("/batches/").status_code == 302


def test_whoever_left_cannot_go_on(client_as: ClientAs, staff: Staff) -> None:
    auditor = client_as("auditor")
    client = client_as("administrator")
    client.post(f"/admin/people/{staff[Role.AUDITOR]}/change", data={"role": "auditor"})
    assert auditor.get("/batches/").status_code == 302
    assert "has left" in shown(client.get("/admin/people"))


def test_the_last_administrator_stays_one(client_as: ClientAs, staff: Staff) -> None:
    answer = client_as("administrator").post(
        f"/admin/people/{staff[Role.ADMINISTRATOR]}/change", data={"role": "auditor", "is_active": "y"}
    )
    assert answer.status_code == 422
    assert "is the last administrator" in field_error(answer, "role")


def test_a_new_link_replaces_the_one_before(app: Flask, client_as: ClientAs, staff: Staff) -> None:
    client = client_as("administrator")
    first = link(client.post(f"/admin/people/{staff[Role.PHARMACIST]}/link").text)
    second = link(client.post(f"/admin/people/{staff[Role.PHARMACIST]}/link").text)
    browser: Any = app.test_client()
    assert browser.get(first).status_code == 422
    assert browser.get(second).status_code == 200


def test_the_pharmacy_is_saved_as_labels_print_it(client_as: ClientAs, database: Database) -> None:
    client = client_as("pharmacist-in-charge")
    assert 'value="Harbor Test Pharmacy"' in client.get("/admin/pharmacy").text
    form = {"name": "Quay Pharmacy", "address": "2 Test Street", "phone": "503-555-0111"}
    assert client.post("/admin/pharmacy", data=form).status_code == 302
    with database.reading() as session:
        row = session.get_one(Pharmacy, 1)
        assert (row.name, row.one_pharmacist, row.demonstration) == ("Quay Pharmacy", False, False)


def test_the_exception_of_one_pharmacist_is_signed_on_its_page(client_as: ClientAs, database: Database) -> None:
    assert client_as("administrator").get("/admin/alone").status_code == 403
    client = client_as("pharmacist-in-charge")
    typed = {"alone": "yes", "reason": "my colleague is away this month", "password": "six grey herons at dusk"}
    refused = client.post("/admin/alone", data={**typed, "reason": ""})
    assert "t least 10 letters" in field_error(refused, "reason")
    assert client.post("/admin/alone", data=typed).status_code == 302
    page = client.get("/admin/alone").text
    assert "The exception is in force" in page
    assert "my colleague is away this month" in page
    with database.reading() as session:
        assert session.get_one(Pharmacy, 1).one_pharmacist


def test_a_pharmacy_without_a_phone_is_refused(client_as: ClientAs) -> None:
    answer = client_as("administrator").post("/admin/pharmacy", data={"name": "Quay", "address": "2 St", "phone": ""})
    assert answer.status_code == 422
    assert "it is printed on every label" in field_error(answer, "phone")
    assert 'value="Quay"' in answer.text


def test_a_token_is_shown_once_works_and_ends_when_it_is_revoked(
    app: Flask, client_as: ClientAs, staff: Staff, database: Database
) -> None:
    client = client_as("administrator")
    form = {"person_id": str(staff[Role.PHARMACIST]), "name": "clinic interface"}
    page = client.post("/admin/tokens", data=form).text
    found = re.search(r"mtr_[\w-]{30,}", page)
    assert found
    with database.reading() as session:
        person = people.of_api_token(session, found[0])
        row = session.scalars(select(ApiToken)).one()
    assert person is not None
    assert person.id == staff[Role.PHARMACIST]
    assert found[0] not in client.get("/admin/tokens").text
    assert "clinic interface" in client.get("/admin/tokens").text
    assert client.post(f"/admin/tokens/{row.id}/revoke").status_code == 302
    with database.reading() as session:
        assert people.of_api_token(session, found[0]) is None
        events = session.scalars(select(AuditEntry.event)).all()
    assert Event.TOKEN_REVOKED in events
    assert "revoked" in shown(client.get("/admin/tokens"))


def test_a_token_is_revoked_once(client_as: ClientAs, staff: Staff) -> None:
    client = client_as("administrator")
    client.post("/admin/tokens", data={"person_id": str(staff[Role.PHARMACIST]), "name": "clinic interface"})
    client.post("/admin/tokens/1/revoke")
    answer = client.post("/admin/tokens/1/revoke")
    assert answer.status_code == 422
    assert "was revoked before" in answer.text


@pytest.mark.parametrize("form", [{"person_id": "", "name": "x"}, {"person_id": "1", "name": ""}])
def test_a_token_for_nobody_or_nothing_is_refused(client_as: ClientAs, form: dict[str, str]) -> None:
    assert client_as("administrator").post("/admin/tokens", data=form).status_code == 422


@pytest.mark.parametrize("role", ["technician", "pharmacist", "pharmacist-in-charge", "auditor"])
def test_only_administrators_manage_accounts(client_as: ClientAs, staff: Staff, role: str) -> None:
    client = client_as(role)
    for address in ("/admin/people", "/admin/people/new", f"/admin/people/{staff[Role.AUDITOR]}", "/admin/tokens"):
        assert client.get(address).status_code == 403
    assert client.post("/admin/people/new", data=NEW).status_code == 403


def test_a_person_who_is_not_there_is_not_found(client_as: ClientAs) -> None:
    client = client_as("administrator")
    assert client.get("/admin/people/987654").status_code == 404
    assert client.post("/admin/people/987654/link").status_code == 404
    assert client.post("/admin/people/987654/change", data={"role": "auditor"}).status_code == 404


def test_a_name_with_markup_is_shown_as_it_is_written(client_as: ClientAs, database: Database) -> None:
    client = client_as("administrator")
    client.post("/admin/people/new", data={**NEW, "full_name": "<b>Erika</b> O'Muster"})
    assert "&lt;b&gt;Erika&lt;/b&gt; O&#39;Muster" in client.get("/admin/people").text
    with database.reading() as session:
        assert session.scalars(select(Person.full_name).where(Person.username == "erika")).one().startswith("<b>")
