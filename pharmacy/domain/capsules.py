"""Hard gelatin capsules: what a size holds, what its shell weighs, and what may not fill it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import clip

CHART = "capsuline.com size chart of hard gelatin capsules; other makers within 0.03 mL"


@dataclass(frozen=True, slots=True)
class CapsuleSize:
    """size: as printed on the box. volume_ml: of the closed capsule [mL]. shell_mg: mean empty shell [mg]."""

    size: str
    volume_ml: Decimal
    shell_mg: Decimal


def _chart(*rows: tuple[str, str, str]) -> Mapping[str, CapsuleSize]:
    return MappingProxyType({size: CapsuleSize(size, Decimal(ml), Decimal(mg)) for size, ml, mg in rows})


SIZES = _chart(
    ("000", "1.37", "160"),
    ("00", "0.90", "123"),
    ("0", "0.68", "97"),
    ("1", "0.48", "76"),
    ("2", "0.36", "61"),
    ("3", "0.27", "48"),
    ("4", "0.20", "38"),
    ("5", "0.13", "28"),
)


@dataclass(frozen=True, slots=True)
class CapsulePolicy:
    """What the pharmacist-in-charge decides about capsules.

    most_density: a packing statistic that would mean a powder denser than this [g/mL] is refused.
    blocked_fillers: words that a filler's name may not hold, each with the reason.
    """

    most_density: Decimal = Decimal("1.6")
    density_source: str = (
        "crystal density of sucrose 1.59, lactose 1.54, cellulose 1.5 g/mL: no powder of them packs denser"
    )
    blocked_fillers: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(
            {
                "hypromellose": "it slows the release, and low-dose naltrexone is meant to be released at once",
                "hydroxypropyl methylcellulose": "it slows the release (hypromellose)",
                "methylcellulose": "it slows the release",
                "calcium carbonate": "it is reported to interfere with the release of naltrexone",
            }
        )
    )
    blocked_source: str = "LDN Research Trust, guidance to compounding pharmacists; policy of the pharmacist-in-charge"


DEFAULT = CapsulePolicy()


def capsule(size: str) -> CapsuleSize:
    """The row of the chart for one size.

    size: "000", "00", "0", "1" ... "5", as printed on the box.
    Raises: RuleBroken for a size that the chart does not have.
    Source: capsuline.com size chart.

    >>> capsule("3").shell_mg
    Decimal('48')
    """
    try:
        return SIZES[size]
    except KeyError:
        known = ", ".join(SIZES)
        raise RuleBroken(f"Capsule size {clip(size)} is not in the chart: known are {known}.", "capsule_size") from None


def room_percent(*, amount_mg: Fraction, packing_mg: Fraction) -> Fraction:
    """The share of a capsule that one ingredient fills [%].

    Formula: 100 x a / S. amount_mg: in one capsule [mg]. packing_mg: what fills the whole capsule [mg].

    >>> room_percent(amount_mg=Fraction(45, 10), packing_mg=Fraction(150))
    Fraction(3, 1)
    """
    return 100 * amount_mg / packing_mg


def refuse_impossible_packing(
    packing_mg: Decimal, size: CapsuleSize, *, field: str, policy: CapsulePolicy = DEFAULT
) -> None:
    """Refuse a packing statistic [mg that fill a capsule] that no powder could have in this size.

    Raises: RuleBroken naming the limit.

    >>> refuse_impossible_packing(Decimal(180), capsule("3"), field="filler_lot.packing_mg")
    """
    most_mg = size.volume_ml * 1000 * policy.most_density
    if packing_mg > most_mg:
        raise RuleBroken(
            f"A packing statistic of {packing_mg:f} mg is impossible: a size {size.size} capsule holds"
            f" {size.volume_ml} mL, at most {most_mg.normalize():f} mg of powder. Was it measured in another"
            f" size?",
            field,
        )


def refuse_blocked_filler(name: str, policy: CapsulePolicy = DEFAULT) -> None:
    """A filler that would slow the release is refused by default.

    Raises: RuleBroken naming the filler, the reason and whose policy it is.

    >>> refuse_blocked_filler("microcrystalline cellulose")
    """
    words = " ".join(name.lower().split())
    for blocked, reason in policy.blocked_fillers.items():
        if blocked in words:
            raise RuleBroken(
                f"{name} may not fill low-dose naltrexone capsules: {reason} ({policy.blocked_source}).",
                "filler",
            )
