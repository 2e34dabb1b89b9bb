"""What the words of directions become: tokens, and the readers that make a token of a matched pattern."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pharmacy.domain.sig_numbers import number


class Kind(StrEnum):
    DOSE = "dose"  # capsules at one time
    RANGE = "range"  # "1 to 2 capsules"
    OTHER_DOSE = "other dose"  # millilitres, puffs, drops
    MILLIGRAMS = "milligrams"
    TIMES = "times"  # doses a day
    RARE = "rare"  # a dose that is not taken each day or every other day: "every 3 days", "twice a week"
    WEEKDAYS = "weekdays"
    SLOT = "slot"  # a time of day
    EXTRA = "extra"  # with food, with water
    INTERVAL = "interval"  # every 6 hours
    DAYS = "days"  # how long
    LONG = "long"  # how long, in months or years, which are no number of days
    HEADER = "header"  # "week 2:", "days 8-14:"
    THEN = "then"
    AND = "and"
    OR = "or"
    AS_NEEDED = "as needed"
    AT_MOST = "at most"
    DOUBT = "doubt"  # read, but a person must look; the rest keeps its meaning
    PURPOSE = "purpose"
    IGNORED = "ignored"
    STOP = "stop"
    MEANING = "meaning"  # a word that changes a dose in a way that is not read here
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """value: the number it stands for, if any. text: canonical words for SLOT and EXTRA, else as written.

    until: the upper end of a RANGE or HEADER; for RARE and WEEKDAYS the length of the period, so that value 3,
    until 2, unit "week" is three times in two weeks. unit: of a period, a length, a RANGE or a maximum.
    """

    kind: Kind
    text: str
    value: Decimal | None = None
    until: Decimal | None = None
    unit: str = ""


Reader = Callable[[re.Match[str]], Token]
_UNITS = {"h": "hour", "d": "day", "n": "day", "w": "week", "mo": "month", "y": "year"}


def unit_of(word: str) -> str:
    """ "wks" is "week"; "nights" are days.

    >>> unit_of("hrs"), unit_of("nights"), unit_of("months")
    ('hour', 'day', 'month')
    """
    return _UNITS.get(word[:2]) or _UNITS.get(word[:1], "")


def form_of(text: str) -> str:
    """The form that a dose names: capsule, tablet, pill, or "".

    >>> form_of("2 caps"), form_of("1 tab"), form_of("two")
    ('capsule', 'tablet', '')
    """
    for form, pattern in (("tablet", r"tab|\bt\b"), ("pill", "pill"), ("capsule", r"cap|[ 0-9]c\b")):
        if re.search(pattern, text):
            return form
    return ""


def fixed(kind: Kind, text: str = "", value: int | str | None = None) -> Reader:
    amount = None if value is None else Decimal(value)
    return lambda match: Token(kind, text or match[0].strip(), amount)


def numbered(kind: Kind, factor: int = 1) -> Reader:
    """A number with its meaning; how often and how long are whole numbers."""

    def read(match: re.Match[str]) -> Token:
        value = number(match["n"])
        never = kind in (Kind.TIMES, Kind.INTERVAL) and value == 0
        if value is None or never or value != int(value) or kind is Kind.DAYS and _miscounts(match[0].strip(), value):
            return Token(Kind.MEANING, match[0].strip())
        return Token(kind, match[0].strip(), value * factor)

    return read


def _miscounts(text: str, value: Decimal) -> bool:
    """ "3 week", "1 days" without a "for": two numbers may have run together."""
    return text[0].isdigit() and bool(re.search(r"(?:day|week|night)$", text) if value != 1 else text.endswith("s"))


def header(days: int) -> Reader:
    def read(match: re.Match[str]) -> Token:
        first, last = Decimal(match["a"]), Decimal(match["b"] or match["a"])
        joined = match.groupdict().get("joint") in ("and", "&")
        if last < first or joined and last != first + 1:
            return Token(Kind.MEANING, match[0].strip())
        until = None if match["on"] else last * days
        return Token(Kind.HEADER, match[0].strip(), (first - 1) * days + 1, until)

    return read


def length(match: re.Match[str]) -> Token:
    """ "for 1 month", "for 2 years"."""
    value = Decimal(1) if match["n"] in ("a", "an") else number(match["n"])
    return Token(Kind.LONG, match[0].strip(), value, unit=unit_of(match["unit"]))


def every(match: re.Match[str]) -> Token:
    """ "every 3 days", "q4d", "every 2 weeks"; every day and every second day are doses a day."""
    return _every(match[0].strip(), number(match["n"] or match["q"]), unit_of(match["unit"] or match["qunit"]))


def every_nth(match: re.Match[str]) -> Token:
    """ "every third day"."""
    place = next(place for place, word in _NTH.items() if match["n"] in word)
    return _every(match[0], Decimal(place), unit_of(match["unit"]))


_NTH = {3: "third 3rd", 4: "fourth 4th", 5: "fifth 5th", 6: "sixth 6th", 7: "seventh 7th"}


def _every(text: str, value: Decimal | None, unit: str) -> Token:
    if value is None or value < 1 or value != int(value):
        return Token(Kind.MEANING, text)
    if unit == "day" and value <= 2:
        return Token(Kind.TIMES, text, Decimal(1) / value)
    return Token(Kind.RARE, text, Decimal(1), value, unit)


def every_other(match: re.Match[str]) -> Token:
    return Token(Kind.TIMES, "every other " + ("night" if "night" in match[0] else "day"), Decimal("0.5"))


def times_in(match: re.Match[str]) -> Token:
    """ "3 times a week", "twice monthly", "5 days a week"."""
    named = {"once": Decimal(1), "twice": Decimal(2), "thrice": Decimal(3)}
    value = named.get(match["n"]) or number(re.sub(r" ?(?:times?|x|days|nights)$", "", match["n"]))
    if value is None or value < 1 or value != int(value):
        return Token(Kind.MEANING, match[0].strip())
    return Token(Kind.RARE, match[0].strip(), value, Decimal(1), unit_of(match["unit"] or match["ly"]))


def rare(times: int, every_: int, unit: str) -> Reader:
    return lambda match: Token(Kind.RARE, match[0].strip(), Decimal(times), Decimal(every_), unit)


def weekdays(match: re.Match[str]) -> Token:
    """ "Monday, Wednesday and Friday": three times a week; a day named twice is no reading."""
    named = [word[:3] for word in re.findall(r"[a-z]{3,}", match["days"]) if word not in ("and", "the")]
    if len(set(named)) != len(named):
        return Token(Kind.MEANING, match[0].strip())
    return Token(Kind.WEEKDAYS, match[0].strip(), Decimal(len(named)), Decimal(1), "week")


def clock(match: re.Match[str]) -> Token:
    hour, minutes, half = int(match["h"]), match["m"] or "", match["half"][0] + "m"
    if not 1 <= hour <= 12 or minutes > ":59":
        return Token(Kind.MEANING, match[0])
    return Token(Kind.SLOT, f"at {hour}{'' if minutes == ':00' else minutes} {half}")


def hour_of(match: re.Match[str]) -> Token:
    """ "at 5 in the evening" is 5 pm; "at 5 in the night" and the like are not read."""
    hour, part = int(match["h"]), match["part"]
    hours = {"morning": range(4, 12), "afternoon": range(1, 6), "evening": range(4, 12)}[part]
    if hour not in hours:
        return Token(Kind.MEANING, match[0])
    return Token(Kind.SLOT, f"at {hour} {'am' if part == 'morning' else 'pm'}")


def meal(match: re.Match[str]) -> Token:
    return Token(Kind.SLOT, f"{'with' if match['w'] == 'at' else match['w']} {match['meal']}")


def milligrams(match: re.Match[str]) -> Token:
    value = number(match["n"])
    if value is not None and not re.search(r"mg|milligram", match[0]):
        value = value / 1000
    return Token(Kind.MILLIGRAMS if value is not None else Kind.MEANING, match[0].strip(), value)


def amounts(match: re.Match[str]) -> Token:
    """ "1 to 2 capsules", "1.25-2.5 mg": the lower number first, or it is no range. "One-half" is one number."""
    text, least, most = match[0].strip(), number(match["n"]), number(match["m"])
    half = number(f"{match['n']}-{match['m']}")
    if half is not None:
        return Token(Kind.DOSE, text, half)
    if least is None or most is None or not 0 < least < most:
        return Token(Kind.MEANING, text)
    return Token(Kind.RANGE, text, least, most, "mg" if re.search(r"mg|milligram", text) else form_of(text))


def at_most(match: re.Match[str]) -> Token:
    """A maximum; its number counts only where the words say that it is for one day."""
    text = match[0].strip()
    daily = re.search(r"daily|mdd|day\b|24", text)
    unit = "mg" if match["unit"] and match["unit"].startswith("m") else "capsule"
    return Token(Kind.AT_MOST, text, number(match["n"]) if daily else None, unit=unit)


def said_twice(match: re.Match[str]) -> Token:
    """ "1 one capsule": read when both say the same and one of them is a word. "1 1/2 capsules" is one number."""
    first, second = number(match["n"]), number(match["m"])
    half = number(f"{match['n']} {match['m']}")
    if half is not None:
        return Token(Kind.DOSE, match[0].strip(), half)
    same = first is not None and first == second and match["n"] != match["m"]
    return Token(Kind.DOSE if same else Kind.MEANING, match[0].strip(), first)


def dose(match: re.Match[str]) -> Token:
    value = number(match["n"])
    if value is None or (match["m"] and number(match["m"]) != value):
        return Token(Kind.MEANING, match[0].strip())
    return Token(Kind.DOSE, match[0].strip(), value)
