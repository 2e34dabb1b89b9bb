import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.cli.main import cli

_PRESCRIPTION = {
    "patient": {"family": "Doe", "given": "Jane", "birth_date": "1980-05-01", "allergies": "none known"},
    "prescriber": {"family": "Roe", "npi": "1234567893"},
    "drug": "naltrexone hydrochloride",
    "strength": "4.5 mg",
    "form": "capsule",
    "directions": "Take 1 capsule at bedtime",
    "quantity": 30,
    "days_supply": 30,
    "refills": 0,
    "written": "2026-11-20",
}


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=stdin)


def test_screen_decides_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rx.json"
    path.write_text(json.dumps(_PRESCRIPTION))
    result = _run("screen", str(path), "--today", "2026-11-24")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert (answer["decision"], answer["daily_dose_mg"], answer["findings"]) == ("accept", "4.5", [])


def test_screen_reads_standard_input_and_shows_every_finding_in_full() -> None:
    document = json.dumps(_PRESCRIPTION | {"strength": "45 mg"})
    result = _run("screen", "-", "--today", "2026-11-24", stdin=document)
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["decision"] == "stop"
    assert set(answer["findings"][0]) == {"rule", "level", "message", "code", "source", "kind"}


def test_screen_takes_the_excipients_of_the_chosen_formula() -> None:
    patient = _PRESCRIPTION["patient"] | {"allergies": ["lactose"]}  # type: ignore[operator]
    document = json.dumps(_PRESCRIPTION | {"patient": patient})
    with_lactose = _run("screen", "-", "--today", "2026-11-24", "--excipient", "lactose", stdin=document)
    assert json.loads(with_lactose.stdout)["decision"] == "stop"


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("{", "JSON"),
        ('{"strength": true}', "strength"),
        ('{"patient": {"medications": [{"text": 5}]}}', "patient.medications[0].text"),
        ("[]", "prescription"),
        ('{"colour": "blue"}', "colour"),
    ],
)
def test_what_cannot_be_used_is_one_line_naming_the_field(document: str, named: str) -> None:
    result = _run("screen", "-", stdin=document)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert named in result.stderr


def test_sig_answers_with_plain_english_and_phases() -> None:
    result = _run("sig", "1CQHS")
    answer = json.loads(result.stdout)
    assert answer["text"] == "Take 1 capsule at bedtime"
    assert answer["phases"] == [{"units_per_dose": "1", "doses_per_day": "1", "days": None, "timing": "at bedtime"}]
    assert answer["doubts"] == []
    assert answer["timing"] == "at bedtime"


def test_sig_leaves_unread_what_it_cannot_read() -> None:
    result = _run("sig", "take as directed")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["phases"] == []
    assert answer["doubts"]


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_characters="\0"), max_size=60)
    | st.lists(st.sampled_from("-1 1 --x -- 1/0 2 caps qhs then ( ) ½ ² \u200b % prn for 7 days".split()))
    .map(" ".join)
    .map(lambda text: text * 20)
)
def test_sig_answers_any_text_with_json(text: str) -> None:
    if text in ("--help", "--"):
        return
    result = _run("sig", text)
    assert (result.exit_code, result.stderr) == (0, "")
    answer = json.loads(result.stdout)
    assert answer["phases"] or answer["doubts"]


def test_sig_shows_a_range_as_needed_and_a_maximum_without_making_a_phase_of_them() -> None:
    answer = json.loads(_run("sig", "1-2 caps qhs prn pain, max 2 per day").stdout)
    assert answer["phases"] == []
    assert answer["understood"][0]["units"] == ["1", "2"]
    assert (answer["as_needed"], answer["at_most_a_day"]) == (True, "2")


@pytest.mark.parametrize("text", ["-1 capsule at bedtime", "\udcff caps qhs", "", " ", "--x", "1" * 5000])
def test_sig_answers_what_looks_like_an_option_or_is_no_text(text: str) -> None:
    result = _run("sig", text)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["phases"] == []
