"""The shipped phrases: drafts all of them, complete for every direction the domain can write, and digits alone."""

import json
import tomllib
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy import paths
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.phrases import Language, Plurals, check, form, number_words, numbers_in, sentence
from pharmacy.domain.sig import read_directions, write_directions
from pharmacy.domain.sig_phases import EXTRAS, Phase
from pharmacy.domain.sig_terms import terms_of
from pharmacy.services.label_texts import WARNINGS
from pharmacy.services.phrase_tables import english, in_english, languages, warning_key

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sig"
MEALS = ("breakfast", "lunch", "dinner", "supper", "evening meal", "morning meal", "noon meal")
SLOTS = (
    *("at bedtime", "at night", "in the morning", "in the evening", "in the afternoon", "at noon"),
    *(f"{when} {meal}" for when, meal in product(("with", "before", "after"), MEALS)),
    *(f"at {hour}{minutes} {half}" for hour, minutes, half in product(range(1, 13), ("", ":30"), ("am", "pm"))),
)
"""Every time of day that a phase can name."""

# What a translator is told not to write; "once" is eleven in Spanish, and 一 is a word like any other in Chinese.
SAMPLES = {
    "es": "once una uno vez dos tres",
    "ru": "один одну два три однажды дважды",
    "vi": "một hai ba bốn năm",
    "zh-Hans": "一 二 两 三",
    "ko": "한 두 세 네 하나 하루",
}


@st.composite
def phases(draw: st.DrawFn, *, ended: bool) -> Phase:
    """One step of directions as the reader of directions makes them."""
    times = draw(st.integers(0, 3))
    slots = draw(st.lists(st.sampled_from(SLOTS), min_size=times, max_size=times, unique=True))
    extras = draw(st.lists(st.sampled_from(EXTRAS), max_size=1))
    often = Decimal(len(slots)) if slots else draw(st.sampled_from([Decimal(n) for n in range(1, 25)]))
    if len(slots) < 2 and draw(st.booleans()):
        often = Decimal("0.5")
    hours = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 12]))
    timing = " and ".join(slots)
    if not slots and often != Decimal("0.5") and draw(st.booleans()):
        often, timing = Decimal(24) / hours, "every hour" if hours == 1 else f"every {hours} hours"
    units = draw(st.sampled_from([Decimal(n) for n in ("0.5", "1", "1.5", "2", "3", "5", "11", "21", "22")]))
    days = draw(st.integers(1, 120)) if ended else None
    return Phase(units, often, days, " ".join([timing, *extras]).strip())


@st.composite
def directions(draw: st.DrawFn) -> str:
    """Directions of one container, or of a bottle on its days."""
    last = draw(phases(ended=draw(st.booleans())))
    before = draw(st.lists(phases(ended=True), max_size=2))
    bottle = draw(st.sampled_from(["", " on day 3", " on days 8 to 14", " on days 22 to 101"]))
    try:
        text = write_directions((*before, last))
    except RuleBroken:  # two times of day that may be one
        text = "Take 1 capsule at bedtime"
    return text + bottle if not before and last.days is None else text


def _say(text: str, language: Language) -> str:
    return sentence(terms_of(text), language, {key: one.translated for key, one in language.phrases.items()})


@settings(max_examples=400)
@given(text=directions())
def test_every_direction_is_said_in_every_language_with_the_same_digits_and_no_number_in_words(text: str) -> None:
    assert in_english(terms_of(text)) == text
    for language in languages().values():
        said = _say(text, language)
        assert "{" not in said
        assert "  " not in said
        assert numbers_in(said) == numbers_in(text)
        assert number_words(said, language) == []


@pytest.mark.parametrize("slot", SLOTS)
def test_every_time_of_day_has_its_phrase(slot: str) -> None:
    text = f"Take 1 capsule {slot}"
    assert in_english(terms_of(text)) == text
    assert all(_say(text, language) for language in languages().values())


def test_every_published_direction_that_can_be_read_is_said_in_every_language() -> None:
    files = sorted(PUBLISHED.glob("*.json"))
    if not files:
        pytest.skip("The published directions are not beside this checkout.")
    cases = [case for file in files for case in json.loads(file.read_text()) if isinstance(case, dict)]
    texts = {read_directions(case["sig"]).text for case in cases if "sig" in case} - {""}
    assert len(texts) > 20
    for text in texts:
        assert in_english(terms_of(text)) == text
        assert all(numbers_in(_say(text, language)) == numbers_in(text) for language in languages().values())


def test_the_five_languages_are_there() -> None:
    assert set(languages()) == {"es", "ru", "vi", "zh-Hans", "ko"}


@pytest.mark.parametrize("file", sorted(paths.phrases().glob("*.toml")), ids=lambda file: file.stem)
def test_every_shipped_translation_is_a_draft_beside_the_english_of_labels(file: Path) -> None:
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["phrase"]
    assert len({row["key"] for row in rows}) == len(rows)
    if file.stem == "en":
        return
    said = {key: one.english for key, one in english().phrases.items()}
    bases = {key.partition(".")[0] for key in said}
    for row in rows:
        base = row["key"].partition(".")[0]
        assert row["draft"] is True
        assert row["english"] in {said.get(row["key"]), said.get(base), said.get(f"{base}.one")}
    assert {row["key"].partition(".")[0] for row in rows} == bases


def test_every_shipped_translation_obeys_the_rules_for_one() -> None:
    for language in languages().values():
        for one in language.phrases.values():
            check(one.english, one.translated, language)


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_the_lists_of_number_words_hold_the_usual_ones(code: str) -> None:
    assert set(SAMPLES[code].split()) <= languages()[code].numbers


def test_forms_that_a_language_counts_by_are_forms_that_exist() -> None:
    exist = {
        plurals: {form(plurals, Decimal(number)) for number in ("0.5", "1", "2", "3", "5", "11", "21")}
        for plurals in Plurals
    }
    for language in languages().values():
        named = {key.partition(".")[2] for key in language.phrases} - {""}
        assert named <= exist[language.plurals]


def test_every_warning_of_a_label_has_its_phrase() -> None:
    assert [warning_key(text) for text in WARNINGS] == [
        "warning-opioids",
        "warning-dreams",
        "warning-dry",
        "warning-children",
    ]


# Written by hand from the tables, so that a change of how sentences are put together is seen.
@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("es", "Take 1 capsule at bedtime", "Tome 1 cápsula a la hora de acostarse"),
        ("ru", "Take 5 capsules at bedtime for 21 days", "Принимайте по 5 капсул перед сном в течение 21 дня"),
        ("vi", "Take 1 capsule every day with water", "Uống 1 viên nang mỗi ngày với nước"),
        ("zh-Hans", "Take 2 capsules at bedtime on day 8", "每次2粒胶囊，睡前服用（疗程第8天）"),
        ("ko", "Take 1 capsule at 8:30 pm", "저녁 8시 30분에 1캡슐씩 복용하십시오"),
    ],
)
def test_sentences_stand_as_their_phrases_say(code: str, text: str, said: str) -> None:
    assert _say(text, languages()[code]) == said
