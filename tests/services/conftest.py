"""The pharmacy of `line`, fresh for every test on each kind of database.

It is furnished once, in a file, and copied: making it anew takes longer than most tests.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pharmacy.services import passwords
from pharmacy.store.database import Database
from tests.copying import copy
from tests.services.line import PASSWORD_HASH, Line, furnished_file, open_again


@pytest.fixture(autouse=True)
def _quick_answer_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash that is compared when there is no such account, as quick as those of the people here."""
    monkeypatch.setattr(passwords, "_NOBODYS_HASH", PASSWORD_HASH)


@pytest.fixture(scope="session")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The furnished pharmacy that the others are copies of."""
    database = Database(f"sqlite:///{furnished_file(sqlite_template, tmp_path_factory.mktemp('furnished')).as_posix()}")
    yield database
    database.close()


@pytest.fixture
def line(database: Database, furnished: Database, now: datetime) -> Line:
    """A furnished pharmacy: people of every role, an approved formula for 4.5 mg, a released lot of each kind."""
    copy(furnished, database)
    return open_again(database, now)


@pytest.fixture
def sqlite_line(sqlite_database: Database, furnished: Database, now: datetime) -> Line:
    """The same on SQLite, for what does not depend on the database."""
    copy(furnished, sqlite_database)
    return open_again(sqlite_database, now)
