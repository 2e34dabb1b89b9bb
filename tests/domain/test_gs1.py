"""GS1 codes of containers: with FNC1, without it, typed; and what of the published messages is read otherwise."""

import json
import re
import string
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain import gs1
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.gs1 import FNC1, Element, Reading
from pharmacy.domain.gs1_identifiers import Identifier, every

TODAY = date(2026, 11, 26)
LEFT = tomllib.loads((Path(__file__).parent / "examples" / "gs1_left.toml").read_text(encoding="utf-8"))["left"]
LETTERS = string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_"  # GS1 General Specifications, figure 7.11-1


def ways(message: str) -> list[str]:
    """How a message can be read; nothing when it is refused."""
    try:
        return [str(reading) for reading in gs1.read(message)]
    except InputUnusable:
        return []


def test_every_published_message_is_read_as_published_or_listed_with_a_reason(shared_data: Path) -> None:
    published = json.loads((shared_data / "gs1" / "biip_messages.json").read_text(encoding="utf-8"))
    assert len(published) > 100
    otherwise = {
        case["input"]: ways(case["input"])
        for case in published
        if ways(case["input"]) != ([case["hri"]] if case["ok"] else [])
    }
    listed = {row["message"]: row["ours"] for row in LEFT}
    assert {message: "several" if found else "refused" for message, found in otherwise.items()} == listed


def test_where_a_message_can_be_read_in_several_ways_the_published_one_comes_first(shared_data: Path) -> None:
    published = json.loads((shared_data / "gs1" / "biip_messages.json").read_text(encoding="utf-8"))
    hri = {case["input"]: case.get("hri") for case in published}
    several = [row["message"] for row in LEFT if row["ours"] == "several"]
    assert [ways(message)[0] for message in several] == [hri[message] for message in several]


def test_every_identifier_of_the_syntax_dictionary_is_known_with_its_length(shared_data: Path) -> None:
    dictionary = _dictionary(shared_data / "gs1" / "gs1-syntax-dictionary.txt")
    assert len(dictionary) > 400
    ours = {rule.code: (rule.fixed, rule.least, rule.most) for rule in every()}
    assert ours == {code: (fixed, least, most) for code, (fixed, least, most, _) in dictionary.items()}


def test_check_digits_and_days_are_looked_at_wherever_the_dictionary_asks_for_them(shared_data: Path) -> None:
    dictionary = _dictionary(shared_data / "gs1" / "gs1-syntax-dictionary.txt")
    checked = {rule.code for rule in every() if "checked" in rule.pattern.groupindex}
    assert checked == {code for code, row in dictionary.items() if "csum," in row[3] or row[3].endswith("csum")}
    days = {rule.code for rule in every() if rule.is_day}
    assert days == {code for code, row in dictionary.items() if "yymmd" in row[3] and "yyyymmdd" not in row[3]}


def _dictionary(file: Path) -> dict[str, tuple[bool, int, int, str]]:
    """{identifier: (needs no FNC1, least length, most length, how it is written)}."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        match = re.match(r"([0-9]+)(?:-([0-9]+))?\s+([*?]*)\s+((?:\[?[NXYZ]\S+\s*)+)", line)
        if match is None:
            continue
        parts = re.findall(r"(\[?)[NXYZ](\.\.)?([0-9]+)", match[4])
        least = sum(0 if optional else 1 if up_to else int(size) for optional, up_to, size in parts)
        most = sum(int(size) for _, _, size in parts)
        first, last = match[1], match[2] or match[1]
        for code in range(int(first), int(last) + 1):
            found[str(code).zfill(len(first))] = ("*" in match[3], least, most, match[4].strip())
    return found


@pytest.mark.parametrize("prefix", ["", "]C1", "]d2", "]Q3", "]e0", FNC1, f"]C1{FNC1}"])
def test_a_symbology_prefix_or_a_leading_fnc1_changes_nothing(prefix: str) -> None:
    assert ways(f"{prefix}0107032069804988100329{FNC1}15210526") == ["(01)07032069804988(10)0329(15)210526"]


def test_a_lot_behind_which_fnc1_got_lost_is_shown_both_ways_and_never_guessed() -> None:
    assert ways("010703206980498810SC7717271231") == [
        "(01)07032069804988(10)SC7717271231",
        "(01)07032069804988(10)SC77(17)271231",
    ]


def test_one_fnc1_shows_that_the_scanner_sends_them_and_leaves_no_doubt() -> None:
    assert ways(f"010703206980498810SC7717271231{FNC1}21A1") == ["(01)07032069804988(10)SC7717271231(21)A1"]


def test_a_lost_fnc1_is_put_back_where_only_one_place_is_possible() -> None:
    # A lot has at most 20 letters, and no other place gives a day of the calendar.
    assert ways("010703206980498810ABCDEFGHJKLMNPQRST17271231") == [
        "(01)07032069804988(10)ABCDEFGHJKLMNPQRST(17)271231"
    ]


def test_a_lot_number_at_the_end_needs_no_fnc1() -> None:
    assert ways("01070320698049881727123110AB123") == ["(01)07032069804988(17)271231(10)AB123"]


def test_a_count_is_not_suspected_in_a_lot_number_without_what_it_would_count() -> None:
    assert ways("010703206980498810A3712") == ["(01)07032069804988(10)A3712"]


def test_a_code_with_too_many_ways_to_be_read_says_how_to_set_the_scanner() -> None:
    with pytest.raises(InputUnusable, match="set the scanner to send it as ASCII 29"):
        gs1.read("10A21B240C241D")
    with pytest.raises(InputUnusable, match="more than 500 letters"):
        gs1.read("10" + "A" * 500)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("(01) 0703206980 4988 (17) 271231 (10) SC-77", "(01)07032069804988(17)271231(10)SC-77"),
        (r"(10)A\(21)B", r"(10)A\(21)B"),
        ("(10)A(B)C", r"(10)A\(B)C"),
    ],
)
def test_parentheses_are_read_as_people_type_them(typed: str, read: str) -> None:
    assert ways(typed) == [read]


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("", "nothing was scanned"),
        (FNC1, "nothing was scanned"),
        ("(05)12", r"\(05\) is not an application identifier"),
        ("(01", "write each identifier in parentheses"),
        ("0107032069804989", "the check digit of GTIN 07032069804989 does not agree"),
        ("17270230", "names a day that month does not have"),
        ("17271301", "is not a day written YYMMDD"),
        ("17251", "is not a value of .17. expiry date"),
        ("10ABé", "is not a value of .10. lot"),
        ("05901234", "no application identifier begins “05901234”"),
    ],
)
def test_a_code_that_cannot_be_read_says_why(message: str, sentence: str) -> None:
    with pytest.raises(InputUnusable, match=sentence):
        gs1.read(message)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # GS1 General Specifications, 7.12: the year that lies 49 years back to 50 ahead.
        ("760131", date(2076, 1, 31)),
        ("770131", date(1977, 1, 31)),
        ("260101", date(2026, 1, 1)),
        ("270200", date(2027, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("280229", date(2028, 2, 29)),
        ("271200", date(2027, 12, 31)),
    ],
)
def test_a_day_lies_in_the_century_that_is_near_and_00_is_the_last_of_the_month(text: str, meant: date) -> None:
    assert gs1.day(text, today=TODAY) == meant


def test_the_years_behind_a_turn_of_the_century_belong_to_the_next_one() -> None:
    assert gs1.day("010131", today=date(2099, 6, 1)) == date(2101, 1, 31)


def _value(rule: Identifier) -> st.SearchStrategy[str]:
    if rule.is_day:
        days = st.dates(date(2000, 1, 1), date(2049, 12, 31)).map(lambda day: f"{day:%y%m%d}")
        rest = st.integers(0, 23).map(lambda hour: f"{hour:02d}00")
        return days if rule.most == 6 else st.tuples(days, rest).map("".join)
    if "checked" in rule.pattern.groupindex:
        digits = st.text(string.digits, min_size=rule.most - 1, max_size=rule.most - 1)
        return digits.map(lambda body: f"{body}{gs1.check_digit(body)}")
    alphabet = LETTERS if "?-A" in rule.pattern.pattern or "%-?" in rule.pattern.pattern else string.digits
    return st.text(alphabet, min_size=max(rule.least, 1), max_size=rule.most)


def _elements(*codes: str) -> st.SearchStrategy[tuple[Element, ...]]:
    """Some of these identifiers, in any order, each with a value that it allows."""
    rules = [rule for rule in every() if rule.code in codes]
    chosen = st.lists(st.sampled_from(rules), min_size=1, max_size=6, unique=True)
    return chosen.flatmap(
        lambda some: st.tuples(*(_value(rule).map(lambda value, code=rule.code: Element(code, value)) for rule in some))
    )


PRINTED_BEHIND = ("01", "10", "11", "15", "17", "21", "240", "7003")  # what is looked for behind a lot number
ELEMENTS = _elements(*PRINTED_BEHIND, "00", "30", "37", "3103", "715", "98")


@given(ELEMENTS)
def test_what_is_written_with_fnc1_is_read_again_as_it_was(elements: tuple[Element, ...]) -> None:
    [read] = gs1.read(gs1.write(elements))
    assert read == Reading(elements)


@given(ELEMENTS)
def test_what_is_written_with_parentheses_is_read_again_as_it_was(elements: tuple[Element, ...]) -> None:
    assert gs1.read(str(Reading(elements))) == (Reading(elements),)


@given(_elements(*PRINTED_BEHIND))
def test_without_fnc1_the_truth_is_among_the_ways_unless_there_are_too_many(elements: tuple[Element, ...]) -> None:
    found = _ways_or_why_not(gs1.write(elements).replace(FNC1, ""))
    assert "too many ways" in found if isinstance(found, str) else Reading(elements) in found


def _ways_or_why_not(message: str) -> tuple[Reading, ...] | str:
    try:
        return gs1.read(message)
    except InputUnusable as refusal:
        return refusal.message


@given(st.text(max_size=60))
def test_nothing_that_is_scanned_breaks_the_reader(text: str) -> None:
    for reading in _or_nothing(text):
        assert gs1.read(str(reading)) == (reading,)


def _or_nothing(text: str) -> tuple[Any, ...]:
    try:
        return gs1.read(text)
    except InputUnusable:
        return ()
