"""Phrases: how languages count, what a translation may not do, and the terms of directions."""

from decimal import Decimal

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.phrases import Language, NoPhrase, Phrase, Plurals, Term, check, form, say
from pharmacy.domain.sig_terms import terms_of

SPANISH = Language(
    code="es",
    name="Spanish",
    own="español",
    plurals=Plurals.ONE,
    numbers=frozenset({"una", "once", "vez"}),
    spaced=True,
    phrases={"take": Phrase("take", "take {units} capsules", "tome {units} cápsulas")},
)
CHINESE = Language(
    code="zh", name="Chinese", own="中文", plurals=Plurals.NONE, numbers=frozenset("一两"), spaced=False, phrases={}
)


# Unicode CLDR 44, plural rules of Russian, integers and decimals: the samples that the chart itself gives.
@pytest.mark.parametrize(
    ("expected", "samples"),
    [
        ("one", "1 21 31 41 51 61 71 81 101 1001"),
        ("few", "2 3 4 22 23 24 32 33 34 42 102 1002"),
        ("many", "0 5 6 11 12 13 14 15 16 17 18 19 20 100 1000"),
        ("other", "0.5 1.5"),
    ],
)
def test_russian_counts_as_the_unicode_rules_say(expected: str, samples: str) -> None:
    assert {form(Plurals.SLAVIC, Decimal(number)) for number in samples.split()} == {expected}


@pytest.mark.parametrize(
    ("english", "translated", "why"),
    [
        ("take {units} capsules", "tome cápsulas", r"it has to hold \{units\}"),
        ("take {units} capsules", "tome {units} {units} cápsulas", r"it has to hold \{units\}"),
        ("take {units} capsules", "tome {unidades} cápsulas", r"it has to hold \{units\}"),
        ("at bedtime", "al acostarse {", "no place in braces"),
        ("every day", "cada 1 día", "the same digits"),
        ("every {hours} hours", "cada {hours} horas, 3 veces", "the same digits"),
        ("take {units} capsules", "tome {units} cápsulas una vez", "“una” says a number in Spanish"),
        ("every day", "Once", "“once” says a number in Spanish"),
        ("every day", "  ", "it is empty"),
        ("every day", "x" * 301, "at most 300 letters"),
    ],
)
def test_a_translation_that_could_say_another_number_is_refused(english: str, translated: str, why: str) -> None:
    with pytest.raises(RuleBroken, match=why) as refusal:
        check(english, translated, SPANISH)
    assert refusal.value.field == "translated"


def test_a_number_word_is_found_in_writing_without_spaces_and_not_within_a_longer_word() -> None:
    check("every day", "cuando acuna", SPANISH)  # "una" within a word is none
    with pytest.raises(RuleBroken, match="“一” says a number"):
        check("every day", "每天一次", CHINESE)


def test_a_sentence_takes_apart_into_terms() -> None:
    assert terms_of("Take 2 capsules at bedtime on days 8 to 14") == Term(
        "take",
        (("units", "2"), ("when", Term("at-bedtime")), ("length", Term("on-days", (("first", "8"), ("last", "14"))))),
        Decimal(2),
    )


@pytest.mark.parametrize("text", ["", "use as directed", "Take 1 to 2 capsules at bedtime", "Take it on days 8 to 14"])
def test_what_is_not_plain_directions_has_no_terms(text: str) -> None:
    with pytest.raises(NoPhrase):
        terms_of(text)


def test_a_phrase_that_is_not_there_is_named() -> None:
    with pytest.raises(NoPhrase, match="no phrase for “with water” in Spanish"):
        say(Term("with-water"), SPANISH, {})
