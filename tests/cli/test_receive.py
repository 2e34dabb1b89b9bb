"""`pharmacy receive`, `users` and `serve`: through the command line, on both databases."""

import json
import socket
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pharmacy.cli.main import cli
from pharmacy.settings import Settings
from pharmacy.store import lists
from pharmacy.store.database import Database

NEWRX = resources.files("pharmacy.demo").joinpath("newrx.xml").read_bytes()
Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path, database_url=url, secret_key="of the tests")

    def pharmacy(*words: str, input: bytes | None = None) -> Result:
        return CliRunner().invoke(cli, words, obj=lambda: settings, input=input)

    return pharmacy


def documents(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_message_is_answered_in_one_line_and_queued(run: Run, database: Database, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.bin"
    good.write_bytes(NEWRX)
    bad.write_bytes(b"\xff\x00 no message")
    result = run("receive", str(good), str(bad), str(good))
    assert result.exit_code == 0, result.output
    found = documents(result)
    assert [one["outcome"] for one in found] == ["received", "review", "answered"]
    assert found[0]["prescription"]["patient"]["family"] == "Demopatient"
    assert "<Code>000</Code>" in found[0]["reply"]
    assert found[1]["prescription"] is None
    assert found[1]["problems"][0]["message"]
    with database.reading() as session:
        assert [row.patient_name for row in lists.prescriptions(session).rows] == ["Avery Demopatient"]
        assert len(lists.messages(session).rows) == 2


def test_a_dry_run_keeps_nothing(run: Run, database: Database) -> None:
    result = run("receive", "--dry-run", "-", input=NEWRX)
    assert result.exit_code == 0
    assert documents(result)[0]["outcome"] == "received"
    with database.reading() as session:
        assert lists.messages(session).rows == []


def test_a_missing_file_is_one_line_and_exit_code_2(run: Run) -> None:
    result = run("receive", "nowhere.xml")
    assert result.exit_code == 2
    assert "nowhere.xml" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_new_person_gets_a_link_and_a_taken_name_is_refused(run: Run) -> None:
    first = run("users", "add", "tess", "--role", "technician", "--full-name", "Tess Example")
    assert first.exit_code == 0, first.output
    assert "/set-up/" in first.stdout
    again = run("users", "add", "TESS", "--role", "pharmacist")
    assert again.exit_code == 2
    assert "taken" in again.stderr


def test_serving_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/none.db", secret_key="of the tests")
    result = CliRunner().invoke(cli, ["serve"], obj=lambda: settings)
    assert result.exit_code == 2
    assert "run `pharmacy db upgrade`" in result.stderr
    assert not (tmp_path / "none.db").exists()


def test_a_port_in_use_is_a_sentence(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert "cannot be used" in result.stderr
