"""Published directions with their published values: met, or listed with a reason in examples/directions_left.toml."""

import csv
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pharmacy.domain.sig import Directions, Understood, read_directions

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "sig"
_LEFT = Path(__file__).parent / "examples" / "directions_left.toml"

# Out of scope: what is not swallowed as capsules, tablets or milligrams. A text is out when it names one of these.
_NOT_ORAL_UNITS = re.compile(
    r"inhal|\binh\b|puff|nebul|spray|nostril|drop|\bears?\b|\beyes?\b|click|apply|topical|\bskin\b|inject|subq|subcut"
    r"|units|\bml\b|mls|[0-9]ml|milliliter|\boz\b|grams|suspension|vial|tongue|\bsl\b|swish|glucose|shower"
)


def _cases(name: str) -> list[dict[str, Any]]:
    source = _DATA / name
    if not source.exists():
        pytest.skip("The published directions are not beside this checkout.")
    read: list[dict[str, Any]] = json.loads(source.read_text())
    return read


def _oral(case: dict[str, Any]) -> bool:
    return _NOT_ORAL_UNITS.search(case["sig"].lower()) is None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _left() -> dict[str, str]:
    return {row["text"]: row["reason"] for row in tomllib.loads(_LEFT.read_text(encoding="utf-8"))["left"]}


def _most_a_day(read: Directions) -> Fraction | None:
    """Units a day, at most, of directions that are one step; None when that is not said."""
    steps = read.understood
    if not steps or not all(step.beside for step in steps[1:]):
        return None
    amounts = [step.most_a_day for step in steps]
    return None if None in amounts else sum((a for a in amounts if a is not None), Fraction(0))


def _meets_units_a_day(case: dict[str, Any], read: Directions) -> bool:
    """expected: units at one time (or whether it can be read), and the most units a day (null: none is to be given)."""
    *first, daily = case["expected"]
    if daily is None:
        return read.phases == ()
    if first and not isinstance(first[0], bool) and [step.most for step in read.understood] != [Decimal(str(first[0]))]:
        return False
    found = _most_a_day(read)
    digits = len(str(daily).partition(".")[2])
    same = found is not None and round(float(found), digits) == daily
    return same and (not read.phases or round(float(read.phases[0].units_per_day), digits) == daily)


def _meets_step(expected: dict[str, Any], step: Understood, read: Directions) -> bool:
    """Amount, form, frequency, length, as needed and strength; times null means once in the interval."""
    every = step.frequency
    frequency = None if every is None else (int(every.times), int(every.every), every.period)
    period = expected["frequencyType"] and expected["frequencyType"].lower()
    said = period and (expected["times"] or 1, expected["interval"], period)
    span = expected["periodType"] and expected["periodType"].lower()
    lasts = (
        None if span is None else (expected["periodAmount"] * (7 if span == "week" else 1), span.replace("week", "day"))
    )
    strength = expected["strength"] and Decimal(expected["strength"].removesuffix("mg"))
    return (
        step.least == step.most == Decimal(str(expected["singleDosageAmount"]))
        and step.unit == (expected["form"] or "")
        and frequency == said
        and (None if step.lasts is None else (int(step.lasts), step.span)) == lasts
        and step.as_needed == expected["takeAsNeeded"]
        and (strength is None or strength in read.milligrams)
    )


def _meets_steps(case: dict[str, Any], read: Directions) -> bool:
    if len(read.understood) != len(case["expected"]):
        return False
    pairs = zip(case["expected"], read.understood, strict=True)
    return all(_meets_step(expected, step, read) for expected, step in pairs)


@pytest.mark.parametrize(
    ("name", "meets", "counts"),
    [
        # in scope, out of scope, met, listed
        ("advanced_sig_parser_cases.json", _meets_units_a_day, (99, 4, 93, 6)),
        ("parsigs_cases.json", _meets_steps, (27, 2, 19, 8)),
    ],
)
def test_published_values_of_oral_units_are_met_or_listed_with_a_reason(
    name: str, meets: Any, counts: tuple[int, int, int, int]
) -> None:
    cases, left = _cases(name), _left()
    oral = [case for case in cases if _oral(case)]
    met = [case for case in oral if meets(case, read_directions(case["sig"]))]
    missed = [case for case in oral if case not in met]
    assert [case["sig"] for case in missed if not left.get(_digest(case["sig"]))] == []
    assert (len(oral), len(cases) - len(oral), len(met), len(missed)) == counts


def test_nothing_is_listed_that_is_met_or_not_there() -> None:
    cases = {_digest(case["sig"]): (case, _meets_units_a_day) for case in _cases("advanced_sig_parser_cases.json")}
    cases |= {_digest(case["sig"]): (case, _meets_steps) for case in _cases("parsigs_cases.json")}
    for digest, reason in _left().items():
        case, meets = cases[digest]
        assert reason
        assert _oral(case)
        assert not meets(case, read_directions(case["sig"]))


def test_every_listed_case_but_two_that_are_certain_is_left_to_a_person() -> None:
    every = [*_cases("advanced_sig_parser_cases.json"), *_cases("parsigs_cases.json")]
    listed = {case["sig"] for case in every if _digest(case["sig"]) in _left()}
    read = {sig: read_directions(sig) for sig in listed}
    assert all(directions.doubts for directions in read.values())
    assert sum(bool(directions.phases) for directions in read.values()) == 2


def test_out_of_scope_directions_give_no_phase() -> None:
    every = [*_cases("advanced_sig_parser_cases.json"), *_cases("parsigs_cases.json")]
    outside = [case["sig"] for case in every if not _oral(case)]
    assert len(outside) == 6
    assert [sig for sig in outside if read_directions(sig).phases] == []


def test_a_drug_named_in_the_directions_is_a_doubt() -> None:
    """The drug has a field of its own; one in the directions may be another one."""
    drugs = [
        (case["sig"], step["drug"])
        for case in _cases("parsigs_cases.json")
        for step in case["expected"]
        if step["drug"] and _oral(case)
    ]
    assert len(drugs) == 23
    assert [sig for sig, drug in drugs if f"“{drug}” could not be read." not in read_directions(sig).doubts] == []


def test_every_latin_frequency_is_understood_as_published() -> None:
    published = json.loads((_DATA / "parsigs_latin_frequency.json").read_text()) if _DATA.exists() else {}
    if not published:
        pytest.skip("The published frequencies are not beside this checkout.")
    assert len(published) == 65
    for code, expected in published.items():
        (step,) = read_directions(f"1 capsule {code}").understood
        assert step.frequency is not None
        said = (int(step.frequency.times), int(step.frequency.every), step.frequency.period)
        assert said == (expected["times"], expected["interval"], expected["frequencyType"].lower()), code


def test_a_latin_frequency_is_a_phase_only_where_doses_a_day_are_exact() -> None:
    """Hours that divide the day, each day, every other day; q3d and rarer would be read as a fraction of a day."""
    exact = {f"q{hours}h" for hours in (1, 2, 3, 4, 6, 8, 12, 24)} | {"q1d", "q2d", "qd", "qod", "bid", "tid", "qid"}
    for code, expected in _cases("parsigs_latin_frequency.json").items():  # type: ignore[attr-defined]
        phases = read_directions(f"1 capsule {code}").phases
        assert bool(phases) == (code in exact), code
        if phases:
            hours = expected["interval"] * {"Hour": 1, "Day": 24}[expected["frequencyType"]]
            assert phases[0].doses_per_day == Decimal(24) * expected["times"] / hours


def _directions_of_a_real_pharmacy() -> Iterator[str]:
    source = _DATA / "parserx_input.csv"
    if not source.exists():
        pytest.skip("The real directions are not beside this checkout.")
    with source.open(encoding="utf-8", errors="replace", newline="") as lines:
        yield from (row[0] for row in csv.reader(lines) if row)


def test_directions_of_a_real_pharmacy_are_read_or_name_what_stood_in_the_way() -> None:
    texts = list(_directions_of_a_real_pharmacy())
    oral = [text for text in texts if not _NOT_ORAL_UNITS.search(text.lower())]
    read = {text: read_directions(text) for text in oral}
    unread = [directions for directions in read.values() if not directions.phases]
    assert all(directions.doubts for directions in unread)
    assert [text for text in texts if text not in read and not read_directions(text).doubts] == []
    assert (len(texts), len(oral)) == (250, 196)
    assert len(oral) - len(unread) >= 132


def test_the_sentences_of_california_are_read_word_for_word() -> None:
    source = _DATA / "ca_16CCR1707_5_directions.csv"
    if not source.exists():
        pytest.skip("The sentences of California are not beside this checkout.")
    with source.open(encoding="utf-8", newline="") as lines:
        sentences = [row["english"].replace("[dosage form]", "capsule") for row in csv.DictReader(lines)]
    read = [read_directions(sentence) for sentence in sentences]
    assert [(str(r.phases[0].units_per_dose), str(r.phases[0].doses_per_day), r.phases[0].timing) for r in read] == [
        *((count, "1", "at bedtime") for count in "123"),
        *((count, "1", "in the morning") for count in "123"),
        ("1", "2", "in the morning and at bedtime"),
    ]
    assert all(r.doubts == () for r in read)
