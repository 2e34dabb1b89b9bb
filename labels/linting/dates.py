"""Dates as labels write them, read again."""

import re
from calendar import monthrange
from datetime import date

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_LETTERS = re.compile(r"(?:(?P<day>\d{1,2})[ -])?(?P<month>[A-Za-z]{3,9})\.?[ -](?P<year>\d{4})")
_AMERICAN = re.compile(r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}), ?(?P<year>\d{4})")
_SLASHES = re.compile(r"(?P<month>\d{1,2})/(?:(?P<day>\d{1,2})/)?(?P<year>\d{4})")


def read(text: str) -> date | None:
    """The day a text means; of a month alone its last day; None when it is no date of one of the known forms.

    Numbers with strokes are read as Americans write them, the month first.

    >>> read("22 May 2027"), read("May 22, 2027"), read("2027-05-22"), read("5/22/2027") == read("22-May-2027")
    (datetime.date(2027, 5, 22), datetime.date(2027, 5, 22), datetime.date(2027, 5, 22), True)
    >>> read("Feb 2028"), read("30 Feb 2028"), read("soon")
    (datetime.date(2028, 2, 29), None, None)
    """
    for form in (_ISO, _LETTERS, _AMERICAN, _SLASHES):
        if found := form.fullmatch(text.strip()):
            return _date(found["year"], found["month"], found["day"])
    return None


def _date(year: str, month: str, day: str | None) -> date | None:
    number = int(month) if month.isdecimal() else _month(month)
    if not 1 <= number <= 12:
        return None
    try:
        return date(int(year), number, int(day) if day else monthrange(int(year), number)[1])
    except ValueError:
        return None


def _month(name: str) -> int:
    short = name[:3].lower()
    return MONTHS.index(short) + 1 if short in MONTHS else 0
