"""Checks of the codes: that they are those of the label, are whole dots of its printer, and have blank paper around."""

from labels.linting.check import Found
from labels.linting.rules import Rule
from labels.linting.setting import named
from labels.linting.subject import Subject, area_of, code_area, meet, within

CALLED = {"code128": "the bar code", "datamatrix": "the DataMatrix"}


def right_ones(subject: Subject, rule: Rule) -> Found:
    """The sheets carry the codes of the label and no other; several small parts one of them at least."""
    wanted = set(subject.label.codes)
    there = {(code.kind, code.payload) for sheet in subject.sheets for code in sheet.barcodes}
    missing = wanted - there if len(subject.sheets) == 1 or not wanted & there else set()
    for kind, _ in sorted(missing):
        yield "", f"{CALLED[kind]} of the label is missing"
    for kind, payload in sorted(there - wanted):
        yield "", f"{CALLED[kind]} says {payload!r}, which is not of this label"


def whole_dots(subject: Subject, rule: Rule) -> Found:
    """Place and modules of every code are whole dots of the printer."""
    for sheet in subject.sheets:
        dot = sheet.stock.dot
        for mask in sheet.masks:
            for length in (mask.x, mask.top, mask.module_across, mask.module_down):
                if abs(length / dot - round(length / dot)) > 1e-6 * max(1.0, length / dot):
                    yield "", f"{CALLED[mask.modules.barcode.kind]} is not set in whole dots of {sheet.stock.dpi} dpi"
                    break


def least_module(subject: Subject, rule: Rule) -> Found:
    """The modules are no smaller than this. code128, datamatrix: in millimetres."""
    for sheet in subject.sheets:
        for mask in sheet.masks:
            kind = mask.modules.barcode.kind
            least = sheet.stock.whole_dots(rule.given[kind])
            if min(mask.module_across, mask.module_down) < least - 1e-6:
                yield "", f"{CALLED[kind]} has modules smaller than {rule.given[kind]:g} mm"


def quiet(subject: Subject, rule: Rule) -> Found:
    """Nothing stands in a code or in the blank paper around it, which lies on the label."""
    for sheet in subject.sheets:
        page = (0.0, 0.0, sheet.stock.width, sheet.stock.height)
        areas = [(mask, code_area(mask)) for mask in sheet.masks]
        for place, (mask, area) in enumerate(areas):
            called = CALLED[mask.modules.barcode.kind]
            if not within(area, page):
                yield "", f"{called} has too little blank paper at the edge"
            for text, box in subject.boxes(sheet):
                if meet(area, box):
                    yield text.field, f"{named(text)} stands in the blank paper around {called}"
            for rule_box in sheet.boxes:
                if meet(area, area_of(rule_box)):
                    yield "", f"a rule stands in the blank paper around {called}"
            if any(meet(area, another) for _, another in areas[place + 1 :]):
                yield "", f"{called} and another code stand too near to each other"
