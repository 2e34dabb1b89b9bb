"""How long a prescription may be filled, and when the next fill is not too soon."""

import calendar
from datetime import date, timedelta

from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.errors import RuleBroken


def expires(written: date, policy: DosePolicy = DosePolicy()) -> date:  # noqa: B008 - frozen
    """The last day on which a prescription written on this day may be filled: the same day so many months
    later.

    >>> expires(date(2025, 1, 2)), expires(date(2024, 2, 29))
    (datetime.date(2026, 1, 2), datetime.date(2025, 2, 28))
    """
    month = written.month - 1 + policy.valid_months
    year, month = written.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(written.day, calendar.monthrange(year, month)[1]))


def refill_from(filled: date, days_supply: int, policy: DosePolicy = DosePolicy()) -> date:  # noqa: B008 - frozen
    """The first day of the next fill: when the given share of the supply is used, rounded up to a whole day.

    days_supply: [days].

    >>> refill_from(date(2025, 1, 2), 30)
    datetime.date(2025, 1, 25)
    """
    return filled + timedelta(days=-(-days_supply * policy.refill_after_percent // 100))


def refuse_refill_too_soon(
    filled: date,
    days_supply: int,
    today: date,
    policy: DosePolicy = DosePolicy(),  # noqa: B008 - frozen
) -> None:
    """Raises: RuleBroken naming the first day on which the next fill may be made."""
    first = refill_from(filled, days_supply, policy)
    if today < first:
        raise RuleBroken(
            f"A refill is too soon before {first.isoformat()}, when {policy.refill_after_percent} % of the"
            f" {days_supply} days' supply of {filled.isoformat()} is used."
        )
