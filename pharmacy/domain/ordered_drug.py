"""Whether the drug and the form that were written are what this pharmacy makes: naltrexone capsules."""

import re
from collections.abc import Iterable
from decimal import Decimal

from pharmacy.domain.drug_names import LOOK_ALIKES, UNNAMED, find, is_opioid, same_drug, words
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.strength import strengths_in
from pharmacy.domain.units import clip, format_strength

ISMP = "ISMP, List of Error-Prone Abbreviations, Symbols, and Dose Designations, 2021"
NAMES = "pharmacy rule: drug names are compared word by word; ISMP, List of Confused Drug Names"
_BRANDS = {
    "revia": "50 mg tablets",
    "depade": "50 mg tablets",
    "trexan": "50 mg tablets",
    "vivitrol": "an injection",
}
_COMBINATIONS = frozenset({"bupropion", "contrave", "mysimba", "acamprosate", "ketamine", "memantine"})
CONVENTIONAL_FROM = Decimal(50)  # mg, the least tablet of conventional naltrexone (product label)
_HARMLESS = frozenset(
    """naltrexone hcl hydrochloride low dose ldn capsule capsules cap caps oral compounded compound
    compounding mg mcg g anhydrous dihydrate usp powder by mouth po the of custom rx for immediate release
    ir""".split()
)
_NAMED = frozenset("base tablet tablets tab tabs".split())  # each has a finding of its own
_SLOW = frozenset("sr er xr cr la extended sustained slow controlled prolonged".split())
_CAPSULE = re.compile(
    r"(oral |gelatin |hard |vegetarian |veg |compounded |immediate release )*cap(sule)?s?(, oral| oral)?\.?"
)


def review_drug(drug: str, strength_mg: Decimal | None) -> tuple[Finding, ...]:
    """Findings about the drug's name.

    strength_mg: strength that was read from its own field [mg], None when there is none.

    >>> [finding.rule for finding in review_drug("methylnaltrexone", None)]
    ['drug.look-alike']
    """
    said = words(drug)
    if not drug.strip():
        return (_stop("drug.missing", "The drug is missing.", "MS"),)
    named = [word for word in said if same_drug(word, "naltrexone")]
    alike = next((LOOK_ALIKES[word] for word in said if word in LOOK_ALIKES), "")
    alike = alike or next((full for name, full in LOOK_ALIKES.items() for w in said if same_drug(w, name)), "")
    found = list(_other_drugs(drug, said))
    if alike:
        message = f"The drug {clip(drug)} is {alike}, not naltrexone. Ask the prescriber."
        found.append(_stop("drug.look-alike", message, "PN"))
    if found:
        return tuple(found)
    if not named and "ldn" not in said:
        return (_stop("drug.not-naltrexone", f"The drug {clip(drug)} is not naltrexone.", "PN"),)
    return tuple(_about_the_name(drug, said, named, strength_mg))


def _other_drugs(drug: str, said: list[str]) -> Iterable[Finding]:
    for match in find(drug):
        if is_opioid(match) and match.ingredient != UNNAMED and match.ingredient not in LOOK_ALIKES:
            message = f"The drug {clip(drug)} holds {match.ingredient}, an opioid; it is not low-dose naltrexone."
            yield _stop("drug.opioid", message, "PN")
    for word in said:
        if word in _BRANDS:
            message = f"The drug {clip(drug)} is conventional naltrexone ({_BRANDS[word]}), not compounded here."
            yield _stop("drug.conventional", message, "PN")
        elif word in _COMBINATIONS:
            yield _stop("drug.combination", f"The drug {clip(drug)} is a combination with another active.", "PN")
    if _SLOW & set(said):
        yield _stop("drug.slow-release", f"The drug {clip(drug)} asks for slow release, which is not made here.", "SF")


def _about_the_name(drug: str, said: list[str], named: list[str], strength_mg: Decimal | None) -> Iterable[Finding]:
    if "ldn" in said and not named:
        message = f"The drug is written {clip(drug)}; “LDN” is no drug name. Read it again and confirm naltrexone."
        yield Finding("drug.ldn", Level.PHARMACIST, message, "MS", ISMP)
    elif "ldn" in said:
        message = f"The drug {clip(drug)} uses “LDN”, which is no drug name and is never printed."
        yield Finding("drug.ldn", Level.WARN, message, "MS", ISMP)
    if named and named[0] != "naltrexone":
        message = f"The drug {clip(drug)} is spelled “{named[0]}”; confirm that naltrexone is meant."
        yield Finding("drug.spelling", Level.PHARMACIST, message, "MS", NAMES)
    if re.search(r"[a-zA-Z][0-9]", drug):
        message = f"The name runs into the number in {clip(drug)}; a letter is easily read as a digit."
        yield Finding("drug.run-together", Level.WARN, message, "MS", ISMP)
    if {"tablet", "tablets", "tab", "tabs"} & set(said):
        message = f"The drug {clip(drug)} asks for tablets; capsules are made here. Ask the prescriber."
        yield _stop("drug.tablet", message, "SF")
    if "base" in said:
        message = f"The drug {clip(drug)} asks for the base; the strength printed is that of the hydrochloride."
        yield Finding("drug.base", Level.PHARMACIST, message, "PN", "naltrexone hydrochloride monograph, USP")
    unknown = [w for w in said if w not in _HARMLESS and w not in named and w not in _NAMED and not w[0].isdigit()]
    if unknown:
        message = f"The drug {clip(drug)} has words that were not understood: {', '.join(unknown[:5])}."
        yield Finding("drug.unknown-words", Level.PHARMACIST, message, "MS", NAMES)
    yield from _strengths(drug, strength_mg)


def _strengths(drug: str, strength_mg: Decimal | None) -> Iterable[Finding]:
    for named in dict.fromkeys(strengths_in(drug)):
        if named >= CONVENTIONAL_FROM:
            message = f"The drug {clip(drug)} names {format_strength(named)}: conventional naltrexone, not made here."
            yield _stop("drug.conventional", message, "PN")
        if strength_mg is not None and named != strength_mg:
            message = (
                f"The drug {clip(drug)} says {format_strength(named)} and the strength says"
                f" {format_strength(strength_mg)}. Ask the prescriber."
            )
            yield _stop("strength.two", message, "PN")


def review_form(form: str, strength_mg: Decimal | None) -> tuple[Finding, ...]:
    """Capsules are made here, nothing else."""
    text = " ".join(form.casefold().split())
    if not text:
        message = "The form is missing; capsules are made here. Confirm it at entry."
        return (Finding("form.missing", Level.WARN, message, "MS", "pharmacy policy: capsules"),)
    if _CAPSULE.fullmatch(text):
        return ()
    if text.startswith("tab") and strength_mg is not None and strength_mg >= CONVENTIONAL_FROM:
        message = f"{format_strength(strength_mg)} tablets are conventional naltrexone, not compounded here."
        return (_stop("form.conventional", message, "SF"),)
    message = f"The form {clip(form)} is not made here; naltrexone is compounded as capsules. Ask the prescriber."
    return (_stop("form.not-capsule", message, "SF"),)


def _stop(rule: str, message: str, code: str) -> Finding:
    return Finding(rule, Level.STOP, message, code, NAMES)
