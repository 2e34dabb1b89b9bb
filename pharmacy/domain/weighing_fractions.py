"""The first weighing engine: exact fractions, capsule by capsule, then times the batch."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Amounts:
    """Exact results, unrounded. Every *_mg in milligrams."""

    lot_factor: Fraction
    basis_factor: Fraction
    active_per_capsule_mg: Fraction
    active_total_mg: Fraction
    filler_per_capsule_mg: Fraction
    filler_total_mg: Fraction


def lot_factor(
    *,
    assay: Decimal,
    as_is: bool,
    water: Decimal,
    solvents: Decimal,
    diluted: tuple[Decimal, Decimal] | None = None,
) -> Fraction:
    """Hydrochloride (anhydrous) in one part of the powder as it lies in the jar [fraction].

    Formula: P = assay x (1 - water) x (1 - solvents); when the certificate states the assay as is, P = assay.
    Of a trituration P x W / (W + D).
    assay, water, solvents: fractions of the certificate, 0 to 1. diluted: W and D, active and diluent as weighed [mg].
    Source: USP monograph M55530 states the assay on the anhydrous, solvent-free basis.

    >>> found = lot_factor(assay=Decimal("0.994"), as_is=False, water=Decimal("0.087"), solvents=Decimal(0))
    >>> rounded(found, 6)
    Decimal('0.907522')
    """
    powder = Fraction(assay)
    if not as_is:
        powder *= (1 - Fraction(water)) * (1 - Fraction(solvents))
    if diluted is None:
        return powder
    active, diluent = map(Fraction, diluted)
    return powder * active / (active + diluent)


def amounts(
    *,
    dose_mg: Decimal,
    basis_factor: Decimal,
    purity: Fraction,
    capsules: int,
    overage: Decimal,
    active_packing_mg: Decimal,
    filler_packing_mg: Decimal,
) -> Amounts:
    """What to weigh, exactly.

    Formulas: a = dose x F / P; A = a x n x (1 + overage); filler per capsule = S_filler x (1 - a / S_active).
    dose_mg: labelled [mg]. basis_factor: F, 1 or hydrochloride / base. purity: P [fraction].
    active_packing_mg, filler_packing_mg: S, what fills one capsule [mg]. The filler may come out negative.
    Source: capsule filling by the packing statistic of each ingredient.

    >>> found = amounts(dose_mg=Decimal("4.5"), basis_factor=Decimal(1), purity=Fraction("0.907522"),
    ...     capsules=100, overage=Decimal("0.03"),
    ...     active_packing_mg=Decimal(150), filler_packing_mg=Decimal(180))
    >>> rounded(found.active_total_mg, 3), rounded(found.filler_per_capsule_mg, 4)
    (Decimal('510.731'), Decimal('174.0497'))
    """
    active = Fraction(dose_mg) * Fraction(basis_factor) / purity
    filler = Fraction(filler_packing_mg) * (1 - active / Fraction(active_packing_mg))
    made = capsules * (1 + Fraction(overage))
    return Amounts(
        lot_factor=purity,
        basis_factor=Fraction(basis_factor),
        active_per_capsule_mg=active,
        active_total_mg=active * made,
        filler_per_capsule_mg=filler,
        filler_total_mg=filler * made,
    )


def labelled_dose(found: Amounts, *, capsules: int, overage: Decimal) -> Fraction:
    """The dose that the weighed batch gives back, the reverse of `amounts` [mg].

    Formula: A x P / F / (n x (1 + overage)).
    """
    made = capsules * (1 + Fraction(overage))
    return found.active_total_mg * found.lot_factor / found.basis_factor / made


def rounded(value: Fraction, places: int) -> Decimal:
    """A fraction with so many digits after the point, half to even.

    >>> rounded(Fraction(1, 3), 4), rounded(Fraction(5, 1000), 2)
    (Decimal('0.3333'), Decimal('0.00'))
    """
    return Decimal(round(value * 10**places)).scaleb(-places)
