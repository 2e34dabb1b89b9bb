"""What the rules say of a document, in the words of the entry page. Nothing is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pharmacy.domain.dose import arithmetic
from pharmacy.domain.prescription import from_document
from pharmacy.domain.screening import Screening, screen
from pharmacy.domain.sig import read_directions
from pharmacy.domain.strength import read_strength


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
    return Checked(found, found.doses)


def expand(directions: str, strength: str) -> dict[str, object]:
    """Directions in plain words with their doubts and daily doses, as the entry page shows them while one types."""
    read = read_directions(directions)
    doses = arithmetic(read_strength(strength).mg, read.phases)
    return {"text": read.text, "doubts": list(read.doubts), "doses": list(doses)}
