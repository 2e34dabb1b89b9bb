"""Numbers that name things: NPI of a prescriber, and the pharmacy's own prescription, batch and lot"
" numbers."""

import re
from datetime import date

from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.units import clip

_NPI_PREFIX = "80840"  # 80 = health applications, 840 = United States (ISO 7812; CMS, NPI check digit, 2004)
_LARGEST_SEQUENCE = 999_999


def luhn_digit(digits: str) -> int:
    """The check digit (ISO/IEC 7812-1, annex B) that belongs behind these digits.

    From the right, every second digit is doubled, starting with the last; the digits of all results are
    added up; the check digit brings the sum to the next multiple of ten.

    >>> luhn_digit("80840123456789")
    3
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += value - 9 if value > 9 else value
    return -total % 10


def luhn_agrees(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it.

    >>> luhn_agrees("808401234567893"), luhn_agrees("808401234567898")
    (True, False)
    """
    return luhn_digit(digits[:-1]) == int(digits[-1])


def check_npi(text: object, *, field: str = "npi") -> str:
    """The ten digits of a National Provider Identifier whose check digit agrees.

    The check is Luhn over 80840 and the NPI (CMS, "Requirements for National Provider Identifier and NPI
    check digit"); a check digit of 0 is as good as any other. An NPI starts with 1 or 2.
    Raises: InputUnusable saying which of the three is wrong: length, first digit or check digit.

    >>> check_npi("1234567893")
    '1234567893'
    """
    digits = str(text).strip() if isinstance(text, (str, int)) and not isinstance(text, bool) else ""
    if not re.fullmatch(r"[0-9]{10}", digits, re.ASCII):
        raise InputUnusable(f"{field}: {clip(text)} is not an NPI, which has 10 digits.", field)
    if digits[0] not in "12":
        raise InputUnusable(f"{field}: {digits} is not an NPI; an NPI starts with 1 or 2.", field)
    if not luhn_agrees(_NPI_PREFIX + digits):
        raise InputUnusable(
            f"{field}: {digits} is not an NPI, its check digit does not agree; a digit was mistyped.", field
        )
    return digits


def rx_number(sequence: int) -> str:
    """Prescription number: six digits of sequence and their Luhn digit; the sequence starts at 700000.

    >>> rx_number(700001)
    '7000011'
    """
    if not 0 < sequence <= _LARGEST_SEQUENCE:
        raise RuleBroken(f"Prescription numbers run from 1 to {_LARGEST_SEQUENCE}; {sequence} is outside.")
    digits = f"{sequence:06d}"
    return f"{digits}{luhn_digit(digits)}"


def check_rx_number(text: object, *, field: str = "rx_number") -> str:
    """The seven digits of one of our prescription numbers, typed or scanned.

    >>> check_rx_number(" 7000011 ")
    '7000011'
    """
    digits = str(text).strip() if isinstance(text, (str, int)) and not isinstance(text, bool) else ""
    if not re.fullmatch(r"[0-9]{7}", digits, re.ASCII):
        raise InputUnusable(f"{field}: {clip(text)} is not a prescription number, which has 7 digits.", field)
    if not luhn_agrees(digits):
        raise InputUnusable(f"{field}: {digits} is not a prescription number; a digit was mistyped.", field)
    return digits


def fill_number(rx: str, fill: int) -> str:
    """What the barcode on a container holds: prescription number and fill, 0 for the first filling.

    >>> fill_number("7000011", 0)
    '7000011-0'
    """
    if not 0 <= fill <= 99:
        raise RuleBroken(f"Fills are numbered 0 to 99; {fill} is outside.")
    return f"{check_rx_number(rx)}-{fill}"


def check_fill_number(text: object, *, field: str = "fill") -> tuple[str, int]:
    """Prescription number and fill behind a scanned container barcode.

    >>> check_fill_number("7000011-2")
    ('7000011', 2)
    """
    written = text.strip() if isinstance(text, str) else ""
    match = re.fullmatch(r"([0-9]{7})-([0-9]{1,2})", written, re.ASCII)
    if match is None:
        raise InputUnusable(f"{field}: {clip(text)} is not a container number such as 7000011-0.", field)
    return check_rx_number(match[1], field=field), int(match[2])


def batch_number(compounded: date, sequence: int) -> str:
    """Batch number: B, the day, and the number of the batch on that day.

    >>> batch_number(date(2026, 11, 24), 1)
    'B261124-01'
    """
    if not 1 <= sequence <= 99:
        raise RuleBroken(f"At most 99 batches are numbered on one day; {sequence} is outside.")
    return f"B{compounded:%y%m%d}-{sequence:02d}"


def lot_number(sequence: int) -> str:
    """Our own number for a received lot; the maker's lot number is kept beside it.

    >>> lot_number(123)
    'L000123'
    """
    if not 1 <= sequence <= _LARGEST_SEQUENCE:
        raise RuleBroken(f"Lot numbers run from 1 to {_LARGEST_SEQUENCE}; {sequence} is outside.")
    return f"L{sequence:06d}"


def equipment_number(sequence: int) -> str:
    """The number that is stuck on a balance or a machine.

    >>> equipment_number(1)
    'E001'
    """
    if not 1 <= sequence <= _LARGEST_SEQUENCE:
        raise RuleBroken(f"Equipment numbers run from 1 to {_LARGEST_SEQUENCE}; {sequence} is outside.")
    return f"E{sequence:03d}"


def trituration_number(sequence: int) -> str:
    """The number of a trituration, and of the lot that it becomes: scanned and written like any lot's.

    >>> trituration_number(7)
    'T000007'
    """
    if not 1 <= sequence <= _LARGEST_SEQUENCE:
        raise RuleBroken(f"Trituration numbers run from 1 to {_LARGEST_SEQUENCE}; {sequence} is outside.")
    return f"T{sequence:06d}"
