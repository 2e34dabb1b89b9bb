"""The content of a label as JSON, and what is refused before anything is laid out."""

import json
import unicodedata

import pytest

from labels.content import COMPOUNDED, EXAMPLE, BatchLabel, VialLabel, from_document, texts, to_document
from labels.errors import LabelRefused


def test_a_label_survives_the_way_through_json() -> None:
    assert from_document(json.loads(json.dumps(to_document(EXAMPLE)))) == EXAMPLE


def test_the_content_has_every_part_that_the_law_asks_for() -> None:
    # docs: label content; the union of California, Oregon, New Jersey and Texas.
    assert set(VialLabel.__dataclass_fields__) >= {
        "pharmacy_name", "pharmacy_address", "pharmacy_phone", "rx_number", "fill", "refills", "patient",
        "prescriber", "drug", "quantity", "directions", "date_filled", "lot", "use_by", "storage",
        "description", "inactive", "warnings", "compounded", "initials", "token",
    }  # fmt: skip
    assert set(BatchLabel.__dataclass_fields__) >= {
        "formula", "strength", "form", "batch_number", "quantity", "compounded", "use_by", "storage", "status",
    }  # fmt: skip


def test_purpose_mark_and_the_statement_may_be_left_out() -> None:
    document = to_document(EXAMPLE)
    for name in ("purpose", "bottle", "mark", "compounded"):
        del document[name]
    label = from_document(document)
    assert (label.purpose, label.bottle, label.mark, label.compounded) == ("", "", "", COMPOUNDED)


MAY_BE_LEFT_OUT = {
    *("purpose", "bottle", "mark", "compounded"),
    *("language", "directions_translated", "warnings_translated"),
}


@pytest.mark.parametrize("name", sorted(set(to_document(EXAMPLE)) - MAY_BE_LEFT_OUT))
def test_a_missing_field_is_refused_by_its_name(name: str) -> None:
    document = to_document(EXAMPLE)
    del document[name]
    with pytest.raises(LabelRefused, match="is missing") as refusal:
        from_document(document)
    assert refusal.value.field == name


def test_an_unknown_field_is_refused_by_its_name() -> None:
    with pytest.raises(LabelRefused, match="no field of the name 'doctor'") as refusal:
        from_document(to_document(EXAMPLE) | {"doctor": "Maria Lindqvist"})
    assert refusal.value.field == "doctor"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fill", 0),
        ("patient", None),
        ("quantity", ["30 capsules"]),
        ("warnings", "Keep dry"),
        ("warnings", ["Keep dry", 1]),
    ],
)
def test_a_value_that_is_no_finished_text_is_refused(name: str, value: object) -> None:
    with pytest.raises(LabelRefused, match="text") as refusal:
        from_document(to_document(EXAMPLE) | {name: value})
    assert refusal.value.field == name


@pytest.mark.parametrize("document", [None, [], "label", 7])
def test_what_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(LabelRefused, match="JSON object"):
        from_document(document)


def test_each_warning_is_a_text_of_its_own() -> None:
    assert [text for field, text in texts(EXAMPLE) if field == "warnings"] == list(EXAMPLE.warnings)


def test_the_code_128_of_a_vial_is_its_prescription_number_and_fill() -> None:
    assert EXAMPLE.line_code == "7000017-0"


def test_the_example_makes_no_claim_and_never_prints_ldn() -> None:
    everything = " ".join(text for _, text in texts(EXAMPLE))
    assert "LDN" not in everything
    assert "effective" not in everything.lower()
    assert unicodedata.is_normalized("NFC", everything)
