"""What the rules say of a document, in the words of the entry page. Nothing is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pharmacy.domain.dose import arithmetic
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.packing import directions_for, pack
from pharmacy.domain.prescription import from_document
from pharmacy.domain.screening import Screening, screen
from pharmacy.domain.sig import Directions, read_directions
from pharmacy.domain.strength import read_strength
from pharmacy.domain.titration import Bottle
from pharmacy.domain.units import format_strength


@dataclass(frozen=True, slots=True)
class Checked:
    """A screening, and the arithmetic of the daily dose: one sentence for each phase of the directions.

    bottles: of a titration plan, in words. unfit: why the plan cannot be filled as it stands.
    """

    screening: Screening
    doses: tuple[str, ...]
    bottles: tuple[str, ...] = ()
    unfit: str = ""


def check(document: Mapping[str, object], *, today: date) -> Checked:
    """Screens what was typed.

    Raises: InputUnusable naming the field.
    """
    read = from_document(document)
    found = screen(read, today=today)
    try:
        bottles = tuple(_in_words(bottle, found.directions) for bottle in pack(read))
    except RuleBroken as refusal:
        return Checked(found, found.doses, unfit=refusal.message)
    return Checked(found, found.doses, bottles)


def _in_words(bottle: Bottle, directions: Directions) -> str:
    capsules = "capsule" if bottle.capsules == 1 else "capsules"
    told = directions_for(bottle, directions)
    return f"{bottle.capsules} {capsules} of {format_strength(bottle.strength_mg)}: {told}"


def expand(directions: str, strength: str) -> dict[str, object]:
    """Directions in plain words with their doubts and daily doses, as the entry page shows them while one types."""
    read = read_directions(directions)
    doses = arithmetic(read_strength(strength).mg, read.phases)
    return {"text": read.text, "doubts": list(read.doubts), "doses": list(doses)}
