"""The patient's medicine list, read once: each line with the drugs that its words and its code name."""

from dataclasses import dataclass

from pharmacy.domain.drug_names import Match, find, words
from pharmacy.domain.prescription import Medication
from pharmacy.domain.units import clip


@dataclass(frozen=True, slots=True)
class Line:
    """One medicine as it was written, and what it was recognised as; no match for what does not matter here."""

    medication: Medication
    matches: tuple[Match, ...]


def read_list(medications: tuple[Medication, ...]) -> tuple[Line, ...]:
    """The lines in their order.

    >>> [match.ingredient for match in read_list((Medication("Percocet 5/325"),))[0].matches]
    ['oxycodone']
    """
    return tuple(Line(one, find(one.text, one.rxcui)) for one in medications)


def shown_name(match: Match, medication: Medication) -> str:
    """A medicine as the list writes it, with the ingredient where the words do not say it.

    >>> line = read_list((Medication("Percocet 5/325"),))[0]
    >>> shown_name(line.matches[0], line.medication)
    '“Percocet 5/325” (oxycodone)'
    """
    shown = clip(medication.text) if medication.text.strip() else f"RxNorm {clip(medication.rxcui)}"
    return shown if match.ingredient in words(medication.text) else f"{shown} ({match.ingredient})"
