from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.sig import Phase, read_directions, write_directions

_ONE, _BED = Decimal(1), "at bedtime"


def _phases(text: str) -> list[tuple[str, str, int | None, str]]:
    read = read_directions(text).phases
    return [(str(p.units_per_dose), str(p.doses_per_day), p.days, p.timing) for p in read]


@pytest.mark.parametrize(
    "text",
    [
        "Take 1 capsule at bedtime",
        "1CQHS",
        "1 C PO QHS",
        "1cpoqhs",
        "1 cap p.o. q.h.s.",
        "1 po hs",
        "TAKE ONE (1) CAPSULE BY MOUTH EVERY NIGHT AT BEDTIME",
        "take 1 cap orally once daily at bedtime",
        "Take a capsule by mouth at bedtime.",
        "1 capsule before bed",
        "take 1 one capsule daily at bed time",
        "Take 1 capsule (4.5 mg) by mouth at bedtime for fibromyalgia",
        "sig: take 1 capsule(s) po qhs",
        "take 1 capsule at bedtime for nerve pain",
        "1 cap q hs",
    ],
)
def test_one_capsule_at_bedtime_is_read_in_all_its_spellings(text: str) -> None:
    read = read_directions(text)
    assert (_phases(text), read.text, read.doubts) == (
        [("1", "1", None, _BED)],
        "Take 1 capsule at bedtime",
        (),
    )


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        ("1 cap po qd", [("1", "1", None, "")]),
        ("take 2 caps po bid", [("2", "2", None, "")]),
        ("one capsule three times a day", [("1", "3", None, "")]),
        ("1 cap qid", [("1", "4", None, "")]),
        ("1 capsule every 12 hours", [("1", "2", None, "every 12 hours")]),
        ("1 cap q6h", [("1", "4", None, "every 6 hours")]),
        ("take 1 capsule every other day", [("1", "0.5", None, "")]),
        ("1 cap qam", [("1", "1", None, "in the morning")]),
        (
            "take 1 capsule in the morning and 1 capsule at bedtime",
            [("1", "2", None, "in the morning and at bedtime")],
        ),
        (
            "Take 1 capsule in the morning, and Take 1 capsule at bedtime",
            [("1", "2", None, "in the morning and at bedtime")],
        ),
        ("1 cap at 9pm with food", [("1", "1", None, "at 9 pm with food")]),
        ("1/2 capsule daily", [("0.5", "1", None, "")]),
        ("1 and 1/2 capsules qhs", [("1.5", "1", None, _BED)]),
        ("1 cap bidx10 days", [("1", "2", 10, "")]),
        (
            "1 capsule at bedtime for 7 days then 2 capsules at bedtime",
            [("1", "1", 7, _BED), ("2", "1", None, _BED)],
        ),
        (
            "1 cap qhs x 2 weeks, 2 caps qhs x 2 weeks, then 3 caps qhs",
            [("1", "1", 14, _BED), ("2", "1", 14, _BED), ("3", "1", None, _BED)],
        ),
        (
            "Week 1: 1 capsule at bedtime; week 2: 2 capsules at bedtime; week 3 and on: 3 capsules at bedtime",
            [("1", "1", 7, _BED), ("2", "1", 7, _BED), ("3", "1", None, _BED)],
        ),
        ("1 cap qhs for two (2) weeks", [("1", "1", 14, _BED)]),
        ("days 1-7: 1 cap qhs, day 8+: 2 caps qhs", [("1", "1", 7, _BED), ("2", "1", None, _BED)]),
        ("1 capsule at bedtime for 14 nights then stop", [("1", "1", 14, _BED)]),
    ],
)
def test_directions_are_read_without_doubt(text: str, phases: list[tuple[str, str, int | None, str]]) -> None:
    assert (_phases(text), read_directions(text).doubts) == (phases, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "take as directed",
        "1-2 capsules at bedtime",
        "take 1 to 2 caps qhs",
        "take 1 capsule as needed",
        "take 4.5 mg at bedtime",
        "take capsule at bedtime",
        "take at bedtime",
        "0 capsules at bedtime",
        "-1 capsule at bedtime",
        "1,000 capsules at bedtime",
        "1e5 capsules at bedtime",
        "1/0 capsule at bedtime",
        "1/3 capsule at bedtime",
        "one (2) capsules at bedtime",
        "take 1 capsule twcie daily",
        "take 1 capsule every third day",
        "take 1 capsule weekly",
        "1 capsule at bedtime except sundays",
        "1 capsule at bedtime, may increase to 2",
        "increase by 1 capsule every 7 days",
        "1 capsule at bedtime or in the morning",
        "take 1 capsule at bedtime twice daily",
        "take 1 capsule in the morning and 2 capsules at bedtime",
        "1 capsule every 5 hours",
        "1 capsule every 4-6 hours",
        "1 capsule at bedtime for 1 month",
        "1 capsule at bedtime then 2 capsules at bedtime",
        "1 capsule at bedtime do not take on monday",
        "week 1: 1 capsule qhs, week 3: 2 capsules qhs",
        "5 ml at bedtime",
        "1 capsule at bedtime for up to 10 days",
        "take 1 capsule at bedtime then stop",
        "tome una capsula al acostarse",
        "1 capsule at 25 pm",
        "ii caps qhs",
    ],
)
def test_what_cannot_be_read_is_a_doubt_and_never_a_guess(text: str) -> None:
    read = read_directions(text)
    assert read.phases == ()
    assert read.text == ""
    assert read.doubts


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("1 capsule at bedtime as needed", "as needed"),
        ("1 capsule at bedtime, do not crush or chew", "do not crush or chew"),
        ("1 tablet at bedtime", "tablet"),
        ("1 capsule at bedtime as directed", "as directed"),
        ("1 capsule at bedtime for pain and inflammation as needed", "as needed"),
        ("1 capsule at bedtime. Do not take with opioids.", "do not take with opioids"),
        ("1 capsule at bedtime frobnicate", "frobnicate"),
        ("1 capsule at bedtime for 7 days, then 2 capsules", "does not say how often"),
    ],
)
def test_what_a_person_must_look_at_is_a_doubt_beside_the_phases(text: str, doubt: str) -> None:
    read = read_directions(text)
    assert read.phases
    assert doubt in " ".join(read.doubts)


def test_a_purpose_is_kept_for_the_label() -> None:
    assert read_directions("Take 1 capsule at bedtime for crohn's disease").purpose == "crohn's disease"


def test_the_sentences_of_california_are_written_word_for_word() -> None:
    """16 CCR 1707.5(a)(4)(A) to (F)."""
    for when in ("at bedtime", "in the morning"):
        for count, form in ((1, "capsule"), (2, "capsules"), (3, "capsules")):
            assert write_directions((Phase(Decimal(count), _ONE, None, when),)) == f"Take {count} {form} {when}"


# In the order of the day. Those of one tuple may be one time said twice, so that a text names only one of them.
_TIMES_OF_DAY = [
    ("in the morning", "at 8:30 am", "with breakfast"),
    ("at noon", "after lunch"),
    ("at 3 pm",),
    ("in the evening", "before dinner"),
    ("at bedtime", "at night", "at 10 pm"),
]
_EXTRAS = ["", "with food", "with a meal", "with water", "on an empty stomach", "with food with water"]
_UNITS = st.sampled_from(["0.5", "1", "1.5", "2", "3", "10"]).map(Decimal)


@st.composite
def _when(draw: st.DrawFn) -> tuple[str, Decimal]:
    """A timing with its doses a day: times of day, every so many hours, or only how often."""
    chosen = [draw(st.sampled_from(part)) for part in _TIMES_OF_DAY if draw(st.booleans())]
    if {"in the evening", "at night", "at 10 pm"} <= {*chosen, "at night", "at 10 pm"}:
        chosen = [time for time in chosen if time not in ("at night", "at 10 pm")]
    if len(chosen) == 1:
        return chosen[0], draw(st.sampled_from([Decimal("0.5"), _ONE]))
    if chosen:
        return " and ".join(chosen), Decimal(len(chosen))
    hours = draw(st.sampled_from([None, 2, 3, 4, 6, 8, 12]))
    if hours:
        return f"every {hours} hours", Decimal(24) / hours
    return "", Decimal(draw(st.sampled_from(["0.5", "1", "2", "3", "7"])))


@st.composite
def _a_phase(draw: st.DrawFn, ended: bool) -> Phase:
    timing, often = draw(_when())
    days = draw(st.integers(1, 3650)) if ended else draw(st.none() | st.integers(1, 3650))
    return Phase(draw(_UNITS), often, days, f"{timing} {draw(st.sampled_from(_EXTRAS))}".strip())


@settings(max_examples=300)
@given(st.lists(_a_phase(ended=True), max_size=3), _a_phase(ended=False))
def test_reading_what_was_written_gives_the_same_phases(first: list[Phase], last: Phase) -> None:
    phases = (*first, last)
    read = read_directions(write_directions(phases))
    assert (read.phases, read.doubts) == (phases, ())


def test_what_cannot_be_put_into_words_is_refused() -> None:
    with pytest.raises(RuleBroken):
        write_directions((Phase(_ONE, Decimal(3), None, "at bedtime"), Phase(_ONE, _ONE, None, "")))
    with pytest.raises(RuleBroken):
        write_directions(())


_PARTS = (
    "1 capsule;2 caps;1;take;one;at bedtime;qhs;daily;twice a day;every other day;q12h;in the morning;and;then;"
    "for 7 days;x 2 weeks;3 days;week 1:;week 2:;with food;as needed;1 to 2;weekly;for pain;;every night;at 9 pm"
)


@settings(max_examples=100)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from("1 2 one cap qhs bid then for 7 days x . , - daily / ( ) prn".split())).map(" ".join)
)
def test_any_text_gives_phases_or_doubts(text: str) -> None:
    read = read_directions(text)
    assert bool(read.phases) or bool(read.doubts)
    assert bool(read.phases) == bool(read.text)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(_PARTS.split(";")), max_size=12).map(" ".join))
def test_what_is_understood_and_the_phases_never_say_different_things(text: str) -> None:
    read = read_directions(text)
    if not read.phases:
        return
    assert len(read.understood) == len(read.phases)
    for step, phase in zip(read.understood, read.phases, strict=True):
        assert step.least == step.most == phase.units_per_dose
        assert step.frequency is None or step.frequency.a_day == phase.doses_per_day
        assert step.lasts == phase.days


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1-2 caps qhs prn pain", ("1 to 2 capsules, 1 time in a day, as needed",)),
        ("1 tab tid x 1 month", ("1 tablet, 3 times in a day, for 1 month",)),
        ("2 caps every 3 days for 2 weeks", ("2 capsules, 1 time in 3 days, for 14 days",)),
        ("1 cap Mon, Wed, Fri at bedtime", ("1 capsule, 3 times in a week",)),
        ("1 cap every other week", ("1 capsule, 1 time in 2 weeks",)),
        ("4.5 mg at bedtime", ("4.5 mg, 1 time in a day",)),
        ("2 caps in the morning and 1 at bedtime", ("2 capsules, 1 time in a day", "1 capsule, 1 time in a day")),
        ("1 capsule not daily", ()),
        ("1 capsule twice daily at bedtime", ()),
        ("1 capsule at bedtime or in the morning", ()),
        ("5 ml daily", ()),
    ],
)
def test_what_is_understood_beside_the_phases_is_told_in_words(text: str, words: tuple[str, ...]) -> None:
    assert tuple(step.words() for step in read_directions(text).understood) == words


@pytest.mark.parametrize(
    ("text", "capsules", "milligrams"),
    [
        ("1 cap q6h prn, max 3 per day", "3", None),
        ("1 cap q6h prn mdd: 4", "4", None),
        ("1 cap q6h prn, not to exceed 4.5 mg in 24 hours", None, "4.5"),
        ("1 cap q6h prn, maximum daily dose 2 capsules mdd 2", "2", None),
        ("1 cap q6h prn, max daily dose 2 capsules mdd 3", None, None),
        ("1 cap q6h prn, max 3", None, None),
        ("1 cap q6h prn", None, None),
    ],
)
def test_a_maximum_counts_only_where_it_is_for_a_day_and_said_once(
    text: str, capsules: str | None, milligrams: str | None
) -> None:
    document = read_directions(text).to_document()
    assert (document["at_most_a_day"], document["at_most_mg_a_day"]) == (capsules, milligrams)
    assert document["as_needed"] is True


def test_directions_that_take_more_than_they_allow_are_a_doubt() -> None:
    doubts = read_directions("3 capsules at bedtime, max 2 per day").doubts
    assert "The directions take more than the 2 a day that they allow." in doubts
