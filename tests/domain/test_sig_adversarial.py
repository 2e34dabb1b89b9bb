"""Directions with something put in, left out, doubled or swapped: the same reading, a doubt, or none."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain.sig import Phase, read_directions, write_directions

_ONE, _TWO, _BED = Decimal(1), Decimal(2), "at bedtime"
_READABLE = [
    (Phase(_ONE, _ONE, None, _BED),),
    (Phase(_TWO, _ONE, 7, "in the morning with food"),),
    (Phase(_ONE, _ONE, None, "at 9 pm"),),
    (Phase(_ONE, Decimal(3), None, ""),),
    (Phase(_ONE, _TWO, None, "every 12 hours"),),
    (Phase(_ONE, Decimal("0.5"), 14, _BED),),
    (Phase(_ONE, _ONE, 7, _BED), Phase(_TWO, _ONE, 7, _BED), Phase(Decimal(3), _ONE, None, _BED)),
]
# Words that take back, choose, change or contradict. Not among them: words that make another plain sentence of the
# text ("for 3 days", "every other day", "and a half"), which is then read as what it says.
_GARBAGE = (
    """
not|never|no|or|except|unless|if|hold|off|on|stop|half|double|skip|max|up to|may|before|after|until|in|by|when|every
each|per|q|x|times|other|week|weekly|weeks|monthly|month|months|day|days|night|monday|mwf|hour|hours|once|q6h|bid
0|2|3|4|5|7|14|two|three|ten|0.1|1/4|10|1000|-1|1-2|1 to 2|mg|10 mg|mcg|ml|5 ml|capsule|2 capsules|take 2 capsules
take|twice a day|once a week|in 2 weeks|after 7 days|do not|may repeat|as needed|then stop|week 2|day 3|of|to|with 2
more|less|minus|total|increase|decrease|alternate|repeat|tonight|today|several|nights|ii|iv|sublingual|=|+|%|/|-|.|,|(|)
""".strip()
    .replace("\n", "|")
    .split("|")
)


@st.composite
def _garbled(draw: st.DrawFn) -> tuple[str, tuple[Phase, ...]]:
    phases = draw(st.sampled_from(_READABLE))
    words = write_directions(phases).split(" ")
    place = draw(st.integers(0, len(words) - 1))
    change = draw(st.sampled_from(["put in", "double", "swap", "space"]))
    if change == "put in":
        words.insert(draw(st.integers(0, len(words))), draw(st.sampled_from(_GARBAGE)))
    elif change == "double":
        words.insert(place, words[place])
    elif change == "swap":
        words[place - 1 : place + 1] = reversed(words[place - 1 : place + 1])
    else:
        cut = draw(st.integers(0, len(words[place])))
        words[place : place + 1] = [words[place][:cut], words[place][cut:]]
    return " ".join(words), phases


@settings(max_examples=600, deadline=None)
@given(_garbled())
def test_a_garbled_text_never_gives_another_reading_without_a_doubt(garbled: tuple[str, tuple[Phase, ...]]) -> None:
    text, phases = garbled
    read = read_directions(text)
    assert read.phases in ((), phases) or read.doubts


_DAILY = ["daily", "every day", "at bedtime", "nightly", "qhs", "every morning", "once daily", ""]
_WEEKLY = (
    """
once a week|once weekly|weekly|every week|each week|every 7 days|q7d|qwk|1x/week|once per week|on Mondays|every Sunday
Mon, Wed, Fri|Monday, Wednesday and Friday|MWF|m/w/f|twice a week|biw|tiw|3 times weekly|3 nights a week
every other week|every 2 weeks|every third day|q3d|every 10 days|monthly|every month|alternate weeks|5 days per week
weekends|weekdays|on weekends only|biweekly
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("weekly", _WEEKLY)
@pytest.mark.parametrize("daily", _DAILY)
def test_a_dose_that_is_not_taken_each_day_is_never_read_as_daily(weekly: str, daily: str) -> None:
    for text in (
        f"1 capsule {daily} {weekly}",
        f"{weekly} 1 capsule {daily}",
        f"1 capsule {weekly} {daily} for 8 weeks",
    ):
        read = read_directions(text)
        assert read.phases == (), text
        assert read.doubts


@pytest.mark.parametrize(
    "text",
    [
        "1 capsule at bedtime do not take with 2 capsules",
        "take 1 capsule, may repeat once",
        "take 1 capsule at bedtime, may repeat once",
        "take one to two",
        "1-2",
        "1/2",
        "1 1/2",
        "one half",
        "two (2)",
        "1 (two)",
        "1 (two) capsules at bedtime",
        "q24h",
        "every 24 hours",
        "nightly at bedtime",
        "every evening",
        "1.5mg qhs",
        "4.5 mg = 1 capsule",
        "1 cap in am, 2 caps in pm",
        "increase by 1 capsule every week up to 3 capsules",
        "1 cap po qhs. may increase to 2 caps after 2 weeks",
        "1 capsule at bedtime starting in 2 weeks",
        "1 capsule at bedtime after 2 weeks",
        "1 capsule at bedtime for several nights",
        "1 capsule at bedtime tonight",
        "1 capsule at bedtime, 2 weeks on, 1 week off",
        "1 capsule nightly for 7 days, then off for 7 days",
        "1 capsule in the morning for 7 days and 2 capsules at bedtime",
        "1 capsule in the morning for 7 days and at bedtime",
        "for 7 days take 1 cap qhs, for 7 days take 2 caps qhs",
        "1 week 2 capsules at bedtime",
        "1 capsule 3 week at bedtime",
        "week 1 and 3: 1 capsule at bedtime",
        "week 3-1: 1 capsule at bedtime",
        "1¾ capsules at bedtime",
        "2² capsules at bedtime",
        "1⅓ capsules at bedtime",
        "1\u200b0 capsules at bedtime",
        "1-0-1 capsules at bedtime",
        "1.5.5 capsules at bedtime",
        "1,5 capsules at bedtime",
        "1 capsule every 12 other hours",
        "1 capsule 0.5 times a day",
        "1 capsule at 8 am with breakfast and at bedtime",
        "1 capsule at night and at bedtime",
        "1 capsule under the tongue at bedtime",
        "1 capsule inhaled daily",
        "1 capsule at bedtime, then 2 capsules in the morning",
        "take 2 two times daily",
        "1 capsule at bedtime for 7 days, then increase by 1 capsule at bedtime",
        "1 capsule at bedtime for 7 days, then increase 1 capsule at bedtime",
        "1 capsule at bedtime for 7 days, then add 1 capsule at bedtime",
        "1 capsule at 9",
        "1 capsule a week",
        "3 capsules a week",
        "1 capsule 0 times daily",
        "1 capsule zero times a day",
        "1 capsule every 0 hours",
        "1 capsule q0h for 3 days",
        "1O caps qhs",
        "1 capsule l0 times a day",
        "1 capsule at bedtime, doubling each week",
        "1 capsule at bedtime, doubling",
    ],
)
def test_what_may_mean_two_things_is_no_reading(text: str) -> None:
    read = read_directions(text)
    assert read.phases == ()
    assert read.doubts


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        ("1 cap q24h", (("1", "1", None, ""),)),
        ("1 cap every evening", (("1", "1", None, "in the evening"),)),
        ("1 cap nightly at bedtime", (("1", "1", None, _BED),)),
        ("1 cap every evening at bedtime", (("1", "1", None, _BED),)),
        ("two (2) caps qhs", (("2", "1", None, _BED),)),
        ("1 1/2 caps qhs", (("1.5", "1", None, _BED),)),
        ("1½ caps qhs", (("1.5", "1", None, _BED),)),
        ("one half capsule qhs", (("0.5", "1", None, _BED),)),
        ("one-half capsule qhs", (("0.5", "1", None, _BED),)),
        ("１ capsule qhs", (("1", "1", None, _BED),)),
        ("1 cap 1.5mg qhs", (("1", "1", None, _BED),)),
        ("Take 1 capsule by mouth nightly at bedtime for low back pain", (("1", "1", None, _BED),)),
        ("1 capsule at 8 am in the morning and at bedtime", (("1", "2", None, "at 8 am and at bedtime"),)),
        ("1 capsule at 5 in the evening", (("1", "1", None, "at 5 pm"),)),
        ("1 capsule every 8 hours at 6am, 2pm and 10pm", (("1", "3", None, "at 6 am and at 2 pm and at 10 pm"),)),
        ("1 capsule with breakfast and dinner", (("1", "2", None, "with breakfast and with dinner"),)),
        ("1 capsule 2 (two) times a day", (("1", "2", None, ""),)),
        ("1 capsule 2 two times a day", (("1", "2", None, ""),)),
        ("1 capsule every 2 days", (("1", "0.5", None, ""),)),
        ("1 capsule every hour", (("1", "24", None, "every hour"),)),
        (
            "1 capsule at bedtime for 7 days, then increase to 2 capsules at bedtime",
            (("1", "1", 7, _BED), ("2", "1", None, _BED)),
        ),
        ("1 cap qhs x 7 days, 2 caps qhs thereafter", (("1", "1", 7, _BED), ("2", "1", None, _BED))),
        ("weeks 1 and 2: 1 capsule at bedtime", (("1", "1", 14, _BED),)),
    ],
)
def test_what_can_only_mean_one_thing_is_read(text: str, phases: tuple[tuple[str, str, int | None, str], ...]) -> None:
    read = read_directions(text)
    found = tuple((f"{p.units_per_dose:f}", f"{p.doses_per_day:f}", p.days, p.timing) for p in read.phases)
    assert (found, read.doubts) == (phases, ())


def test_a_step_that_does_not_say_how_often_is_a_doubt_beside_the_phases() -> None:
    read = read_directions("1 cap qhs x7d then 2 caps")
    assert [(p.units_per_dose, p.days) for p in read.phases] == [(_ONE, 7), (_TWO, None)]
    assert read.doubts


@pytest.mark.parametrize("text", ["1 tab bidprnfor anxiety", "1 cap tidprnas needed", "1 cap qhs for painprnas needed"])
def test_as_needed_run_into_other_words_is_not_lost(text: str) -> None:
    assert read_directions(text).as_needed
    assert any("open" in doubt for doubt in read_directions(text).doubts)
