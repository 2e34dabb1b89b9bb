"""`pharmacy screen` on whatever it is given: a decision, or one line that refuses; never a traceback."""

import json
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pharmacy.cli.main import cli
from pharmacy.domain.rules import RULES

_USUAL: dict[str, Any] = {
    "patient": {
        "family": "Doe", "given": "Jane", "birth_date": "1980-05-01", "sex": "F", "allergies": "none known",
        "conditions": [{"code": "M79.7", "text": "fibromyalgia"}],
        "medications": [{"text": "gabapentin 300 mg", "rxcui": "", "last_taken": ""}], "pregnant": False, "diet": "",
    },
    "prescriber": {"family": "Roe", "given": "Ann", "npi": "1234567893", "phone": ""},
    "drug": "naltrexone hydrochloride", "strength": "4.5 mg", "form": "capsule",
    "directions": "Take 1 capsule at bedtime", "quantity": "30", "days_supply": "30", "refills": "0",
    "written": "2026-11-20", "note": "", "titration": [],
}  # fmt: skip
_FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _answer(raw: bytes) -> dict[str, Any] | None:
    """The answer, None when the input was refused in one line."""
    result = CliRunner().invoke(cli, ["screen", "-", "--today", "2026-11-24"], input=raw)
    assert result.exit_code in (0, 2), (raw[:500], result.exception, result.output[-500:])
    if result.exit_code == 2:
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1, result.stderr
        return None
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert isinstance(answer, dict)
    _consistent(answer)
    return answer


def _consistent(answer: dict[str, Any]) -> None:
    """The decision is that of the gravest finding; no daily dose outside the range is accepted."""
    findings = answer["findings"]
    levels = [finding["level"] for finding in findings]
    expected = next((level for level in ("stop", "pharmacist") if level in levels), "accept")
    assert answer["decision"] == expected
    assert levels == sorted(levels, key=["stop", "pharmacist", "warn", "counsel"].index)
    assert len({finding["rule"] for finding in findings}) == len(findings)
    assert all(finding["rule"] in RULES and finding["message"] and finding["source"] for finding in findings)
    if answer["decision"] == "accept":
        assert answer["daily_dose_mg"] is not None
        assert Decimal("1.5") <= Decimal(answer["daily_dose_mg"]) <= Decimal("4.5")
        assert answer["strength_mg"] is not None
    dose = answer["daily_dose_mg"]
    if dose is not None and not Decimal("0.5") <= Decimal(dose) <= Decimal(6):
        assert answer["decision"] == "stop"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_VALUES = st.sampled_from(
    [
        "", " ", "4.5 mg", "4.5mg", ".5 mg", "4.50 mg", "1500 mcg", "4500 µg", "45 mg", "50 mg", "0.0001 mg", "6.01 mg",
        "1e3 mg", "1.5-4.5 mg", "NaN", "-1", "0", "30", "#30", "30.5", "99999999", "9999-12-31", "0001-01-01",
        "2026-11-20", "2026-02-30", "none known", "NKDA", "codeine", "methadone", "oxycodone ER", "Sublocade",
        "morphine/naltrexone", "LDN", "naltrexone 50 mg tablet", "lactose", "acute hepatitis", "pregnant",
        "1 cap qhs", "10 capsules at bedtime", "1/2 capsule daily", "2 caps bid", "Take 1 capsule every other day",
        "1 capsule for 7 days, then 2 capsules", "as directed", "\u202e1.5", "１.５ mg", "½ mg", "\u2028", "'; --",
        "7243", "1819", "863845", "x" * 200,
    ]
)  # fmt: skip
_MUTATIONS = _VALUES | st.text(max_size=30) | st.integers(-5, 10**12) | st.none() | st.booleans() | _JSON


def _paths(document: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside: list[tuple[str | int, object]] = []
    if isinstance(document, dict):
        inside = list(document.items())
    elif isinstance(document, list):
        inside = list(enumerate(document))
    return [at, *(path for key, value in inside for path in _paths(value, (*at, key)))][0 if at else 1 :]


@st.composite
def _nearly_right(draw: st.DrawFn) -> dict[str, Any]:
    """The usual prescription with a few values exchanged for others."""
    document: dict[str, Any] = json.loads(json.dumps(_USUAL))
    document["titration"] = draw(
        st.just([])
        | st.lists(st.fixed_dictionaries({"dose_mg": _VALUES | st.integers(0, 60), "days": _VALUES}), max_size=3)
    )
    for path in draw(st.lists(st.sampled_from(_paths(_USUAL)), min_size=1, max_size=4, unique=True)):
        part: Any = document
        try:
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = draw(_VALUES | _MUTATIONS)
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took this part away
    return document


@_FUZZ
@given(_nearly_right())
def test_a_prescription_that_is_nearly_right_is_decided_consistently_or_refused(document: dict[str, Any]) -> None:
    _answer(json.dumps(document).encode())


@_FUZZ
@given(_nearly_right().map(lambda document: document | {"directions": "Take 1 capsule at bedtime"}), _VALUES)
def test_no_strength_slips_through_its_band(document: dict[str, Any], strength: str) -> None:
    _answer(json.dumps(document | {"strength": strength}).encode())


@_FUZZ
@given(_JSON)
def test_any_json_is_decided_or_refused_in_one_line(document: object) -> None:
    _answer(json.dumps(document).encode())


@_FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_one_line(raw: bytes) -> None:
    assert _answer(raw) is None or raw.strip().startswith(b"{")


def _with(key: str, written: str) -> bytes:
    """The usual prescription with one value written exactly so, which json.dumps would not write."""
    usual = json.dumps(_USUAL)
    return usual.replace(f'"{key}": {json.dumps(_USUAL[key])}', f'"{key}": {written}', 1).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe{", b"null", b"[]", b'"naltrexone"', b"4.5", b"{" * 50_000, b"[" * 200_000,
        b'{"a":' * 50_000, b"\x00", "{}".encode("utf-16"), b"{}{}", b'{"drug": "\xc3"}',
        _with("quantity", "NaN"), _with("quantity", "-Infinity"), _with("strength", "1e999999999999999999999"),
        _with("strength", "-1e-999999999999999999999"), _with("quantity", "9" * 100), _with("quantity", "9" * 5000),
        _with("note", r'"\ud83d"'), _with("drug", r'"\udc00naltrexone"'), _with("drug", r'"\u0000"'),
        _with("drug", '"naltrexone", "drug": "methadone"'), _with("titration", '{"dose_mg": 1}'),
        _with("titration", "[" + ",".join(['{"dose_mg": "1.5", "days": "7"}'] * 10_000) + "]"),
        json.dumps(_USUAL | {"patient": {"medications": [{"text": "a"}] * 10_000}}).encode(),
        json.dumps(_USUAL | {"patient": {"allergies": ["a"] * 10_000}}).encode(),
        json.dumps(_USUAL | {"note": "x" * 100_000}).encode(),
        json.dumps(_USUAL | {"x\ny": 1}).encode(), json.dumps(_USUAL | {"\u2028": 1}).encode(),
    ],
)  # fmt: skip
def test_hostile_input_is_refused_in_one_line(raw: bytes) -> None:
    assert _answer(raw) is None


@pytest.mark.parametrize("written", ["1e9", "1E+1", "45", "4.5e-1", "99999999999999999999", "0.00000000000000000001"])
def test_a_bare_number_as_strength_is_never_accepted(written: str) -> None:
    answer = _answer(_with("strength", written))
    assert answer is not None
    assert (answer["decision"], answer["daily_dose_mg"]) == ("stop", None)


def test_as_many_entries_as_are_kept_are_screened() -> None:
    patient = _USUAL["patient"] | {
        "medications": [{"text": "oxycodone " * 20, "last_taken": "2026-11-20"}] * 200,
        "conditions": [{"text": "acute " * 30}] * 200,
        "allergies": ["codeine " * 20] * 200,
    }
    answer = _answer(json.dumps(_USUAL | {"patient": patient, "note": "acute pregnant surgery " * 80}).encode())
    assert answer is not None
    assert answer["decision"] == "stop"


def test_the_document_shows_the_arithmetic_and_no_timeline_without_an_opioid() -> None:
    rising = "1 capsule at bedtime for 7 days, then 2 capsules at bedtime for 7 days, then 3 capsules at bedtime"
    answer = _answer(json.dumps(_USUAL | {"strength": "1.5 mg", "directions": rising, "quantity": "69"}).encode())
    assert answer is not None
    assert answer["doses"] == [
        "1.5 mg × 1 capsule × 1 a day = 1.5 mg a day for 7 days",
        "1.5 mg × 2 capsules × 1 a day = 3 mg a day for 7 days",
        "1.5 mg × 3 capsules × 1 a day = 4.5 mg a day",
    ]
    assert answer["opioid_timeline"] is None
