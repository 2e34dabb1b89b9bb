"""The patient's part of a container label: who, what, how, what for, alone and in this order.

It follows California's 16 CCR 1707.5: patient, drug and strength, directions, purpose, at least 12 pt sans serif, at
least half of the label's area. Nothing shrinks below its least size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from labels.content import VialLabel, spoken
from labels.errors import LabelRefused
from labels.fit import DoesNotFit, wrap
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, reach
from labels.layouts.vial_frame import LEFT, advice
from labels.sheet import Sheet, Text
from labels.stock import Stock

LEAST_PATIENT_SIZE = 12.0
"""Least size of the patient's block [pt]."""

LEAST_PART = 0.5
"""Of the label's area belongs to the patient's block."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How the patient's block is set: its sizes, and the leading (a part of the size) and space around them."""

    patient: float
    drug: float
    directions: float
    purpose: float
    bottle: float = LEAST_PATIENT_SIZE
    leading: float = 1.14
    space: float = 3.0

    def size(self, field: str) -> float:
        """Of a field [pt]; a translation is as large as what it translates."""
        return float(getattr(self, field.removesuffix("_translated")))


SETTINGS = (
    Setting(patient=15, drug=13, directions=16, purpose=12),
    Setting(patient=14, drug=13, directions=15, purpose=12),
    Setting(patient=13, drug=12.5, directions=14, purpose=12),
    Setting(patient=12.5, drug=12, directions=13, purpose=12),
    Setting(patient=12, drug=12, directions=12, purpose=12),
    Setting(patient=12, drug=12, directions=12, purpose=12, leading=1.05, space=0.8),
)
"""Tried in this order; the last sets the most that a label holds."""

LARGE_SETTINGS = (
    Setting(patient=20, drug=14, directions=20, purpose=15, bottle=15),
    Setting(patient=18, drug=14, directions=18, purpose=14, bottle=14),
    Setting(patient=16, drug=14, directions=17, purpose=13, bottle=13),
    *SETTINGS,
)
"""Where the block has more than half of a label to itself."""

BLOCK_FONTS = {
    "patient": BOLD,
    "drug": REGULAR,
    "directions": BOLD,
    "directions_translated": BOLD,
    "purpose": REGULAR,
    "bottle": BOLD,
}
"""The fields of the block in their order."""

BLOCK_HEAD, BLOCK_FOOT = 3.2, 1.6
"""Least paper above the capitals of the block, where accents rise, and below its last letters [pt]."""

FIRST_TWO_LINES = BLOCK_HEAD + 2 * ((CAP_HEIGHT + DESCENT) * LEAST_PATIENT_SIZE + SETTINGS[-1].space)
"""The third line of a block never begins higher than this below its top [pt]."""


@dataclass(frozen=True, slots=True)
class Room:
    """Width of the block's lines [pt]; beside: of the patient's and the drug's, which may stand beside a code."""

    wide: float
    beside: float

    def of(self, field: str) -> float:
        """For the lines of a field [pt]."""
        return self.beside if field in ("patient", "drug") else self.wide


class BlockPart(NamedTuple):
    """A field of the patient's block in lines.

    rise: from its top to its first baseline [pt]; Chinese and Korean signs stand higher than capitals.
    """

    field: str
    lines: tuple[str, ...]
    size: float
    leading: float
    rise: float

    @property
    def height(self) -> float:
        """From the first line's capitals to the foot of the last line's letters [pt]."""
        return self.rise + (len(self.lines) - 1) * self.leading + DESCENT * self.size


@dataclass(frozen=True, slots=True)
class Block:
    """What the patient reads: who, what, how, what for."""

    parts: tuple[BlockPart, ...]
    space: float

    @property
    def lines(self) -> dict[str, int]:
        """Lines of each field."""
        return {part.field: len(part.lines) for part in self.parts}

    @property
    def size(self) -> float:
        """Of its largest letters [pt]."""
        return max((part.size for part in self.parts), default=0.0)

    @property
    def least(self) -> float:
        """The height it needs [pt]."""
        text = sum(part.height for part in self.parts)
        return text + (len(self.parts) - 1) * self.space + BLOCK_HEAD + BLOCK_FOOT

    def write(self, sheet: Sheet, *, top: float, foot: float, x: float = LEFT) -> None:
        """Set it with even space above, between and below its fields."""
        free = foot - top - BLOCK_HEAD - BLOCK_FOOT - sum(part.height for part in self.parts)
        # At the most only the least space between fields is left, and none more above and below.
        outer = max(0.0, min(free / (len(self.parts) + 1), free - (len(self.parts) - 1) * self.space))
        inner = (free - 2 * outer) / (len(self.parts) - 1) if len(self.parts) > 1 else 0.0
        reached = top + BLOCK_HEAD + outer
        for part in self.parts:
            font, baseline = BLOCK_FONTS[part.field], reached + part.rise
            for number, line in enumerate(part.lines):
                sheet.texts.append(Text(part.field, line, x, baseline + number * part.leading, font, part.size))
            reached += part.height + inner


def blocks(label: VialLabel, room: Room, *, settings: tuple[Setting, ...] = SETTINGS) -> Iterator[Block]:
    """The block in each setting in which no word is wider than its line.

    Raises:
        LabelRefused: there is none.
    """
    for setting in settings:
        parts: list[BlockPart] = []
        for field, font in BLOCK_FONTS.items():
            size = setting.size(field)
            try:
                lines = wrap(getattr(label, field), font=font, size=size, room=room.of(field))
            except DoesNotFit as wide:
                if setting is settings[-1]:
                    raise _too_wide(field, wide.word) from wide
                break
            if lines:
                parts.append(BlockPart(field, lines, size, setting.leading * size, reach(lines[0], font)[0] * size))
        else:
            yield Block(tuple(parts), setting.space)


def block_too_long(block: Block, stock: Stock) -> LabelRefused:
    """Why a block does not fit in its least setting; it names the field with the most lines."""
    longest = max(block.lines, key=lambda field: block.lines[field])
    return LabelRefused(
        f"{spoken(longest)}: patient, medicine, directions and purpose need {sum(block.lines.values())} lines "
        f"at {LEAST_PATIENT_SIZE:g} pt, {block.lines[longest]} of them here, more than the label holds; "
        f"{advice(stock, block.lines)}",
        longest,
    )


def _too_wide(field: str, word: str) -> LabelRefused:
    return LabelRefused(f"{spoken(field)}: {word!r} is wider than the label at {LEAST_PATIENT_SIZE:g} pt", field)
