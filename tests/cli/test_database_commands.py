"""`pharmacy db` and `pharmacy audit verify`, as typed."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from pharmacy.cli.main import cli
from pharmacy.domain.events import Event
from pharmacy.settings import Settings
from pharmacy.store import schema, trail
from pharmacy.store.database import Database

Pharmacy = Callable[..., Result]


@pytest.fixture
def pharmacy(tmp_path: Path) -> Pharmacy:
    """Runs a command against a database in the test's own directory."""

    def run(*words: str) -> Result:
        own = Settings(
            data_dir=tmp_path, database_url=f"sqlite:///{(tmp_path / 'p.db').as_posix()}", secret_key="x" * 40
        )
        return CliRunner().invoke(cli, words, obj=lambda: own)

    return run


@pytest.fixture
def trail_of_three(pharmacy: Pharmacy, tmp_path: Path, now: datetime) -> Database:
    pharmacy("db", "upgrade")
    database = Database(f"sqlite:///{(tmp_path / 'p.db').as_posix()}")
    with database.transaction() as session:
        for number in range(3):
            trail.remember(session, trail.Pending(now, 1, "Ann Ames", Event.LOT_MOVED, "lot", number, {}))
    database.close()
    return database


def tamper(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(sa.text("DROP TRIGGER audit_entries_keep_update"))
        session.execute(sa.text("DROP TRIGGER audit_entries_keep_delete"))
        session.execute(sa.text(statement))
    database.close()


def test_upgrade_makes_the_database_that_check_asked_for(pharmacy: Pharmacy) -> None:
    missing = pharmacy("db", "check")
    assert missing.exit_code == 2
    assert "run `pharmacy db upgrade`" in missing.stderr
    assert pharmacy("db", "upgrade").exit_code == 0
    found = pharmacy("db", "check")
    assert found.exit_code == 0
    assert f"has schema {schema.head()}" in found.stdout


def test_verify_prints_the_head_that_can_be_noted(pharmacy: Pharmacy, trail_of_three: Database) -> None:
    said = pharmacy("audit", "verify")
    assert said.exit_code == 0
    head = said.stdout.strip().rsplit(" ", 1)[1]
    assert head.startswith("3:")
    assert pharmacy("audit", "verify", "--anchor", head).exit_code == 0


def test_verify_says_where_the_trail_was_changed(pharmacy: Pharmacy, trail_of_three: Database) -> None:
    tamper(trail_of_three, "UPDATE audit_entries SET actor = 'Bob Bell' WHERE sequence = 2")
    said = pharmacy("audit", "verify")
    assert said.exit_code == 1
    assert said.stdout == "entry 2 was changed after it was written.\n"


def test_verify_finds_a_cut_tail_with_the_head_that_was_noted(pharmacy: Pharmacy, trail_of_three: Database) -> None:
    head = pharmacy("audit", "verify").stdout.strip().rsplit(" ", 1)[1]
    tamper(trail_of_three, "DELETE FROM audit_entries WHERE sequence = 3")
    assert pharmacy("audit", "verify").exit_code == 0
    said = pharmacy("audit", "verify", "--anchor", head)
    assert said.exit_code == 1
    assert "its tail is cut" in said.stdout


@pytest.mark.parametrize("anchor", ["3", "3:ff", ":", "x:" + "a" * 64])
def test_an_anchor_that_is_none_is_refused(pharmacy: Pharmacy, anchor: str) -> None:
    said = pharmacy("audit", "verify", "--anchor", anchor)
    assert said.exit_code == 2
    assert "anchor: give the entry's number" in said.stderr


def test_there_is_no_trail_to_verify_without_a_database(pharmacy: Pharmacy) -> None:
    assert pharmacy("audit", "verify").exit_code == 2
