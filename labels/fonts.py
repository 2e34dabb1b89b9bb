"""The two typefaces of every label, found in the installed `font-roboto`, and the fonts a pharmacy adds to them.

Roboto is a sans serif of normal width that covers Latin, Vietnamese, Cyrillic and Greek. The weights
differ only in `BOLD` and `REGULAR`; nothing on a label is condensed, slanted or in capitals by font.
A text is set in runs: Roboto wherever it has the glyph, else the first added font that has it. Each font is parsed
once a process.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from labels import font_files

REGULAR = "MortarRegular"
BOLD = "MortarBold"

FILES = {REGULAR: "Roboto-Regular.ttf", BOLD: "Roboto-Bold.ttf"}

CAP_HEIGHT = 0.711
DESCENT = 0.212
"""Of Roboto, as parts of the size: how far capitals rise above, and letters sink under the baseline."""

Run = tuple[str, str]
"""A stretch of a text and the name of the one font it is set in."""

_added: dict[str, TTFont] = {}
_when_changed: list[Callable[[], None]] = []


def use(chosen: Sequence[tuple[Path, int]]) -> None:
    """Takes these fonts, in this order, for what Roboto cannot print; those of an earlier call are given up.

    chosen: font files, each with the number of the font within it. The application calls this once, at its start.
    Raises:
        FontRefused: one cannot be read or embedded; then nothing has changed.
    """
    fonts = [font_files.read(path, place) for path, place in chosen]
    if [font.fontName for font in fonts] == list(_added):
        return
    _added.clear()
    _added.update((font.fontName, font) for font in fonts)
    for forget in (width_of_one_point.cache_clear, runs.cache_clear, *_when_changed):
        forget()


def when_changed(forget: Callable[[], None]) -> None:
    """Lets whoever remembers what prints, or how wide it is, forget it when the fonts change."""
    _when_changed.append(forget)


def added() -> tuple[str, ...]:
    """The names of the added fonts, in the order they are asked."""
    return tuple(_added)


def load(name: str) -> TTFont:
    """The font of that name, registered with ReportLab."""
    return _added.get(name) or _roboto(name)


@cache
def _roboto(name: str) -> TTFont:
    """One of the two weights.

    Glyphs are never shaped, whether or not a shaping library happens to be installed: the widths that
    are measured here are the widths that print.
    """
    with as_file(files("font_roboto") / "files" / FILES[name]) as path:
        font = TTFont(name, str(path), asciiReadable=0, shapable=False)
    pdfmetrics.registerFont(font)
    return font


@lru_cache(maxsize=20_000)
def runs(text: str, font: str) -> tuple[Run, ...]:
    """The text in stretches of one font each. font: `REGULAR` or `BOLD`; an added font has one weight for both.

    >>> runs("Ana Ruiz", BOLD)
    (('Ana Ruiz', 'MortarBold'),)
    """
    if not _added or text.isascii():
        return ((text, font),)
    return tuple(("".join(part), name) for name, part in groupby(text, lambda character: _font_of(character, font)))


def _font_of(character: str, font: str) -> str:
    code = ord(character)
    if code in _characters():
        return font
    return next((name for name, one in _added.items() if one.face.charToGlyph.get(code)), font)


@lru_cache(maxsize=20_000)
def width_of_one_point(text: str, font: str) -> float:
    """Width of the text when set at 1 pt [pt]."""
    return sum(float(load(name).stringWidth(part, 1)) for part, name in runs(text, font))


def width(text: str, font: str, size: float) -> float:
    """Width of the text in one line [pt]."""
    return width_of_one_point(text, font) * size


def reach(text: str, font: str) -> tuple[float, float]:
    """How far the ink rises above the baseline and sinks under it, as parts of the size.

    Of Roboto what capitals and descenders reach; the signs of an added font are measured, since they rise higher.

    >>> reach("Ana", BOLD)
    (0.711, 0.212)
    """
    rise, fall = CAP_HEIGHT, DESCENT
    if not _added:
        return rise, fall
    for part, name in runs(text, font):
        if name in _added:
            inks = [font_files.ink(_added[name], character) for character in set(part)]
            rise, fall = max(rise, *(up for up, _ in inks)), max(fall, *(down for _, down in inks))
    return rise, fall


@cache
def _characters() -> frozenset[int]:
    both = [set(load(name).face.charToGlyph.items()) for name in FILES]
    return frozenset.intersection(*(frozenset(code for code, glyph in font if glyph) for font in both))


def has_glyph(character: str) -> bool:
    """Whether both weights can print the character, or an added font can.

    >>> has_glyph("ữ"), has_glyph("Ж"), has_glyph("张")
    (True, True, False)
    """
    code = ord(character)
    return code in _characters() or any(font.face.charToGlyph.get(code) for font in _added.values())
