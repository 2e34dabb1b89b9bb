"""GS1 element strings, as a scanner sends them: with FNC1, without it, or typed with parentheses.

Where FNC1 is missing, a lot number swallows whatever follows it. Every way to read such a code is found; when
there is more than one, all are given, and a person decides.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pharmacy.domain import gs1_identifiers
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.gs1_identifiers import Identifier
from pharmacy.domain.units import clip

FNC1 = "\x1d"  # a scanner sends it as ASCII 29, group separator
PREFIXES = ("]C1", "]e0", "]d2", "]Q3", "]J1")  # symbology identifiers of GS1 symbols (ISO/IEC 15424)
MOST_LETTERS = 500  # more than the largest GS1 DataMatrix that a container carries
MOST_READINGS = 6  # more than these are no help to the person who has to choose

# What makers print behind a lot or serial number; only these are looked for where FNC1 may be missing.
# A count (37) follows a GTIN of content, weights and item counts a GTIN of variable measure.
_BEHIND = frozenset({"01", "10", "11", "13", "15", "16", "17", "21", "240", "241", "7003"})
_TYPED = re.compile(r"(?<!\\)\(([0-9]{2,4})\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a code: its application identifier and its value."""

    code: str
    value: str

    @property
    def title(self) -> str:
        found = gs1_identifiers.find(self.code)
        return found.title if found else ""

    def __str__(self) -> str:
        """As people write it, (17)271231; a parenthesis in the value is marked."""
        marked = self.value.replace("(", r"\(")
        return f"({self.code}){marked}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a code."""

    elements: tuple[Element, ...]

    def get(self, code: str) -> str:
        """The value of an application identifier, "" when it is not there."""
        return next((element.value for element in self.elements if element.code == code), "")

    def __str__(self) -> str:
        return "".join(str(element) for element in self.elements)


def read(text: str) -> tuple[Reading, ...]:
    """Every way to read a scanned or typed code; more than one only where FNC1 is missing.

    The first is the one that the standard gives. Source: GS1 General Specifications, sections 3 and 7.8.
    Raises: InputUnusable saying where the code cannot be read.

    >>> [str(reading) for reading in read("0107032069804988100329" + FNC1 + "15210526")]
    ['(01)07032069804988(10)0329(15)210526']
    >>> [str(reading) for reading in read("010703206980498810AB17271231")]
    ['(01)07032069804988(10)AB17271231', '(01)07032069804988(10)AB(17)271231']
    """
    message = text.strip(" \t\r\n")
    if len(message) > MOST_LETTERS:
        raise InputUnusable(f"Code: more than {MOST_LETTERS} letters; scan one container at a time.", "code")
    for prefix in PREFIXES:
        message = message.removeprefix(prefix)
    if message.startswith("("):
        return (_typed(message),)
    has_separators = FNC1 in message.lstrip(FNC1)
    message = message.strip(FNC1)
    if not message:
        raise InputUnusable("Code: nothing was scanned.", "code")
    if has_separators:
        return (Reading(tuple(e for part in message.split(FNC1) if part for e in _strict(part))),)
    return _without_separators(message)


def write(elements: tuple[Element, ...]) -> str:
    """The message of a code with FNC1 wherever one is needed; the reverse of `read`.

    Raises: InputUnusable for a value that its identifier does not allow.

    >>> write((Element("10", "AB12"), Element("17", "271231")))
    '10AB12\\x1d17271231\\x1d'
    """
    parts = []
    for element in elements:
        rule = gs1_identifiers.find(element.code)
        if rule is None or rule.code != element.code:
            raise InputUnusable(f"Code: ({element.code}) is not an application identifier.", "code")
        _refuse_unless_valid(rule, element.value)
        parts.append(element.code + element.value + ("" if rule.fixed else FNC1))
    message = "".join(parts)
    # The separator at the end tells the reader that this code carries separators.
    return message if message.endswith(FNC1) else message + FNC1


def day(text: str, *, today: date) -> date:
    """The day behind YYMMDD. The day 00 is the last one of the month.

    The century: 51 to 99 years ahead of this year's two digits is the one before, 50 to 99 behind the next.
    Source: GS1 General Specifications, sections 7.12 and 3.4.7.
    Raises: InputUnusable when there is no such day.

    >>> day("270200", today=date(2026, 11, 26)), day("760131", today=date(2026, 11, 26))
    (datetime.date(2027, 2, 28), datetime.date(2076, 1, 31))
    """
    if not gs1_identifiers.is_day(text):
        raise InputUnusable(f"Code: {clip(text)} is not a day written YYMMDD.", "code")
    ahead = int(text[:2]) - today.year % 100
    century = today.year // 100 + (-1 if ahead >= 51 else 1 if ahead <= -50 else 0)
    year, month, number = century * 100 + int(text[:2]), int(text[2:4]), int(text[4:])
    last = calendar.monthrange(year, month)[1]
    if number > last:
        raise InputUnusable(f"Code: {clip(text)} names a day that month does not have.", "code")
    return date(year, month, number or last)


def check_digit(digits: str) -> int:
    """The check digit behind these digits: weights 3 and 1 from the right, up to the next ten.

    Source: GS1 General Specifications, section 7.9.

    >>> check_digit("590123412345")
    7
    """
    return -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))) % 10


def is_checked(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return check_digit(digits[:-1]) == int(digits[-1])


def _typed(message: str) -> Reading:
    """A code with its identifiers in parentheses. Blanks are nobody's: no value may hold one."""
    first, *parts = _TYPED.split("".join(message.split()).replace(FNC1, ""))
    if first or not parts:
        raise InputUnusable("Code: write each identifier in parentheses, (01)…(17)…(10)….", "code")
    elements = []
    for code, marked in zip(parts[::2], parts[1::2], strict=True):
        rule = gs1_identifiers.find(code)
        if rule is None or rule.code != code:
            raise InputUnusable(f"Code: ({code}) is not an application identifier.", "code")
        value = marked.replace(r"\(", "(")
        _refuse_unless_valid(rule, value)
        elements.append(Element(code, value))
    return Reading(tuple(elements))


def _strict(message: str) -> tuple[Element, ...]:
    """What stands between two FNC1: identifiers of a predefined length, then at most one that reaches to the end.

    Raises: InputUnusable.
    """
    elements = []
    while message:
        rule = gs1_identifiers.find(message)
        if rule is None:
            raise InputUnusable(f"Code: no application identifier begins {clip(message)}; scan it again.", "code")
        size = len(rule.code) + (rule.most if rule.fixed else len(message))
        value, message = message[len(rule.code) : size], message[size:]
        _refuse_unless_valid(rule, value)
        elements.append(Element(rule.code, value))
    return tuple(elements)


def _without_separators(message: str) -> tuple[Reading, ...]:
    """The standard's reading, then those in which FNC1 got lost on the way.

    Raises: InputUnusable when there is none, with the sentence of the standard's reading.
    """
    readings = []
    refusal = InputUnusable("Code: it cannot be read; scan it again.", "code")
    try:
        readings.append(Reading(_strict(message)))
    except InputUnusable as found:
        refusal = found
    for elements in _split(message, ()):
        reading = Reading(elements)
        if reading not in readings:
            readings.append(reading)
        if len(readings) > MOST_READINGS:
            raise InputUnusable(
                "Code: the scanner sent no FNC1, and this code can be read in too many ways; set the scanner to send"
                " it as ASCII 29, or type the fields.",
                "code",
            )
    if not readings:
        raise refusal
    return tuple(readings)


def _split(message: str, before: tuple[Element, ...]) -> Iterator[tuple[Element, ...]]:
    """Every way to cut a message into elements, each identifier once."""
    if not message:
        yield before
        return
    rule = gs1_identifiers.find(message)
    if rule is None or any(element.code == rule.code for element in before):
        return
    if not _may_follow(rule, before):
        return
    room = len(message) - len(rule.code)
    for size in range(min(rule.most, room), rule.least - 1, -1):
        value = message[len(rule.code) :][:size]
        if _is_valid(rule, value):
            yield from _split(message[len(rule.code) + size :], (*before, Element(rule.code, value)))


def _may_be_cut(element: Element) -> bool:
    rule = gs1_identifiers.find(element.code)
    return rule is not None and rule.least != rule.most


def _may_follow(rule: Identifier, before: tuple[Element, ...]) -> bool:
    """Whether an identifier may be taken for one whose FNC1 got lost, and not for a part of a lot number."""
    if rule.code == "37":
        return any(element.code == "02" for element in before)
    if not before or not _may_be_cut(before[-1]):
        return True
    if rule.code == "30" or rule.code.startswith("310"):
        return any(element.code in ("01", "02") and element.value.startswith("9") for element in before)
    return rule.code in _BEHIND


def _is_valid(rule: Identifier, value: str) -> bool:
    try:
        _refuse_unless_valid(rule, value)
    except InputUnusable:
        return False
    return True


def _refuse_unless_valid(rule: Identifier, value: str) -> None:
    match = rule.pattern.fullmatch(value)
    if match is None:
        raise InputUnusable(f"Code: {clip(value)} is not a value of ({rule.code}) {rule.title}; scan it again.", "code")
    if "checked" in rule.pattern.groupindex and not is_checked(match["checked"]):
        raise InputUnusable(
            f"Code: the check digit of {rule.title} {match['checked']} does not agree; scan it again.", "code"
        )
    if rule.is_day and not gs1_identifiers.is_day(value[:6]):
        raise InputUnusable(f"Code: {clip(value[:6])} is not a day written YYMMDD.", "code")
    if rule.is_day and value[4:6] != "00":
        _refuse_unless_in_month(value[:6])


def _refuse_unless_in_month(text: str) -> None:
    # In every century that a code can mean, the years that end in 00 and count are 2000: a leap year.
    if int(text[4:6]) > calendar.monthrange(2000 + int(text[:2]), int(text[2:4]))[1]:
        raise InputUnusable(f"Code: {clip(text)} names a day that month does not have.", "code")
