"""The second weighing engine: whole micrograms and integers only, the batch first, then one capsule of it.

Written apart from the first engine and importing nothing of it, so that a slip in one of them is seen: a
worksheet is given only when both find the same digits. It goes the other way round: from the hydrochloride
that the whole batch must hold to the powder, from the powder to the room that is left, and from the batch to
the capsule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MICROGRAMS = 1000
"""In a milligram."""

MILLION = 10**6
"""Fractions of a certificate are held in millionths."""


@dataclass(frozen=True, slots=True)
class WholeAmounts:
    """Factor in millionths; one capsule in nanograms and tenths of a microgram; the batch in µg."""

    lot_factor_millionths: int
    active_per_capsule_ng: int
    active_total_ug: int
    filler_per_capsule_tenth_ug: int
    filler_total_ug: int

    def as_milligrams(self) -> dict[str, Decimal]:
        """The same figures with the point put in, under the names of the worksheet."""
        return {
            "lot_factor": Decimal(self.lot_factor_millionths).scaleb(-6),
            "active_per_capsule_mg": Decimal(self.active_per_capsule_ng).scaleb(-6),
            "active_total_mg": Decimal(self.active_total_ug).scaleb(-3),
            "filler_per_capsule_mg": Decimal(self.filler_per_capsule_tenth_ug).scaleb(-4),
            "filler_total_mg": Decimal(self.filler_total_ug).scaleb(-3),
        }


def whole_amounts(
    *,
    dose_mg: Decimal,
    basis_factor: Decimal,
    assay: Decimal,
    as_is: bool,
    water: Decimal,
    solvents: Decimal,
    capsules: int,
    overage: Decimal,
    active_packing_mg: Decimal,
    filler_packing_mg: Decimal,
    diluted: tuple[Decimal, Decimal] | None = None,
) -> WholeAmounts:
    """What to weigh, in integers.

    Each is one quotient of two integers, rounded once, half to even. Amounts in mg with at most 3 digits after the
    point, fractions with at most 6.

    >>> found = whole_amounts(dose_mg=Decimal("4.5"), basis_factor=Decimal(1), assay=Decimal("0.994"),
    ...     as_is=False, water=Decimal("0.087"), solvents=Decimal(0), capsules=100, overage=Decimal("0.03"),
    ...     active_packing_mg=Decimal(150), filler_packing_mg=Decimal(180))
    >>> found.active_total_ug, found.active_per_capsule_ng
    (510731, 4958557)
    """
    dose, factor = _units(dose_mg, MICROGRAMS), _units(basis_factor, MILLION)
    pure, whole = _purity(assay=assay, as_is=as_is, water=water, solvents=solvents)
    if diluted is not None:  # a trituration: so many µg of the powder in so many of the mixture
        active, diluent = (_units(weighed, MICROGRAMS) for weighed in diluted)
        pure, whole = pure * active, whole * (active + diluent)
    made = capsules * (MILLION + _units(overage, MILLION))
    full_of_active, full_of_filler = _units(active_packing_mg, MICROGRAMS), _units(filler_packing_mg, MICROGRAMS)

    # The batch in µg, each a numerator over its denominator: powder, then filler for the room that is left.
    powder, under_powder = dose * factor * made * whole, MILLION * MILLION * pure
    filler = full_of_filler * (made * full_of_active * under_powder - MILLION * powder)
    under_filler = MILLION * under_powder * full_of_active
    return WholeAmounts(
        lot_factor_millionths=_divided(MILLION * pure, whole),
        active_per_capsule_ng=_divided(powder * MILLION * 1000, under_powder * made),
        active_total_ug=_divided(powder, under_powder),
        filler_per_capsule_tenth_ug=_divided(filler * MILLION * 10, under_filler * made),
        filler_total_ug=_divided(filler, under_filler),
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """What a certificate states, as fractions. as_is: the assay counts water and solvents already."""

    assay: Decimal
    as_is: bool
    water: Decimal
    solvents: Decimal


def second_lot(
    *,
    dose_mg: Decimal,
    basis_factor: Decimal,
    capsules: int,
    overage: Decimal,
    taken: Sequence[tuple[Decimal, Stated, Decimal]],
    lot: Stated,
    packing_mg: Decimal,
    filler_packing_mg: Decimal,
) -> tuple[int, int]:
    """What is still to be weighed of a second lot, and the filler of the whole batch [µg].

    taken: (weighed [mg], certificate, packing statistic [mg]) of the lots before. Everything is brought over one common
    denominator and divided once, half to even.
    """
    made = capsules * (MILLION + _units(overage, MILLION))  # millionths of a capsule
    over = MILLION**3  # every purity is held over it
    lacking = _units(dose_mg, MICROGRAMS) * _units(basis_factor, MILLION) * made * over
    for mg, stated, _ in taken:
        lacking -= _units(mg, MICROGRAMS) * _over(stated, over) * MILLION**2
    rest, under_rest = lacking, MILLION**2 * _over(lot, over)
    # Room in millionths of a capsule, over the product of all packing statistics.
    fulls = [_units(full, MICROGRAMS) for _, _, full in taken]
    product = _units(packing_mg, MICROGRAMS)
    for full in fulls:
        product *= full
    room = made * product
    for (mg, _, _), full in zip(taken, fulls, strict=True):
        room -= MILLION * _units(mg, MICROGRAMS) * (product // full)
    room = room * under_rest - MILLION * rest * (product // _units(packing_mg, MICROGRAMS))
    filler = _units(filler_packing_mg, MICROGRAMS) * room
    return _divided(rest, under_rest), _divided(filler, MILLION * product * under_rest)


def quotient(factors: tuple[Decimal, Decimal], divisor: Decimal) -> Decimal:
    """Two amounts multiplied and divided by a third, all in mg, rounded once to the microgram."""
    first, second = (_units(factor, MICROGRAMS) for factor in factors)
    return Decimal(_divided(first * second, _units(divisor, MICROGRAMS))).scaleb(-3)


def _over(stated: Stated, denominator: int) -> int:
    """A certificate's purity as a numerator over this denominator."""
    pure, whole = _purity(assay=stated.assay, as_is=stated.as_is, water=stated.water, solvents=stated.solvents)
    return pure * (denominator // whole)


def trituration_faults(
    *,
    needed_ug: int,
    minimum_ug: int,
    filler_ug: int,
    step_ug: int,
    weigh_ug: int,
    diluent_ug: int,
    total_ug: int,
    aliquot_ug: int,
    filler_to_add_ug: int,
) -> tuple[str, ...]:
    """What is wrong with a trituration plan, by multiplying it back; empty when nothing is.

    The mixture must add up, each weighing must reach the balance's minimum, the aliquot must hold what is
    needed to the microgram, and the filler already in the aliquot must be left out of what is added. All in
    µg.

    >>> trituration_faults(needed_ug=2000, minimum_ug=120000, filler_ug=900000, step_ug=1000, weigh_ug=120000,
    ...     diluent_ug=7080000, total_ug=7200000, aliquot_ug=120000, filler_to_add_ug=782000)
    ()
    """
    faults = []
    if weigh_ug + diluent_ug != total_ug:
        faults.append("the active and the diluent do not add up to the trituration")
    for name, amount in (("active", weigh_ug), ("diluent", diluent_ug), ("aliquot", aliquot_ug)):
        if amount < minimum_ug:
            faults.append(f"the {name} of {amount} µg is below the balance's minimum of {minimum_ug} µg")
    if 0 < filler_to_add_ug < minimum_ug or filler_to_add_ug < 0:
        faults.append(f"the filler to add, {filler_to_add_ug} µg, cannot be weighed")
    if aliquot_ug > total_ug:
        faults.append("the aliquot is larger than the trituration")
    # aliquot x weigh / total = needed, allowing half a microgram of rounding in the aliquot and in the need.
    if 2 * abs(aliquot_ug * weigh_ug - needed_ug * total_ug) > weigh_ug + total_ug:
        faults.append("the aliquot does not hold the active that is needed")
    if abs(aliquot_ug - needed_ug + filler_to_add_ug - filler_ug) > 2:
        faults.append("the diluent of the aliquot and the filler to add are not the filler of the batch")
    if weigh_ug >= minimum_ug + step_ug:
        faults.append("less active could be weighed")
    if filler_to_add_ug and _too_long(needed_ug, minimum_ug, weigh_ug, total_ug, step_ug):
        faults.append("less diluent would do")
    return tuple(faults)


def _too_long(needed_ug: int, minimum_ug: int, weigh_ug: int, total_ug: int, step_ug: int) -> bool:
    """Whether a trituration one step lighter would do as well."""
    lighter = total_ug - step_ug
    return needed_ug * lighter > minimum_ug * weigh_ug + total_ug and lighter - weigh_ug >= minimum_ug


def _purity(*, assay: Decimal, as_is: bool, water: Decimal, solvents: Decimal) -> tuple[int, int]:
    stated = _units(assay, MILLION)
    if as_is:
        return stated, MILLION
    dry = MILLION - _units(water, MILLION)
    free = MILLION - _units(solvents, MILLION)
    return stated * dry * free, MILLION**3


def _units(value: Decimal, in_one: int) -> int:
    """A decimal as a whole number of small units; refuses to lose a digit."""
    sign, digits, exponent = value.as_tuple()
    number = int("".join(map(str, digits))) * (-1 if sign else 1)
    if not isinstance(exponent, int):  # how Decimal marks NaN and Infinity
        raise ValueError(f"{value} is not a number")  # noqa: TRY004 - the value is wrong, not its type
    ten: int = 10 ** abs(exponent)
    if exponent >= 0:
        return number * ten * in_one
    units, lost = divmod(number * in_one, ten)
    if lost:
        raise ValueError(f"{value} has more digits than 1/{in_one} can hold")
    return units


def _divided(numerator: int, denominator: int) -> int:
    """An integer quotient, half to even; the denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        return quotient + 1
    return quotient
