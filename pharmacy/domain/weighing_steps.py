"""The worksheet's arithmetic, line by line: formula, inputs, result, rounding and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pharmacy.domain.trituration import ALIQUOT_METHOD, Trituration
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing_fractions import Amounts, rounded
from pharmacy.domain.weighing_order import AssayBasis, Basis, Dilution, WeighingPolicy, WorksheetOrder

HALF_EVEN = "carried on exactly; shown to {places} digits, half to even"
EXACT = "none"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of arithmetic. inputs: symbol -> value as written. result is in `unit`, "" for a plain
    number.
    """

    name: str
    formula: str
    inputs: Mapping[str, str]
    result: str
    unit: str
    rounding: str
    source: str

    def to_document(self) -> dict[str, object]:
        """The line as JSON."""
        return {
            "name": self.name,
            "formula": self.formula,
            "inputs": dict(self.inputs),
            "result": self.result,
            "unit": self.unit,
            "rounding": self.rounding,
            "source": self.source,
        }


def steps(
    order: WorksheetOrder,
    found: Amounts,
    trituration: Trituration | None,
    dose_back_mg: Fraction,
    policy: WeighingPolicy,
) -> tuple[Step, ...]:
    """Every line of the worksheet, in the order in which a person would check it."""
    return (
        _lot_factor(order, found, policy),
        *_mixed_packing(order),
        _basis_factor(order, found, policy),
        *_active(order, found),
        *_filler(order, found, policy),
        _minimum(order, found),
        *(() if trituration is None else _trituration(trituration, order, found)),
        _reverse(order, found, dose_back_mg),
    )


def _minimum(order: WorksheetOrder, found: Amounts) -> Step:
    weighable = found.active_total_mg >= Fraction(order.balance.minimum_mg)
    return Step(
        name="minimum weight",
        formula="A >= minimum",
        inputs={"A": _mg(found.active_total_mg, 3), "minimum": _plain(order.balance.minimum_mg)},
        result="weigh directly" if weighable else "plan a trituration",
        unit="",
        rounding=EXACT,
        source="minimum weighable quantity of the balance",
    )


def _reverse(order: WorksheetOrder, found: Amounts, dose_back_mg: Fraction) -> Step:
    return Step(
        name="reverse check",
        formula="A x P / F / (n x (1 + overage))",
        inputs={
            "A": _mg(found.active_total_mg, 3),
            "P": _mg(found.lot_factor, 6),
            "F": _plain(rounded(found.basis_factor, 6)),
            "n": str(order.capsules),
            "overage": _plain(order.overage),
        },
        result=_plain(rounded(dose_back_mg, 6)),
        unit="mg",
        rounding="none: computed from the unrounded amounts, it gives the labelled dose exactly",
        source="the dose on the order",
    )


def _lot_factor(order: WorksheetOrder, found: Amounts, policy: WeighingPolicy) -> Step:
    lot = order.active_lot
    as_is = lot.assay_basis == AssayBasis.AS_IS
    inputs = {"assay": _plain(lot.assay)}
    if not as_is:
        inputs |= {"water": _plain(lot.water), "solvents": _plain(lot.solvents)}
    basis = "as is: water and solvents are already counted" if as_is else "on the anhydrous, solvent-free basis"
    formula = "assay" if as_is else "assay x (1 - water) x (1 - solvents)"
    source = f"certificate of analysis, assay {basis}; limits of {policy.assay_source}"
    if lot.dilution is not None:
        inputs |= _weighed(lot.dilution)
        formula += " x W / (W + D)"
        source = f"trituration of W mg of active and D mg of diluent, as weighed; of its active, {source}"
    return Step(
        name="lot factor P",
        formula=formula,
        inputs=inputs,
        result=_mg(found.lot_factor, 6),
        unit="",
        rounding=HALF_EVEN.format(places=6),
        source=source,
    )


def _weighed(dilution: Dilution) -> dict[str, str]:
    return {"W": _plain(dilution.active_mg), "D": _plain(dilution.diluent_mg)}


def _mixed_packing(order: WorksheetOrder) -> tuple[Step, ...]:
    """Where a trituration's own packing statistic comes from; nothing for powder that was bought."""
    lot = order.active_lot
    if lot.dilution is None:
        return ()
    inputs, formula, source = {}, "as measured", "packing statistic of the trituration, measured for itself"
    if lot.dilution.packings_mg is not None:
        alone = zip(("S_active alone", "S_diluent"), map(_plain, lot.dilution.packings_mg), strict=True)
        inputs = _weighed(lot.dilution) | dict(alone)
        formula = "(W + D) / (W / S_active alone + D / S_diluent)"
        source = "computed, as nobody measured the trituration: its parts take the room that each fills alone"
    return (
        Step(
            name="packing statistic of the trituration S_active",
            formula=formula,
            inputs=inputs,
            result=_plain(lot.packing_mg),
            unit="mg",
            rounding="to 3 digits, half to even; it moves the filler, never the dose",
            source=source,
        ),
    )


def _basis_factor(order: WorksheetOrder, found: Amounts, policy: WeighingPolicy) -> Step:
    base = order.basis == Basis.BASE
    return Step(
        name="basis factor F",
        formula="hydrochloride / base" if base else "1",
        inputs={"dose means": f"naltrexone {'base' if base else 'hydrochloride'}"},
        result=_plain(rounded(found.basis_factor, 6)),
        unit="",
        rounding=EXACT,
        source=policy.basis_source if base else "the dose is stated as the salt that is weighed",
    )


def _active(order: WorksheetOrder, found: Amounts) -> tuple[Step, Step]:
    powder = "trituration" if order.active_lot.dilution else "active"
    return (
        Step(
            name=f"{powder} per capsule a",
            formula="dose x F / P",
            inputs={
                "dose": _plain(order.dose_mg),
                "F": _plain(rounded(found.basis_factor, 6)),
                "P": _mg(found.lot_factor, 6),
            },
            result=_mg(found.active_per_capsule_mg, 6),
            unit="mg",
            rounding=HALF_EVEN.format(places=6),
            source="dose corrected for the lot's purity",
        ),
        Step(
            name=f"{powder} for the batch A",
            formula="a x n x (1 + overage)",
            inputs={
                "a": _mg(found.active_per_capsule_mg, 6),
                "n": str(order.capsules),
                "overage": _plain(order.overage),
            },
            result=_mg(found.active_total_mg, 3),
            unit="mg",
            rounding=HALF_EVEN.format(places=3),
            source="master formulation record (overage)",
        ),
    )


def _filler(order: WorksheetOrder, found: Amounts, policy: WeighingPolicy) -> tuple[Step, Step]:
    return (
        Step(
            name="filler per capsule f",
            formula="S_filler x (1 - a / S_active)",
            inputs={
                "S_filler": _plain(order.filler_lot.packing_mg),
                "a": _mg(found.active_per_capsule_mg, 6),
                "S_active": _plain(order.active_lot.packing_mg),
            },
            result=_mg(found.filler_per_capsule_mg, 4),
            unit="mg",
            rounding=HALF_EVEN.format(places=4),
            source=policy.packing_source,
        ),
        Step(
            name="filler for the batch",
            formula="f x n x (1 + overage)",
            inputs={
                "f": _mg(found.filler_per_capsule_mg, 4),
                "n": str(order.capsules),
                "overage": _plain(order.overage),
            },
            result=_mg(found.filler_total_mg, 3),
            unit="mg",
            rounding=HALF_EVEN.format(places=3),
            source="master formulation record (overage)",
        ),
    )


def _trituration(plan: Trituration, order: WorksheetOrder, found: Amounts) -> tuple[Step, ...]:
    minimum = {"minimum": _plain(order.balance.minimum_mg)}
    needed = {"A": _mg(found.active_total_mg, 3)}
    mixture = {"W": _plain(plan.weigh_mg), "T": _plain(plan.total_mg)}
    aliquot = {"Q": _plain(plan.aliquot_mg)}
    held = Fraction(plan.aliquot_mg) * Fraction(plan.weigh_mg) / Fraction(plan.total_mg)
    return (
        _aliquot_step("trituration: active W", "least step >= minimum", minimum, plan.weigh_mg),
        _aliquot_step(
            "trituration: total T",
            "least step with A x T / W >= minimum and T - W >= minimum"
            if plan.filler_to_add_mg
            else "W x (A + filler) / A: the trituration alone fills the capsules",
            {**needed, "W": mixture["W"], **minimum, "filler": _mg(found.filler_total_mg, 3)},
            plan.total_mg,
        ),
        _aliquot_step("trituration: diluent", "T - W", mixture, plan.diluent_mg),
        _aliquot_step("trituration: aliquot Q", "A x T / W", {**needed, **mixture}, plan.aliquot_mg),
        _aliquot_step(
            "filler to add to the aliquot",
            "filler - (Q - A)",
            {"filler": _mg(found.filler_total_mg, 3), **aliquot, **needed},
            plan.filler_to_add_mg,
        ),
        _aliquot_step("trituration, reverse check", "Q x W / T", {**aliquot, **mixture}, rounded(held, 3)),
    )


def _aliquot_step(name: str, formula: str, inputs: Mapping[str, str], result: Decimal) -> Step:
    return Step(
        name=name,
        formula=formula,
        inputs=inputs,
        result=format(result, "f"),
        unit="mg",
        rounding=HALF_EVEN.format(places=3),
        source=ALIQUOT_METHOD,
    )


def _mg(value: Fraction, places: int) -> str:
    return format(rounded(value, places), "f")


def _plain(value: Decimal) -> str:
    return format_number(value)
