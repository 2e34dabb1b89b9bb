"""The pharmacy of `line`, fresh for every test on each kind of database.

It is furnished once, in a file, and copied: making it anew takes longer than most tests.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from pharmacy.services import passwords
from pharmacy.store.database import Database
from pharmacy.store.tables import Base
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
    if database.is_sqlite:
        _copy_file(furnished, database)
    else:
        _copy_rows(furnished, database)
    return open_again(database, now)


@pytest.fixture
def sqlite_line(sqlite_database: Database, furnished: Database, now: datetime) -> Line:
    """The same on SQLite, for what does not depend on the database."""
    _copy_file(furnished, sqlite_database)
    return open_again(sqlite_database, now)


def _copy_file(source: Database, target: Database) -> None:
    shutil.copyfile(str(source.url.database), str(target.url.database))


def _copy_rows(source: Database, target: Database) -> None:
    """Row for row into an empty PostgreSQL database, past its triggers; its sequences go on behind them."""
    with source.engine.connect() as old, target.engine.begin() as new:
        new.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            rows = [dict(row) for row in old.execute(select(table)).mappings()]
            if not rows:
                continue
            new.execute(insert(table), rows)
            if "id" in table.columns:
                sequence = {"sequence": f"{table.name}_id_seq", "last": max(row["id"] for row in rows)}
                new.execute(text("SELECT setval(to_regclass(:sequence), :last)"), sequence)
