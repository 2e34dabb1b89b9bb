"""The blind comparison of a verification: what a pharmacist types from the source, against what was entered."""

from decimal import Decimal

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_strength, read_decimal, read_whole
from pharmacy.services import courses
from pharmacy.store.tables import Prescription


def refuse_unless_same(
    row: Prescription, strength_again: str, doses_again: tuple[str, ...], quantity_again: str
) -> None:
    """Refuses a strength, a dose of the plan or a quantity that was typed otherwise than it was entered.

    Raises: RuleBroken naming what differs.
    """
    planned = courses.is_planned(row)
    if planned:
        _compare_steps(row, doses_again)
    if row.strength_mg is not None:
        _compare_strength(row.strength_mg, strength_again)
    elif not planned:
        raise RuleBroken(f"Prescription {row.number} states no strength. Send it back to entry.")
    if read_whole(quantity_again, field="quantity_again") != row.quantity:
        raise RuleBroken(
            f"Quantity: you typed {quantity_again}, which is not what was entered. Compare both with the source.",
            field="quantity_again",
        )


def _compare_strength(strength_mg: Decimal, strength_again: str) -> None:
    strength = _typed_mg(strength_again, "strength_again")
    if strength != strength_mg:
        raise RuleBroken(
            f"Strength: you typed {format_strength(strength)}, which is not what was entered."
            " Compare both with the source.",
            field="strength_again",
        )


def _compare_steps(row: Prescription, doses_again: tuple[str, ...]) -> None:
    """The step is named and not its dose, so that nobody finds the dose by trying."""
    courses.bottles_of(row)  # a plan that cannot be packed is not signed
    steps = courses.steps_of(row)
    if len(doses_again) != len(steps):
        raise RuleBroken(f"{len(doses_again)} doses were typed; the plan that was entered has {len(steps)} steps.")
    for place, (step, dose_again) in enumerate(zip(steps, doses_again, strict=True), start=1):
        field = f"dose_again_{place}"
        if _typed_mg(dose_again, field) != step.dose_mg:
            raise RuleBroken(
                f"Step {place}: the dose that you typed is not what was entered. Compare both with the source.",
                field=field,
            )


def _typed_mg(text: str, field: str) -> Decimal:
    return read_decimal(text.strip().lower().removesuffix("mg"), field=field, places=3)
