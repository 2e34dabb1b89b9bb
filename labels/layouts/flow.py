"""Small print: short statements that follow one another in full lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from labels.content import spoken
from labels.errors import LabelRefused
from labels.fit import DoesNotFit, composed, on_one_line, parts, spaced
from labels.fonts import BOLD, CAP_HEIGHT, DESCENT, REGULAR, when_changed, width
from labels.sheet import Sheet, Text

LEADING = 1.09


class Statement(NamedTuple):
    """A field with the words that introduce it. whole: does not break over lines while it fits on one."""

    field: str
    text: str
    caption: str = ""
    font: str = REGULAR
    whole: bool = False

    def width(self, size: float) -> float:
        """Of the statement in one line, with its caption [pt]."""
        caption = width(f"{self.caption} ", REGULAR, size) if self.caption else 0.0
        return caption + width(spaced(self.text), self.font, size)


@dataclass(slots=True)
class Flow:
    """Statements set in lines of a given size; `lines` counts them."""

    size: float
    room: float
    gap: float
    spacing: float = LEADING
    lines: int = 1
    reached: float = 0.0
    texts: list[Text] = field(default_factory=list)
    placed: tuple[float, float, list[Text]] | None = None

    @property
    def leading(self) -> float:
        """From one baseline to the next [pt]."""
        return self.spacing * self.size

    @property
    def height(self) -> float:
        """From the top of the first line's capitals to the foot of the last line's letters [pt]."""
        return (self.lines - 1) * self.leading + (CAP_HEIGHT + DESCENT) * self.size

    def add(self, statement: Statement) -> None:
        """Set one more statement after a gap, or on a new line.

        Raises:
            LabelRefused: a word of it is wider than a line.
        """
        if self.reached:
            self.reached += self.gap
        if self.reached and statement.whole and self.reached + statement.width(self.size) > self.room:
            self.new_line()
        if statement.caption:
            self._set("", statement.caption, REGULAR)
            self.reached += width(" ", REGULAR, self.size)
        self._set(statement.field, statement.text, statement.font)

    def add_at(self, x: float, statement: Statement) -> None:
        """Set one more statement at a distance from the line's start [pt], as in a column."""
        self.reached = 0.0
        first = len(self.texts)
        self.add(statement)
        self.texts[first:] = [text.moved(x, 0.0) for text in self.texts[first:]]

    def write(self, sheet: Sheet, *, x: float, top: float) -> None:
        """Put the lines on the sheet; top: of the first line's capitals [pt]."""
        # The same lines mostly stand at the same place of the label before.
        if self.placed is None or self.placed[:2] != (x, top):
            baseline = top + CAP_HEIGHT * self.size
            self.placed = (x, top, [text.moved(x, baseline) for text in self.texts])
        sheet.texts += self.placed[2]

    def new_line(self) -> None:
        """Go on at the start of the next line."""
        self.lines += 1
        self.reached = 0.0

    def _set(self, name: str, text: str, font: str) -> None:
        """Fill the lines with the words of a text; what stands together is one Text."""
        start, line = self.reached, ""
        whole = on_one_line(text, font=font, size=self.size, room=self.room - start)
        if whole:
            self._put(name, whole, start, font)
            return
        try:
            for part in parts(text, font=font, size=self.size, room=self.room):
                longer = f"{line}{part.before}{part.text}" if line else part.text
                if start + width(longer, font, self.size) <= self.room:
                    line = longer
                    continue
                self._put(name, line, start, font)
                self.new_line()
                start, line = 0.0, part.text
        except DoesNotFit as wide:
            raise LabelRefused(f"{spoken(name)}: the word {wide.word!r} is wider than a line", name) from wide
        self._put(name, line, start, font)

    def _put(self, name: str, line: str, start: float, font: str) -> None:
        if line:
            self.texts.append(Text(name, line, start, (self.lines - 1) * self.leading, font, self.size))
            self.reached = start + width(line, font, self.size)


def lines_high(lines: int, size: float) -> float:
    """From the top of the first line's capitals to the foot of the last line's letters [pt]."""
    return (lines - 1) * LEADING * size + (CAP_HEIGHT + DESCENT) * size


class Measured:
    """Groups of statements whose widths are known, so that a size at which they cannot fit need not be tried."""

    def __init__(self, groups: Iterable[Iterable[Statement]]) -> None:
        self.groups = tuple(tuple(group) for group in groups)
        self._least: dict[tuple[float, float, float], float] = {}
        self._widths = [(sum(statement.width(1) for statement in group), len(group)) for group in self.groups]

    def least_height(self, *, size: float, room: float, gap: float) -> float:
        """No flow of these is lower [pt]. A line that ends saves a space or a gap at the most."""
        key = (size, room, gap)
        if key not in self._least:
            self._least[key] = self._least_height(*key)
        return self._least[key]

    def _least_height(self, size: float, room: float, gap: float) -> float:
        saved = max(gap, size * width(" ", BOLD, 1), size * width(" ", REGULAR, 1))
        lines = sum(
            max(1, ceil((wide * size + (count - 1) * gap + saved) / (room + saved) - 1e-6))
            for wide, count in self._widths
            if count
        )
        return lines_high(lines, size)


def flow(
    groups: Iterable[Iterable[Statement]], *, size: float, room: float, gap: float, spacing: float = LEADING
) -> Flow:
    """Groups of statements, each group on a new line, a gap [pt] between statements in lines of `room` [pt].

    spacing: from one baseline to the next, a part of the size.

    >>> flow([[Statement("lot", "L000123", "Lot")]], size=7, room=100, gap=6).lines
    1
    """
    return _filled(tuple(tuple(group) for group in groups), size, room, gap, spacing)


# Storage, warnings and the pharmacy's own lines are the same on label after label of a batch.
@lru_cache(maxsize=512)
def _filled(groups: tuple[tuple[Statement, ...], ...], size: float, room: float, gap: float, spacing: float) -> Flow:
    filled = Flow(size=size, room=room, gap=gap, spacing=spacing)
    for group in groups:
        if filled.reached:
            filled.new_line()
        for statement in group:
            filled.add(statement)
    return filled


when_changed(_filled.cache_clear)


def columns(rows: Sequence[Sequence[Statement]], *, size: float, room: float, gap: float) -> Flow:
    """Rows of statements in columns as wide as they need; running on in full lines when that is too wide.

    The last statement of a row may reach over the columns that follow it.
    """
    starts = [0.0]
    for column in range(1, max(map(len, rows))):
        before = [row[column - 1].width(size) for row in rows if len(row) > column]
        starts.append(starts[-1] + max(before) + gap)
    ends = [starts[len(row) - 1] + row[-1].width(size) for row in rows]
    if max(ends) > room:
        return flow([[statement for row in rows for statement in row]], size=size, room=room, gap=gap)
    filled = Flow(size=size, room=room, gap=gap)
    for row in rows:
        if filled.texts:
            filled.new_line()
        for start, statement in zip(starts, row, strict=False):
            filled.add_at(start, statement)
    return filled


def sentence(text: str) -> str:
    """The text with a full stop when it ends with a letter, a digit or a bracket.

    >>> sentence("white capsule"), sentence("Store at 20 °C.")
    ('white capsule.', 'Store at 20 °C.')
    """
    whole = composed(text).strip()
    return f"{whole}." if whole[-1:].isalnum() or whole[-1:] in tuple(")]") else whole
