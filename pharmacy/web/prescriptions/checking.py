"""What the rules say of a document, in the words of the entry page. Nothing is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pharmacy.domain.dose import daily_dose
from pharmacy.domain.prescription import from_document
from pharmacy.domain.screening import Screening, screen
from pharmacy.domain.sig import Directions, Phase, read_directions
from pharmacy.domain.strength import read_strength
from pharmacy.domain.units import format_number, format_strength


@dataclass(frozen=True, slots=True)
class Checked:
    """A screening, and the arithmetic of the daily dose: one sentence for each phase of the directions."""

    screening: Screening
    doses: tuple[str, ...]


def check(document: Mapping[str, object], *, today: date) -> Checked:
    """Screens what was typed.

    Raises: InputUnusable naming the field.
    """
    found = screen(from_document(document), today=today)
    return Checked(found, arithmetic(found.strength_mg, found.directions))


def expand(directions: str, strength: str) -> dict[str, object]:
    """Directions in plain words with their doubts and daily doses, as the entry page shows them while one types."""
    read = read_directions(directions)
    doses = arithmetic(read_strength(strength).mg, read)
    return {"text": read.text, "doubts": list(read.doubts), "doses": list(doses)}


def arithmetic(strength_mg: Decimal | None, directions: Directions) -> tuple[str, ...]:
    """How each daily dose comes about.

    >>> arithmetic(Decimal("1.5"), read_directions("3 caps qhs"))
    ('1.5 mg × 3 capsules × 1 a day = 4.5 mg a day',)
    """
    if strength_mg is None:
        return ()
    return tuple(_dose(strength_mg, phase) for phase in directions.phases)


def _dose(strength_mg: Decimal, phase: Phase) -> str:
    capsules = "capsule" if phase.units_per_dose <= 1 else "capsules"
    dose = format_strength(daily_dose(strength_mg, phase))
    days = f" for {phase.days} days" if phase.days else ""
    return (
        f"{format_strength(strength_mg)} × {format_number(phase.units_per_dose)} {capsules}"
        f" × {format_number(phase.doses_per_day)} a day = {dose} a day{days}"
    )
