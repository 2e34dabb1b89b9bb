"""`pharmacy titration`: a plan as it would be filled, without a database: bottles, capsules and a calendar."""

from datetime import date, datetime

import click

from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain import bottling, titration
from pharmacy.domain.dose import read_count
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.findings import Finding
from pharmacy.domain.prescription import Prescription, from_document
from pharmacy.domain.screening import screen
from pharmacy.domain.sig import read_directions
from pharmacy.domain.strength import read_strength
from pharmacy.domain.titration import Bottle, Step
from pharmacy.domain.units import format_number, read_date

# What is found of the patient, the prescriber or other medicines is no part of the plan.
_OF_THE_PLAN = frozenset({"titration", "dose", "strength", "directions", "quantity", "days-supply", "refills"})


@click.command("titration")
@click.argument("file")
@click.option("--first", help="The day of the first capsule, yyyy-mm-dd (default: the day of this computer).")
@click.option("--today", help="Screen as of this day, yyyy-mm-dd (default: the day of this computer).")
def plan(file: str, first: str | None, today: str | None) -> None:
    """Pack the titration plan of the prescription in FILE (JSON, or - for standard input) into bottles."""
    day = read_date(today, field="today") if today else datetime.now().astimezone().date()
    start = read_date(first, field="first") if first else day
    prescription = from_document(read_json(file))
    if not prescription.titration:
        raise InputUnusable("titration: the prescription has no plan.", "titration")
    steps, _ = titration.read_plan(prescription.titration)
    bottles, refused = _packed(prescription, steps)
    write_json(
        {
            "steps": [{"dose_mg": format_number(step.dose_mg), "days": step.days} for step in steps],
            "bottles": [_bottle(prescription, place, bottle) for place, bottle in enumerate(bottles, start=1)],
            "capsules": sum(bottle.capsules for bottle in bottles),
            "capsules_by_strength": {
                format_number(mg): capsules for mg, capsules in titration.capsules_by_strength(bottles).items()
            },
            "calendar": _calendar(bottles, start),
            "refused": refused,
            "findings": [finding.to_document() for finding in _findings(prescription, day)],
        }
    )


def _packed(prescription: Prescription, steps: tuple[Step, ...]) -> tuple[tuple[Bottle, ...], str | None]:
    """The bottles of the plan, and why they would not be filled as it stands."""
    refused = None
    try:
        bottling.pack(prescription)
    except RuleBroken as refusal:
        refused = refusal.message
    if len(steps) > bottling.MOST_BOTTLES:
        return (), refused
    try:
        return titration.bottles(steps, _days(prescription, steps), read_strength(prescription.strength).mg), refused
    except RuleBroken as refusal:
        return (), refused or refusal.message


def _days(prescription: Prescription, steps: tuple[Step, ...]) -> int:
    """How long the bottles last [days]: as the plan says, where its last step has an end."""
    lengths = [step.days for step in steps if step.days is not None]
    if steps and len(lengths) == len(steps):
        return sum(lengths)
    return read_count(prescription.days_supply, field="days_supply")


def _bottle(prescription: Prescription, place: int, bottle: Bottle) -> dict[str, object]:
    try:
        directions = bottling.directions_for(bottle, read_directions(prescription.directions))
    except RuleBroken:  # told in `refused`
        directions = ""
    return {
        "bottle": place,
        "strength_mg": format_number(bottle.strength_mg),
        "capsules": bottle.capsules,
        "capsules_a_day": bottle.capsules_a_day,
        "first_day": bottle.first_day,
        "last_day": bottle.last_day,
        "directions": directions,
    }


def _calendar(bottles: tuple[Bottle, ...], first: date) -> list[dict[str, object]]:
    return [
        {
            "date": day.date,
            "day": day.number,
            "dose_mg": format_number(day.dose_mg),
            "capsules": day.capsules,
            "bottle": day.bottle,
        }
        for day in titration.calendar(bottles, first)
    ]


def _findings(prescription: Prescription, today: date) -> tuple[Finding, ...]:
    found = screen(prescription, today=today).findings
    return tuple(finding for finding in found if finding.rule.partition(".")[0] in _OF_THE_PLAN)
