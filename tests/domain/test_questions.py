"""What a question and its answer must say, and the moment at which an answer was given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.questions import Asking, How, Reply, check_asking, check_reply, check_withdrawal, read_moment

ASKED_AT = datetime(2026, 11, 24, 15, 0, 30, tzinfo=UTC)
NOW = ASKED_AT + timedelta(hours=2)
ASKING = Asking("dose.too-high", "Please state the daily dose that you intend.", "phone", "Dr Muster")
REPLY = Reply("4.5 mg at bedtime", "nurse Kim", "phone", ASKED_AT + timedelta(minutes=10), read_back=True)
PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"text": "   why?   "}, "text", "at least 10 letters"),
        ({"text": "x" * 1001}, "text", "1001 letters are more than the 1000"),
        ({"text": "the dose is gm 54\u202e, is it not"}, "text", "U\\+202E"),
        ({"text": "please tell us\x00 the dose"}, "text", "U\\+0000"),
        ({"text": "half a sign \ud800 in a question"}, "text", "U\\+D800"),
        ({"whom": ""}, "asked_whom", "at least 2 letters"),
        ({"whom": "x" * 121}, "asked_whom", "121 letters"),
        ({"how": "pigeon"}, "asked_how", "phone, fax, electronic message, in person"),
        ({"how": ""}, "asked_how", "choose one"),
        ({"about": ""}, "about", "choose"),
        ({"about": "price"}, "about", "choose"),
        ({"about": "dose.<script>"}, "about", "choose"),
        ({"about": "dose." + "x" * 64}, "about", "choose"),
    ],
)
def test_a_question_that_lacks_something_is_refused_beside_its_field(
    changed: dict[str, str], field: str, said: str
) -> None:
    with pytest.raises(RuleBroken, match=said) as refusal:
        check_asking(replace(ASKING, **changed))
    assert refusal.value.field == field


def test_a_question_keeps_its_lines_and_a_name_has_one() -> None:
    asked = check_asking(replace(ASKING, text="  Two lines:\r\nthe dose?  ", whom=" Dr \n Muster "))
    assert (asked.text, asked.whom) == ("Two lines:\nthe dose?", "Dr Muster")


@pytest.mark.parametrize("about", ["strength", "other", "days-supply.missing"])
def test_a_question_is_about_a_subject_or_a_finding(about: str) -> None:
    assert check_asking(replace(ASKING, about=about)).about == about


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"text": " "}, "answer", "this is needed"),
        ({"text": "x" * 2001}, "answer", "2001 letters are more than the 2000"),
        ({"by": "K"}, "answered_by_name", "at least 2 letters"),
        ({"how": "post"}, "answered_how", "choose one"),
        ({"at": NOW + timedelta(seconds=1)}, "answered_at", "future"),
        ({"at": ASKED_AT - timedelta(minutes=1)}, "answered_at", "before the question was asked"),
        ({"read_back": False}, "read_back", "Read back"),
    ],
)
def test_an_answer_that_lacks_something_is_refused_beside_its_field(
    changed: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(RuleBroken, match=said) as refusal:
        check_reply(replace(REPLY, **changed), asked_at=ASKED_AT, now=NOW)
    assert refusal.value.field == field


@pytest.mark.parametrize("how", [way for way in How if way is not How.PHONE])
def test_only_an_answer_by_phone_has_to_be_read_back(how: How) -> None:
    given = check_reply(replace(REPLY, how=how.value, read_back=False), asked_at=ASKED_AT, now=NOW)
    assert (given.how, given.read_back) == (how, False)


def test_an_answer_in_the_very_minute_of_the_question_is_taken() -> None:
    at = ASKED_AT.replace(second=0)
    assert check_reply(replace(REPLY, at=at), asked_at=ASKED_AT, now=NOW).at == at


def test_a_withdrawal_says_why_in_five_letters_or_more() -> None:
    assert check_withdrawal(" asked the wrong clinic ") == "asked the wrong clinic"
    for reason, said in (("no", "at least 5 letters"), ("x" * 501, "501 letters")):
        with pytest.raises(RuleBroken, match=said):
            check_withdrawal(reason)


# On 8 March 2026 clocks in Los Angeles went from 02:00 to 03:00, on 1 November 2026 from 02:00 back to 01:00.


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-11-24T07:04", "2026-11-24T15:04"),
        (" 2026-11-24 07:04:59 ", "2026-11-24T15:04"),
        ("2026-07-01 07:04", "2026-07-01T14:04"),
        ("2026-11-01 00:59", "2026-11-01T07:59"),
        ("2026-11-01 02:00", "2026-11-01T10:00"),
    ],
)
def test_a_moment_is_read_on_the_pharmacys_clock(typed: str, utc: str) -> None:
    read = read_moment(typed, PACIFIC, not_before=datetime(2026, 1, 1, tzinfo=UTC))
    assert read == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(("asked", "utc"), [("08:10", "08:30"), ("08:50", "09:30"), ("09:45", "09:30")])
def test_of_an_hour_that_comes_twice_the_first_after_the_question_is_meant(asked: str, utc: str) -> None:
    not_before = datetime.fromisoformat(f"2026-11-01T{asked}").replace(tzinfo=UTC)
    read = read_moment("2026-11-01 01:30", PACIFIC, not_before=not_before)
    assert f"{read:%H:%M}" == utc


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "2026-11-24 15:04"),
        ("24.11.2026 15:04", "2026-11-24 15:04"),
        ("2026-02-30 10:00", "2026-11-24 15:04"),
        ("2026-11-24 25:00", "2026-11-24 15:04"),
        ("2026-11-24", "2026-11-24 15:04"),
        ("2026-11-24T15:04Z", "2026-11-24 15:04"),
        ("2026-03-08 02:30", "clocks went forward"),
        ("9999-12-31 23:59", "no time of this pharmacy"),
    ],
)
def test_what_is_no_moment_is_refused_and_never_guessed(typed: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said) as refusal:
        read_moment(typed, PACIFIC, not_before=ASKED_AT)
    assert refusal.value.field == "answered_at"
