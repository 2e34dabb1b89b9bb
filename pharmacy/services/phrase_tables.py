"""The phrases that are shipped: one table for each language, every entry an unsigned draft, and their English."""

import tomllib
from functools import cache
from typing import Any

from pharmacy import paths
from pharmacy.domain.errors import NotFound
from pharmacy.domain.phrases import Language, NoPhrase, Phrase, Plurals, Term, sentence
from pharmacy.domain.units import clip

_ENGLISH = "en"


@cache
def languages() -> dict[str, Language]:
    """Every language there is a table of, by its code, in the order of their English names."""
    files = [file for file in paths.phrases().glob("*.toml") if file.stem != _ENGLISH]
    found = [_language(file.stem) for file in files]
    return {language.code: language for language in sorted(found, key=lambda language: language.name)}


def language(code: str) -> Language:
    """The language of this code.

    Raises: NotFound.
    """
    if code not in languages():
        raise NotFound(f"There is no table of phrases for {clip(code)}.")
    return languages()[code]


def phrase(code: str, key: str) -> Phrase:
    """A phrase as it is shipped.

    Raises: NotFound.
    """
    found = language(code).phrases.get(key)
    if found is None:
        raise NotFound(f"There is no phrase {clip(key)} in {language(code).name}.")
    return found


@cache
def english() -> Language:
    """The same terms in English."""
    return _language(_ENGLISH)


def in_english(term: Term) -> str:
    """What the terms say in English, word for word as on a label.

    Raises: NoPhrase.
    """
    return sentence(term, english(), {key: phrase.english for key, phrase in english().phrases.items()})


def warning_key(text: str) -> str:
    """The name of the phrase that says this warning.

    Raises: NoPhrase.
    """
    for key, one in english().phrases.items():
        if key.startswith("warning-") and one.english == text:
            return key
    raise NoPhrase(f"There is no phrase for the warning {clip(text)}.")


def _language(code: str) -> Language:
    with (paths.phrases() / f"{code}.toml").open("rb") as file:
        told: dict[str, Any] = tomllib.load(file)
    return Language(
        code=code,
        name=told.get("name", "English"),
        own=told.get("own", "English"),
        plurals=Plurals(told.get("plurals", "one")),
        numbers=frozenset(told.get("numbers", ())),
        spaced=told.get("spaced", True),
        phrases={
            one["key"]: Phrase(one["key"], one["english"], one.get("translated", ""), one.get("note", ""))
            for one in told["phrase"]
        },
    )
