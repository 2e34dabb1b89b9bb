"""A second lot in mid-batch: what is still to be weighed of it, so that the capsules hold what the label says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pharmacy.domain import weighing_fractions, weighing_micrograms
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing_fractions import rounded
from pharmacy.domain.weighing_order import DEFAULT, ActiveLot, AssayBasis, Basis, WeighingPolicy
from pharmacy.domain.weighing_steps import HALF_EVEN, Step


@dataclass(frozen=True, slots=True)
class Taken:
    """What was weighed of one lot of the active [mg]."""

    mg: Decimal
    lot: ActiveLot


@dataclass(frozen=True, slots=True)
class Wanted:
    """The batch as it was planned. filler_packing_mg: S of the filler's lot [mg]."""

    dose_mg: Decimal
    basis: Basis
    capsules: int
    overage: Decimal
    filler_packing_mg: Decimal


@dataclass(frozen=True, slots=True)
class Rest:
    """What is still to be weighed [mg]. rest_mg: of the new lot. filler_total_mg: of the filler for all capsules."""

    rest_mg: Decimal
    filler_total_mg: Decimal
    steps: tuple[Step, ...]


def rest_of_active(wanted: Wanted, taken: Sequence[Taken], lot: ActiveLot, policy: WeighingPolicy = DEFAULT) -> Rest:
    """How much of another lot of the active the batch still needs, and how much filler now fits beside both.

    Formulas: rest = (dose x F x n x (1 + overage) - sum(x_i x P_i)) / P; filler = S_filler x (n x (1 + overage) -
    sum(x_i / S_i) - rest / S). x_i: weighed of lot i; P: lot factors; S: packing statistics.
    Two engines must agree. Raises: RuleBroken when nothing is left to weigh, or when they do not agree.
    """
    factor = policy.basis_factor if Basis(wanted.basis) is Basis.BASE else Decimal(1)
    made = wanted.capsules * (1 + Fraction(wanted.overage))
    needed = Fraction(wanted.dose_mg) * Fraction(factor) * made
    held = sum((Fraction(one.mg) * _factor(one.lot) for one in taken), Fraction(0))
    rest = (needed - held) / _factor(lot)
    if rounded(rest, 3) <= 0:
        raise RuleBroken(
            "What was weighed already holds the active of the whole batch; no second lot is needed.", "lot_scanned"
        )
    room = made - sum((Fraction(one.mg) / Fraction(one.lot.packing_mg) for one in taken), Fraction(0))
    filler = Fraction(wanted.filler_packing_mg) * (room - rest / Fraction(lot.packing_mg))
    shown = rounded(rest, 3), rounded(filler, 3)
    _refuse_unless_equal(shown, _in_micrograms(wanted, factor, taken, lot))
    if shown[1] <= 0:
        raise RuleBroken("With this lot no room for filler is left in the capsules; choose another lot.", "lot_scanned")
    return Rest(*shown, _steps(wanted, factor, taken, lot, *shown))


def rest_of_filler(*, left_mg: Decimal, packing_mg: Decimal, next_packing_mg: Decimal) -> Rest:
    """How much of another lot of the filler takes the room that is left.

    Formula: rest = left x S_next / S. left_mg: still to be weighed of the first lot [mg].
    """
    exact = Fraction(left_mg) * Fraction(next_packing_mg) / Fraction(packing_mg)
    rest = rounded(exact, 3)
    if rest <= 0:
        raise RuleBroken("The filler is complete; no second lot is needed.", "lot_scanned")
    second = weighing_micrograms.quotient((left_mg, next_packing_mg), packing_mg)
    _refuse_unless_equal((rest,), (second,))
    step = Step(
        name="filler of the second lot",
        formula="left x S_next / S",
        inputs={
            "left": format_number(left_mg),
            "S_next": format_number(next_packing_mg),
            "S": format_number(packing_mg),
        },
        result=format(rest, "f"),
        unit="mg",
        rounding=HALF_EVEN.format(places=3),
        source=DEFAULT.packing_source,
    )
    return Rest(rest, rest, (step,))


def fill_per_capsule_mg(*, powder_mg: Decimal, capsules: int, overage: Decimal) -> Decimal:
    """What one capsule holds of all the powder, weighed and still to be weighed [mg].

    Formula: powder / (n x (1 + overage)), to the microgram.

    >>> fill_per_capsule_mg(powder_mg=Decimal("18419.288"), capsules=100, overage=Decimal("0.03"))
    Decimal('178.828')
    """
    return rounded(Fraction(powder_mg) / (capsules * (1 + Fraction(overage))), 3)


def _factor(lot: ActiveLot) -> Fraction:
    return weighing_fractions.lot_factor(
        assay=lot.assay, as_is=lot.assay_basis == AssayBasis.AS_IS, water=lot.water, solvents=lot.solvents
    )


def _in_micrograms(wanted: Wanted, factor: Decimal, taken: Sequence[Taken], lot: ActiveLot) -> tuple[Decimal, Decimal]:
    rest, filler = weighing_micrograms.second_lot(
        dose_mg=wanted.dose_mg,
        basis_factor=factor,
        capsules=wanted.capsules,
        overage=wanted.overage,
        taken=[(one.mg, _stated(one.lot), one.lot.packing_mg) for one in taken],
        lot=_stated(lot),
        packing_mg=lot.packing_mg,
        filler_packing_mg=wanted.filler_packing_mg,
    )
    return Decimal(rest).scaleb(-3), Decimal(filler).scaleb(-3)


def _stated(lot: ActiveLot) -> weighing_micrograms.Stated:
    as_is = lot.assay_basis == AssayBasis.AS_IS
    return weighing_micrograms.Stated(lot.assay, as_is, lot.water, lot.solvents)


def _refuse_unless_equal(first: tuple[Decimal, ...], second: tuple[Decimal, ...]) -> None:
    if first != second:
        raise RuleBroken(
            f"The two engines disagree: {', '.join(map(str, first))} and {', '.join(map(str, second))} mg. Do not"
            " weigh; report this defect."
        )


def _steps(
    wanted: Wanted, factor: Decimal, taken: Sequence[Taken], lot: ActiveLot, rest: Decimal, filler: Decimal
) -> tuple[Step, ...]:
    sums = " + ".join(f"{format_number(one.mg)} x {rounded(_factor(one.lot), 6)}" for one in taken) or "0"
    rooms = " + ".join(f"{format_number(one.mg)} / {format_number(one.lot.packing_mg)}" for one in taken) or "0"
    batch = {"n": str(wanted.capsules), "overage": format_number(wanted.overage)}
    return (
        Step(
            name="active of the second lot",
            formula="(dose x F x n x (1 + overage) - sum(x_i x P_i)) / P",
            inputs={
                "dose": format_number(wanted.dose_mg),
                "F": format_number(factor),
                **batch,
                "sum(x_i x P_i)": sums,
                "P": str(rounded(_factor(lot), 6)),
            },
            result=format(rest, "f"),
            unit="mg",
            rounding=HALF_EVEN.format(places=3),
            source="the dose, what was weighed of the first lot, and both certificates",
        ),
        Step(
            name="filler beside both lots",
            formula="S_filler x (n x (1 + overage) - sum(x_i / S_i) - rest / S)",
            inputs={
                "S_filler": format_number(wanted.filler_packing_mg),
                **batch,
                "sum(x_i / S_i)": rooms,
                "rest": format(rest, "f"),
                "S": format_number(lot.packing_mg),
            },
            result=format(filler, "f"),
            unit="mg",
            rounding=HALF_EVEN.format(places=3),
            source=DEFAULT.packing_source,
        ),
    )
