"""Weighing less than the balance can: weigh more, dilute it, and take the part that holds what is needed."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing_fractions import rounded

_HALF_A_MICROGRAM = Fraction(1, 2000)
"""By which an amount to the microgram may be off [mg]."""

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
    weigh = _up(Fraction(minimum_mg), Fraction(step_mg))
    if not 0 < needed_mg < weigh:
        raise RuleBroken(
            f"{rounded(needed_mg, 3)} mg needs no trituration: the balance weighs it.", "balance.minimum_mg"
        )
    total, to_add = _least_total(needed_mg, filler_mg, weigh, Fraction(minimum_mg), Fraction(step_mg))
    aliquot = needed_mg * total / weigh
    if aliquot < minimum_mg or total - weigh < minimum_mg:
        raise RuleBroken(
            f"The whole batch, {rounded(needed_mg + filler_mg, 3)} mg, is too little for a balance that weighs"
            f" {format_number(minimum_mg)} mg and more, also as a trituration: make more capsules.",
            "capsules",
        )
    return _shown(needed_mg, weigh, total, aliquot, to_add)


def plan_lot(
    *,
    needed_mg: Decimal,
    filler_mg: Decimal,
    minimum_mg: Decimal,
    active_tolerance_percent: Decimal,
    diluent_tolerance_percent: Decimal,
    step_mg: Decimal = Decimal(1),
) -> Trituration:
    """The least wasteful trituration that serves its batch wherever in their tolerances W and D are weighed.

    As `plan`, which allows for exact weighings only: with W = 120 mg at a minimum of 120 mg, 119.9 mg would not be
    weighable, and 121 mg would leave an aliquot below the minimum. Here W (1 - t_a), D (1 - t_d), the aliquot
    A (1 + D (1 - t_d) / (W (1 + t_a))) and the filler still to add beside the largest aliquot reach the minimum. Only
    the least W is tried: more could serve only a batch whose filler is less than about twice the minimum.
    needed_mg: A [mg], and filler_mg: of the batch [mg], both to the microgram. *_tolerance_percent: of a weighing.
    Raises: RuleBroken when the batch is too little.
    Source: aliquot method, as `plan`; tolerances of the weighing policy.

    >>> best = plan_lot(needed_mg=Decimal("51.073"), filler_mg=Decimal(5380), minimum_mg=Decimal(120),
    ...     active_tolerance_percent=Decimal(1), diluent_tolerance_percent=Decimal(2))
    >>> best.weigh_mg, best.diluent_mg, best.aliquot_mg
    (Decimal('122.000'), Decimal('170.000'), Decimal('122.240'))
    """
    needed, least, step = Fraction(needed_mg), Fraction(minimum_mg), Fraction(step_mg)
    off_active, off_diluent = Fraction(active_tolerance_percent) / 100, Fraction(diluent_tolerance_percent) / 100
    if not 0 < needed < least:
        raise RuleBroken(f"{format_number(needed_mg)} mg needs no trituration: the balance weighs it.", "capsules")
    weigh = _up(least / (1 - off_active), step)
    beside = max(Fraction(0), least / (needed - _HALF_A_MICROGRAM) - 1) * weigh * (1 + off_active) / (1 - off_diluent)
    diluent = _up(max(beside, least / (1 - off_diluent)), step)
    most = (needed + _HALF_A_MICROGRAM) * diluent * (1 + off_diluent) / (weigh * (1 - off_active))
    if Fraction(filler_mg) - most < least:
        raise RuleBroken(
            f"The whole batch, {format_number(needed_mg + filler_mg)} mg, is too little for a balance that weighs"
            f" {format_number(minimum_mg)} mg and more, also as a trituration: make more capsules.",
            "capsules",
        )
    total = weigh + diluent
    aliquot = needed * total / weigh
    return _shown(needed, weigh, total, aliquot, Fraction(filler_mg) + needed - aliquot)


def mixed_packing_mg(
    *, active_mg: Decimal, diluent_mg: Decimal, active_packing_mg: Decimal, diluent_packing_mg: Decimal
) -> Decimal:
    """What fills one capsule of a mixture whose parts take the room that each fills alone [mg].

    Formula: S = (W + D) / (W / S_a + D / S_d), the model that the filler of a batch is computed with.
    active_mg, diluent_mg: W, D [mg]. *_packing_mg: S_a, S_d, what fills one capsule of each alone [mg].

    >>> mixed_packing_mg(active_mg=Decimal(122), diluent_mg=Decimal(170), active_packing_mg=Decimal(150),
    ...     diluent_packing_mg=Decimal(180))
    Decimal('166.119')
    """
    active, diluent = Fraction(active_mg), Fraction(diluent_mg)
    room = active / Fraction(active_packing_mg) + diluent / Fraction(diluent_packing_mg)
    return rounded((active + diluent) / room, 3)


def _shown(needed: Fraction, weigh: Fraction, total: Fraction, aliquot: Fraction, to_add: Fraction) -> Trituration:
    active, diluent = rounded(weigh, 3), rounded(total - weigh, 3)
    return Trituration(
        needed_mg=rounded(needed, 3),
        weigh_mg=active,
        diluent_mg=diluent,
        total_mg=rounded(total, 3),
        aliquot_mg=rounded(aliquot, 3),
        filler_to_add_mg=rounded(to_add, 3),
        left_mg=rounded(total, 3) - rounded(aliquot, 3),
        active_left_mg=active - rounded(needed, 3),
        mixing_mg=geometric_portions(start_mg=active, diluent_mg=diluent),
    )


def _least_total(
    needed: Fraction, filler: Fraction, weigh: Fraction, least: Fraction, step: Fraction
) -> tuple[Fraction, Fraction]:
    """The lightest trituration, and the filler still to add to its aliquot."""
    total = _up(max(weigh * least / needed, weigh + least), step)
    to_add = filler + needed - needed * total / weigh
    if to_add >= least:
        return total, to_add
    # No filler that can be weighed would be left: the capsules are filled with the trituration alone.
    return Fraction(rounded(weigh * (filler + needed) / needed, 3)), Fraction(0)


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
