"""The calendar sheet of a titration plan, to print and lay beside the bottles."""

from datetime import date

from flask import render_template

from pharmacy.domain.prescription import from_document
from pharmacy.domain.titration import calendar, capsules_by_strength
from pharmacy.services import courses
from pharmacy.services.acting import get
from pharmacy.store.tables import Pharmacy, Prescription
from pharmacy.web.access import reading


def calendar_page(prescription_id: int, first: date, refusal: str = "") -> str:
    """Each day of the plan from this first day, under the bottle that it is taken from.

    Raises: RuleBroken when the calendar ends first.
    """
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        bottles = courses.bottles_of(row)
        days = calendar(bottles, first)
        return render_template(
            "prescriptions/calendar.html",
            row=row,
            held=from_document(row.document),
            pharmacy=session.get_one(Pharmacy, 1),
            first=first,
            refusal=refusal,
            parts=[
                (
                    place,
                    bottle,
                    courses.directions_on(row, bottles, place),
                    [day for day in days if day.bottle == place],
                )
                for place, bottle in enumerate(bottles, start=1)
            ],
            totals=capsules_by_strength(bottles),
        )
