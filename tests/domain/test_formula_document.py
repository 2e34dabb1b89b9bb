"""A formula as a JSON document: written out and read in it is the same; anything else is refused in one line."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.formula import Draft, refuse_unless_sound, tidy
from pharmacy.domain.formula_document import Component, Written, from_document, to_document
from pharmacy.domain.json_text import parse_json

GOOD: dict[str, Any] = {
    "format": "mortar-formula-1",
    "code": "LDN-3",
    "name": "Naltrexone hydrochloride 3 mg capsules",
    "basis": "hydrochloride",
    "form": "capsule",
    "capsule_size": "4",
    "container": "Amber vial",
    "description": "clear capsule",
    "storage": "Room temperature",
    "strength_mg": "3",
    "overage": "0.025",
    "limit_days": 180,
    "components": [
        {"kind": "active", "name": "Naltrexone hydrochloride", "grade": "USP", "basis": "hydrochloride"},
        {"kind": "filler", "name": "Microcrystalline cellulose", "grade": "NF"},
        {"kind": "capsule shell", "name": "Gelatin capsule", "grade": "", "capsule_size": "4"},
    ],
    "steps": ["Weigh.", "Mix.", "Fill."],
    "equipment": "Balance\nCapsule machine",
    "labelling": "",
    "reference": "",
    "quality": "Weights",
    "expected_results": "",
}
ALPHABET = st.characters(exclude_categories=["Cs"])
PROSE = st.text(ALPHABET, max_size=60)
LINE = st.text(ALPHABET, min_size=1, max_size=30).filter(lambda text: text.isprintable() and bool(text.strip()))


def changed(path: str, value: object) -> dict[str, Any]:
    """GOOD with another value in one place: "components.1.name"."""
    document: Any = deepcopy(GOOD)
    *parents, last = path.split(".")
    at = document
    for key in parents:
        at = at[int(key) if key.isdigit() else key]
    at[int(last) if last.isdigit() else last] = value
    return document


@st.composite
def records(draw: st.DrawFn) -> Written:
    """A sound record, with whatever letters."""
    size, basis = draw(st.sampled_from(["00", "3", "4"])), draw(st.sampled_from(["hydrochloride", "base"]))
    named = tuple(" ".join(draw(LINE).split()) for _ in range(3))
    record = tidy(
        Draft(
            **{name: draw(LINE) for name in ("code", "name", "form", "container", "description", "storage")},
            **{name: draw(PROSE) for name in ("equipment", "labelling", "reference", "quality", "expected_results")},
            strength_mg=draw(st.decimals("0.001", "1000", places=3)),
            overage=draw(st.decimals("0", "0.1", places=6)),
            limit_days=draw(st.integers(1, 1000)),
            steps=tuple(draw(st.lists(LINE, min_size=1, max_size=5))),
            basis=basis,
            capsule_size=size,
            active=named[0],
            filler=named[1],
            shell=named[2],
        )
    )
    components = (
        Component("active", named[0], draw(st.sampled_from(["", "USP"])), basis=basis),
        Component("filler", named[1], "NF"),
        Component("capsule shell", named[2], "NF", capsule_size=size),
    )
    return Written(record, components)


def is_sound(written: Written) -> bool:
    try:
        refuse_unless_sound(written.draft)
    except RuleBroken:
        return False
    return True


@settings(max_examples=200)
@given(records().filter(is_sound))
def test_what_was_written_out_is_read_in_as_the_same(written: Written) -> None:
    assert from_document(parse_json(json.dumps(to_document(written)).encode())) == written


def test_exact_numbers_travel_as_digits_and_every_key_is_written() -> None:
    written = from_document(changed("strength_mg", "4.50"))
    document = to_document(written)
    assert written.draft.strength_mg == Decimal("4.5")
    assert document["strength_mg"] == "4.5"
    assert document["overage"] == "0.025"
    assert set(document) == set(GOOD)


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_key_that_is_missing_is_named(key: str) -> None:
    document = {name: value for name, value in GOOD.items() if name != key}
    with pytest.raises(RuleBroken, match=f"^{key}: is missing.$"):
        from_document(document)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("approved", "yes", "the document: “approved” is not a known key"),
        ("components.1.maker", "X", r"components\[1\]: “maker” is not a known key"),
        ("components.0", {"kind": "active", "name": "X", "basis": "base"}, r"components\[0\].grade: is missing"),
        ("components.0.basis", "maleate", r"components\[0\].basis: one of hydrochloride, base"),
        ("components.1.kind", "active", r"components\[1\].kind: “active” stands where the filler is expected"),
        ("components.2.capsule_size", "3", r"components\[2\].capsule_size: the shell is size 3, the formula says 4"),
        ("components.2.capsule_size", "9", r"components\[2\].capsule_size: one of 000"),
        ("components.1.name", " ", r"components\[1\].name: a text is needed"),
        ("components.1.grade", "N" * 121, r"components\[1\].grade: one line of at most 120"),
        ("components", [], "components: 0 are given"),
        ("format", "mortar-formula-2", "format: “mortar-formula-1” is read here"),
        ("strength_mg", "1e1", "strength_mg: “1e1” is not a number"),
        ("strength_mg", 4.5, "strength_mg: a number is needed"),
        ("strength_mg", "0", "Strength: more than 0"),
        ("overage", "3", "Overage: 0 to 10 %"),
        ("limit_days", "a year", "limit_days: “a year” is not a whole number"),
        ("steps", "Weigh.", "steps: a list is needed"),
        ("steps.1", 2, r"steps\[1\]: a text is needed"),
        ("steps", ["", " "], "Steps: at least one"),
        ("steps", ["x" * 501], "Steps: at most 500 characters each"),
        ("name", "two\nlines", r"Name: a line break .*U\+000A"),
        ("labelling", "left\u202eright", r"Labelling: .*U\+202E"),
        ("equipment", "x" * 4001, "Equipment: at most 4000 characters"),
        ("code", "x" * 33, "Code: 1 to 32 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_place(path: str, value: object, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        from_document(changed(path, value))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PLACES = [*GOOD, "components.0", "components.1.name", "components.2.capsule_size", "steps.0"]


def read_or_refused(document: object, read: Callable[[object], Written]) -> None:
    try:
        found = read(document)
    except RuleBroken as broken:
        refusal = broken.message
    else:
        assert tidy(found.draft) == found.draft
        refuse_unless_sound(found.draft)
        return
    assert len(refusal.splitlines()) == 1


@settings(max_examples=200)
@given(ANY_JSON)
def test_any_json_whatever_is_a_record_or_refused_in_one_line(document: object) -> None:
    read_or_refused(document, from_document)


@settings(max_examples=300)
@given(st.sampled_from(PLACES), ANY_JSON)
def test_any_json_in_any_place_is_a_record_or_refused_in_one_line(place: str, value: object) -> None:
    read_or_refused(changed(place, value), from_document)


def test_a_formula_that_was_given_trailing_spaces_and_other_line_ends_is_the_same_formula() -> None:
    draft = from_document(GOOD).draft
    typed = replace(
        draft,
        equipment="Balance  \r\nCapsule machine\r\n",
        name=f" {draft.name} ",
        steps=("Weigh. ", "", *draft.steps[1:]),
    )
    assert tidy(typed) == draft
