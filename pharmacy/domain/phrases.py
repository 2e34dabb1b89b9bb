"""Directions and warnings in a patient's language, put together from phrases that a translator signed one by one.

A sentence is taken apart into terms, and each term is one phrase of a language's table with places for digits and for
other terms. Numbers are digits only (USP <17>; the Spanish word "once" is eleven). The English of the same terms has to
be the very sentence on the label, so a translation can never say anything else than what was signed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import clip

LONGEST = 300  # letters of one phrase; nothing near it fits on a label

_PLACE = re.compile(r"\{(\w*)\}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class Plurals(StrEnum):
    """How a language counts, after the Unicode CLDR: which form of a phrase goes with a number."""

    NONE = "none"
    ONE = "one"  # one, and parts of one, then all others
    SLAVIC = "slavic"  # 1, 21, 31; 2 to 4, 22 to 24; 5 to 20, 25 to 30; parts of one


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of a table. key: its name, ".one" and the like for the form that goes with a number.

    note: for the translator, when it is used and what stands in its places.
    """

    key: str
    english: str
    translated: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """code: BCP 47, "zh-Hans". name: in English. own: its name for itself. numbers: words that say a number.

    spaced: whether words have spaces between them, so that a number word can be told from a part of another word.
    """

    code: str
    name: str
    own: str
    plurals: Plurals
    numbers: frozenset[str]
    spaced: bool
    phrases: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase with what stands in its places: digits, or other terms. count: the number that chooses its form."""

    key: str
    filled: tuple[tuple[str, "str | Term"], ...] = ()
    count: Decimal | None = None


class NoPhrase(RuleBroken):
    """The table has no phrase for a term."""


def form(plurals: Plurals, count: Decimal) -> str:
    """The form of a phrase that goes with a number.

    >>> [form(Plurals.SLAVIC, Decimal(n)) for n in ("1", "3", "12", "21", "0.5")]
    ['one', 'few', 'many', 'one', 'other']
    >>> form(Plurals.ONE, Decimal("0.5")), form(Plurals.NONE, Decimal(1))
    ('one', 'other')
    """
    if plurals is Plurals.ONE:
        return "one" if count <= 1 else "other"
    if plurals is Plurals.SLAVIC and count == int(count):
        last, teens = int(count) % 10, int(count) % 100 in range(11, 15)
        if last == 1 and not teens:
            return "one"
        return "few" if last in (2, 3, 4) and not teens else "many"
    return "other"


def key_of(term: Term, language: Language) -> str:
    """The name of the phrase that says this term alone.

    Raises: NoPhrase.
    """
    if term.count is not None:
        formed = f"{term.key}.{form(language.plurals, term.count)}"
        if formed in language.phrases:
            return formed
    if term.key not in language.phrases:
        raise NoPhrase(f"There is no phrase for {clip(term.key.replace('-', ' '))} in {language.name}.")
    return term.key


def keys_of(term: Term, language: Language) -> Iterator[str]:
    """The names of all phrases that a term takes, its own first.

    Raises: NoPhrase.
    """
    yield key_of(term, language)
    for _, held in term.filled:
        if isinstance(held, Term):
            yield from keys_of(held, language)


def say(term: Term, language: Language, texts: Mapping[str, str]) -> str:
    """The term in words, without a capital. texts: of the phrases, by name; only they are taken.

    Raises: NoPhrase, KeyError for a phrase whose text is not given.
    """
    held = {name: say(value, language, texts) if isinstance(value, Term) else value for name, value in term.filled}
    return " ".join(_PLACE.sub(lambda place: held[place[1]], texts[key_of(term, language)]).split())


def sentence(term: Term, language: Language, texts: Mapping[str, str]) -> str:
    """The term as a sentence on a label: with a capital where the script has them.

    Raises: like `say`.
    """
    said = say(term, language, texts)
    return said[:1].upper() + said[1:]


def numbers_in(text: str) -> list[str]:
    """The numbers of a text in digits, sorted.

    >>> numbers_in("Take 1 capsule every 12 hours on days 8 to 14")
    ['1', '12', '14', '8']
    """
    return sorted(_NUMBER.findall(text))


def check(english: str, translated: str, language: Language) -> None:
    """Refuses a translation that could say another number than the English.

    Raises: RuleBroken naming the text.
    """
    wrong = _wrong(english, translated, language)
    if wrong:
        raise RuleBroken(f"Translation: {wrong}", field="translated")


def _wrong(english: str, translated: str, language: Language) -> str:
    if not translated.strip():
        return "it is empty."
    if len(translated) > LONGEST:
        return f"at most {LONGEST} letters are kept."
    places, asked = sorted(_PLACE.findall(translated)), sorted(_PLACE.findall(english))
    if places != asked or "{" in _PLACE.sub("", translated) or "}" in _PLACE.sub("", translated):
        listed = ", ".join(f"{{{name}}}" for name in asked)
        return f"it has to hold {listed or 'no place in braces'}, as the English does, each once."
    if numbers_in(translated) != numbers_in(english):
        return "it has to hold the same digits as the English."
    words = number_words(translated, language)
    if words:
        return f"“{words[0]}” says a number in {language.name}; numbers on labels are digits only."
    return ""


def number_words(text: str, language: Language) -> list[str]:
    """The words in a text that say a number in this language."""
    plain = _PLACE.sub(" ", text).casefold()
    if language.spaced:
        return [word for word in re.findall(r"[^\W\d_]+", plain) if word in language.numbers]
    return [sign for sign in sorted(language.numbers) if sign in plain]
