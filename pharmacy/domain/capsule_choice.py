"""Other capsule sizes for the same dose: what the active takes up in each, and how much filler goes with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pharmacy.domain.capsules import CHART, SIZES, capsule, room_percent
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing_fractions import rounded

SOURCE = f"packing in proportion to the volume of the capsule, {CHART}"
Packings = Mapping[str, Decimal]  # what fills one capsule of a size [mg], as it was measured for one lot


@dataclass(frozen=True, slots=True)
class SizeChoice:
    """One size. active_percent: of the capsule. filler_mg: into one capsule [mg], None when the active does not fit.

    estimated: a packing statistic was worked out from another size. refusal: why the size cannot hold the dose.
    """

    size: str
    active_percent: Decimal
    filler_mg: Decimal | None
    estimated: bool
    refusal: str


def size_choices(
    *, active_mg: Decimal, known_size: str, active_packing_mg: Packings, filler_packing_mg: Packings
) -> tuple[SizeChoice, ...]:
    """Every size of the chart, the largest first.

    Formulas: share of the active = 100 x a / S_active; filler = S_filler x (1 - a / S_active). Where nobody measured:
    S = S of the known size x volume / volume of the known size.
    active_mg: a, as weighed, in one capsule [mg]. known_size: measured for both lots. Source: SOURCE.

    >>> sizes = size_choices(active_mg=Decimal("4.5"), known_size="3", active_packing_mg={"3": Decimal(150)},
    ...     filler_packing_mg={"3": Decimal(180)})
    >>> [(one.size, one.active_percent, one.filler_mg, one.estimated) for one in sizes if one.size in ("3", "4")]
    [('3', Decimal('3.00'), Decimal('174.600'), False), ('4', Decimal('4.05'), Decimal('127.933'), True)]
    """
    return tuple(
        _choice(
            size, Fraction(active_mg), _packing(size, known_size, active_packing_mg),
            _packing(size, known_size, filler_packing_mg),
            estimated=not (size in active_packing_mg and size in filler_packing_mg),
        )
        for size in SIZES
    )  # fmt: skip


def _packing(size: str, known_size: str, measured_mg: Packings) -> Fraction:
    if size in measured_mg:
        return Fraction(measured_mg[size])
    ratio = Fraction(capsule(size).volume_ml) / Fraction(capsule(known_size).volume_ml)
    return Fraction(measured_mg[known_size]) * ratio


def _choice(size: str, active_mg: Fraction, active: Fraction, filler: Fraction, *, estimated: bool) -> SizeChoice:
    percent = room_percent(amount_mg=active_mg, packing_mg=active)
    if percent > 100:
        refusal = (
            f"{format_number(rounded(active_mg, 3))} mg of active is more than it holds"
            f" ({format_number(rounded(active, 1))} mg)"
        )
        return SizeChoice(size, rounded(percent, 2), None, estimated, refusal)
    return SizeChoice(size, rounded(percent, 2), rounded(filler * (1 - percent / 100), 3), estimated, "")
