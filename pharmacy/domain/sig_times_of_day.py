"""Times of day that directions name: which of them are one time said twice, and which only may be."""

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations, pairwise

from pharmacy.domain.sig_readers import Kind, Token

# About when in the day, in minutes after midnight: only for the order in which times are written.
_ABOUT = {
    "in the morning": 420, "morning meal": 480, "breakfast": 480, "at noon": 720, "noon meal": 730, "lunch": 730,
    "in the afternoon": 840, "in the evening": 1080, "evening meal": 1090, "dinner": 1090, "supper": 1090,
    "at night": 1300, "at bedtime": 1320,
}  # fmt: skip
# What else is said for an hour within this part of the day; clock hours from 0 to 23.
_WITHIN = {
    "in the morning": (frozenset({"breakfast", "morning meal"}), range(4, 12)),
    "at noon": (frozenset({"lunch", "noon meal"}), range(11, 14)),
    "in the afternoon": (frozenset({"lunch"}), range(12, 19)),
    "in the evening": (frozenset({"dinner", "supper", "evening meal", "at bedtime"}), range(16, 24)),
    "at night": (frozenset({"at bedtime"}), (*range(18, 24), *range(4))),
}
_CLOCK = re.compile(r"at (?P<h>[0-9]{1,2})(?::(?P<m>[0-9]{2}))? (?P<half>am|pm)")


def times_of_day(tokens: Iterable[Token]) -> list[str]:
    """SLOT tokens and the "and" between them as times, each once and in the order of the day.

    "Every night at bedtime" and "at 8 am in the morning" are one time, and the words that say more are kept.
    """
    named = list(dict.fromkeys(token.text for token in _parted(tokens) if token.kind is Kind.SLOT))
    return sorted(named, key=_about)


def one_or_two(tokens: Iterable[Token]) -> tuple[str, str] | None:
    """Two times that may be one said twice ("at 8 am with breakfast"), so that doses cannot be counted."""
    parted = _parted(tokens)
    for first, second in pairwise(parted):
        if (
            first.kind is second.kind is Kind.SLOT
            and first.text != second.text
            and _share_a_part(first.text, second.text)
        ):
            return first.text, second.text
    named = {token.text for token in parted if token.kind is Kind.SLOT}
    for one, other in combinations(sorted(named), 2):
        if {one, other} != {"in the evening", "at bedtime"} and (_holds(one, other) or _holds(other, one)):
            return one, other
    return None


def hours_apart(slots: list[str]) -> Decimal | None:
    """The hours between clock times that part the day evenly, None where they do not or are no clock times.

    >>> hours_apart(["at 6 am", "at 2 pm", "at 10 pm"]), hours_apart(["at 6 am", "at 2 pm"])
    (Decimal('8'), None)
    """
    clocks = sorted(minute for slot in slots if (minute := _minute(slot)) is not None)
    if len(clocks) != len(slots) or len(clocks) < 2:
        return None
    gaps = {(after - before) % 1440 for before, after in zip(clocks, clocks[1:] + clocks[:1], strict=True)}
    return Decimal(gaps.pop()) / 60 if len(gaps) == 1 else None


def _parted(tokens: Iterable[Token]) -> list[Token]:
    """Of a part of the day and a time within it, beside each other, only the one that says more."""
    kept: list[Token] = []
    for token in tokens:
        if kept and token.kind is kept[-1].kind is Kind.SLOT:
            if _holds(token.text, kept[-1].text):
                continue
            if _holds(kept[-1].text, token.text):
                kept.pop()
        kept.append(token)
    return kept


def _holds(part: str, time: str) -> bool:
    words, hours = _WITHIN.get(part, (frozenset(), ()))
    minute = _minute(time)
    return _named(time) in words or minute is not None and minute // 60 in hours


def _share_a_part(one: str, other: str) -> bool:
    two_clocks = _minute(one) is not None and _minute(other) is not None
    return not two_clocks and any(_in(part, one) and _in(part, other) for part in _WITHIN)


def _in(part: str, time: str) -> bool:
    return time == part or _holds(part, time)


def _minute(slot: str) -> int | None:
    """Minutes after midnight of a clock time."""
    clock = _CLOCK.fullmatch(slot)
    if clock is None:
        return None
    return (int(clock["h"]) % 12 + 12 * (clock["half"] == "pm")) * 60 + int(clock["m"] or 0)


def _named(time: str) -> str:
    """The meal of "with breakfast", else the whole."""
    return time.partition(" ")[2] if time.startswith(("with ", "before ", "after ")) else time


def _about(time: str) -> int:
    minute = _minute(time)
    return _ABOUT[_named(time)] if minute is None else minute
