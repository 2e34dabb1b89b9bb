"""The mark of a label that is not the first of its kind: a demonstration, a reprint.

Room is kept for it on every label, so a label that fits once fits again when it is reprinted.
"""

from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import BOLD, CAP_HEIGHT, width
from labels.sheet import Box, Sheet, Text

MARK_SIZE = 6.0
MARK_PADDING = 2.0
MARK_ROOM = 58.0
"""The mark's size, the black around it, and the room kept for both [pt]."""


def mark_room(size: float = MARK_SIZE) -> float:
    """The width that is kept for a mark of this size [pt]."""
    return MARK_ROOM * size / MARK_SIZE


def write_mark(sheet: Sheet, mark: str, *, right: float, baseline: float, size: float = MARK_SIZE) -> None:
    """White on black, ending at `right` [pt]; nothing when there is no mark.

    Raises:
        LabelRefused: the mark is wider than the room kept for it.
    """
    text = composed(mark).strip()
    if not text:
        return
    wide = width(text, BOLD, size) + 2 * MARK_PADDING
    if wide > mark_room(size):
        raise LabelRefused(f"the mark {text!r} is longer than the room kept for it", "mark")
    high = CAP_HEIGHT * size + 2 * MARK_PADDING
    sheet.boxes.append(Box(right - wide, baseline - high + MARK_PADDING, wide, high))
    sheet.write(Text("mark", text, right - wide + MARK_PADDING, baseline, BOLD, size, white=True))
