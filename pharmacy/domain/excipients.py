"""Allergies to naltrexone, and allergies or a diet against the excipients of the chosen formula."""

import re
from collections.abc import Iterable

from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.drug_names import find, words
from pharmacy.domain.findings import Finding
from pharmacy.domain.prescription import Patient
from pharmacy.domain.rules import found
from pharmacy.domain.units import clip

# Words of an allergy or a diet, and the words of excipients that they forbid.
_EXCIPIENT_GROUPS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    (
        "lactose",
        frozenset("lactose milk dairy casein whey vegan galactosemia".split()),
        frozenset("lactose milk casein whey".split()),
    ),
    (
        "gelatin",
        frozenset("gelatin gelatine pork porcine beef bovine vegan vegetarian kosher halal alpha-gal".split()),
        frozenset("gelatin gelatine".split()),
    ),
    (
        "dye",
        frozenset("dye dyes colorant colorants colourant tartrazine fd carmine".split()),
        frozenset("dye dyes colorant tartrazine fd yellow red blue green carmine".split()),
    ),
    (
        "corn",
        frozenset("corn maize cornstarch".split()),
        frozenset("corn maize cornstarch starch maltodextrin".split()),
    ),
    ("sucrose", frozenset("sucrose sugar".split()), frozenset("sucrose sugar".split())),
    ("cellulose", frozenset("cellulose mcc".split()), frozenset("cellulose avicel mcc".split())),
    ("gluten", frozenset("gluten wheat celiac coeliac".split()), frozenset("gluten wheat".split())),
    ("soy", frozenset("soy soya soybean".split()), frozenset("soy soya lecithin".split())),
    ("titanium dioxide", frozenset({"titanium"}), frozenset({"titanium"})),
)


# "Red 40" is a dye; red meat and a yellow jacket are not.
_COLOUR = re.compile(r"\b(yellow|red|blue|green)\b[ -]*(#|no\b|number|food|[0-9])")


def review_allergies(patient: Patient, excipients: tuple[str, ...], policy: DosePolicy) -> tuple[Finding, ...]:
    """Allergies against naltrexone and against the excipients of the formula; a diet against the excipients.

    excipients: names of fillers, shells and dyes; empty while no formula is chosen.
    """
    findings: list[Finding] = []
    for allergy in patient.allergies:
        if any(match.ingredient == "naltrexone" for match in find(allergy)):
            message = f"The patient is allergic to {clip(allergy)}; naltrexone must not be given."
            findings.append(found("allergy.naltrexone", message))
        findings.extend(_against(allergy, "allergy", excipients))
    if patient.diet.strip():
        findings.extend(_against(patient.diet, "diet", excipients))
    findings.extend(_blocked(excipients, policy))
    return tuple(findings)


def _against(text: str, kind: str, excipients: tuple[str, ...]) -> Iterable[Finding]:
    """kind: "allergy" or "diet"."""
    said = set(words(text)) | set(text.casefold().split())
    if _COLOUR.search(text.casefold()):
        said.add("dye")
    named = f"{kind.capitalize()} {clip(text)}"
    groups = [(name, held) for name, avoided, held in _EXCIPIENT_GROUPS if said & avoided]
    if groups and not excipients:
        without = " and ".join(name for name, _ in groups)
        yield found(f"{kind}.formula-to-choose", f"{named}: choose a formula without {without}.")
    for excipient in excipients:
        parts = set(words(excipient))
        shared = {word for word in said & parts if len(word) > 3} - _GROUP_WORDS - _COLOURS
        if shared or any(parts & held for _, held in groups):
            yield found(f"{kind}.excipient", f"{named}: the formula holds {excipient}. Offer another formula.")


_GROUP_WORDS = frozenset(word for _, avoided, _ in _EXCIPIENT_GROUPS for word in avoided)
_COLOURS = frozenset("yellow green blue white black".split())


def _blocked(excipients: tuple[str, ...], policy: DosePolicy) -> Iterable[Finding]:
    for excipient in excipients:
        said = set(words(excipient))
        if any(set(words(blocked)) <= said for blocked in policy.blocked_fillers):
            yield found("excipient.blocked", f"{excipient} slows or binds naltrexone; choose another filler.")
