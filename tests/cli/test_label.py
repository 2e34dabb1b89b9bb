"""`pharmacy label`: an example out, a label in, or one line that names the field."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from labels.imposition import SHEETS
from labels.papers import PAPERS
from labels.read_back import decode, read_back
from labels.stock import STOCKS
from pharmacy.cli.main import cli
from tests.labels.added import CHINESE_AND_KOREAN, using
from tests.labels.zpl_reading import printed


def _run(*arguments: str | Path, given: str | None = None) -> Result:
    """On the day of the example's filling, whatever day it is."""
    return CliRunner().invoke(cli, ["label", "--today", "2026-11-24", *map(str, arguments)], input=given)


@pytest.fixture
def example() -> dict[str, object]:
    result = _run("--example")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def _file(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "label.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_example_is_flat_json_and_prints(example: dict[str, object], tmp_path: Path) -> None:
    assert {"patient", "drug", "directions", "quantity", "prescriber", "rx_number", "lot", "use_by"} <= set(example)
    out = tmp_path / "label.pdf"
    result = _run(_file(tmp_path, example), "--stock", "vial-4x2", "--out", out)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["sha256"] == sha256(out.read_bytes()).hexdigest()
    assert said["pages"] == 1
    assert said["barcodes"] == [
        {"kind": "code128", "payload": "7000017-0"},
        {"kind": "datamatrix", "payload": "MTR1:K7Q2M5WX3C"},
    ]
    assert said["read_back"] is True
    assert str(example["patient"]) in read_back(out.read_bytes()).text


def test_the_content_may_come_from_standard_input(example: dict[str, object], tmp_path: Path) -> None:
    out = tmp_path / "label.pdf"
    assert _run("-", "--out", out, given=json.dumps(example)).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("stock", PAPERS["vial"].stocks)
def test_other_stocks_print(example: dict[str, object], tmp_path: Path, stock: str) -> None:
    result = _run(_file(tmp_path, example), "--stock", stock, "--out", tmp_path / "label.pdf")
    said = json.loads(result.stdout)
    assert said["stock"] == stock
    assert said["pages"] == STOCKS[stock].parts


def test_a_list_of_contents_is_printed_in_its_order(example: dict[str, object], tmp_path: Path) -> None:
    out = tmp_path / "labels.pdf"
    several = [example, example | {"patient": "Ana Cruz", "rx_number": "7000025"}]
    said = json.loads(_run(_file(tmp_path, several), "--out", out).stdout)
    assert (said["labels"], said["pages"]) == (2, 2)
    assert [code["payload"] for code in said["barcodes"] if code["kind"] == "code128"] == ["7000017-0", "7000025-0"]
    text = read_back(out.read_bytes()).text
    assert text.index("Rosa Delgado") < text.index("Ana Cruz")


@pytest.mark.parametrize("sheet", SHEETS)
def test_labels_print_on_sheets_of_paper_from_any_position(
    example: dict[str, object], tmp_path: Path, sheet: str
) -> None:
    out = tmp_path / "sheet.pdf"
    place = ("--sheet", sheet, "--start", "10", "--offset-x", "0.5", "--offset-y", "-1")
    said = json.loads(_run(_file(tmp_path, [example] * 2), *place, "--out", out).stdout)
    assert (said["sheet"], said["labels"], said["read_back"]) == (sheet, 2, True)
    assert "stock" not in said
    assert said["pages"] == (2 if SHEETS[sheet].positions == 10 else 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sheet", "a5"), "pharmacy: sheet: there is no sheet of labels 'a5'"),
        (("--sheet", "letter-2x5-4x2in", "--start", "11"), "pharmacy: start: "),
        (("--sheet", "letter-2x5-4x2in", "--offset-x", "9"), "pharmacy: offset_x: "),
        (("--sheet", "letter-2x5-4x2in", "--stock", "vial-4x2"), "give one of them"),
        (("--start", "2"), "give --sheet too"),
    ],
)
def test_a_place_that_is_not_there_is_refused(
    example: dict[str, object], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = _run(_file(tmp_path, example), *arguments, "--out", tmp_path / "label.pdf")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "label.pdf").exists()


def test_a_refusal_among_several_says_which_label(example: dict[str, object], tmp_path: Path) -> None:
    wrong = example | {"patient": "张伟"}
    for place in ((), ("--sheet", "letter-2x5-4x2in")):
        result = _run(_file(tmp_path, [example, wrong]), *place, "--out", tmp_path / "label.pdf")
        assert result.stderr.startswith("pharmacy: patient: label 2: ")
    missing = {key: value for key, value in example.items() if key != "lot"}
    result = _run(_file(tmp_path, [example, missing]), "--out", tmp_path / "label.pdf")
    assert result.stderr == "pharmacy: lot: label 2: the lot number is missing\n"


def test_the_same_label_as_zpl_is_for_a_thermal_printer(example: dict[str, object], tmp_path: Path) -> None:
    out = tmp_path / "label.zpl"
    result = _run(_file(tmp_path, example), "--stock", "vial-4x2-300dpi", "--format", "zpl", "--out", out)
    said = json.loads(result.stdout)
    assert (said["format"], said["sha256"]) == ("zpl", sha256(out.read_bytes()).hexdigest())
    [paper] = printed(out.read_bytes())
    assert (paper.width, paper.length) == (1200, 600)
    found = decode(paper.pixels(), width=paper.width, height=paper.length)
    assert [{"kind": code.kind, "payload": code.payload} for code in found] == said["barcodes"]


def test_another_format_is_refused_with_those_there_are(example: dict[str, object], tmp_path: Path) -> None:
    result = _run(_file(tmp_path, example), "--format", "epl", "--out", tmp_path / "label")
    assert result.exit_code == 2
    assert "'pdf', 'zpl'" in result.stderr


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("patient", "张伟", "U+5F20"),
        ("patient", "Rosa\u202eDelgado", "U+202E"),
        ("directions", "Take 1 capsule at bedtime. " * 20, "more than the label holds"),
        ("inactive", "cellulose, " * 50, "longest part"),
        ("use_by", "", "is empty"),
        ("lot", 123, "text"),
        ("doctor", "Maria", "no field"),
    ],
)
def test_a_label_that_cannot_be_printed_is_one_line_and_no_file(
    example: dict[str, object], tmp_path: Path, field: str, value: object, said: str
) -> None:
    out = tmp_path / "label.pdf"
    result = _run(_file(tmp_path, example | {field: value}), "--out", out)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"pharmacy: {field}: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert not out.exists()


def test_a_missing_field_is_named(example: dict[str, object], tmp_path: Path) -> None:
    del example["lot"]
    result = _run(_file(tmp_path, example), "--out", tmp_path / "label.pdf")
    assert (result.exit_code, result.stderr) == (2, "pharmacy: lot: the lot number is missing\n")


def test_an_unknown_stock_is_refused_with_those_there_are(example: dict[str, object], tmp_path: Path) -> None:
    result = _run(_file(tmp_path, example), "--stock", "vial-9x9", "--out", tmp_path / "label.pdf")
    assert result.exit_code == 2
    assert result.stderr.startswith("pharmacy: stock: there is no label stock 'vial-9x9'; there are vial-4x2")


def test_a_place_that_cannot_be_written_is_one_line(example: dict[str, object], tmp_path: Path) -> None:
    result = _run(_file(tmp_path, example), "--out", tmp_path / "nowhere" / "label.pdf")
    assert result.exit_code == 2
    assert result.stderr.startswith("pharmacy: out: ")


def test_a_file_without_a_place_for_the_label_is_refused(example: dict[str, object], tmp_path: Path) -> None:
    result = _run(_file(tmp_path, example))
    assert result.exit_code == 2
    assert "--out" in result.stderr


def test_a_name_in_another_script_prints_with_an_added_font_alone(example: dict[str, object], tmp_path: Path) -> None:
    file = _file(tmp_path, example | {"patient": "김지우"})
    refused = _run(file, "--out", tmp_path / "label.pdf")
    assert (refused.exit_code, "cannot print 김" in refused.stderr) == (2, True)
    with using(CHINESE_AND_KOREAN):
        printed = _run(file, "--out", tmp_path / "label.pdf", "--fonts", CHINESE_AND_KOREAN)
    assert json.loads(printed.stdout)["read_back"] is True
    wrong = _run(file, "--out", tmp_path / "label.pdf", "--fonts", file)
    assert (wrong.exit_code, "is no TrueType font" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("use_by", "23 Nov 2026", "pharmacy: use_by: the use-by date 23 Nov 2026 is past (usp795.not-past)"),
        (
            "drug",
            "naltrexone 5.0 mg capsule",
            "pharmacy: drug: the name of the medicine: write no zero after the decimal",
        ),
        ("directions", "Take 1 capsule QD", "pharmacy: directions: the directions: write every day, not 'QD'"),
        ("pharmacy_phone", "-", "pharmacy: pharmacy_phone: the pharmacy's phone number is no phone number"),
    ],
)
def test_a_label_that_breaks_a_rule_is_one_line_with_its_name_and_no_file(
    example: dict[str, object], tmp_path: Path, field: str, value: str, line: str
) -> None:
    out = tmp_path / "label.pdf"
    result = _run(_file(tmp_path, example | {field: value}), "--out", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(line)
    assert result.stderr.count("\n") == 1
    assert not out.exists()


def test_a_warning_is_told_and_the_label_printed(example: dict[str, object], tmp_path: Path) -> None:
    result = _run(
        _file(tmp_path, example | {"directions": "Take one capsule at bedtime"}), "--out", tmp_path / "label.pdf"
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout)["warned"] == ["the directions: write 1, not 'one' (usp17.digits)"]


def test_lint_lists_every_rule_with_its_source_and_the_dates_of_its_pack() -> None:
    said = json.loads(_run("--lint").stdout)
    packs = {pack["name"]: pack for pack in said["packs"]}
    assert {"house", "usp17", "usp795", "ismp", "ca", "nj", "or", "tx"} == set(packs)
    assert packs["ca"]["effective"] == "2015-04-01"  # when 12 pt took the place of 10 pt in 16 CCR 1707.5
    rules = {rule["id"]: rule for rule in said["rules"]}
    assert len(rules) >= 40
    assert rules["ca.twelve-points"]["level"] == "refuse"
    assert rules["ca.twelve-points"]["source"] == "16 CCR 1707.5(a)(1)"
    assert rules["ca.twelve-points"]["papers"] == ["vial"]
    assert rules["house.apart"]["papers"] is None
    assert {rule["pack"] for rule in said["rules"]} == set(packs)


def test_lint_of_a_file_tells_what_is_found_and_prints_nothing(example: dict[str, object], tmp_path: Path) -> None:
    said = json.loads(_run(_file(tmp_path, example), "--lint").stdout)
    assert (said["refused"], said["findings"]) == (False, [])
    wrong = example | {"directions": "Take one capsule qhs"}
    result = _run(_file(tmp_path, wrong), "--lint", "--stock", "vial-4x3")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert (said["stock"], said["refused"]) == ("vial-4x3", True)
    assert [(finding["rule"], finding["level"]) for finding in said["findings"]] == [
        ("usp17.digits", "warn"),
        ("ismp.error-prone", "refuse"),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["label.json"]


def test_lint_and_a_place_for_the_label_do_not_go_together(example: dict[str, object], tmp_path: Path) -> None:
    result = _run(_file(tmp_path, example), "--lint", "--out", tmp_path / "label.pdf")
    assert result.exit_code == 2
    assert "FILE and --lint" in result.stderr


@pytest.mark.parametrize("today", ["2026-11-24", "2031-02-28"])
def test_the_example_can_be_printed_on_any_day(tmp_path: Path, today: str) -> None:
    path = tmp_path / "label.json"
    path.write_text(_run("--today", today, "--example").stdout, encoding="utf-8")
    result = _run("--today", today, path, "--out", tmp_path / "label.pdf")
    assert (result.exit_code, json.loads(result.stdout)["warned"]) == (0, [])
