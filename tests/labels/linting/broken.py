"""For each rule a label, or sheets, that break it. The names are the rules' ids; a test compares them with the packs.

What is wrong in each was written down from the rule's source, not from what the linter says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from labels.barcodes import datamatrix
from labels.content import (
    BATCH_EXAMPLE,
    COVER_EXAMPLE,
    EQUIPMENT_EXAMPLE,
    EXAMPLE,
    LOT_EXAMPLE,
    TRITURATION_EXAMPLE,
    Label,
)
from labels.fonts import REGULAR
from labels.papers import paper_of
from labels.printing import lay_out
from labels.sheet import Box, Mask, Sheet, Text

TODAY = date(2026, 11, 24)
VIAL = replace(EXAMPLE, mark="")

Break = Callable[[Sheet], None]


@dataclass(frozen=True)
class Case:
    """A label and its sheets that break one rule. field: which one the finding is to name."""

    label: Label
    sheets: tuple[Sheet, ...]
    field: str


def says(field: str, value: object, label: Label = VIAL, **more: object) -> Case:
    """A label that says something wrong, on the sheets of the same label, or of the right one if it cannot be set."""
    wrong = replace(label, **{field: value}, **more)
    try:
        sheets = lay_out(wrong, stock=stock_of(label))
    except Exception:  # noqa: BLE001 - the rule is to find it even where no layout could set it
        sheets = lay_out(label, stock=stock_of(label))
    return Case(wrong, sheets, field)


def stock_of(label: Label) -> str:
    """One with room to spare, or the usual one."""
    return "vial-4x3" if "vial-4x3" in paper_of(label).stocks else ""


def drawn(field: str, spoil: Break, label: Label = VIAL) -> Case:
    """A right label whose sheet is spoilt."""
    (sheet,) = lay_out(label, stock=stock_of(label))
    spoil(sheet)
    return Case(label, (sheet,), field)


def changed(text: Text, **to: Any) -> Text:
    """The same line with something else."""
    names = ("field", "string", "x", "baseline", "font", "size", "white")
    return Text(**({name: getattr(text, name) for name in names} | to))


def each(wanted: str, **to: Any) -> Break:
    """Changes the lines of a field: a value, or what makes one of the old."""

    def spoil(sheet: Sheet) -> None:
        for place, text in enumerate(sheet.texts):
            if text.field == wanted:
                new = {name: make(getattr(text, name)) if callable(make) else make for name, make in to.items()}
                sheet.texts[place] = changed(text, **new)

    return spoil


def without(field: str) -> Break:
    return lambda sheet: sheet.texts.__setitem__(slice(None), [text for text in sheet.texts if text.field != field])


def line(**of: Any) -> Break:
    """One more line."""
    usual = {"field": "", "string": "Note", "x": 100.0, "baseline": 100.0, "font": REGULAR, "size": 6.0}
    return lambda sheet: sheet.texts.append(Text(**(usual | of)))


def swap(one: str, other: str) -> Break:
    """The first lines of two fields in each other's place, in each other's size."""

    def spoil(sheet: Sheet) -> None:
        a, b = (next(text for text in sheet.texts if text.field == field) for field in (one, other))
        sheet.texts[sheet.texts.index(a)] = changed(a, baseline=b.baseline)
        sheet.texts[sheet.texts.index(b)] = changed(b, baseline=a.baseline)

    return spoil


def narrower(by: float) -> Break:
    """The patient's part ends so much further to the left [pt]."""

    def spoil(sheet: Sheet) -> None:
        left, top, right, foot = sheet.zones["patient"]
        sheet.zones["patient"] = (left, top, right - by, foot)

    return spoil


def mask(place: int, **by: float) -> Break:
    """Moves a code, or makes its modules another size: added to what they are [dots of the printer]."""

    def spoil(sheet: Sheet) -> None:
        old, dot = sheet.masks[place], sheet.stock.dot
        names = ("x", "top", "module_across", "module_down")
        new = {name: getattr(old, name) + by.get(name, 0.0) * dot for name in names}
        sheet.masks[place] = Mask(modules=old.modules, **new)

    return spoil


def other_code(sheet: Sheet) -> None:
    old = sheet.masks[1]
    wrong = datamatrix("MTR1:AAAAAAAAAA", field="token")
    sheet.masks[1] = Mask(wrong, old.x, old.top, old.module_across, old.module_down)


def box(x: float, top: float, wide: float, high: float) -> Break:
    return lambda sheet: sheet.boxes.append(Box(x, top, wide, high))


def downward(sheet: Sheet) -> None:
    """The initials' letters one under the other at the foot of the rail."""
    old = next(text for text in sheet.texts if text.field == "initials")
    without("initials")(sheet)
    for place, letter in enumerate("JDA"):
        sheet.texts.append(changed(old, string=letter, size=5.5, baseline=old.baseline - 13.5 + 6 * place))


def caption(old: str, new: str) -> Break:
    """Other words before a field."""

    def spoil(sheet: Sheet) -> None:
        for place, text in enumerate(sheet.texts):
            if not text.field and text.string == old:
                sheet.texts[place] = changed(text, string=new)

    return spoil


def several(*breaks: Break) -> Break:
    def spoil(sheet: Sheet) -> None:
        for each_break in breaks:
            each_break(sheet)

    return spoil


SHELF, POWDER = replace(BATCH_EXAMPLE, mark=""), replace(TRITURATION_EXAMPLE, mark="")

CASES: dict[str, Case] = {
    "house.vial-fields": says("description", " "),
    "house.batch-fields": says("storage", "", SHELF),
    "house.trituration-fields": says("made_by", "", POWDER),
    "house.lot-fields": says("supplier", "", LOT_EXAMPLE),
    "house.lot-expiry": says("expires", "23 Nov 2026", LOT_EXAMPLE, status="RELEASED"),
    "house.equipment-fields": says("name", "", EQUIPMENT_EXAMPLE),
    "house.cover-fields": says("made_by", "", COVER_EXAMPLE),
    "house.not-for-dispensing": says("kind", "TRITURATION", POWDER),
    "house.status": says("status", "PENDING", SHELF),
    "house.lower-case": says("drug", "Naltrexone hydrochloride 4.5 mg capsule"),
    "house.opioid-warning": says("warnings", ("May cause vivid dreams.",)),
    "house.claims": says("warnings", ("Proven. Do not take with opioid medicines.",)),
    "house.milligrams": says("drug", "naltrexone hydrochloride 500 mcg capsule"),
    "house.clear-dates": says("use_by", "5/6/2027"),
    "house.dates": says("use_by", "next spring"),
    "house.not-ahead": says("date_filled", "25 Nov 2026"),
    "house.silent-code": says("token", "MTR1:DELGADO2"),
    "house.complete": drawn("storage", without("storage")),
    "house.least-size": drawn("inactive", each("inactive", size=5.25)),
    "house.status-size": drawn("status", each("status", size=13.5), SHELF),
    "house.number-size": drawn("rx_number", each("rx_number", size=7.5)),
    "house.apart": drawn("drug", line(x=20.0, baseline=75.0, size=6.0)),
    "house.edges": drawn("pharmacy_name", each("pharmacy_name", x=1.5)),
    "house.white-only": drawn("quantity", each("quantity", white=True)),
    "house.quarantine-black": drawn("status", each("status", white=False), SHELF),
    "house.codes": drawn("", other_code),
    "house.whole-dots": drawn("", mask(1, x=-0.5)),
    "house.modules": drawn("", mask(1, module_across=-1, module_down=-1)),
    "house.quiet-zone": drawn("", box(278.0, 30.0, 2.0, 1.0)),
    "usp17.digits": says("directions", "Take one capsule at bedtime"),
    "usp17.hours": says("directions", "Take 1 capsule every 24 hours"),
    "usp17.times-a-day": says("directions", "Take 1 capsule 2 times a day"),
    "usp17.latin": says("directions", "Take 1 capsule PO at bedtime"),
    "usp17.capitals": says("directions", "TAKE 1 CAPSULE AT BEDTIME"),
    "usp17.readable-size": drawn("patient", each("patient", size=10.5)),
    "usp17.horizontal": drawn("initials", downward),
    "usp17.contrast": drawn("quantity", each("quantity", white=True)),
    "usp795.fields": says("lot", ""),
    "usp795.batch-fields": says("storage", "", SHELF),
    "usp795.strength": says("drug", "naltrexone hydrochloride capsule"),
    "usp795.batch-strength": says("strength", "strong", SHELF),
    "usp795.not-past": says("use_by", "23 Nov 2026", date_filled="1 Nov 2026"),
    "usp795.after-making": says("use_by", "24 Nov 2026", date_filled="25 Nov 2026"),
    # 24 Nov 2026 is day 1; GNU date: date -d "2026-11-24 +180 days" is 23 May 2027, day 181.
    "usp795.180-days": says("use_by", "23 May 2027"),
    "ismp.trailing-zero": says("drug", "naltrexone hydrochloride 5.0 mg capsule"),
    "ismp.trailing-zero-in-text": says("description", "white capsule marked 5.0 mg"),
    "ismp.leading-zero": says("drug", "naltrexone hydrochloride .5 mg capsule"),
    "ismp.unit-space": says("drug", "naltrexone hydrochloride 4.5mg capsule"),
    "ismp.name-space": says("drug", "naltrexone4.5 mg capsule"),
    "ismp.unit-period": says("drug", "naltrexone hydrochloride 4.5 mg. capsule"),
    "ismp.thousands": says("drug", "naltrexone hydrochloride 4500 mcg capsule"),
    "ismp.micro": says("drug", "naltrexone hydrochloride 500 µg capsule"),
    "ismp.unit-u": says("drug", "insulin 40U vial"),
    "ismp.error-prone": says("directions", "Take 1 capsule qhs"),
    "ismp.eyes-and-ears": says("directions", "Take 1 capsule OD"),
    "ismp.symbols": says("directions", "Take 1 capsule @ bedtime"),
    "ismp.drug-short-name": says("drug", "LDN 4.5 mg capsule"),
    "ismp.capitals": says("drug", "NALTREXONE 4.5 mg capsule"),
    "ismp.salt-last": says("drug", "hydrochloride naltrexone 4.5 mg capsule"),
    "ca.fields": says("prescriber", ""),
    "ca.twelve-points": drawn("drug", each("drug", size=11.5)),
    "ca.order": drawn("drug", swap("patient", "drug")),
    "ca.one-area": drawn("purpose", each("purpose", baseline=150.0)),
    "ca.only-these": drawn("", line(x=200.0, baseline=110.0)),
    "ca.half": drawn("", narrower(60.0)),
    "ca.bold": drawn("patient", several(each("patient", font=REGULAR), each("directions", font=REGULAR))),
    "ca.bedtime": says("directions", "Take 1 capsule nightly"),
    "or.fields": says("quantity", ""),
    "or.description": says("description", ""),
    "or.compounded": says("storage", ""),
    "or.strength": says("drug", "naltrexone hydrochloride capsule"),
    "or.dosage-form": says("drug", "naltrexone hydrochloride 4.5 mg"),
    "or.route": says("directions", "1 capsule at bedtime"),
    "tx.fields": says("date_filled", ""),
    "tx.phone": says("pharmacy_phone", "call us"),
    "tx.compounded": says("compounded", "Made by our pharmacy"),
    "tx.generic-name": says("drug", "4.5 mg"),
    "nj.fields": says("prescriber", ""),
    "nj.actives": says("storage", ""),
    "nj.use-by": drawn("use_by", caption("Use by", "Expires")),
    "nj.larger": drawn("drug", each("lot", size=15.0)),
}


def nameless() -> Case:
    """A second part without the patient's name."""
    (sheet,) = lay_out(VIAL, stock="vial-4x3")
    second = Sheet(sheet.stock, texts=[text for text in sheet.texts if text.field == "rx_number"])
    return Case(VIAL, (sheet, second), "patient")


def companion() -> Case:
    """A right label of which little more than half is the patient's, and a second one of the same size."""
    (sheet,) = lay_out(VIAL, stock="vial-4x2")
    return Case(VIAL, (sheet, Sheet(sheet.stock, texts=list(sheet.texts))), "")


def slanted() -> Case:
    return drawn("storage", each("storage", font="Slanted"))


CASES |= {"house.every-part": nameless(), "ca.half-of-parts": companion()}
