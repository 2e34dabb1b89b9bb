"""What the calendar of a titration plan says."""

from dataclasses import dataclass

from labels.content.words import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCalendar(Label):
    """Each day of a plan with what is taken on it and a box to tick.

    bottles: for each its (heading, number of its first day). days: for each its (number, date, what to take). notice:
    what to do when a day was missed. total: capsules of each strength. number: of the prescription.
    """

    pharmacy_name: str
    pharmacy_address: str
    pharmacy_phone: str
    title: str
    patient: str
    medicine: str
    number: str
    total: str
    notice: str
    bottles: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str, str], ...]
    mark: str = ""


_WEEKDAYS = ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon")
_TAKEN = ((1, 7, "1.5 mg"), (8, 14, "3 mg"), (15, 30, "4.5 mg"))
CALENDAR_EXAMPLE = CourseCalendar(
    pharmacy_name="Harbor Compounding Pharmacy",
    pharmacy_address="120 Harbor Street, Portland, OR 97205",
    pharmacy_phone="(503) 555-0142",
    title="Your calendar from 1 Dec 2026",
    patient="Rosa Delgado",
    medicine="naltrexone hydrochloride capsules",
    number="7000017",
    total="7 capsules of 1.5 mg, 7 capsules of 3 mg, 16 capsules of 4.5 mg",
    notice=(
        "Go on to the next bottle only on its day. If you miss a day, or feel unwell, call (503) 555-0142 before you go"
        " on."
    ),
    bottles=tuple(
        (
            f"Bottle {place} of 3: {last - first + 1} capsules of {dose}. Take 1 capsule at bedtime on days {first} to"
            f" {last}",
            str(first),
        )
        for place, (first, last, dose) in enumerate(_TAKEN, start=1)
    ),
    days=tuple(
        (str(day), f"{_WEEKDAYS[(day - 1) % 7]} {day} Dec", f"1 capsule of {dose}")
        for first, last, dose in _TAKEN
        for day in range(first, last + 1)
    ),
    mark="DEMONSTRATION",
)
