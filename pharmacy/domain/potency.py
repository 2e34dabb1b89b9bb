"""Potency assays: when a laboratory has to measure what is in the capsules, and what its answer means.

A weight test cannot see a missing drug: the active is about 2 % of the fill. Only an assay can.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_number, read_decimal


@dataclass(frozen=True, slots=True)
class PotencyPolicy:
    """least, most: content of a capsule [% of label], the limits themselves pass. every: batches of a formula."""

    least: Decimal = Decimal("90.0")
    most: Decimal = Decimal("110.0")
    every: int = 10
    source: str = "pharmacy policy; 90.0 to 110.0 % as in the USP monograph of naltrexone hydrochloride tablets"
    effective: date = date(2026, 11, 26)


DEFAULT = PotencyPolicy()
_MOST_PERCENT = Decimal(1000)


def is_due(made_since: int, policy: PotencyPolicy = DEFAULT, *, ever: bool = True) -> bool:
    """Whether the next batch of a formula is to be assayed.

    made_since: batches filled since the last one that was sent. ever: whether any was sent at all.

    >>> is_due(0, ever=False), is_due(8), is_due(9)
    (True, False, True)
    """
    return not ever or made_since + 1 >= policy.every


def read_percent(text: str | Decimal) -> Decimal:
    """The content that a laboratory reports [% of label].

    Raises: InputUnusable naming the field; RuleBroken at zero or below.
    """
    percent = read_decimal(text, field="percent", most=_MOST_PERCENT, places=2)
    if percent <= 0:
        raise RuleBroken("Content: it must be above 0 % of the label; write it as the laboratory did.", field="percent")
    return percent


def failure(percent: Decimal, policy: PotencyPolicy = DEFAULT) -> str:
    """Why a content fails, "" when it passes. percent: of the label [%].

    >>> failure(Decimal("110.0")), failure(Decimal("89.9"))
    ('', 'The assay found 89.9 % of the label; 90 to 110 % is allowed.')
    """
    if policy.least <= percent <= policy.most:
        return ""
    return (
        f"The assay found {format_number(percent)} % of the label; {format_number(policy.least)} to"
        f" {format_number(policy.most)} % is allowed."
    )
