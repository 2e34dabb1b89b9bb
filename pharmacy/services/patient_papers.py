"""The papers that may go to the patient with a fill: which there are, why one is not to be had, which were made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import read_date
from pharmacy.services.patient_fills import refuse_out_of_place, refuse_unless_theirs
from pharmacy.services.printing import stocks_of
from pharmacy.store import lists
from pharmacy.store.tables import Fill, LabelKind


@dataclass(frozen=True, slots=True)
class Named:
    """How a page speaks of a kind. asks: the day that whoever prints it gives, "first" or "paid_on"; day: in words."""

    called: str
    about: str
    asks: str = ""
    day: str = ""


NAMES = {
    LabelKind.AUXILIARY: Named("Auxiliary strip", "Warnings for the outside of the container."),
    LabelKind.CALENDAR: Named(
        "Calendar", "Each day of the titration plan, with a box to tick.", asks="first", day="First day"
    ),
    LabelKind.CARD: Named("Wallet card", "Whom to call before an opioid is given. Front and back."),
    LabelKind.LEAFLET: Named("Leaflet", "How to take and keep it, what to stay away from, when to call."),
    LabelKind.BAG: Named("Bag label", "Names no medicine. Takes in what else waits for the same patient."),
    LabelKind.RECEIPT: Named(
        "Receipt",
        "Every line of the price, and the price list. Without a date, there is a line to write it on.",
        asks="paid_on",
        day="Paid on",
    ),
}
"""In the order in which the page lists them."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper on the page of a fill. stocks: (name, words), the usual one first; why_not: "" when it can be made."""

    kind: str
    named: Named
    stocks: tuple[tuple[str, str], ...]
    why_not: str
    made: tuple[Any, ...]


def offers(session: Session, fill: Fill, made: Sequence[Any] | None = None) -> tuple[Offer, ...]:
    """Every paper that a fill has, a calendar only where it is of a plan.

    made: the labels of the fill where they were read already.
    """
    none = why_none(session, fill)
    rows = lists.labels_of(session, fill_id=fill.id) if made is None else made
    return tuple(
        Offer(
            kind.value,
            named,
            stocks_of(kind),
            none or _said(partial(refuse_out_of_place, fill, kind)),
            tuple(row for row in rows if row.kind is kind),
        )
        for kind, named in NAMES.items()
        if kind is not LabelKind.CALENDAR or fill.bottles > 1
    )


def given(kind: LabelKind, day: str, *, today: date) -> dict[str, object]:
    """What whoever prints a paper gives by name. day: as it was typed, "" when none is known.

    Raises: RuleBroken when it is no date, or in the future where it should be past.
    """
    named = NAMES[kind]
    if not named.asks or not day:
        return {}
    value = read_date(day, field="day")
    if named.asks == "paid_on" and value > today:
        raise RuleBroken(f"{named.day}: {value.isoformat()} is in the future.", field="day")
    return {named.asks: value}


def called(kind: LabelKind) -> str:
    """What a page calls a label of this kind.

    >>> called(LabelKind.BAG), called(LabelKind.VIAL), called(LabelKind.COVER)
    ('Bag label', 'Label', 'Cover of the paper record')
    """
    if kind is LabelKind.COVER:
        return "Cover of the paper record"
    return NAMES[kind].called if kind in NAMES else "Label"


def why_none(session: Session, fill: Fill) -> str:
    """Why no paper of a fill can be made; "" when some can."""
    return _said(partial(refuse_unless_theirs, session, fill))


def _said(refuse: Callable[[], None]) -> str:
    try:
        refuse()
    except RuleBroken as refusal:
        return refusal.message
    return ""
