"""How pages write numbers, days and moments; each template uses these and calculates nothing."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Flask
from flask_login import current_user

from pharmacy.domain.units import format_number, format_strength
from pharmacy.domain.workflow import open_steps
from pharmacy.web import access


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        strength=lambda mg: format_strength(mg) if mg is not None else "",
        number=lambda value: format_number(Decimal(value)) if value is not None else "",
        measure=lambda value: format(value, "f") if value is not None else "",
        percent=lambda fraction: f"{format_number(fraction * 100)} %" if fraction is not None else "",
        money=lambda dollars: f"${dollars:.2f}" if dollars is not None else "",
        day=day,
        weekday=lambda value: f"{value:%a} {value.day} {value:%b}",
        moment=moment,
        age=age,
        due=due,
    )
    app.context_processor(
        lambda: {
            "open_steps": open_steps,
            "pharmacy_role": current_user.actor.role if current_user.is_authenticated else None,
            "demonstration": access.settings().demo,
        }
    )


def day(value: date | None) -> str:
    """A calendar day: 24 Nov 2026."""
    return f"{value.day} {value:%b %Y}" if value else ""


def moment(value: datetime | None) -> str:
    """A moment on the pharmacy's clock: 24 Nov 2026 15:04."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(access.settings().timezone))
    return f"{local.day} {local:%b %Y %H:%M}"


def age(value: datetime | None) -> str:
    """How long ago, in one unit: "12 min", "3 h", "2 days"."""
    return _span(access.now() - value) if value else ""


def due(value: datetime | None) -> str:
    """When something is due, in words: "due in 3 h", "2 days late"."""
    if value is None:
        return ""
    left = value - access.now()
    return f"due in {_span(left)}" if left >= timedelta(0) else f"{_span(-left)} late"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
