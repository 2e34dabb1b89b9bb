"""The demonstration, as its user runs it: one command, and at its end the price and the label."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from labels.read_back import read_back

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """The lines it printed, and the label's file."""
    directory = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-m", "pharmacy", "demo", "--data", str(directory / "play")],
        check=False,
        capture_output=True,
        text=True,
        cwd=directory,
        env={name: value for name, value in environment.items() if not name.startswith("PHARMACY_")},
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    lines = run.stdout.splitlines()
    return lines, Path(lines[-1])


def test_it_ends_with_the_price_and_the_path_of_the_label(played: tuple[list[str], Path]) -> None:
    lines, label = played
    assert lines[-2] == "$40.00"
    assert label.is_file()
    assert label.suffix == ".pdf"


def test_it_tells_each_step_of_the_line_in_a_line(played: tuple[list[str], Path]) -> None:
    told = "\n".join(played[0])
    for word in ("received", "Entered", "Verified", "Weighed", "Filled", "released", "taken", "read back", "check"):
        assert word in told


def test_the_label_holds_every_field_that_a_container_needs(played: tuple[list[str], Path]) -> None:
    """Pharmacy rules, section 8: the union of what the states ask for."""
    text = " ".join(read_back(played[1].read_bytes()).text.split())
    for field in (
        "Demonstration Compounding Pharmacy",
        "1 Example Street, Sampleton, CA 94000",
        "202-555-0100",
        "7000011",
        "Fill 0",
        "Refills 5",
        "Avery Demopatient",
        "Jordan Demoprescriber",
        "naltrexone hydrochloride 4.5 mg capsule",
        "30 capsules",
        "Take 1 capsule at bedtime",
        "Filled",
        "Use by",
        "Lot B",
        "Store at 20 to 25 °C",
        "white size 3 capsule",
        "microcrystalline cellulose",
        "Do not take with opioid medicines",
        "May cause vivid dreams",
        "Keep dry and away from light",
        "Keep out of reach of children",
        "This medicine was compounded by our pharmacy",
        "RPh PS",
        "DEMONSTRATION",
    ):
        assert field in text, field


@pytest.mark.parametrize("resolution", [203, 300])
def test_both_codes_decode_from_black_and_white_dots(
    played: tuple[list[str], Path], resolution: int, tmp_path: Path
) -> None:
    program = shutil.which("pdftoppm")
    if program is None:
        pytest.skip("not tested, missing: pdftoppm (install poppler-utils)")
    subprocess.run(
        [program, "-mono", "-r", str(resolution), "-singlefile", str(played[1]), str(tmp_path / "label")], check=True
    )
    with Image.open(tmp_path / "label.pbm") as picture:
        found = {code.text for code in zxingcpp.read_barcodes(picture.convert("L"))}
    assert "7000011-0" in found
    assert any(text.startswith("MTR1:") for text in found)
    assert not any("Demopatient" in text for text in found)


def test_a_directory_with_other_files_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "thesis.txt"
    kept.write_text("years of work")
    run = subprocess.run(
        [sys.executable, "-m", "pharmacy", "demo", "--data", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert run.returncode == 2
    assert "no demonstration made" in run.stderr
    assert kept.read_text() == "years of work"
