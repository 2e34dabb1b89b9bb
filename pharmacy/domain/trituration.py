"""Weighing less than the balance can: weigh more, dilute it, and take the part that holds what is needed."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing_fractions import rounded

ALIQUOT_METHOD = "aliquot method of weighing (dry dilution), each weighing at or above the balance's minimum"


@dataclass(frozen=True, slots=True)
class Trituration:
    """A plan; all amounts in mg, to the microgram.

    weigh_mg of active and diluent_mg of filler make total_mg; aliquot_mg of it holds needed_mg of active and
    goes into the batch with filler_to_add_mg. left_mg stays over as a lot of its own, with active_left_mg in
    it.
    mixing_mg: portions of diluent, each at most what is already in the mortar (geometric dilution).
    """

    needed_mg: Decimal
    weigh_mg: Decimal
    diluent_mg: Decimal
    total_mg: Decimal
    aliquot_mg: Decimal
    filler_to_add_mg: Decimal
    left_mg: Decimal
    active_left_mg: Decimal
    mixing_mg: tuple[Decimal, ...]
    note: str = "The trituration is a lot of its own, with its own label and beyond-use date."

    def to_document(self) -> dict[str, object]:
        """The plan as JSON: amounts as decimal strings."""
        amounts = ("weigh", "diluent", "total", "aliquot", "needed", "filler_to_add", "left", "active_left")
        return {
            **{f"{name}_mg": format(getattr(self, f"{name}_mg"), "f") for name in amounts},
            "mixing_mg": [format(portion, "f") for portion in self.mixing_mg],
            "note": self.note,
        }


def plan(
    *,
    needed_mg: Fraction,
    filler_mg: Fraction,
    minimum_mg: Decimal,
    step_mg: Decimal = Decimal(1),
) -> Trituration:
    """The trituration that wastes least: least active first, then least powder.

    Formula: aliquot Q = A x T / W, with W, T - W, Q and the filler still to add (or none) each >= the
    minimum. The least W is the minimum itself; what is left over, T x (1 - A / W), grows with T, so the least
    T that the limits allow is best. W and T are whole steps.
    needed_mg: A, active as weighed for the batch [mg]. filler_mg: filler of the batch, which holds the
    diluent [mg].
    minimum_mg: least weight of the balance [mg]. step_mg: [mg].
    Raises: RuleBroken when the whole batch weighs less than the balance can.
    Source: aliquot method, basicmedicalkey.com "Accurate weighing for prescriptions".

    >>> best = plan(needed_mg=Fraction("51.073"), filler_mg=Fraction(5380), minimum_mg=Decimal(120))
    >>> best.weigh_mg, best.total_mg, best.aliquot_mg
    (Decimal('120.000'), Decimal('282.000'), Decimal('120.022'))
    """
    least, step = Fraction(minimum_mg), Fraction(step_mg)
    weigh = _up(least, step)
    if not 0 < needed_mg < weigh:
        raise RuleBroken(
            f"{rounded(needed_mg, 3)} mg needs no trituration: the balance weighs it.", "balance.minimum_mg"
        )
    total = _up(max(weigh * least / needed_mg, weigh + least), step)
    to_add = filler_mg - (needed_mg * total / weigh - needed_mg)
    if to_add < least:
        # No filler that can be weighed is left: the capsules are filled with the trituration alone.
        total = Fraction(rounded(weigh * (filler_mg + needed_mg) / needed_mg, 3))
        to_add = Fraction(0)
    aliquot = needed_mg * total / weigh
    if aliquot < least or total - weigh < least:
        raise RuleBroken(
            f"The whole batch, {rounded(needed_mg + filler_mg, 3)} mg, is too little for a balance that"
            f" weighs"
            f" {format_number(minimum_mg)} mg and more, also as a trituration: make more capsules.",
            "capsules",
        )
    return Trituration(
        needed_mg=rounded(needed_mg, 3),
        weigh_mg=rounded(weigh, 3),
        diluent_mg=rounded(total - weigh, 3),
        total_mg=rounded(total, 3),
        aliquot_mg=rounded(aliquot, 3),
        filler_to_add_mg=rounded(to_add, 3),
        left_mg=rounded(total, 3) - rounded(aliquot, 3),
        active_left_mg=rounded(weigh, 3) - rounded(needed_mg, 3),
        mixing_mg=geometric_portions(start_mg=rounded(weigh, 3), diluent_mg=rounded(total - weigh, 3)),
    )


def geometric_portions(*, start_mg: Decimal, diluent_mg: Decimal) -> tuple[Decimal, ...]:
    """Portions of diluent to mix in one after the other, each as much as is already there.

    start_mg: the potent powder [mg]. diluent_mg: all of the diluent [mg].
    Source: geometric dilution, the usual way of mixing a small amount of a potent powder evenly.

    >>> geometric_portions(start_mg=Decimal(120), diluent_mg=Decimal(500))
    (Decimal('120'), Decimal('240'), Decimal('140'))
    """
    if start_mg <= 0:
        raise RuleBroken("Geometric dilution starts with more than 0 mg of active.", "start_mg")
    portions = []
    present, left = start_mg, diluent_mg
    while left > 0:
        portion = min(present, left)
        portions.append(portion)
        present += portion
        left -= portion
    return tuple(portions)


def _up(value: Fraction, step: Fraction) -> Fraction:
    return ceil(value / step) * step
