"""What the pages say that go to the patient with a fill: the calendar of a plan, the leaflet, the receipt."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from labels.content import CourseCalendar, Leaflet, Receipt
from pharmacy.domain import pricing, titration
from pharmacy.domain.titration import Bottle
from pharmacy.domain.units import format_strength
from pharmacy.services import courses, patient_words, prices
from pharmacy.services.label_texts import active_of, capsules, day, drug_name, inactive_of, pharmacy_of
from pharmacy.services.patient_fills import dollars, fill_of, marked, patient_of
from pharmacy.store.tables import Fill, LabelKind

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def compose_calendar(session: Session, fill_id: int, *, first: date | None = None) -> CourseCalendar:
    """What the calendar of a titration plan says. first: its first day; None for the day it was filled.

    Raises: RuleBroken.
    """
    fill, pharmacy = fill_of(session, fill_id, LabelKind.CALENDAR), pharmacy_of(session)
    packed, begins = courses.packed(session, fill), first or fill.filled_on
    label = CourseCalendar(
        pharmacy_name=pharmacy.name,
        pharmacy_address=pharmacy.address,
        pharmacy_phone=pharmacy.phone,
        title=f"Your calendar from {day(begins)}",
        patient=patient_of(fill).name,
        medicine=f"{active_of(fill.allocations[-1].batch)} capsules",
        number=fill.prescription.number,
        total=", ".join(
            f"{capsules(number)} of {format_strength(strength)}"
            for strength, number in titration.capsules_by_strength(packed).items()
        ),
        notice=patient_words.CALENDAR_NOTICE.format(phone=pharmacy.phone),
        bottles=tuple(
            (_heading(fill, packed, place), str(bottle.first_day)) for place, bottle in enumerate(packed, start=1)
        ),
        days=tuple(
            (str(one.number), _on(one.date), f"{capsules(one.capsules)} of {format_strength(_strength(packed, one))}")
            for one in titration.calendar(packed, begins)
        ),
    )
    return marked(session, label, LabelKind.CALENDAR, fill, pharmacy)


def compose_leaflet(session: Session, fill_id: int) -> Leaflet:
    """What the leaflet of a fill says.

    Raises: RuleBroken.
    """
    fill, pharmacy = fill_of(session, fill_id, LabelKind.LEAFLET), pharmacy_of(session)
    batch = fill.allocations[-1].batch
    said = {
        "strength": format_strength(batch.formula.strength_mg),
        "directions": _sentence(courses.directions_of(fill)),
        "inactive": inactive_of(batch),
        "storage": _sentence(batch.formula.storage),
        "use_by": day(batch.beyond_use_date),
        "pharmacy": pharmacy.name,
        "phone": pharmacy.phone,
    }
    label = Leaflet(
        pharmacy_name=pharmacy.name,
        pharmacy_address=pharmacy.address,
        pharmacy_phone=pharmacy.phone,
        issued=day(fill.filled_on),
        patient=patient_of(fill).name,
        drug=drug_name(batch),
        sections=tuple(tuple(text.format_map(said) for text in section) for section in patient_words.LEAFLET),
        number=fill.number,
    )
    return marked(session, label, LabelKind.LEAFLET, fill, pharmacy)


def compose_receipt(session: Session, fill_id: int, *, paid_on: date | None = None) -> Receipt:
    """What the receipt of a fill says. paid_on: None where the date is to be written in by hand.

    Raises: RuleBroken.
    """
    fill, pharmacy = fill_of(session, fill_id, LabelKind.RECEIPT), pharmacy_of(session)
    rx = fill.prescription
    assert rx.prescriber is not None and fill.price is not None  # noqa: S101, PT018 - with capsules it has both
    label = Receipt(
        pharmacy_name=pharmacy.name,
        pharmacy_address=pharmacy.address,
        pharmacy_phone=pharmacy.phone,
        title=patient_words.RECEIPT,
        patient=patient_of(fill).name,
        prescriber=rx.prescriber.name,
        number=fill.number,
        medicine=f"{active_of(fill.allocations[-1].batch)} capsules",
        contents=prices.contents(fill),
        date_filled=day(fill.filled_on),
        lines=tuple((line["name"], dollars(Decimal(line["amount"]))) for line in fill.price_lines or ()),
        total=dollars(fill.price),
        paid=day(paid_on) if paid_on else "",
        price_title=patient_words.PRICE_TITLE,
        price_head=(patient_words.PRICE_OF, *(capsules(number) for number in prices.LISTED)),
        prices=tuple(
            (format_strength(strength), *map(dollars, totals)) for strength, totals in prices.price_list(session)
        ),
        price_note=patient_words.PRICE_NOTE.format(since=day(pricing.DEFAULT.effective)),
    )
    return marked(session, label, LabelKind.RECEIPT, fill, pharmacy)


def _sentence(text: str) -> str:
    """With a full stop where there is none."""
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def _heading(fill: Fill, packed: tuple[Bottle, ...], place: int) -> str:
    bottle = packed[place - 1]
    held = f"{capsules(bottle.capsules)} of {format_strength(bottle.strength_mg)}"
    return f"Bottle {place} of {len(packed)}: {held}. {courses.directions_on(fill.prescription, packed, place)}"


def _strength(packed: tuple[Bottle, ...], one: titration.Day) -> Decimal:
    return packed[one.bottle - 1].strength_mg


def _on(value: date) -> str:
    """A day of the calendar with its weekday and without its year.

    >>> _on(date(2026, 12, 1))
    'Tue 1 Dec'
    """
    return f"{WEEKDAYS[value.weekday()]} {day(value).rpartition(' ')[0]}"
