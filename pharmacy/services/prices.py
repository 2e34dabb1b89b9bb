"""What a fill costs, and the pharmacist-in-charge's word where a month of it costs more or less than usual.

The word counts for the same capsules at the same price from then on: 90 capsules of 4.5 mg are accepted once, not
every quarter of every patient.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.pricing import Price, course_price, priced_with_the_first
from pharmacy.domain.roles import Role
from pharmacy.domain.units import format_strength
from pharmacy.domain.workflow import FormulaState
from pharmacy.services import courses
from pharmacy.services.acting import Actor, get_to_change, record
from pharmacy.store.tables import Fill, Formula, PriceAcceptance

LEAST_REASON = 10
LISTED = (30, 90)  # capsules, on the price list


def quote(fill: Fill) -> Price:
    """The price of a fill, every line of it; the first bottle of a course carries the price of all."""
    if fill.bottle > 1:
        return priced_with_the_first(fill.bottle)
    return course_price(tuple(_bottles(fill)), days=_days(fill))


def waits_for(session: Session, fill: Fill) -> str:
    """Why the price of a fill still needs the pharmacist-in-charge; "" when it does not."""
    if fill.price is None or fill.bottle > 1:
        return ""
    priced = quote(fill)
    if not priced.needs_approval or accepted(session, fill):
        return ""
    return f"{contents(fill)}, ${fill.price}: {' '.join(priced.reasons)}"


def accepted(session: Session, fill: Fill) -> Sequence[PriceAcceptance]:
    """The acceptances of these capsules at this price."""
    same = (PriceAcceptance.total == fill.price, PriceAcceptance.contents == contents(fill))
    return session.scalars(select(PriceAcceptance).where(*same).order_by(PriceAcceptance.id)).all()


def accept(session: Session, fill_id: int, *, reason: str, actor: Actor, now: datetime) -> PriceAcceptance:
    """The pharmacist-in-charge accepts the price of a fill, and of every other of the same capsules and price.

    Raises: RuleBroken naming the field.
    """
    fill = get_to_change(session, Fill, fill_id, "fill")
    if actor.role is not Role.PHARMACIST_IN_CHARGE:
        raise RuleBroken("Only the pharmacist-in-charge accepts a price outside the usual.")
    if not waits_for(session, fill):
        raise RuleBroken(f"The price of fill {fill.number} waits for nobody.")
    if len(reason.strip()) < LEAST_REASON:
        raise RuleBroken(f"Reason: at least {LEAST_REASON} letters; it is kept with your name.", field="reason")
    row = PriceAcceptance(contents=contents(fill), total=fill.price, reason=reason.strip(), person_id=actor.id, at=now)
    session.add(row)
    session.flush()
    record(
        session,
        Event.PRICE_ACCEPTED,
        actor=actor,
        now=now,
        subject="fill",
        subject_id=fill.id,
        contents=row.contents,
        total=row.total,
        reason=row.reason,
    )
    return row


def refuse_unaccepted(session: Session, fill: Fill) -> None:
    """Refuses to hand out what the pharmacist-in-charge has to accept the price of.

    Raises: RuleBroken.
    """
    waits = waits_for(session, fill)
    if waits:
        raise RuleBroken(f"{waits} It is accepted on the page of this fill, once for all fills like it.")


def price_list(session: Session) -> tuple[tuple[Decimal, tuple[Decimal, ...]], ...]:
    """Each strength [mg] of an approved formula with the price of one container of each of LISTED capsules."""
    approved = select(Formula.strength_mg).where(Formula.state == FormulaState.APPROVED).distinct()
    strengths = sorted(session.scalars(approved))
    return tuple(
        (strength_mg, tuple(course_price(((strength_mg, number),)).total for number in LISTED))
        for strength_mg in strengths
    )


def _bottles(fill: Fill) -> list[tuple[Decimal, int]]:
    """Strength [mg] and capsules of every bottle that the price is for."""
    if fill.bottles > 1:
        return [(bottle.strength_mg, bottle.capsules) for bottle in courses.bottles_of(fill.prescription)]
    assert fill.strength_mg is not None  # noqa: S101 - whatever has capsules has a strength
    return [(fill.strength_mg, fill.quantity)]


def _days(fill: Fill) -> int:
    """How long what the price is for lasts [days]."""
    return courses.bottles_of(fill.prescription)[-1].last_day if fill.bottles > 1 else fill.days_supply


def contents(fill: Fill) -> str:
    """What a price is for: "30 × 4.5 mg for 30 days", of a course every bottle."""
    capsules = ", ".join(f"{number} × {format_strength(strength_mg)}" for strength_mg, number in _bottles(fill))
    return f"{capsules} for {_days(fill)} days"
