"""What overlaps what on a laid out label."""

from itertools import combinations

from labels.barcodes import LINE_QUIET, MATRIX_QUIET
from labels.sheet import Mask, Sheet

Area = tuple[float, float, float, float]
"""Left, top, right, bottom [pt]."""

TINY = 0.01


def code_area(mask: Mask) -> Area:
    """A code with the blank paper that its standard asks for."""
    right, foot = mask.x + mask.width, mask.top + mask.height
    if mask.modules.barcode.kind == "datamatrix":
        quiet = MATRIX_QUIET * mask.module_across
        return (mask.x - quiet, mask.top - quiet, right + quiet, foot + quiet)
    if mask.modules.down > 1:
        quiet = LINE_QUIET * mask.module_down
        return (mask.x, mask.top - quiet, right, foot + quiet)
    quiet = LINE_QUIET * mask.module_across
    return (mask.x - quiet, mask.top, right + quiet, foot)


def collisions(sheet: Sheet) -> list[tuple[str, str]]:
    """Pairs of texts and codes that stand upon each other."""
    areas = [(text.string, text.box) for text in sheet.texts]
    areas += [(mask.modules.barcode.kind, code_area(mask)) for mask in sheet.masks]
    return [(one, other) for (one, a), (other, b) in combinations(areas, 2) if _meet(a, b)]


def outside(sheet: Sheet, *, margin: float) -> list[str]:
    """Texts and codes that come nearer to the edge than the margin (texts) or their quiet zone (codes)."""
    width, height = sheet.stock.width, sheet.stock.height
    page, inner = (0.0, 0.0, width, height), (margin, margin, width - margin, height - margin)
    far = [text.string for text in sheet.texts if not _within(text.box, inner)]
    return far + [m.modules.barcode.kind for m in sheet.masks if not _within(code_area(m), page)]


def _meet(a: Area, b: Area) -> bool:
    apart = a[2] <= b[0] + TINY or b[2] <= a[0] + TINY or a[3] <= b[1] + TINY or b[3] <= a[1] + TINY
    return not apart


def _within(a: Area, b: Area) -> bool:
    return a[0] >= b[0] - TINY and a[1] >= b[1] - TINY and a[2] <= b[2] + TINY and a[3] <= b[3] + TINY
