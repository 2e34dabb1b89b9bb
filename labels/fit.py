"""Text into lines of a given width, whole or not at all, and the characters that may be printed."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from labels import letters
from labels.content import LONGEST, MAY_BE_EMPTY, NOT_PRINTED, Label, spoken, texts
from labels.errors import LabelRefused
from labels.fonts import has_glyph, when_changed, width
from labels.letters import RecallLetter
from labels.scripts import cut, why_unset

FORBIDDEN = {
    "Cc": "a control character",
    "Cf": "an invisible or direction-changing character",
    "Co": "a private character",
    "Cs": "half a character",
    "Cn": "no character of Unicode",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
    "Mn": "a mark that does not join the letter before it",
    "Me": "a mark that does not join the letter before it",
    "Mc": "a mark that does not join the letter before it",
}
"""Kinds of character that would print as nothing, or change how their neighbours print."""


ADD_A_FONT = "a font that has it can be added by the setting PHARMACY_FONTS"


class DoesNotFit(Exception):
    """A word is wider than the line; `word` says which."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def refuse_unprintable(label: Label) -> None:
    """Refuse a label with an empty field or a character that cannot be printed as it is.

    Raises:
        LabelRefused: names the field, and the character by its sign, code point and Unicode name.
    """
    for field, text in texts(label):
        if not text.strip() and field not in MAY_BE_EMPTY:
            raise LabelRefused(f"{spoken(field)} is empty", field)
        if len(text) > LONGEST:
            raise LabelRefused(f"{spoken(field)} has {len(text)} characters; no label holds them", field)
        if field not in NOT_PRINTED:
            _refuse_characters(text, field)


def refuse_unprintable_letter(letter: RecallLetter) -> None:
    """Refuse a letter with an empty text or a character that cannot be printed as it is, like `refuse_unprintable`."""
    for field, text in letters.texts(letter):
        if not text.strip() and field not in letters.MAY_BE_EMPTY:
            raise LabelRefused(f"{letters.spoken(field)} is empty", field)
        if len(text) > letters.LONGEST:
            raise LabelRefused(f"{letters.spoken(field)} has {len(text)} characters; no letter holds them", field)
        _refuse_characters(text, field, letters.spoken(field))


def _refuse_characters(text: str, field: str, called: str = "") -> None:
    whole = composed(text)
    if _PRINT.issuperset(whole):
        return
    for character in whole:
        if character not in _PRINT:
            refuse_character(character, field, called)
            _PRINT.add(character)


_PRINT: set[str] = set()
"""The characters that were found to print with the fonts there are."""
when_changed(_PRINT.clear)


def refuse_character(character: str, field: str, called: str = "") -> None:
    """Refuse a character that is invisible, or that the fonts do not have. called: the field, as a sentence names it.

    >>> refuse_character("\u200b", "patient")
    Traceback (most recent call last):
    labels.errors.LabelRefused: the patient's name: an invisible or direction-changing character (U+200B, ZERO WIDTH \
SPACE) cannot be printed
    """
    if character in " \u00a0":
        return
    kind = unicodedata.category(character)
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    known = f"{code}, {name}" if name else code
    whose = called or spoken(field)
    unset = why_unset(character)
    if unset:
        raise LabelRefused(f"{whose}: {character} ({known}) cannot be printed, {unset}", field)
    if kind in FORBIDDEN:
        raise LabelRefused(f"{whose}: {FORBIDDEN[kind]} ({known}) cannot be printed", field)
    if kind == "Zs":
        raise LabelRefused(f"{whose}: use a plain space instead of {known}", field)
    if not has_glyph(character):
        raise LabelRefused(
            f"{whose}: the label's fonts cannot print {character} ({known}); {ADD_A_FONT}",
            field,
        )


@lru_cache(maxsize=20_000)
def composed(text: str) -> str:
    """The text with letters and their accents joined, as fonts and scanners expect them.

    >>> len("e\\u0301"), len(composed("e\\u0301"))
    (2, 1)
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def pieces(text: str) -> Iterator[str]:
    """The parts of a text that stay on one line: words, and a number together with what it counts.

    >>> list(pieces("Take 1 capsule at bedtime for 14 days"))
    ['Take', '1 capsule', 'at', 'bedtime', 'for', '14 days']
    """
    held = ""
    for word in composed(text).split(" "):
        if not word:
            continue
        whole = f"{held} {word}" if held else word
        if not held and word.replace(".", "", 1).isdecimal():
            held = whole
        else:
            yield whole
            held = ""
    if held:
        yield held


def wrap(text: str, *, font: str, size: float, room: float) -> tuple[str, ...]:
    """The text in lines, each filled before the next begins.

    room: width of a line [pt]. A line breaks at a space, in Chinese and Japanese between two signs; only a word
    wider than the line breaks after one of its own hyphens.

    Raises:
        DoesNotFit: a word is wider than the line.

    >>> wrap("naltrexone hydrochloride 4.5 mg capsule", font="MortarBold", size=13, room=160)
    ('naltrexone hydrochloride', '4.5 mg capsule')
    """
    whole = on_one_line(text, font=font, size=size, room=room)
    if whole:
        return (whole,)
    lines: list[str] = []
    for part in parts(text, font=font, size=size, room=room):
        longer = f"{lines[-1]}{part.before}{part.text}" if lines else part.text
        if lines and width(longer, font, size) <= room:
            lines[-1] = longer
        else:
            lines.append(part.text)
    return tuple(lines)


def on_one_line(text: str, *, font: str, size: float, room: float) -> str:
    """The text, its words one space apart, if it is no wider than `room` [pt]; else nothing."""
    whole = spaced(text)
    return whole if width(whole, font, size) <= room else ""


@lru_cache(maxsize=20_000)
def spaced(text: str) -> str:
    """The text composed, its words one space apart, as it is set."""
    whole = composed(text)
    if "  " in whole or whole[:1] == " " or whole[-1:] == " ":
        return " ".join(word for word in whole.split(" ") if word)
    return whole


class Part(NamedTuple):
    """What must stay on one line; before: the space that separates it from the part before, or nothing."""

    text: str
    before: str = " "


def parts(text: str, *, font: str, size: float, room: float) -> Iterator[Part]:
    """The pieces of a text, Chinese ones sign by sign; what is wider than `room` [pt] is cut at spaces and hyphens.

    Raises:
        DoesNotFit: what is left is still wider.
    """
    for piece in pieces(text):
        before = " "
        for one in cut(piece):
            if width(one, font, size) <= room:
                yield Part(one, before)
            else:
                for place, word in enumerate(one.split(" ")):
                    yield from _cut_at_hyphens(word, " " if place else before, font=font, size=size, room=room)
            before = ""


def _cut_at_hyphens(word: str, before: str, *, font: str, size: float, room: float) -> Iterator[Part]:
    if width(word, font, size) <= room:
        yield Part(word, before)
        return
    for part in word.replace("-", "-\n").split("\n"):
        if width(part, font, size) > room:
            raise DoesNotFit(part)
        if part:
            yield Part(part, before)
        before = ""
