"""A running application with a person of every role, and clients that are signed in as one of them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from pharmacy.domain.roles import Role
from pharmacy.services import people, sessions
from pharmacy.services.people import OWNER
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import Person, Pharmacy, SecondReading
from tests.copying import copy, copy_file

PASSWORD = "six grey herons at dusk"
# The same algorithm with little work: real hashes would cost every test half a second.
CHEAP_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SEEN = re.compile(r'name="seen" type="hidden" value="([^"]+)"')
SIGNED_AT = ("/verify", "/release", "/reject", "/approve", "/check", "/alone")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Client(FlaskClient):
    """A browser without a screen: its posts carry the token of the form."""

    csrf = ""

    def post(self, *args: Any, data: Any = None, **kwargs: Any) -> Any:
        if "json" not in kwargs and (data is None or isinstance(data, dict)):
            data = {"csrf_token": self.token(), **self.seen(args[0], data or {}), **(data or {})}
        return super().post(*args, data=data, **kwargs)

    def seen(self, address: str, data: dict[str, Any]) -> dict[str, str]:
        """The digest of the record that the page of a signature shows, unless the test gives one."""
        if "password" not in data or not (address.endswith(SIGNED_AT) or address.startswith("/rules/")):
            return {}
        found = SEEN.search(self.get(address).get_data(as_text=True))
        return {"seen": found[1]} if found else {}

    def token(self) -> str:
        if not self.csrf:
            page = self.get("/sign-in", follow_redirects=True).get_data(as_text=True)
            found = TOKEN.search(page)
            assert found, "no form on the page"
            self.csrf = found[1]
        return self.csrf


@pytest.fixture(scope="session")
def staffed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The pharmacy with its people, of which every test gets a copy."""
    file = tmp_path_factory.mktemp("staffed") / "pharmacy.db"
    database = Database(f"sqlite:///{file.as_posix()}")
    copy_file(sqlite_template, database)
    with database.transaction() as session:
        people.change_pharmacy(
            session,
            "Harbor Test Pharmacy",
            "1 Test Street, Portland, OR 97205",
            "503-555-0100",
            actor=OWNER,
            now=utc_now(),
        )
        session.execute(update(Pharmacy).values(second_reading=SecondReading.NONE))
        for role in Role:
            initials = "".join(word[0] for word in role.value.split("-")).upper()
            person = people.add(
                session,
                username=role.value,
                full_name=f"Test {role.value.title()}",
                initials=initials,
                role=role,
                actor=OWNER,
                now=utc_now(),
            )
            person.password_hash = CHEAP_HASH
    yield database
    database.close()


@pytest.fixture
def staff(database: Database, staffed: Database) -> dict[Role, int]:
    """A person of every role, all with PASSWORD: {role: id}. User names are "technician", "pharmacist", ..."""
    copy(staffed, database)
    with database.reading() as session:
        return {person.role: person.id for person in session.scalars(select(Person))}


@pytest.fixture
def app(one_app: Flask, database: Database, staff: dict[Role, int]) -> Flask:
    one_app.extensions["mortar_database"] = database
    one_app.test_client_class = Client
    one_app.testing = False  # faults become pages, as for users
    return one_app


@pytest.fixture
def client_as(app: Flask, database: Database, staff: dict[Role, int]) -> Callable[[str], Client]:
    """client_as("technician"): a client that this person is signed in with."""

    def signed_in(role: str) -> Client:
        with database.transaction() as session:
            token = sessions.begin(session, staff[Role(role)], lasts=timedelta(hours=1), now=utc_now())
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        assert isinstance(client, Client)
        return client

    return signed_in


@pytest.fixture
def person(database: Database, staff: dict[Role, int]) -> Callable[[str], Person]:
    """person("technician"): who that is."""

    def find(role: str) -> Person:
        with database.reading() as session:
            return session.get_one(Person, staff[Role(role)])

    return find
