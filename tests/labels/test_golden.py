"""Every example on every stock stands as it stood when its pictures were last looked at; see golden.py."""

import json
from typing import Any

import pytest

from tests.labels import golden


@pytest.mark.parametrize(("kind", "place"), golden.CASES, ids=lambda value: value)
def test_every_text_and_code_stands_where_it_stood(kind: str, place: str) -> None:
    kept: dict[str, Any] = json.loads(golden.path_of(kind, place).read_text(encoding="utf-8"))
    now = json.loads(golden.text_of(golden.document(kind, place)))
    assert now["parts"] == kept["parts"]
    # Another ReportLab or zlib packs the same page into other bytes.
    if now["made_with"] == kept["made_with"]:
        assert now["sha256"] == kept["sha256"]


def test_there_is_a_file_for_each_layout_and_none_besides() -> None:
    assert set(golden.DIRECTORY.glob("*.json")) == {golden.path_of(*case) for case in golden.CASES}


def test_no_golden_label_holds_less_than_its_example() -> None:
    for path in golden.DIRECTORY.glob("vial-*.json"):
        kept = json.loads(path.read_text(encoding="utf-8"))
        fields = {text[0] for part in kept["parts"] for text in part["texts"]}
        assert {"patient", "drug", "directions", "purpose", "use_by", "lot", "inactive", "warnings"} <= fields, path
