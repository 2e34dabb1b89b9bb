"""The same thousand labels for everybody, of invented people."""

from dataclasses import replace
from importlib.resources import files
from itertools import islice, product

from labels.content import EXAMPLE, VialLabel

WIDTH, HEIGHT = 288, 144
"""Of the label [pt]."""

GIVEN = ("Rosa", "Anna", "Linh", "John", "Peter", "Olga", "Kofi", "Sven", "Eleni", "Zoë")
FAMILY = (
    "Delgado",
    "Nguyễn",
    "Smith",
    "Johansson",
    "Okafor",
    "Kowalski",
    "Fernández",
    "Papadopoulos",
    "Ivanova",
    "Lee",
)
DIRECTIONS = ("Take 1 capsule at bedtime", "Take 2 capsules at bedtime", "Take 1 capsule in the morning")
STRENGTHS = ("1.5 mg", "3 mg", "4.5 mg")


def records(count: int = 1000) -> list[VialLabel]:
    """So many labels, no two alike: names, prescriptions, lots, dates, tokens differ, the formula's texts do not."""
    people = islice(product(range(10), GIVEN, FAMILY), count)
    return [
        replace(
            EXAMPLE,
            rx_number=f"{7000017 + number}",
            refills=str(number % 6),
            patient=f"{given} {'ABCDEFGHIJ'[middle]}. {family}",
            prescriber=f"{GIVEN[number // 7 % 10]} {FAMILY[number // 3 % 10]}, MD",
            drug=f"naltrexone hydrochloride {STRENGTHS[number % 3]} capsule",
            directions=DIRECTIONS[number // 5 % 3],
            date_filled=f"{1 + number % 28} Nov 2026",
            lot=f"B2611{1 + number % 28:02d}-0{1 + number % 3}",
            use_by=f"{1 + number % 28} May 2027",
            token=f"MTR1:{number:010d}",
        )
        for number, (middle, given, family) in enumerate(people)
    ]


def font_file(weight: str) -> str:
    """Where the font is that everybody uses: "Regular" or "Bold"."""
    return str(files("font_roboto") / "files" / f"Roboto-{weight}.ttf")
