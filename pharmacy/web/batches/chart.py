"""Pictures of values against their limits: places in a drawing of 640 by 220, for a template to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pharmacy.domain.control_chart import ControlChart
from pharmacy.domain.quality import WeightTest

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 92, 12, 28  # room for the scale, the names of the lines, and the numbers of the points


@dataclass(frozen=True, slots=True)
class Line:
    """A limit, or the target. kind: "target", "mean" or "each", the name of its look."""

    y: int
    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int
    number: int
    value: str
    within: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """left, right: where the lines begin and end. points in the order in which they were given."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    lines: tuple[Line, ...]
    points: tuple[Point, ...]


def draw(found: WeightTest, weights_mg: tuple[Decimal, ...]) -> Picture:
    """The weights as points, the target and the limits of each capsule and of the mean as lines."""
    limits = (
        ("each", "most", found.each_high_mg),
        ("mean", "mean, most", found.mean_high_mg),
        ("target", "target", found.target_mg),
        ("mean", "mean, least", found.mean_low_mg),
        ("each", "least", found.each_low_mg),
    )
    return _picture(limits, [(weight, found.each_low_mg <= weight <= found.each_high_mg) for weight in weights_mg])


def draw_control(found: ControlChart) -> Picture:
    """The batches as points, their center and the control limits as lines; a signal stands out."""
    limits = (
        ("each", "upper limit", found.upper),
        ("target", "mean", found.center),
        ("each", "lower limit", found.lower),
    )
    rounded = [(kind, name, value.quantize(Decimal("0.01"))) for kind, name, value in limits]
    return _picture(rounded, [(point.value, not point.signals) for point in found.points])


def draw_around(mean: Decimal, deviation: Decimal, weights_mg: tuple[Decimal, ...]) -> Picture:
    """Weighings of one test weight around their mean, with two standard deviations to either side."""
    around = [
        ("mean", f"mean {sign} 2 s", mean + 2 * off) for sign, off in (("+", deviation), ("-", -deviation)) if off
    ]
    limits = [
        (kind, name, value.quantize(Decimal("0.001"))) for kind, name, value in (("target", "mean", mean), *around)
    ]
    return _picture(limits, [(weight, True) for weight in weights_mg])


def _picture(limits: Sequence[tuple[str, str, Decimal]], values: Sequence[tuple[Decimal, bool]]) -> Picture:
    """limits: (look, name, value) of each line. values: each with whether it lies as it should."""
    every = [value for value, _ in values] + [value for _, _, value in limits]
    low, high = min(every), max(every)
    margin = (high - low) / 20 or Decimal(1)

    def y(value: Decimal) -> int:
        part = (high + margin - value) / (high - low + 2 * margin)
        return TOP + int(part * (HEIGHT - TOP - BOTTOM))

    spacing = Decimal(WIDTH - LEFT - RIGHT) / (len(values) + 1)
    return Picture(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=HEIGHT - BOTTOM,
        lines=tuple(Line(y(value), kind, name, f"{value:f}") for kind, name, value in limits),
        points=tuple(
            Point(x=LEFT + int(spacing * place), y=y(value), number=place, value=f"{value:f}", within=within)
            for place, (value, within) in enumerate(values, start=1)
        ),
    )
