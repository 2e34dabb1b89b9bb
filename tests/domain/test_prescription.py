import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.prescription import (
    Condition,
    Medication,
    Patient,
    Prescriber,
    Prescription,
    TitrationStep,
    from_document,
    says_none_known,
    to_document,
)

_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=20)
_ALLERGY = _TEXT.filter(lambda text: bool(text.strip()) and not says_none_known(text))
_PRESCRIPTIONS = st.builds(
    Prescription,
    patient=st.builds(
        Patient,
        family=_TEXT,
        given=_TEXT,
        birth_date=_TEXT,
        sex=_TEXT,
        allergies=st.lists(_ALLERGY, max_size=3).map(tuple),
        none_known=st.booleans(),
        conditions=st.lists(st.builds(Condition, _TEXT, _TEXT), max_size=2).map(tuple),
        medications=st.lists(st.builds(Medication, _TEXT, _TEXT, _TEXT), max_size=2).map(tuple),
        pregnant=st.none() | st.booleans(),
        diet=_TEXT,
    ),
    prescriber=st.builds(Prescriber, _TEXT, _TEXT, _TEXT, _TEXT),
    drug=_TEXT,
    strength=_TEXT,
    form=_TEXT,
    directions=_TEXT,
    quantity=_TEXT,
    days_supply=_TEXT,
    refills=_TEXT,
    written=_TEXT,
    note=_TEXT,
    titration=st.lists(st.builds(TitrationStep, _TEXT, _TEXT), max_size=3).map(tuple),
)


@settings(max_examples=60)
@given(_PRESCRIPTIONS)
def test_a_prescription_survives_its_document(prescription: Prescription) -> None:
    document = json.loads(json.dumps(to_document(prescription)))
    assert from_document(document) == prescription


def test_an_empty_document_is_a_prescription_with_nothing_written() -> None:
    assert from_document({}) == Prescription()


@pytest.mark.parametrize("said", ["none known", "NKDA", "nka", ["None known"], "No known drug allergies"])
def test_none_known_is_an_answer_and_not_an_empty_list(said: object) -> None:
    patient = from_document({"patient": {"allergies": said}}).patient
    assert patient.none_known
    assert patient.allergies == ()


def test_numbers_are_kept_as_they_were_written() -> None:
    read = from_document(
        {"quantity": 30, "strength": Decimal("4.50"), "titration": [{"dose_mg": Decimal("1.5"), "days": 7}]}
    )
    assert (read.quantity, read.strength, read.titration[0]) == ("30", "4.50", TitrationStep("1.5", "7"))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], ""),
        ({"patient": {"medications": [{}, {"text": 5}]}}, "patient.medications[1].text"),
        ({"patient": {"medications": "aspirin"}}, "patient.medications"),
        ({"patient": {"pregnant": "no"}}, "patient.pregnant"),
        ({"patient": {"allergies": [["lactose"]]}}, "patient.allergies[0]"),
        ({"patient": {"allergies": "lactose"}}, "patient.allergies"),
        ({"dose": "4.5 mg"}, "dose"),
        ({"prescriber": {"dea": "x"}}, "prescriber.dea"),
        ({"quantity": True}, "quantity"),
        ({"strength": 4.5}, "strength"),
        ({"directions": "x" * 1001}, "directions"),
        ({"drug": "naltrexone\x00"}, "drug"),
        ({"drug": "\ud800"}, "drug"),
        ({"titration": [None]}, "titration[0]"),
    ],
)
def test_a_document_of_the_wrong_shape_is_refused_with_its_path(document: object, path: str) -> None:
    with pytest.raises(InputUnusable) as refusal:
        from_document(document)
    assert refusal.value.field == path
