"""Reading a strength as it was written, without ever correcting it."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from pharmacy.domain.units import clip, format_number, format_strength
from pharmacy.domain.written_forms import forms_in

_NUMBER = r"(?:[0-9]{1,6}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})"
_PER_CAPSULE = r"(?: ?(?:/|per|each)? ?(?:oral )?(?:1 )?(?:capsules?|caps?|tablets?|tabs?)\.?)?"
_STRENGTH = re.compile(rf"(?P<n>{_NUMBER})(?P<gap> ?)(?P<unit>[a-zµμ]+)\.?{_PER_CAPSULE}")
_UNIT = "mgs?|milligrams?|mcg|µg|μg|ug|micrograms?"
_ANY = re.compile(rf"(?<![0-9.,⁄])(?P<n>{_NUMBER})\s?-?(?P<unit>{_UNIT})\b(?! ?/ ?m)")
_ACCOUNTED_FOR = re.compile(r"# ?[0-9]+\b|\b[0-9]+ ?(?:capsules?|caps?|ct)\b|[0-9.]+ ?(?:mg|mcg) ?/ ?[0-9.]* ?ml\b")
_MG = frozenset({"mg", "mgs", "milligram", "milligrams"})
_MCG = frozenset({"mcg", "mcgs", "µg", "μg", "ug", "microgram", "micrograms"})
_GRAM = frozenset({"g", "gm", "gms", "gr", "gram", "grams"})
_VOLUME = frozenset({"ml", "mls", "cc", "l", "milliliter", "milliliters", "millilitre", "millilitres"})


@dataclass(frozen=True, slots=True)
class Strength:
    """mg: per capsule [mg], None when it could not be read; then problem says why, quoting the text.

    forms: error-prone ways of writing (written_forms). converted: "1500 mcg = 1.5 mg" or "".
    """

    written: str
    mg: Decimal | None
    problem: str = ""
    forms: tuple[str, ...] = ()
    converted: str = ""


def read_strength(written: str) -> Strength:
    """The strength of one capsule, in mg, or the reason why there is none.

    >>> read_strength("4.5 mg").mg, read_strength("1500 mcg").converted
    (Decimal('4.5'), '1500 mcg = 1.5 mg')
    >>> read_strength("1.5-4.5 mg").problem
    'The strength “1.5-4.5 mg” is a range or two numbers; one number is needed.'
    """
    text = " ".join(written.replace("μ", "µ").split()).lower()
    if not text:
        return Strength(written, None, "The strength is missing.")
    if any(letter.isnumeric() and not letter.isdecimal() for letter in text):
        return Strength(written, None, f"The strength {clip(written)} has a fraction or a raised digit.")
    # A typographic minus or full-width digits are read as what they show; anything else stays as it is.
    text = unicodedata.normalize("NFKC", text).replace("μ", "µ").replace("–", "-").replace("−", "-")
    match = _STRENGTH.fullmatch(text)
    if match is None:
        return Strength(written, None, _why(written, text))
    value, unit = Decimal(match["n"]), match["unit"]
    if unit in _MG:
        return _checked(Strength(written, value, "", forms_in(written)))
    if unit in _MCG:
        mg = value / 1000
        shown = f"{format_number(value)} mcg = {format_strength(mg)}"
        return _checked(Strength(written, mg, "", forms_in(written), shown))
    return Strength(written, None, _why_unit(written, unit))


def strengths_in(text: str) -> tuple[Decimal, ...]:
    """Every amount in mg or mcg that a free text names [mg], in order.

    >>> strengths_in("naltrexone 4.5 mg capsule")
    (Decimal('4.5'),)
    """
    even = unicodedata.normalize("NFKC", text).lower()
    found = []
    for match in _ANY.finditer(even):
        value = Decimal(match["n"])
        found.append(value / 1000 if match["unit"].replace("μ", "µ") in _MCG else value)
    return tuple(found)


def numbers_without_unit(text: str) -> tuple[str, ...]:
    """Numbers of a drug's name that say neither mg nor mcg, nor how many capsules.

    >>> numbers_without_unit("naltrexone 50"), numbers_without_unit("naltrexone 4.5 mg capsule #30")
    (('50',), ())
    """
    left = _ACCOUNTED_FOR.sub(" ", _ANY.sub(" ", unicodedata.normalize("NFKC", text).lower()))
    return tuple(dict.fromkeys(number.rstrip(".,/-") for number in re.findall(r"\.?[0-9][0-9.,/-]*", left)))


def _checked(strength: Strength) -> Strength:
    if strength.mg is not None and strength.mg <= 0:
        return Strength(strength.written, None, f"The strength {clip(strength.written)} is zero.")
    return strength


def _why(written: str, text: str) -> str:
    quoted = clip(written)
    numbers = re.findall(r"[0-9]+(?:[.,][0-9]+)*", text)
    if re.search(r"\bnan\b|infinit|\binf\b", text):
        return f"The strength {quoted} is not a number."
    if re.fullmatch(r"-.*[0-9].*", text) or "- " in text and len(numbers) == 1:
        return f"The strength {quoted} is negative or holds a stray dash."
    if re.search(r"[0-9]e[+-]?[0-9]", text):
        return f"The strength {quoted} is written with an exponent; all digits are needed."
    if re.search(r"/ ?m?l\b|per ?m?l\b", text):
        return f"The strength {quoted} is a concentration; a capsule has a strength in mg."
    if "," in text and len(numbers) == 1:
        return f"The strength {quoted} has a comma, which may be a decimal point or part of a thousand."
    if len(numbers) > 1:
        return f"The strength {quoted} is a range or two numbers; one number is needed."
    if re.fullmatch(_NUMBER, text):
        return f"The strength {quoted} has no unit; mg is needed."
    return f"The strength {quoted} could not be read."


def _why_unit(written: str, unit: str) -> str:
    quoted = clip(written)
    if unit in _GRAM:
        return f"The strength {quoted} is in grams; a capsule of low-dose naltrexone has a strength in mg."
    if unit in _VOLUME:
        return f"The strength {quoted} is a volume without a concentration; mg is needed."
    if unit in ("u", "iu", "unit", "units"):
        return f"The strength {quoted} is in units; naltrexone is measured in mg, and “u” is easily read as 0."
    return f"The strength {quoted} has the unit “{unit[:20]}”, which is not mg."
