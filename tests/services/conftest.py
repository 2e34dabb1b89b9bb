"""The pharmacy of `line`, fresh for every test on each kind of database."""

from datetime import datetime

import pytest

from pharmacy.services import passwords
from pharmacy.store.database import Database
from tests.services.line import PASSWORD_HASH, Line, open_pharmacy


@pytest.fixture(autouse=True)
def _quick_answer_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash that is compared when there is no such account, as quick as those of the people here."""
    monkeypatch.setattr(passwords, "_NOBODYS_HASH", PASSWORD_HASH)


@pytest.fixture
def line(database: Database, now: datetime) -> Line:
    """A furnished pharmacy: people of every role, an approved formula for 4.5 mg, a released lot of each kind."""
    return open_pharmacy(database, now).furnish()


@pytest.fixture
def sqlite_line(sqlite_database: Database, now: datetime) -> Line:
    """The same on SQLite, for what does not depend on the database."""
    return open_pharmacy(sqlite_database, now).furnish()
