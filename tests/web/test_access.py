"""Every route says who may call it, and nobody else gets in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pharmacy.domain.roles import Role
from pharmacy.edge.doors import declared, roles_of
from pharmacy.services import people, sessions
from pharmacy.services.people import OWNER
from pharmacy.store.database import Database, utc_now

OWN_FILES = {"static", "bootstrap.static"}
PUBLIC = {"auth.sign_in", "auth.sign_in_now", "auth.set_up", "auth.set_up_now", "home.healthz", "home.readyz"}
SignedIn = Callable[[str], FlaskClient]


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, address with numbers filled in) of every page."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OWN_FILES or rule.endpoint.startswith("api."):
            continue
        values = {name: "x" if name == "token" else "987654" for name in rule.arguments}
        address = app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or ())))
        found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if name not in OWN_FILES and not declared(view)]
    assert silent == []


def test_only_the_pages_before_signing_in_are_public(app: Flask) -> None:
    public = {
        name
        for name, view in app.view_functions.items()
        if name not in OWN_FILES and not name.startswith("api.") and roles_of(view) is None
    }
    assert public == PUBLIC


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(app: Flask) -> None:
    client = app.test_client()
    for endpoint, method, address in routes(app):
        if endpoint in PUBLIC:
            continue
        answer = client.open(address, method=method, data={"csrf_token": client.token()} if method == "POST" else None)
        assert answer.status_code == 302, (endpoint, method)
        assert "/sign-in" in answer.location, (endpoint, method)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_that_is_not_named_gets_no_page(app: Flask, client_as: SignedIn, role: Role) -> None:
    client = client_as(role)
    for endpoint, method, address in routes(app):
        if endpoint in PUBLIC or endpoint == "auth.sign_out":
            continue
        allowed = roles_of(app.view_functions[endpoint])
        assert allowed is not None
        data = {"csrf_token": client.token()} if method == "POST" else None
        status = client.open(address, method=method, data=data).status_code
        if role in allowed:
            assert status not in (403, 500), (endpoint, method, status)
        else:
            assert status == 403, (endpoint, method, status)


def test_a_form_without_its_token_is_refused(client_as: SignedIn) -> None:
    client = client_as("technician")
    answer = FlaskClient.post(client, "/sign-out", data={})
    assert answer.status_code == 400
    assert "session that has ended" in answer.get_data(as_text=True)
    assert client.get("/").status_code == 200


def test_every_page_forbids_foreign_scripts_frames_and_caches(app: Flask, client_as: SignedIn) -> None:
    for address in ("/sign-in", "/nowhere"):
        headers = app.test_client().get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    page = client_as("technician").get("/").get_data(as_text=True)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert " style=" not in page


def test_another_host_name_is_refused(app: Flask) -> None:
    assert app.test_client().get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_a_body_over_the_limit_is_refused(app: Flask) -> None:
    answer = FlaskClient.post(app.test_client(), "/api/v1/messages", data=b"x" * 2_100_000)
    assert answer.status_code in (401, 413)


def test_a_copied_cookie_ends_with_signing_out(app: Flask, client_as: SignedIn) -> None:
    client = client_as("technician")
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    assert client.post("/sign-out").status_code == 302
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    assert "/sign-in" in thief.get("/").location


def test_disabling_a_person_ends_their_sessions(
    database: Database, client_as: SignedIn, staff: dict[Role, int]
) -> None:
    client = client_as("technician")
    assert client.get("/").status_code == 200
    with database.transaction() as session:
        people.change(
            session, staff[Role.TECHNICIAN], role=Role.TECHNICIAN, is_active=False, actor=OWNER, now=utc_now()
        )
    assert client.get("/").status_code == 302


def test_a_browser_left_alone_is_signed_out(app: Flask, database: Database, staff: dict[Role, int]) -> None:
    with database.transaction() as session:
        token = sessions.begin(
            session, staff[Role.TECHNICIAN], lasts=timedelta(hours=1), now=utc_now() - timedelta(minutes=12)
        )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert client.get("/").status_code == 302


def test_a_defect_is_a_page_with_a_number_and_no_traceback(
    app: Flask, client_as: SignedIn, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from pharmacy.store import lists  # noqa: PLC0415 - patched here only

    def broken(session: object) -> None:
        raise ValueError("Zebulon Canary has an allergy")

    monkeypatch.setattr(lists, "waiting", broken)
    client = client_as("technician")
    answer = client.get("/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "Something is broken here" in page
    assert "Canary" not in page
    assert "Traceback" not in page
    assert "Canary" not in capfd.readouterr().err
