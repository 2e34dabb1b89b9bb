"""A picture of capsule weights against their limits: places in a drawing of 640 by 220, for a template to draw."""

from dataclasses import dataclass
from decimal import Decimal

from pharmacy.domain.quality import WeightTest

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 92, 12, 28  # room for the scale, the names of the lines, and the capsule numbers


@dataclass(frozen=True, slots=True)
class Line:
    """A limit, or the target. kind: "target", "mean" or "each", the name of its look."""

    y: int
    kind: str
    name: str
    weight: str


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int
    number: int
    weight: str
    within: bool


@dataclass(frozen=True, slots=True)
class WeightChart:
    """left, right: where the lines begin and end. points in the order of weighing."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    lines: tuple[Line, ...]
    points: tuple[Point, ...]


def draw(found: WeightTest, weights_mg: tuple[Decimal, ...]) -> WeightChart:
    """The weights as points, the target and the limits of each capsule and of the mean as lines."""
    values = (*weights_mg, found.each_low_mg, found.each_high_mg)
    low, high = min(values), max(values)
    margin = (high - low) / 20

    def y(weight: Decimal) -> int:
        part = (high + margin - weight) / (high - low + 2 * margin)
        return TOP + int(part * (HEIGHT - TOP - BOTTOM))

    spacing = Decimal(WIDTH - LEFT - RIGHT) / (len(weights_mg) + 1)
    limits = (
        ("each", "most", found.each_high_mg),
        ("mean", "mean, most", found.mean_high_mg),
        ("target", "target", found.target_mg),
        ("mean", "mean, least", found.mean_low_mg),
        ("each", "least", found.each_low_mg),
    )
    return WeightChart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=HEIGHT - BOTTOM,
        lines=tuple(Line(y(weight), kind, name, f"{weight:f}") for kind, name, weight in limits),
        points=tuple(
            Point(
                x=LEFT + int(spacing * place),
                y=y(weight),
                number=place,
                weight=f"{weight:f}",
                within=found.each_low_mg <= weight <= found.each_high_mg,
            )
            for place, weight in enumerate(weights_mg, start=1)
        ),
    )
