"""Checks of the part of a label that the patient reads: its area is the one that the layout names, "patient"."""

from collections.abc import Iterator

from labels.content import spoken
from labels.fonts import BOLD
from labels.linting.check import Found
from labels.linting.rules import Rule
from labels.linting.subject import Subject, code_area, holds_middle, meet, plain, shared, size, together
from labels.sheet import Text

ZONE = "patient"


def _told(subject: Subject, rule: Rule) -> Iterator[str]:
    """The fields of the rule that say something on this label."""
    return (field for field in rule.fields if subject.value(field).strip())


def least_size(subject: Subject, rule: Rule) -> Found:
    """Each line of the fields has at least this size [pt]."""
    for text in subject.inside(ZONE):
        if text.field in rule.fields and text.size < rule.given["least"]:
            least = rule.given["least"]
            yield text.field, f"{spoken(text.field)} is set in {text.size:g} pt, under {least:g} pt"


def in_order(subject: Subject, rule: Rule) -> Found:
    """The fields begin in this order, from the top."""
    lines = subject.inside(ZONE)
    stand = list(dict.fromkeys(text.field for text in lines if text.field in rule.fields))
    for place, wanted in zip(stand, sorted(stand, key=rule.fields.index), strict=True):
        if place != wanted:
            yield place, f"{spoken(place)} stands before {spoken(wanted)}"
            return


def in_one_place(subject: Subject, rule: Rule) -> Found:
    """Each of the fields stands whole in the patient's part."""
    lines = subject.inside(ZONE)
    for field in _told(subject, rule):
        if plain(subject.value(field)) not in together(lines, field):
            yield field, f"{spoken(field)} does not stand whole in the patient's part of the label"


def alone(subject: Subject, rule: Rule) -> Found:
    """Nothing else is written in the patient's part. also: fields that may be."""
    allowed = {*rule.fields, *rule.given["also"]}
    for sheet, area in subject.zones(ZONE):
        for text, box in subject.boxes(sheet):
            if text.field not in allowed and meet(area, box):
                what = spoken(text.field) if text.field else f"the caption {text.string!r}"
                yield text.field, f"{what} stands in the patient's part of the label"


def share(subject: Subject, rule: Rule) -> Found:
    """The patient's part is at least so much of the label, without the codes in it.

    of: "part", the label that bears it; or "parts", all labels of one container where there are several.
    """
    if rule.given["of"] == "parts" and len(subject.sheets) == 1:
        return
    sheets = subject.sheets if rule.given["of"] == "parts" else [sheet for sheet, _ in subject.zones(ZONE)]
    whole = sum(sheet.stock.width * sheet.stock.height for sheet in sheets)
    part = 0.0
    for sheet, area in subject.zones(ZONE):
        part += size(area) - sum(shared(area, code_area(mask)) for mask in sheet.masks)
    least = rule.given["least"]
    if part < (least - 0.0005) * whole or not whole:
        told = part / whole if whole else 0.0
        of = "all parts of the label together" if rule.given["of"] == "parts" else "the label"
        yield "", f"the patient's part is {told:.0%} of {of}, under {least:.0%}"


def emphasised(subject: Subject, rule: Rule) -> Found:
    """One of the fields at least is set in bold."""
    lines = [text for text in subject.inside(ZONE) if text.field in rule.fields]
    if lines and not any(text.font == BOLD for text in lines):
        yield lines[0].field, f"{spoken(lines[0].field)}: nothing in the patient's part is set in bold"


def outstanding(subject: Subject, rule: Rule) -> Found:
    """Each of the fields is larger than everything outside the patient's part. but: fields that do not count."""
    inside = subject.inside(ZONE)
    outside = [text for text in _outside(subject) if text.field not in rule.but]
    largest = max(outside, key=lambda text: text.size, default=None)
    for field in rule.fields:
        sizes = [text.size for text in inside if text.field == field]
        if largest and sizes and min(sizes) <= largest.size:
            what = spoken(largest.field) if largest.field else f"the caption {largest.string!r}"
            yield field, f"{spoken(field)} is not larger than {what}"


def _outside(subject: Subject) -> Iterator[Text]:
    for sheet in subject.sheets:
        area = sheet.zones.get(ZONE)
        for text, box in subject.boxes(sheet):
            if area is None or not holds_middle(area, box):
                yield text
