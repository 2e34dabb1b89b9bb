"""`pharmacy titration`: a plan as it would be filled, and one line when it cannot be read."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pharmacy.cli.main import cli
from tests.services.samples import PLAN, order

DAYS = ("--first", "2026-12-01", "--today", "2026-11-24")


def run(document: object, *options: str) -> Result:
    text = document if isinstance(document, str) else json.dumps(document)
    return CliRunner().invoke(cli, ["titration", "-", *options], input=text)


def packed(**changed: object) -> dict[str, Any]:
    result = run(order(**{**PLAN, **changed}), *DAYS)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_a_plan_is_packed_into_bottles_with_a_calendar() -> None:
    answer = packed()
    assert [(b["strength_mg"], b["capsules"], b["first_day"], b["last_day"]) for b in answer["bottles"]] == [
        ("1.5", 7, 1, 7),
        ("3", 7, 8, 14),
        ("4.5", 16, 15, 30),
    ]
    assert answer["bottles"][1]["directions"] == "Take 1 capsule at bedtime on days 8 to 14"
    assert (answer["capsules"], answer["capsules_by_strength"]) == (30, {"1.5": 7, "3": 7, "4.5": 16})
    assert answer["steps"][-1] == {"dose_mg": "4.5", "days": None}
    days = answer["calendar"]
    assert len(days) == 30
    assert days[7] == {"date": "2026-12-08", "day": 8, "dose_mg": "3", "capsules": 1, "bottle": 2}
    assert days[-1]["date"] == "2026-12-30"
    assert (answer["refused"], answer["findings"]) == (None, [])


def test_a_plan_that_is_not_filled_as_it_stands_says_why_and_exits_0() -> None:
    answer = packed(quantity="60")
    assert answer["refused"] == "The bottles of the titration plan hold 30 capsules, not the quantity of 60."
    assert answer["findings"]
    unread = packed(titration=[{"dose_mg": "1.5-3", "days": "7"}, {"dose_mg": "4.5", "days": ""}])
    assert (unread["steps"], unread["bottles"], unread["calendar"]) == ([], [], [])
    assert "Step 1 of the titration could not be read" in unread["refused"]
    many = packed(titration=[{"dose_mg": "1.5", "days": "3650"}] * 200)
    assert (many["bottles"], many["calendar"]) == ([], [])


def test_what_is_found_of_the_patient_is_no_part_of_the_plan() -> None:
    patient = {**order()["patient"], "family": "Canary", "medications": [{"text": "methadone 10 mg canary"}]}
    assert "anary" not in json.dumps(packed(patient=patient))


@pytest.mark.parametrize(
    ("document", "options", "said"),
    [
        (order(), (), "titration: the prescription has no plan."),
        ("{", (), "standard input is not JSON"),
        (order(**{**PLAN, "titration": 7}), (), "titration: a list is needed"),
        (order(**PLAN), ("--first", "tomorrow"), "first:"),
        (order(**PLAN), ("--first", "9999-12-31"), "first: 30 days from 9999-12-31 are past the end of the calendar."),
    ],
)
def test_what_cannot_be_used_is_one_line(document: object, options: tuple[str, ...], said: str) -> None:
    result = run(document, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"pharmacy: {said}")
    assert result.stderr.count("\n") == 1
    assert "Beispiel" not in result.stderr
