"""Whether a database may be worked on, and the sentence when not."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from pharmacy.store import schema
from pharmacy.store.database import Database
from tests.store.test_migrations import upgrade_to


def set_revision(database: Database, revision: str) -> None:
    with database.transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_a_fresh_database_is_current(database: Database) -> None:
    assert schema.state(database) == schema.Current(schema.head())
    assert schema.check(database) == schema.Current(schema.head())


def test_without_a_database_the_refusal_names_the_command_that_makes_one(bare_database: Database) -> None:
    assert schema.state(bare_database) == schema.Missing()
    with pytest.raises(schema.SchemaRefused, match=r"There is no database at .*; run `pharmacy db upgrade`\."):
        schema.check(bare_database)


def test_asking_for_the_state_makes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "not-yet.db"
    database = Database(f"sqlite:///{file.as_posix()}")
    assert schema.state(database) == schema.Missing()
    database.close()
    assert not file.exists()


def test_an_older_schema_is_refused_until_it_is_upgraded(bare_database: Database) -> None:
    upgrade_to(bare_database, "0001")
    with pytest.raises(schema.SchemaRefused, match="has schema 0001, and this version needs"):
        schema.check(bare_database)
    schema.upgrade(bare_database)
    schema.check(bare_database)


def test_a_schema_of_a_newer_version_is_neither_used_nor_upgraded(database: Database) -> None:
    set_revision(database, "9999")
    assert schema.state(database) == schema.Newer("9999")
    for act in (schema.check, schema.upgrade):
        with pytest.raises(schema.SchemaRefused, match=r"was made by a newer Mortar \(schema 9999\)"):
            act(database)
    set_revision(database, schema.head())


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear pharmacist, " * 100)
    database = Database(f"sqlite:///{file.as_posix()}")
    with pytest.raises(schema.SchemaRefused, match="cannot be opened: file is not a database"):
        schema.check(database)
    database.close()


def test_a_refusal_does_not_tell_the_password() -> None:
    database = Database("postgresql+psycopg://mortar:s3cret@127.0.0.1:1/pharmacy")
    with pytest.raises(schema.SchemaRefused) as refusal:
        schema.check(database)
    database.close()
    assert "127.0.0.1:1/pharmacy cannot be opened" in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


def test_upgrading_again_changes_nothing(database: Database) -> None:
    assert schema.upgrade(database) == schema.head()
    assert schema.upgrade(database) == schema.head()


def test_two_programs_may_upgrade_at_the_same_moment(bare_database: Database) -> None:
    others = [Database(bare_database.url.render_as_string(hide_password=False)) for _ in range(4)]
    with ThreadPoolExecutor(len(others)) as pool:
        assert set(pool.map(schema.upgrade, others)) == {schema.head()}
    for other in others:
        other.close()


def test_a_new_sqlite_database_writes_ahead_and_minds_its_references(tmp_path: Path) -> None:
    file = tmp_path / "new" / "pharmacy.db"
    database = Database(f"sqlite:///{file.as_posix()}")
    schema.upgrade(database)
    with database.reading() as session:
        switches = {
            name: session.execute(sa.text(f"PRAGMA {name}")).scalar()
            for name in ("foreign_keys", "recursive_triggers", "synchronous")
        }
    database.close()
    assert switches == {"foreign_keys": 1, "recursive_triggers": 1, "synchronous": 2}
    with sqlite3.connect(file) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()


def test_an_upgrade_leaves_the_planner_its_figures(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        session.execute(sa.text("INSERT INTO counters (series, last) VALUES ('rx', 1), ('lot', 1)"))
    schema.upgrade(sqlite_database)
    with sqlite_database.reading() as session:
        stat = session.execute(sa.text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'counters'")).scalar_one()
    assert stat.startswith("2 ")
