"""`pharmacy worksheet`, `bud`, `weights`, `price`: JSON in, JSON out, exit code 2 and one line otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pharmacy.cli.main import cli

WORKSHEET: dict[str, Any] = {
    "dose_mg": "4.5",
    "basis": "hydrochloride",
    "capsules": 100,
    "overage": "0.03",
    "capsule_size": "3",
    "active_lot": {"assay": "0.994", "assay_basis": "anhydrous", "water": "0.087", "packing_mg": "150"},
    "filler_lot": {"packing_mg": "180"},
    "balance": {"minimum_mg": "120"},
}
BUD: dict[str, Any] = {
    "compounded": "2025-01-02",
    "form": "capsule",
    "components": [{"name": "naltrexone hydrochloride", "expiry": "2027-03"}],
    "formula_limit_days": 360,
}
WEIGHTS: dict[str, Any] = {
    "shell_mg": "48",
    "fill_mg": "178",
    "weights_mg": ["225", "228", "222", "230", "226", "224", "219", "227", "225", "229"],
}
PRICE: dict[str, Any] = {"strength_mg": "4.5", "capsules": 30}
COMMANDS = {"worksheet": WORKSHEET, "bud": BUD, "weights": WEIGHTS, "price": PRICE}


def run(command: str, document: object) -> Result:
    return CliRunner().invoke(cli, [command, "-"], input=json.dumps(document))


def answer(command: str, document: object) -> dict[str, Any]:
    result = run(command, document)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_worksheet_gives_the_worked_example() -> None:
    found = answer("worksheet", WORKSHEET)
    assert found["lot_factor"] == "0.907522"
    assert found["active_per_capsule_mg"] == "4.958557"
    assert found["active_total_mg"] == "510.731"
    assert found["filler_per_capsule_mg"] == "174.0497"
    assert found["filler_total_mg"] == "17927.122"
    assert found["weighable"] is True
    assert found["trituration"] is None
    assert {"formula", "inputs", "result"} <= set(found["steps"][0])


def test_worksheet_plans_a_trituration_below_the_balances_minimum() -> None:
    found = answer("worksheet", WORKSHEET | {"dose_mg": "1.5", "capsules": 30})
    assert found["active_total_mg"] == "51.073"
    assert found["weighable"] is False
    assert found["trituration"]["weigh_mg"] == "120.000"


def test_numbers_written_without_quotes_stay_exact() -> None:
    text = json.dumps(WORKSHEET).replace('"4.5"', "4.5").replace('"0.994"', "0.994")
    result = CliRunner().invoke(cli, ["worksheet", "-"], input=text)
    assert json.loads(result.stdout) == answer("worksheet", WORKSHEET)


def test_bud_names_the_rule_that_won() -> None:
    found = answer("bud", BUD)
    assert found["beyond_use_date"] == "2025-06-30"
    assert "180 days" in found["rule"]
    assert "does not lift 180 days" in found["notes"][0]


def test_weights_gives_the_worked_example() -> None:
    found = answer("weights", WEIGHTS)
    assert (found["mean_mg"], found["rsd_percent"], found["acceptance_value"]) == ("225.5", "1.467", "3.513")
    assert found["passed"] is True
    assert found["reasons"] == []


def test_weights_that_fail_are_still_processed() -> None:
    found = answer("weights", WEIGHTS | {"weights_mg": ["225"] * 9 + ["300"]})
    assert found["passed"] is False
    assert "Capsule 10 weighs 300 mg" in found["reasons"][0]


def test_price_of_thirty_capsules_of_4_5_mg_is_forty_dollars() -> None:
    found = answer("price", PRICE)
    assert (found["total"], found["per_30_days"]) == ("40.00", "40.00")
    assert {"name": "professional fee", "formula": "per fill", "amount": "12.00"} in found["lines"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_is_read_as_standard_input_is(command: str, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(COMMANDS[command]), encoding="utf-8")
    result = CliRunner().invoke(cli, [command, str(file)])
    assert json.loads(result.stdout) == answer(command, COMMANDS[command])


@pytest.mark.parametrize(
    ("command", "changes", "named"),
    [
        ("worksheet", {"capsules": 0}, "capsules"),
        ("worksheet", {"dose_mg": "-1"}, "dose_mg"),
        ("worksheet", {"dose_mg": "200"}, "filler"),
        ("worksheet", {"active_lot": WORKSHEET["active_lot"] | {"assay": "0.97"}}, "active_lot.assay"),
        ("worksheet", {"balance": {}}, "balance.minimum_mg"),
        ("bud", {"form": "lozenge"}, "form"),
        ("bud", {"components": [{"name": "cellulose", "expiry": "2024-12"}]}, "cellulose"),
        ("weights", {"weights_mg": ["225"]}, "weights_mg"),
        ("price", {"capsules": 0}, "capsules"),
        ("price", {"strength_mg": "NaN"}, "strength_mg"),
    ],
)
def test_what_cannot_be_used_is_one_line_naming_the_field(command: str, changes: dict[str, Any], named: str) -> None:
    result = run(command, COMMANDS[command] | changes)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert named in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("document", [[], None, "text", 7, {}])
def test_a_document_of_another_kind_is_refused(command: str, document: object) -> None:
    result = run(command, document)
    assert result.exit_code == 2
    assert result.stderr.startswith("pharmacy: ")
