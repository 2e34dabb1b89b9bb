"""What was typed, in the words of the entry page. Nothing is saved."""

from collections.abc import Mapping
from dataclasses import dataclass

from pharmacy.domain.bottling import directions_for, pack
from pharmacy.domain.dose import arithmetic
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.prescription import from_document
from pharmacy.domain.screening import Screening
from pharmacy.domain.sig import Directions, read_directions
from pharmacy.domain.strength import read_strength
from pharmacy.domain.titration import Bottle
from pharmacy.domain.units import format_strength


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, screened. bottles: of a titration plan, in words. unfit: why the plan cannot be filled, or ""."""

    screening: Screening
    bottles: tuple[str, ...] = ()
    unfit: str = ""


def check(document: Mapping[str, object], screening: Screening) -> Checked:
    """A document's screening, with the bottles that it asks for.

    Raises: InputUnusable naming the field.
    """
    try:
        packed = pack(from_document(document))
    except RuleBroken as refusal:
        return Checked(screening, unfit=refusal.message)
    return Checked(screening, tuple(_in_words(bottle, screening.directions) for bottle in packed))


def _in_words(bottle: Bottle, directions: Directions) -> str:
    capsules = "capsule" if bottle.capsules == 1 else "capsules"
    told = directions_for(bottle, directions)
    return f"{bottle.capsules} {capsules} of {format_strength(bottle.strength_mg)}: {told}"


def expand(directions: str, strength: str) -> dict[str, object]:
    """Directions in plain words with what was understood, their doubts and daily doses."""
    read = read_directions(directions)
    return {
        "text": read.text,
        "understood": [] if read.phases else [step.words() for step in read.understood],
        "doubts": list(read.doubts),
        "doses": list(arithmetic(read_strength(strength).mg, read.phases)),
    }
