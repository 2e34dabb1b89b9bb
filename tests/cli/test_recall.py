"""`pharmacy recall LOT`, as typed, on both databases."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pharmacy.cli.main import cli
from pharmacy.settings import Settings
from pharmacy.store.database import Database
from pharmacy.store.tables import AuditEntry, Batch, Lot, RecallDrill
from tests.services.line import Line, count_of, open_pharmacy

Run = Callable[..., Result]


@pytest.fixture
def line(database: Database, now: datetime) -> Line:
    return open_pharmacy(database, now).furnish()


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path, database_url=url, secret_key="of the tests")
    return lambda *words: CliRunner().invoke(cli, ["recall", *words], obj=lambda: settings)


def test_a_lot_a_batch_and_a_makers_lot_give_one_document_each(run: Run, line: Line) -> None:
    batch = line.released()
    line.dispensed(batch)
    entries = line.read(count_of(AuditEntry))
    for words, kind in (
        (["L000001"], "lot"), (["b261124-01"], "batch"), (["SC-ACTIVE"], "maker lot"),
        (["sc-active", "--supplier", "Sample Chemicals"], "maker lot"),
    ):  # fmt: skip
        result = run(*words)
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        assert found["searched"]["kind"] == kind
        assert [one["name"] for one in found["patients"]] == ["Erika Beispiel"]
        assert [one["number"] for one in found["fills"]] == ["7000011-0"]
        assert found["shelf"] == [{"batch": "B261124-01", "state": "released", "capsules": 70}]
        assert found["lots"][0]["supplier"] == "Sample Chemicals"
        assert "drill" not in found
    assert line.read(count_of(AuditEntry)) == entries
    assert (line.row(Lot, 1).state, line.row(Batch, batch).state) == ("open", "released")


def test_a_lot_that_nothing_was_made_from_is_an_empty_answer(run: Run, line: Line) -> None:
    found = json.loads(run("L000001").stdout)
    assert (found["patients"], found["fills"], found["shelf"], found["batches"]) == ([], [], [], [])
    assert found["lots"][0]["on_hand"] == "100000"


def test_a_drill_is_timed_and_kept_without_recalling(run: Run, line: Line) -> None:
    batch = line.released()
    line.dispensed(batch)
    result = run("L000001", "--drill")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["drill"]
    kept = line.row(RecallDrill, 1)
    assert (told["by"], told["took_ms"]) == ("command line", format(kept.took_ms.normalize(), "f"))
    assert (kept.person_id, kept.patients, kept.fills) == (None, 1, 1)
    assert line.row(Batch, batch).state == "released"
    line.assert_whole()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["L999999"], "lot: There is no lot, no batch and no maker's lot “L999999”."),
        (["SC-ACTIVE", "--supplier", "Nobody"], "lot: There is no maker's lot “SC-ACTIVE” from Nobody."),
        (["x" * 200], "lot: Lot: 1 to 60 characters"),
        ([], "Missing argument 'LOT'"),
        (["NOT\x07HERE"], "lot: Lot: 1 to 60 characters"),
    ],
)
def test_what_cannot_be_found_is_one_line_and_exit_code_2(run: Run, line: Line, words: list[str], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_without_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/none.db", secret_key="of the tests")
    result = CliRunner().invoke(cli, ["recall", "L000001"], obj=lambda: settings)
    assert result.exit_code == 2
    assert "run `pharmacy db upgrade`" in result.stderr
