"""Deliberately loose SCRIPT messages by other people (cosyte/ncpdp, MIT): none may raise, none may be half read."""

from pathlib import Path

import pytest

from pharmacy import intake

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "ncpdp" / "tolerance"
ABSENT = f"The tolerance messages are not beside this checkout ({FOLDER.name}); they are not part of the repository."

# Every file that names a patient, a prescriber and a drug; the others are answered with what they lack.
READ = {
    "newrx-basic.xml": ("Amoxicillin", "500 MG", "Capsule", "30"),
    "newrx-coded-and-strength.xml": ("Lisinopril", "10 MG", "Tablet", "90"),
    "newrx-variant-shapes.xml": ("Synthetic Variant", "5 MG", "Tablet", "14"),
    "surescripts-routing.xml": ("Lisinopril", "10 MG", "Tablet", "30"),
}
FILES = sorted(FOLDER.glob("*.xml"))


def test_the_tolerance_messages_are_here() -> None:
    if not FILES:
        pytest.skip(ABSENT)
    assert len(FILES) == 31


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_loose_message_is_read_or_refused_with_a_path(file: Path) -> None:
    reading = intake.read(file.read_bytes())
    assert reading.message_id.startswith("SYNTH-MSG")
    if file.name in READ:
        read = reading.prescription
        assert read is not None
        assert (read.drug, read.strength, read.form, read.quantity) == READ[file.name]
    else:
        assert reading.problems
        assert all(problem.path and problem.message.endswith(".") for problem in reading.problems)
    answer = intake.reply(reading, outcome="received" if reading.prescription else "review")
    assert b"<RelatesToMessageID>SYNTH-MSG" in answer.body


def test_values_in_the_places_of_older_versions_are_doubted() -> None:
    if not FILES:
        pytest.skip(ABSENT)
    reading = intake.read((FOLDER / "newrx-variant-shapes.xml").read_bytes())
    fields = {doubt.partition(":")[0] for doubt in reading.doubts}
    assert {"refills", "written", "patient.birth_date", "directions"} <= fields
