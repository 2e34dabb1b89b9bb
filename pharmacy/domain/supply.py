"""How much is to be filled: quantity, days' supply, plan and refills, each read and compared with the directions."""

from collections.abc import Iterable

from pharmacy.domain import bottling, dose, titration
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.findings import Finding
from pharmacy.domain.prescription import Prescription
from pharmacy.domain.rules import found
from pharmacy.domain.sig import Directions
from pharmacy.domain.strength import read_strength
from pharmacy.domain.titration import Step
from pharmacy.domain.units import clip, format_strength

_DAYS_OF_A_MONTH = 31  # the longest, so that a refill is only called useless when it surely is


def review_supply(
    prescription: Prescription, directions: Directions, steps: tuple[Step, ...], policy: DosePolicy
) -> Iterable[Finding]:
    """What is missing or disagrees. steps: of the titration plan, none without one."""
    quantity = days = None
    if not prescription.quantity.strip():
        yield found("quantity.missing", "The quantity is missing.")
    else:
        quantity, problem = dose.quantity_of(prescription.quantity, "quantity", "quantity")
        yield from _one(problem)
    if not prescription.days_supply.strip():
        message = "The days' supply is missing; enter it after comparing quantity and directions."
        yield found("days-supply.missing", message)
    else:
        days, problem = dose.quantity_of(prescription.days_supply, "days_supply", "days' supply")
        yield from _one(problem)
    if quantity is not None and days is not None and directions.phases:
        yield from _one(dose.agreement(quantity, days, directions.phases))
    elif quantity is not None and days is not None and steps:
        yield from _plan_quantity(steps, quantity, days, prescription.strength)
    yield from _plan_length(steps, days)
    yield from _refills(prescription.refills, days, policy, steps)


def _plan_length(steps: tuple[Step, ...], days: int | None) -> Iterable[Finding]:
    lengths = [step.days for step in steps]
    total = sum(length or 0 for length in lengths)
    if not steps or days is None:
        return
    if (None in lengths and total >= days) or (None not in lengths and total != days):
        more = " and more" if None in lengths else ""
        message = f"The titration plan lasts {total} days{more}; the days' supply is {days}."
        yield found("titration.days", message)


def _plan_quantity(steps: tuple[Step, ...], quantity: int, days: int, strength: str) -> Iterable[Finding]:
    """The capsules of the plan where the directions do not tell how many there must be."""
    try:
        held = sum(bottle.capsules for bottle in titration.bottles(steps, days, read_strength(strength).mg))
    except RuleBroken:
        return  # the plan is too long, or has doses that the capsules do not make: rules of their own say so
    if held != quantity:
        message = f"The quantity of {quantity} is off: the bottles of the titration plan hold {held} capsules."
        yield found("quantity.quantity-off", message)


def _refills(text: str, days: int | None, policy: DosePolicy, steps: tuple[Step, ...]) -> Iterable[Finding]:
    if not text.strip():
        yield found("refills.missing", "Refills are not stated; none are given.")
        return
    try:
        refills = dose.read_count(text, field="refills", least=0, most=99)
    except InputUnusable:
        message = f"The refills {clip(text)} are not a whole number from 0 to 99; none are given until it is clear."
        yield found("refills.unreadable", message)
        return
    if refills and bottling.starts_over(steps):
        message = (
            f"A refill of the titration plan would start over at {format_strength(steps[0].dose_mg)}: none of the"
            f" {refills} refills is filled. Ask for a new prescription at the dose that was reached,"
            f" {format_strength(steps[-1].dose_mg)}."
        )
        yield found("titration.refills", message)
    if days is not None and refills * days > policy.valid_months * _DAYS_OF_A_MONTH:
        message = (
            f"{refills} refills of {days} days reach beyond the {policy.valid_months} months the prescription is"
            " valid; the last ones cannot be filled."
        )
        yield found("refills.beyond", message)


def _one(finding: Finding | None) -> tuple[Finding, ...]:
    return () if finding is None else (finding,)
