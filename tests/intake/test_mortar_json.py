"""Our own JSON, wrapped in a message or alone."""

import json

import pytest

from pharmacy import intake
from pharmacy.domain.prescription import from_document
from pharmacy.intake import Format

PRESCRIPTION: dict[str, object] = {
    "patient": {"family": "Demopatient", "given": "Avery", "allergies": "none known"},
    "prescriber": {"family": "Demoprescriber", "npi": "1234567893"},
    "drug": "naltrexone hydrochloride",
    "strength": "4.5 mg",
    "form": "capsule",
    "directions": "Take 1 capsule at bedtime",
    "quantity": "30",
    "titration": [{"dose_mg": "1.5", "days": "14"}],
}


def read(document: object) -> intake.Reading:
    return intake.read(json.dumps(document).encode(), content_type="application/json")


def test_a_wrapped_prescription_is_read_with_number_and_sender() -> None:
    reading = read({"message_id": "A1", "sender": "clinic", "prescription": PRESCRIPTION})
    assert reading.format is Format.MORTAR_JSON
    assert (reading.message_id, reading.sender) == ("A1", "clinic")
    assert reading.prescription == from_document(PRESCRIPTION)
    assert reading.evidence["patient.family"] == "prescription.patient.family"
    assert reading.evidence["titration[0].days"] == "prescription.titration[0].days"


def test_a_bare_prescription_is_read_without_number_or_sender() -> None:
    reading = read(PRESCRIPTION)
    assert (reading.message_id, reading.sender) == ("", "")
    assert reading.prescription == from_document(PRESCRIPTION)
    assert reading.evidence["drug"] == "drug"


def test_numbers_stay_exactly_as_written() -> None:
    reading = intake.read(b'{"drug": "naltrexone", "strength": 4.50, "quantity": 30}')
    assert reading.prescription is not None
    assert (reading.prescription.strength, reading.prescription.quantity) == ("4.50", "30")


@pytest.mark.parametrize(
    ("raw", "path", "sentence"),
    [
        (b"{", "", "not JSON"),
        (b"[]", "", "a list"),
        (b"{}", "drug", "no medicine"),
        (b'{"drug": "a", "drug": "b"}', "", "given twice"),
        (b'{"drug": NaN}', "", "NaN is not a number"),
        (b'{"drug": "a\\u0000b"}', "drug", "control character"),
        (b'{"drug": "\xff"}', "", "not UTF-8"),
        (b'{"drug": "a", "dose": 1}', "dose", "unknown key"),
        (b'{"sender": "a", "drug": "b"}', "drug", "unknown key"),
        (b'{"sender": "a"}', "prescription", "object is needed"),
        (b'{"message_id": 7, "prescription": {}}', "message_id", "text is needed"),
        (b'{"message_id": "a\\u0000", "prescription": {}}', "message_id", "printable"),
        (b'{"prescription": {"patient": {"medications": [{}, {"text": 7}]}}}',
         "prescription.patient.medications[1].text", "text is needed"),
        (b'{"resourceType": "MedicationRequest"}', "resourceType", "FHIR"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_problem_with_its_path(raw: bytes, path: str, sentence: str) -> None:
    reading = intake.read(raw)
    assert reading.prescription is None
    problem = reading.problems[0]
    assert sentence in problem.message
    if path:
        assert problem.path == path


def test_a_reading_is_never_both_or_neither() -> None:
    with pytest.raises(ValueError, match="either a prescription or problems"):
        intake.Reading(Format.UNKNOWN)
