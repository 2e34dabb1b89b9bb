"""A line that names a medicine, "Naltrexone HCl 4.5 mg capsule", in its parts as they were written."""

import re
from dataclasses import dataclass
from itertools import islice

from pharmacy.domain.strength import read_strength

_NUMBER = r"(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)"
_UNIT = r"(?:milligrams?|micrograms?|mg|mcg|ug|µg|μg|grams?|gm|g|mL|%)"
_AMOUNT = re.compile(
    rf"(?<![0-9.,]){_NUMBER}(?:\s?(?:-|–|/|to)\s?{_NUMBER})?\s*{_UNIT}(?![A-Za-z])"
    r"(?:\s?/\s?(?:[0-9.]+\s?)?(?:mL|g)(?![A-Za-z]))?",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\b(?:(?:extended|slow|sustained|immediate)[ -]release\s+|SR\s+|ER\s+|IR\s+)?"
    r"(?:capsules?|caps?|tablets?|tabs?|troches?|lozenges?|cream|gel|ointment|solution|suspension|liquid|drops"
    r"|suppositor(?:y|ies)|inhaler|injection)\b",
    re.IGNORECASE,
)
_NALTREXONE = re.compile(r"(?<![A-Za-z])naltrexone(?![a-z])", re.IGNORECASE)
_NOTHING_NEW = re.compile(r"(?:\W|\b(?:oral(?:ly)?|by mouth|po|per|each)\b)*", re.IGNORECASE)
MOST_AMOUNTS = 20  # a titration names some five
_EDGES = " ,;:-–(/["


@dataclass(frozen=True, slots=True)
class DrugText:
    """strength: every amount of the line, with the words between if there are several. rest: words left."""

    drug: str
    strength: str
    form: str
    rest: str
    amounts: tuple[str, ...]
    run_together: bool


def read_drug_text(text: str) -> DrugText:
    """Takes a line apart without changing a letter of any part.

    >>> read_drug_text("Naltrexone HCl 4.5 mg capsule").drug
    'Naltrexone HCl'
    >>> read_drug_text("Morphine 20 mg / naltrexone 0.8 mg capsule").strength
    '20 mg / naltrexone 0.8 mg'
    """
    amounts = list(_AMOUNT.finditer(text))
    start, end = (amounts[0].start(), amounts[-1].end()) if amounts else (len(text), len(text))
    if amounts and all(same_amount(amount[0], amounts[0][0]) for amount in amounts):
        end = amounts[0].end()
    forms = [form for form in _FORM.finditer(text) if form.end() <= start or form.start() >= end]
    cut = min([start, *(form.start() for form in forms)])
    spans = sorted([(start, end), *(form.span() for form in forms)])
    drug = text[:cut].strip(_EDGES)
    rest = _without(text[cut:], [(first - cut, last - cut) for first, last in spans])
    if not drug:
        drug, rest = _without(text, spans), ""
    return DrugText(
        drug=drug,
        strength=text[start:end],
        form=forms[0][0] if forms else "",
        rest="" if _NOTHING_NEW.fullmatch(rest) else rest,
        amounts=tuple(dict.fromkeys(amount[0] for amount in amounts)),
        run_together=bool(amounts) and start > 0 and text[start - 1].isalpha(),
    )


def amounts_in(text: str) -> tuple[str, ...]:
    """The amounts with a unit in any text, as written; at most MOST_AMOUNTS.

    >>> amounts_in("start with 1.5 mg, then 3mg")
    ('1.5 mg', '3mg')
    """
    return tuple(dict.fromkeys(amount[0] for amount in islice(_AMOUNT.finditer(text), MOST_AMOUNTS)))


def names_naltrexone(text: str) -> bool:
    """Whether naltrexone stands in the text as a word of its own.

    >>> names_naltrexone("Naltrexone HCl"), names_naltrexone("methylnaltrexone")
    (True, False)
    """
    return _NALTREXONE.search(text) is not None


def same_amount(one: str, other: str) -> bool:
    """Whether two written amounts mean the same, exactly.

    >>> same_amount("4.50mg", "4.5 MG"), same_amount("4.5 mg", "45 mg")
    (True, False)
    """
    first, second = read_strength(one).mg, read_strength(other).mg
    if first is not None and second is not None:
        return first == second
    return "".join(one.split()).lower() == "".join(other.split()).lower()


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = max(at, end)
    kept.append(text[at:])
    return " ".join(" ".join(kept).split()).strip(_EDGES + ".)]")
