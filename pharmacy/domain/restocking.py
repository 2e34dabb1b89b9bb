"""When an ingredient is to be ordered again, and which lots come near their expiry."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

AHEAD_DAYS = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Supply:
    """What is there of one ingredient, in mg, or in capsules for shells.

    released: in lots that may be weighed from today. quarantined: waiting for a pharmacist. reserved: planned for
    batches and not weighed yet. level: to be ordered again below it; None when nobody decided.
    """

    released: Decimal
    quarantined: Decimal
    reserved: Decimal
    level: Decimal | None

    @property
    def free(self) -> Decimal:
        """What no batch waits for: released less reserved. Below zero when more is planned than is there."""
        return self.released - self.reserved

    @property
    def is_below(self) -> bool:
        """Whether it is to be ordered: less is free than the level. What is in quarantine may still be rejected.

        >>> Supply(Decimal(900), Decimal(5000), Decimal(500), Decimal(500)).is_below
        True
        """
        return self.level is not None and self.free < self.level


def within_days(expiry: date, today: date) -> int | None:
    """0 for a lot past its expiry, 30, 60 or 90 for the period in which it expires, None for later.

    A lot may still be used on the day of its expiry.

    >>> within_days(date(2026, 12, 26), date(2026, 11, 26)), within_days(date(2026, 12, 27), date(2026, 11, 26))
    (30, 60)
    """
    left = (expiry - today).days
    if left < 0:
        return 0
    return next((days for days in AHEAD_DAYS if left <= days), None)
