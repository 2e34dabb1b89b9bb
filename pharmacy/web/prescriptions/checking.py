"""Directions in plain words while one types. Nothing is saved."""

from pharmacy.domain.dose import arithmetic
from pharmacy.domain.sig import read_directions
from pharmacy.domain.strength import read_strength


def expand(directions: str, strength: str) -> dict[str, object]:
    """Directions in plain words with what was understood, their doubts and daily doses."""
    read = read_directions(directions)
    return {
        "text": read.text,
        "understood": [] if read.phases else [step.words() for step in read.understood],
        "doubts": list(read.doubts),
        "doses": list(arithmetic(read_strength(strength).mg, read.phases)),
    }
