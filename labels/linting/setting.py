"""Checks of how any label is set: typeface, sizes, contrast, edges, and that all of it stands there."""

import re
from collections.abc import Iterator
from itertools import pairwise

from labels.content import NOT_PRINTED, spoken
from labels.linting.check import Found
from labels.linting.rules import Rule
from labels.linting.subject import TINY, Area, Subject, area_of, meet, plain, together, within
from labels.linting.typeface import fault_of
from labels.sheet import Sheet, Text

_STANDING = re.compile(r"[A-IK-PR-Z0-9 .:%-]*")
"""Capitals and digits that do not reach below their line."""

_STACKED = 3
"""So many single letters of a field, one under the other, are vertical writing."""


def named(text: Text) -> str:
    """How a sentence names a line."""
    return spoken(text.field) if text.field else f"the caption {text.string!r}"


def typeface(subject: Subject, rule: Rule) -> Found:
    """Every line is set in a sans serif of normal width that stands upright. families: those taken for sans serif."""
    told: set[str] = set()
    for text in _lines(subject):
        if text.font not in told and (fault := fault_of(text.font, tuple(rule.given["families"]))):
            told.add(text.font)
            yield text.field, f"{named(text)} is set in a typeface that {fault}"


def horizontal(subject: Subject, rule: Rule) -> Found:
    """No field is written downward, one letter under the other."""
    for sheet in subject.sheets:
        letters = [text for text in sheet.texts if len(text.string) == 1 and text.string.isalpha()]
        for field in dict.fromkeys(text.field for text in letters if text.field):
            single = [text for text in letters if text.field == field]
            down = all(after.baseline > before.baseline + TINY for before, after in pairwise(single))
            if len(single) >= _STACKED and down:
                yield field, f"{spoken(field)} is written downward"


def least_size(subject: Subject, rule: Rule) -> Found:
    """Every line has at least this size [pt]; of the fields, where some are named."""
    for text in _lines(subject):
        if text.size < rule.given["least"] and (not rule.fields or text.field in rule.fields):
            yield text.field, f"{named(text)} is set in {text.size:g} pt, under {rule.given['least']:g} pt"
            return


def white_only(subject: Subject, rule: Rule) -> Found:
    """Only the fields are white on black. but: others that may be, of some kinds of label."""
    for text in _lines(subject):
        if text.white and text.field not in rule.fields and not rule.leaves_out(subject.paper, text.field):
            yield text.field, f"{named(text)} is white on black"


def contrast(subject: Subject, rule: Rule) -> Found:
    """White writing stands on a black ground that holds it, black writing on none."""
    for sheet in subject.sheets:
        grounds = [area_of(box) for box in sheet.boxes]
        for text, box in subject.boxes(sheet):
            letters = (box[0], box[1], box[2], text.baseline)
            if text.white and not any(within(letters, ground) for ground in grounds):
                yield text.field, f"{named(text)} is white, and no black ground holds it"
            if not text.white and any(meet(letters, ground) for ground in grounds):
                yield text.field, f"{named(text)} is black on black"


def nothing_upon_another(subject: Subject, rule: Rule) -> Found:
    """No line stands upon another one."""
    for sheet in subject.sheets:
        for one, other in _upon(subject.boxes(sheet)):
            yield one.field, f"{named(one)} and {named(other)} stand upon each other"


def _upon(boxes: list[tuple[Text, Area]]) -> Iterator[tuple[Text, Text]]:
    """Pairs of lines that share some ink; each is compared with those that begin above its foot."""
    by_top = sorted(boxes, key=lambda each: each[1][1])
    for place, (text, box) in enumerate(by_top):
        for other, another in by_top[place + 1 :]:
            if another[1] + TINY >= box[3]:
                break
            if meet(box, another):
                yield text, other


def inside_edges(subject: Subject, rule: Rule) -> Found:
    """Every line keeps a margin from the edges of its label. margin: in points."""
    margin = rule.given["margin"]
    for sheet in subject.sheets:
        inner = (margin, margin, sheet.stock.width - margin, sheet.stock.height - margin)
        for text, box in subject.boxes(sheet):
            ink = (*box[:3], text.baseline) if _STANDING.fullmatch(text.string) else box
            if not within(ink, inner):
                yield text.field, f"{named(text)} is nearer to the edge than {margin:g} pt"


def complete(subject: Subject, rule: Rule) -> Found:
    """Every text of every field stands whole on the sheets."""
    for field, values in subject.values.items():
        if field in NOT_PRINTED or rule.leaves_out(subject.paper, field):
            continue
        stands = [together(sheet.texts, field) for sheet in subject.sheets]
        both = "".join(stands)
        for value in values:
            if plain(value) not in both and not any(plain(value) in each for each in stands):
                yield field, f"{spoken(field)} does not stand whole on the label"


def on_every_part(subject: Subject, rule: Rule) -> Found:
    """Each part of a label in several has the fields on it."""
    for number, sheet in enumerate(subject.sheets, 1):
        for field in rule.fields:
            if plain(subject.value(field)) not in together(sheet.texts, field):
                yield field, f"{spoken(field)} does not stand on part {number} of {len(subject.sheets)}"


def caption(subject: Subject, rule: Rule) -> Found:
    """The words that introduce each of the fields, on its line and just before it. words: these."""
    wanted = str(rule.given["words"]).casefold()
    for field in rule.fields:
        if subject.value(field) and wanted not in _captions(subject.sheets, field):
            yield field, f"{spoken(field)} is not introduced by {rule.given['words']!r}"


def _captions(sheets: tuple[Sheet, ...], field: str) -> set[str]:
    """What stands without a field of its own just before the field."""
    return {
        before.string.casefold().rstrip(":")
        for sheet in sheets
        for before, text in pairwise(sheet.texts)
        if text.field == field and not before.field
    }


def ground_of_status(subject: Subject, rule: Rule) -> Found:
    """The field is white on black until it matches the pattern, and black on white from then on."""
    for text in _lines(subject):
        if text.field in rule.fields:
            released = text.string.casefold() == str(rule.given["plain"]).casefold()
            if text.white and released:
                yield text.field, f"{spoken(text.field)} {text.string} is white on black"
            if not text.white and not released:
                yield text.field, f"{spoken(text.field)} {text.string} is not white on black"


def _lines(subject: Subject) -> Iterator[Text]:
    return (text for sheet in subject.sheets for text in sheet.texts)
