"""The worksheet of a batch of capsules: what to weigh, and every line of arithmetic behind it.

Two engines written apart (`weighing_fractions`, `weighing_micrograms`) must find the same digits before a
worksheet is given. The names of an order are defined in `weighing_order` and are meant to be imported from
here.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from pharmacy.domain import trituration as triturations
from pharmacy.domain import weighing_fractions, weighing_micrograms
from pharmacy.domain.capsules import capsule, room_percent
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.trituration import Trituration
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing_fractions import Amounts, rounded
from pharmacy.domain.weighing_order import (
    DEFAULT,
    ActiveLot,
    AssayBasis,
    Balance,
    Basis,
    Dilution,
    FillerLot,
    Salt,
    WeighingPolicy,
    WorksheetOrder,
    from_document,
    refuse_unless_usable,
)
from pharmacy.domain.weighing_steps import Step, steps

__all__ = [
    "DEFAULT",
    "ActiveLot",
    "AssayBasis",
    "Balance",
    "Basis",
    "Dilution",
    "FillerLot",
    "Salt",
    "Step",
    "Tolerance",
    "WeighingPolicy",
    "Worksheet",
    "WorksheetOrder",
    "class_iii_minimum_mg",
    "from_document",
    "repeatability_minimum_mg",
    "within_tolerance",
    "worksheet",
]


@dataclass(frozen=True, slots=True)
class Worksheet:
    """What to weigh. *_mg in milligrams, *_percent in per cent.

    active_total_mg and filler_total_mg go into the capsules; with a trituration more of both is taken from
    the jars: active_from_lot_mg and filler_from_lot_mg. capsules_for_direct_weighing: the least batch without
    a trituration.
    """

    lot_factor: Decimal
    basis_factor: Decimal
    active_per_capsule_mg: Decimal
    active_total_mg: Decimal
    filler_per_capsule_mg: Decimal
    filler_total_mg: Decimal
    active_room_percent: Decimal
    filler_room_percent: Decimal
    fill_per_capsule_mg: Decimal
    shell_mg: Decimal
    minimum_mg: Decimal
    weighable: bool
    capsules_for_direct_weighing: int
    trituration: Trituration | None
    mixing_mg: tuple[Decimal, ...]
    steps: tuple[Step, ...]

    @property
    def active_from_lot_mg(self) -> Decimal:
        """Active to take from its lot: the batch's own, or what the trituration starts with [mg]."""
        return self.trituration.weigh_mg if self.trituration else self.active_total_mg

    @property
    def filler_from_lot_mg(self) -> Decimal:
        """Filler to take from its lot, the diluent of a trituration included [mg]."""
        if self.trituration is None:
            return self.filler_total_mg
        return self.trituration.diluent_mg + self.trituration.filler_to_add_mg

    def to_document(self) -> dict[str, object]:
        """The worksheet as JSON: amounts as decimal strings."""
        amounts = (
            *("lot_factor", "basis_factor", "active_per_capsule_mg", "active_total_mg"),
            *("filler_per_capsule_mg", "filler_total_mg", "active_from_lot_mg", "filler_from_lot_mg"),
            *("active_room_percent", "filler_room_percent", "fill_per_capsule_mg", "shell_mg", "minimum_mg"),
        )
        return {
            **{name: format(getattr(self, name), "f") for name in amounts},
            "weighable": self.weighable,
            "capsules_for_direct_weighing": self.capsules_for_direct_weighing,
            "trituration": self.trituration.to_document() if self.trituration else None,
            "mixing_mg": [format(portion, "f") for portion in self.mixing_mg],
            "steps": [step.to_document() for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Whether a weighing may stand. difference_percent: of the target, signed. low_mg, high_mg: allowed.

    signable: near enough that a pharmacist may accept it with a signature. most_percent: how near that is.
    """

    ok: bool
    signable: bool
    most_percent: Decimal
    difference_percent: Decimal
    low_mg: Decimal
    high_mg: Decimal


def worksheet(order: WorksheetOrder, policy: WeighingPolicy = DEFAULT) -> Worksheet:
    """Compute the worksheet with both engines, and give it only when they agree.

    Formulas: P = assay x (1 - water) x (1 - solvents); a = dose x F / P; A = a x n x (1 + overage);
    filler per capsule = S_filler x (1 - a / S_active). Each line of `steps` names its source.
    Raises: RuleBroken naming the field and the limit; also when the engines disagree, which is a defect.

    >>> order = WorksheetOrder(Decimal("4.5"), Basis.HYDROCHLORIDE, 100, Decimal("0.03"), "3",
    ...     ActiveLot(Decimal("0.994"), AssayBasis.ANHYDROUS, Decimal("0.087"), Decimal(150)),
    ...     FillerLot(Decimal(180)), Balance(Decimal(120)))
    >>> sheet = worksheet(order)
    >>> sheet.active_total_mg, sheet.filler_per_capsule_mg, sheet.weighable
    (Decimal('510.731'), Decimal('174.0497'), True)
    """
    refuse_unless_usable(order, policy)
    found = _exactly(order, policy)
    _refuse_unless_it_fits(order, found, policy)
    shown = _shown(found)
    _refuse_unless_equal(shown, _in_micrograms(order, policy))
    dose_back = _labelled_dose(order, found)
    minimum = Fraction(order.balance.minimum_mg)
    weighable = found.active_total_mg >= minimum
    plan = None if weighable else _planned(order, found, policy)
    one_more = found.active_per_capsule_mg * (1 + Fraction(order.overage))
    return Worksheet(
        **shown,
        basis_factor=_basis_factor(order, policy),
        active_room_percent=_room(found.active_per_capsule_mg, order.active_lot.packing_mg),
        filler_room_percent=_room(found.filler_per_capsule_mg, order.filler_lot.packing_mg),
        fill_per_capsule_mg=rounded(found.active_per_capsule_mg + found.filler_per_capsule_mg, 3),
        shell_mg=capsule(order.capsule_size).shell_mg,
        minimum_mg=order.balance.minimum_mg,
        weighable=weighable,
        capsules_for_direct_weighing=ceil(minimum / one_more),
        trituration=plan,
        mixing_mg=_mixing(shown["active_total_mg"], shown["filler_total_mg"], plan),
        steps=steps(order, found, plan, dose_back, policy),
    )


def within_tolerance(
    kind: Literal["active", "filler"],
    target_mg: Decimal,
    weighed_mg: Decimal,
    policy: WeighingPolicy = DEFAULT,
) -> Tolerance:
    """Whether what was weighed is near enough to the target; the limits themselves are allowed.

    Formula: 100 x (weighed - target) / target, within +-1 % (active) or +-2 % (filler); with a signature within
    +-5 % or +-10 %, policy.
    target_mg, weighed_mg: [mg]. Raises: RuleBroken when the target is not above 0 mg.

    >>> within_tolerance("active", Decimal("510.731"), Decimal("512.0")).difference_percent
    Decimal('0.25')
    """
    if target_mg <= 0:
        raise RuleBroken(
            f"A target of {format_number(target_mg)} mg cannot be weighed: it must be above 0 mg.",
            "target_mg",
        )
    percent, most = {
        "active": (policy.active_tolerance_percent, policy.active_deviation_percent),
        "filler": (policy.filler_tolerance_percent, policy.filler_deviation_percent),
    }[kind]
    margin = target_mg * percent / 100
    difference = Fraction(weighed_mg - target_mg) / Fraction(target_mg)
    return Tolerance(
        ok=abs(weighed_mg - target_mg) <= margin,
        signable=abs(difference) * 100 <= Fraction(most),
        most_percent=most,
        difference_percent=rounded(100 * difference, 2),
        low_mg=_inward(target_mg - margin, 1),
        high_mg=_inward(target_mg + margin, -1),
    )


def class_iii_minimum_mg(*, sensitivity_mg: Decimal = Decimal(6), error_percent: Decimal = Decimal(5)) -> Decimal:
    """The least that a class III prescription balance may weigh [mg].

    Formula: sensitivity requirement x 100 / accepted error. Source: aliquot method, as `trituration.plan`.

    >>> class_iii_minimum_mg()
    Decimal('120')
    """
    return sensitivity_mg * 100 / error_percent


def repeatability_minimum_mg(*, deviation_mg: Decimal, readability_mg: Decimal) -> Decimal:
    """The least that an electronic balance may weigh [mg].

    Formula: 2000 x s, at least 820 x d (s below 0.41 d counts as 0.41 d).
    deviation_mg: s, standard deviation of repeated weighings [mg]. readability_mg: d [mg].
    Source: USP <41>, as summarised by balance makers.

    >>> repeatability_minimum_mg(deviation_mg=Decimal("0.01"), readability_mg=Decimal("0.1"))
    Decimal('82.0')
    """
    return max(2000 * deviation_mg, 820 * readability_mg)


def _exactly(order: WorksheetOrder, policy: WeighingPolicy) -> Amounts:
    lot = order.active_lot
    return weighing_fractions.amounts(
        dose_mg=order.dose_mg,
        basis_factor=_basis_factor(order, policy),
        purity=weighing_fractions.lot_factor(
            assay=lot.assay,
            as_is=lot.assay_basis == AssayBasis.AS_IS,
            water=lot.water,
            solvents=lot.solvents,
            diluted=_diluted(order),
        ),
        capsules=order.capsules,
        overage=order.overage,
        active_packing_mg=lot.packing_mg,
        filler_packing_mg=order.filler_lot.packing_mg,
    )


def _in_micrograms(order: WorksheetOrder, policy: WeighingPolicy) -> dict[str, Decimal]:
    lot = order.active_lot
    try:
        return weighing_micrograms.whole_amounts(
            dose_mg=order.dose_mg,
            basis_factor=_basis_factor(order, policy),
            assay=lot.assay,
            as_is=lot.assay_basis == AssayBasis.AS_IS,
            water=lot.water,
            solvents=lot.solvents,
            capsules=order.capsules,
            overage=order.overage,
            active_packing_mg=lot.packing_mg,
            filler_packing_mg=order.filler_lot.packing_mg,
            diluted=_diluted(order),
        ).as_milligrams()
    except ValueError as problem:
        raise RuleBroken(f"The second engine cannot hold a figure of the order: {problem}.") from problem


def _diluted(order: WorksheetOrder) -> tuple[Decimal, Decimal] | None:
    dilution = order.active_lot.dilution
    return (dilution.active_mg, dilution.diluent_mg) if dilution else None


def _basis_factor(order: WorksheetOrder, policy: WeighingPolicy) -> Decimal:
    return policy.basis_factor if Basis(order.basis) is Basis.BASE else Decimal(1)


def _labelled_dose(order: WorksheetOrder, found: Amounts) -> Fraction:
    dose = weighing_fractions.labelled_dose(found, capsules=order.capsules, overage=order.overage)
    if dose != Fraction(order.dose_mg):
        raise RuleBroken(f"The reverse check gives {rounded(dose, 6)} mg, not the dose. Do not weigh.")
    return dose


def _room(amount_mg: Fraction, packing_mg: Decimal) -> Decimal:
    return rounded(room_percent(amount_mg=amount_mg, packing_mg=Fraction(packing_mg)), 2)


def _shown(found: Amounts) -> dict[str, Decimal]:
    return {
        "lot_factor": rounded(found.lot_factor, 6),
        "active_per_capsule_mg": rounded(found.active_per_capsule_mg, 6),
        "active_total_mg": rounded(found.active_total_mg, 3),
        "filler_per_capsule_mg": rounded(found.filler_per_capsule_mg, 4),
        "filler_total_mg": rounded(found.filler_total_mg, 3),
    }


def _refuse_unless_it_fits(order: WorksheetOrder, found: Amounts, policy: WeighingPolicy) -> None:
    if found.filler_per_capsule_mg < 0:
        powder = "the trituration" if order.active_lot.dilution else "active"
        raise RuleBroken(
            f"{rounded(found.active_per_capsule_mg, 3)} mg of {powder} is more than a size"
            f" {order.capsule_size} capsule"
            f" holds ({format_number(order.active_lot.packing_mg)} mg): the filler would be"
            f" {rounded(found.filler_per_capsule_mg, 3)} mg. Choose a larger capsule.",
            "dose_mg",
        )
    if order.dose_mg > policy.most_dose_mg:
        raise RuleBroken(
            f"A dose of {format_number(order.dose_mg)} mg is above the {format_number(policy.most_dose_mg)}"
            f" mg"
            f" that a worksheet is made for ({policy.dose_source}).",
            "dose_mg",
        )
    if found.filler_total_mg < Fraction(order.balance.minimum_mg) <= found.active_total_mg:
        raise RuleBroken(
            f"The batch's filler, {rounded(found.filler_total_mg, 3)} mg, is below the balance's minimum of"
            f" {format_number(order.balance.minimum_mg)} mg: make more capsules or choose a larger size.",
            "capsules",
        )


def _refuse_unless_equal(first: dict[str, Decimal], second: dict[str, Decimal]) -> None:
    for name, value in first.items():
        if value != second[name]:
            raise RuleBroken(
                f"The two engines disagree on {name}: {value:f} and {second[name]:f}. Do not weigh; report"
                f" this defect.",
                name,
            )


def _planned(order: WorksheetOrder, found: Amounts, policy: WeighingPolicy) -> Trituration:
    plan = triturations.plan(
        needed_mg=found.active_total_mg,
        filler_mg=found.filler_total_mg,
        minimum_mg=order.balance.minimum_mg,
        step_mg=policy.trituration_step_mg,
    )
    faults = weighing_micrograms.trituration_faults(
        needed_ug=_micrograms(rounded(found.active_total_mg, 3)),
        minimum_ug=_micrograms(order.balance.minimum_mg),
        filler_ug=_micrograms(rounded(found.filler_total_mg, 3)),
        step_ug=_micrograms(policy.trituration_step_mg),
        weigh_ug=_micrograms(plan.weigh_mg),
        diluent_ug=_micrograms(plan.diluent_mg),
        total_ug=_micrograms(plan.total_mg),
        aliquot_ug=_micrograms(plan.aliquot_mg),
        filler_to_add_ug=_micrograms(plan.filler_to_add_mg),
    )
    if faults:
        raise RuleBroken(f"The trituration does not check: {'; '.join(faults)}. Do not weigh; report this defect.")
    return plan


def _mixing(active_mg: Decimal, filler_mg: Decimal, plan: Trituration | None) -> tuple[Decimal, ...]:
    if plan is None:
        return triturations.geometric_portions(start_mg=active_mg, diluent_mg=filler_mg)
    return triturations.geometric_portions(start_mg=plan.aliquot_mg, diluent_mg=plan.filler_to_add_mg)


def _micrograms(mg: Decimal) -> int:
    return int(mg * 1000)


def _inward(limit_mg: Decimal, direction: int) -> Decimal:
    """A limit to the microgram, rounded so that no weight outside the tolerance is shown as allowed."""
    micrograms = Fraction(limit_mg) * 1000
    return Decimal(ceil(micrograms) if direction > 0 else -ceil(-micrograms)).scaleb(-3)
