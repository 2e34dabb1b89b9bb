"""A line that names a medicine, "Naltrexone HCl 4.5 mg capsule", in its parts as they were written."""

import re
from dataclasses import dataclass

_NUMBER = r"(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)"
_UNIT = r"(?:milligrams?|micrograms?|mg|mcg|ug|µg|μg|grams?|gm|g|mL|%)"
_AMOUNT = re.compile(
    rf"(?<![0-9.,]){_NUMBER}(?:\s?(?:-|–|/|to)\s?{_NUMBER})?\s*{_UNIT}(?![A-Za-z])"
    rf"(?:\s?/\s?(?:[0-9.]+\s?)?(?:mL|g|capsules?|caps?|tablets?|tabs?)(?![A-Za-z]))?",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\b(?:(?:extended|slow|sustained|immediate)[ -]release\s+|SR\s+|ER\s+|IR\s+)?"
    r"(?:capsules?|caps?|tablets?|tabs?|troches?|lozenges?|cream|gel|ointment|solution|suspension|liquid|drops"
    r"|suppositor(?:y|ies)|inhaler|injection)\b",
    re.IGNORECASE,
)
_NALTREXONE = re.compile(r"(?<![A-Za-z])naltrexone(?![a-z])", re.IGNORECASE)
_ROUTE_ONLY = re.compile(r"(?:\W|\b(?:oral(?:ly)?|by mouth|po)\b)*", re.IGNORECASE)
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
    if len({_same(amount[0]) for amount in amounts}) == 1:
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
        rest="" if _ROUTE_ONLY.fullmatch(rest) else rest,
        amounts=tuple(dict.fromkeys(amount[0] for amount in amounts)),
        run_together=bool(amounts) and start > 0 and text[start - 1].isalpha(),
    )


def amounts_in(text: str) -> tuple[str, ...]:
    """Every amount with a unit in any text, as written.

    >>> amounts_in("start with 1.5 mg, then 3mg")
    ('1.5 mg', '3mg')
    """
    return tuple(dict.fromkeys(amount[0] for amount in _AMOUNT.finditer(text)))


def names_naltrexone(text: str) -> bool:
    """Whether naltrexone stands in the text as a word of its own.

    >>> names_naltrexone("Naltrexone HCl"), names_naltrexone("methylnaltrexone")
    (True, False)
    """
    return _NALTREXONE.search(text) is not None


def same_amount(one: str, other: str) -> bool:
    """Whether two amounts differ at most in spaces and letter case; no number is converted or rounded."""
    return _same(one) == _same(other)


def _same(text: str) -> str:
    return "".join(text.split()).lower()


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = max(at, end)
    kept.append(text[at:])
    return " ".join(" ".join(kept).split()).strip(_EDGES + ".)]")
