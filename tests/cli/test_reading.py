"""JSON on the command line: exact numbers, nothing dropped, refusals that name the place."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.cli.reading import MOST_BYTES, parse_json, read_json, write_json
from pharmacy.domain.errors import InputUnusable


def test_a_number_keeps_every_digit_it_was_written_with() -> None:
    assert str(parse_json(b'{"dose_mg": 4.50}')) == "{'dose_mg': Decimal('4.50')}"


@settings(max_examples=100)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_written_and_read_again_is_the_same(number: Decimal) -> None:
    assert parse_json(format(number, "f").encode()) == number


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "the document is not JSON: Expecting value at line 1, column 1"),
        (b'{"a": 1} x', "the document is not JSON: Extra data at line 1, column 10"),
        (b'{\n"a": }', "the document is not JSON: Expecting value at line 2, column 6"),
        (b"\xff\xfe{", "the document is not UTF-8 text (byte 0)"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b"[" * 200_000, "the document is nested too deeply"),
        (b"1" * 5_000, "the number 11111111111111111111... has more than 64 digits"),
        (b"0." + b"1" * 5_000, "the number 0.111111111111111111... has more than 64 digits"),
        (rb'{"family": "\ud800"}', "the document holds half of a character (an unpaired \\u escape)"),
        (rb'{"\udc00": 1}', "the document holds half of a character (an unpaired \\u escape)"),
    ],
)
def test_what_is_not_one_sound_document_is_refused(raw: bytes, sentence: str) -> None:
    with pytest.raises(InputUnusable) as refusal:
        parse_json(raw)
    assert str(refusal.value) == sentence


def test_a_key_given_twice_is_refused_by_name() -> None:
    with pytest.raises(InputUnusable, match="is given twice") as refusal:
        parse_json(b'{"patient": {"family": "A", "family": "B"}}')
    assert refusal.value.field == "family"


def test_a_pair_of_escapes_is_one_character() -> None:
    assert parse_json(rb'"\ud83d\udc8a"') == "\N{PILL}"


def test_a_byte_order_mark_as_written_by_windows_is_no_obstacle() -> None:
    assert parse_json(b"\xef\xbb\xbf[1]") == [1]


def test_a_document_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "order.json").write_bytes(b'{"dose_mg": "4.5"}')
    assert read_json(str(tmp_path / "order.json")) == {"dose_mg": "4.5"}


def test_a_document_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"[2]")))
    assert read_json("-") == [2]


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    with pytest.raises(InputUnusable, match=r"missing\.json cannot be read: No such file"):
        read_json(str(missing))


def test_a_directory_is_not_a_document(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match="cannot be read"):
        read_json(str(tmp_path))


def test_a_file_too_large_to_be_a_document_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(InputUnusable, match="is larger than 2,000,000 bytes"):
        read_json(str(huge))


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Thing:
    mass_mg: Decimal
    made: date
    colour: Colour


def test_what_is_written_is_one_document_of_plain_values(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_json({"thing": Thing(Decimal("1E+2"), date(2026, 11, 24), Colour.RED), "name": "Ngô"})
    out = capsysbinary.readouterr().out
    assert json.loads(out) == {
        "thing": {"mass_mg": "100", "made": "2026-11-24", "colour": "red"},
        "name": "Ngô",
    }
    assert "Ngô".encode() in out
    assert out.endswith(b"}\n")


def test_a_document_can_be_written_on_one_line(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_json({"at": datetime(2026, 11, 24, 8, 30, tzinfo=UTC), "note": "a\nb"}, one_line=True)
    assert capsysbinary.readouterr().out == b'{"at": "2026-11-24T08:30:00+00:00", "note": "a\\nb"}\n'


def test_what_has_no_form_in_json_is_a_defect_and_not_guessed() -> None:
    with pytest.raises(TypeError, match="object has no form in JSON"):
        write_json(object())
