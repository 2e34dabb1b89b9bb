"""Whether the drug and the form that were written are what this pharmacy makes: naltrexone capsules."""

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

from pharmacy.domain import release_forms
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.drug_names import LOOK_ALIKES, UNNAMED, find, is_opioid, same_drug, words
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.rules import found
from pharmacy.domain.strength import numbers_without_unit, strengths_in
from pharmacy.domain.units import clip, format_number, format_strength
from pharmacy.domain.written_forms import codes_in, forms_in, runs_together

_BRANDS = {
    "revia": "50 mg tablets",
    "depade": "50 mg tablets",
    "trexan": "50 mg tablets",
    "vivitrol": "an injection",
}
_COMBINATIONS = frozenset({"bupropion", "contrave", "mysimba", "acamprosate", "ketamine", "memantine"})
_DEFAULT = DosePolicy()
# Rules whose finding says that another product was ordered.
PRODUCTS = frozenset({"drug.opioid", "drug.look-alike", "drug.not-naltrexone", "drug.conventional"})
_HARMLESS = frozenset(
    """naltrexone hcl hydrochloride low dose ldn capsule capsules cap caps oral compounded compound
    compounding mg mcg g anhydrous dihydrate usp powder by mouth po the of custom rx for immediate release
    ir""".split()
)
# What asks for another form than capsules, in the drug's name or beside its strength.
_OTHER_FORMS = frozenset(
    """tablet tablets tab tabs troche troches lozenge lozenges odt cream ointment lotion topical transdermal
    suspension solution liquid syrup elixir drops ml sublingual sl suppository suppositories injection injectable
    pellet pellets implants patch patches spray nasal""".split()
)
_SLOW = frozenset("sr er xr cr la xl extended sustained slow controlled prolonged delayed depot implant timed".split())
_CAPSULE = re.compile(
    r"(oral |gelatin |hard |vegetarian |veg |compounded |immediate release )*cap(sule)?s?(, oral| oral)?\.?"
)


def review_drug(drug: str, strength_mg: Decimal | None, policy: DosePolicy = _DEFAULT) -> tuple[Finding, ...]:
    """Findings about the drug's name.

    strength_mg: strength that was read from its own field [mg], None when there is none.

    >>> [finding.rule for finding in review_drug("methylnaltrexone", None)]
    ['drug.look-alike']
    """
    said = words(drug)
    if not drug.strip():
        return (found("drug.missing", "The drug is missing."),)
    other = _another_drug(drug, said, policy)
    if other is not None:
        return (other,)
    return tuple(_about_the_name(drug, said, strength_mg))


def _another_drug(drug: str, said: list[str], policy: DosePolicy) -> Finding | None:
    """Why the drug is not what is made here; one reason is enough, the one that does the most harm."""
    opioid = next((m for m in find(drug) if is_opioid(m) and m.ingredient not in (UNNAMED, *LOOK_ALIKES)), None)
    if opioid:
        message = f"The drug {clip(drug)} holds {opioid.ingredient}, an opioid; it is not low-dose naltrexone."
        return found("drug.opioid", message)
    alike = _look_alike(said)
    if alike:
        return found("drug.look-alike", f"The drug {clip(drug)} is {alike}, not naltrexone. Ask the prescriber.")
    combined = next((word for word in said if word in _COMBINATIONS), "")
    if combined:
        return found("drug.not-naltrexone", f"The drug {clip(drug)} holds another active beside naltrexone.")
    conventional = next((f"{_BRANDS[word]} under the brand {word}" for word in said if word in _BRANDS), "")
    conventional = conventional or next(
        (format_strength(mg) for mg in strengths_in(drug) if mg >= policy.conventional_from), ""
    )
    if conventional:
        message = f"The drug {clip(drug)} is conventional naltrexone ({conventional}), not compounded here."
        return found("drug.conventional", message)
    if "ldn" not in said and not _naltrexone(said):
        return found("drug.not-naltrexone", f"The drug {clip(drug)} is not naltrexone.")
    return None


def _look_alike(said: list[str]) -> str:
    joined = [*said, *(before + after for before, after in pairwise(said))]  # "methyl naltrexone"
    exact = next((LOOK_ALIKES[word] for word in joined if word in LOOK_ALIKES), "")
    return exact or next((full for name, full in LOOK_ALIKES.items() for word in said if same_drug(word, name)), "")


def _naltrexone(said: list[str]) -> list[str]:
    return [word for word in said if same_drug(word, "naltrexone")]


def _about_the_name(drug: str, said: list[str], strength_mg: Decimal | None) -> Iterable[Finding]:
    named = _naltrexone(said)
    if "ldn" in said and not named:
        message = f"The drug is written {clip(drug)}; “LDN” is no drug name. Read it again and confirm naltrexone."
        yield found("drug.ldn", message)
    elif "ldn" in said:
        message = f"The drug {clip(drug)} uses “LDN”, which is no drug name and is never printed."
        yield found("drug.ldn", message, level=Level.WARN)
    if named and named[0] != "naltrexone":
        message = f"The drug {clip(drug)} is spelled “{named[0]}”; confirm that naltrexone is meant."
        yield found("drug.spelling", message)
    if "base" in said:
        message = f"The drug {clip(drug)} asks for the base; the strength printed is that of the hydrochloride."
        yield found("drug.base", message)
    if _SLOW & set(said) or release_forms.long_acting(" ".join(drug.casefold().split())):
        message = f"The drug {clip(drug)} asks for slow release, which is not made here. Ask the prescriber."
        yield found("form.not-made", message)
    yield from _writing(drug)
    yield from _unknown(drug, said, [*named, *_OTHER_FORMS], strength_mg)
    yield from _strengths(drug, strength_mg)


def _writing(drug: str) -> Iterable[Finding]:
    flaws = list(forms_in(drug))
    if runs_together(drug):
        flaws.append("a name that runs into the number (a letter is easily read as a digit)")
    flaws.extend(f"the error-prone abbreviation “{code}”" for code in codes_in(drug))
    if flaws:
        yield found("drug.written-form", f"The drug {clip(drug)} has {'; '.join(flaws)}. Read it again.")


def _unknown(drug: str, said: list[str], named: list[str], strength_mg: Decimal | None) -> Iterable[Finding]:
    known = {*_HARMLESS, *_SLOW, "base", *named, *codes_in(drug)}
    unknown = [word for word in said if word not in known and not word[0].isdigit()]
    same = "" if strength_mg is None else format_number(strength_mg)
    unknown.extend(number for number in numbers_without_unit(drug) if number != same)
    if unknown:
        message = f"The drug {clip(drug)} has words that were not understood: {', '.join(unknown[:5])}."
        yield found("drug.unknown-words", message)


def _strengths(drug: str, strength_mg: Decimal | None) -> Iterable[Finding]:
    for named in dict.fromkeys(strengths_in(drug)):
        if strength_mg is not None and named != strength_mg:
            message = (
                f"The drug {clip(drug)} says {format_strength(named)} and the strength says"
                f" {format_strength(strength_mg)}. Ask the prescriber."
            )
            yield found("strength.two", message)


def review_form(form: str, drug: str, strength: str = "") -> tuple[Finding, ...]:
    """Capsules are made here, nothing else. A drug or a strength that names tablets asks for them, whatever the form
    says.

    >>> [finding.rule for finding in review_form("capsule", "naltrexone 4.5 mg tablets")]
    ['form.not-made']
    """
    text = " ".join(form.casefold().split())
    made = _CAPSULE.fullmatch(text) is not None
    for name, said in (("drug", drug), ("strength", strength)) if made or not text else ():
        other = next((word for word in words(said) if word in _OTHER_FORMS), "")
        if other:
            message = f"The {name} {clip(said)} asks for “{other}”; capsules are made here. Ask the prescriber."
            return (found("form.not-made", message),)
    if not text:
        return (found("form.missing", "The form is missing; capsules are made here. Confirm it at entry."),)
    if made:
        return ()
    message = f"The form {clip(form)} is not made here; naltrexone is compounded as capsules. Ask the prescriber."
    return (found("form.not-made", message),)
