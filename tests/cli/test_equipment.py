"""`pharmacy equipment`, as typed, on both databases."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pharmacy.cli import equipment as command
from pharmacy.cli.main import cli
from pharmacy.services import equipment, equipment_checks
from pharmacy.settings import Settings
from pharmacy.store.database import Database
from tests.services.line import Line, add_balance, add_machine, open_pharmacy
from tests.services.samples import ELECTRONIC

Run = Callable[..., Result]


@pytest.fixture
def line(database: Database, now: datetime) -> Line:
    return open_pharmacy(database, now)


@pytest.fixture
def run(database: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(command, "utc_now", lambda: now)
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path, database_url=url, secret_key="of the tests", timezone="America/Los_Angeles")
    return lambda *words: CliRunner().invoke(cli, ["equipment", *words], obj=lambda: settings)


def furnish(line: Line) -> None:
    """E001 class III, calibrated; E002 electronic, never measured; E003 a machine, out of service."""
    for new in (None, ELECTRONIC):
        line.run(lambda s, new=new: add_balance(s, line, new) if new else add_balance(s, line))
    machine = line.run(lambda s: add_machine(s, line))
    line.run(lambda s: equipment.take_out(s, machine, reason="a plate is cracked", **line.by))


def test_the_table_has_what_is_not_fit_in_front(run: Run, line: Line) -> None:
    furnish(line)
    result = run()
    assert result.exit_code == 0, result.output
    rows = [" ".join(row.split()) for row in result.stdout.splitlines()]
    assert rows == [
        "number what state holds until weighs at least",
        "E002 Sample Analytic 220 (balance) not fit for use 2028-11-24 (in 731 days)",
        "E001 Sample Torsion 3 (balance) fit for use 2028-11-24 (in 731 days) 120 mg",
        "E003 Sample Filler 100 (capsule machine) out of service 2026-12-24 (in 30 days)",
    ]


def test_the_document_tells_every_reason(run: Run, line: Line) -> None:
    furnish(line)
    found = json.loads(run("--json").stdout)
    assert found["today"] == "2026-11-24"
    assert [one["number"] for one in found["equipment"]] == ["E002", "E001", "E003"]
    assert found["equipment"][0] | {"faults": None} == {
        "number": "E002",
        "kind": "balance",
        "name": "Sample Analytic 220",
        "serial": "A-2201",
        "location": "balance room",
        "state": "not fit for use",
        "faults": None,
        "due_on": "2028-11-24",
        "minimum_mg": None,
        "capsule_sizes": [],
    }
    assert found["equipment"][0]["faults"] == ["was never measured, weigh a test weight ten times first"]


def test_overdue_and_due_soon_are_told_in_days(run: Run, line: Line, now: datetime) -> None:
    for days in (7, 21):
        earlier = line.later(-10)
        key = earlier.run(lambda s, earlier=earlier: add_balance(s, earlier))
        given = {"done_on": earlier.today, "due_on": earlier.today + timedelta(days=days), "today": earlier.today}
        line.run(
            lambda s, key=key, given=given: equipment_checks.calibrate(
                s, key, certificate="CAL-2", passed=True, **given, **line.by
            )
        )
    told = run().stdout
    assert "not fit for use  2026-11-21 (3 days overdue)" in told
    assert "due soon         2026-12-05 (in 11 days)" in told


def test_a_pharmacy_without_equipment_is_an_empty_table(run: Run, line: Line) -> None:
    assert run().stdout == "number  what  state  holds until  weighs at least\n"
    assert json.loads(run("--json").stdout)["equipment"] == []
