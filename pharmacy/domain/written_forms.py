"""Error-prone ways of writing: each is read here, and still shown to a person wherever it stands.

Source: ISMP, List of Error-Prone Abbreviations, Symbols, and Dose Designations, 2021.
"""

import re
import unicodedata
from collections.abc import Iterator

_AMOUNT = re.compile(
    r"(?<![0-9.,])(?P<n>[0-9]*\.?[0-9]+)(?P<gap>[\s-]*)(?P<unit>mcgs?|µg|ug|mgs?|milligrams?|micrograms?)(?![a-z])"
)
_CODES = re.compile(r"(?<![a-z0-9])(q\.?d|q\.?o\.?d|q\.?h\.?s|h\.?s|o\.?d|biw|tiw|ss|u)(?![a-z0-9])")
_RUN_TOGETHER = re.compile(r"[a-z]{3,}[0-9]")


def forms_in(text: str) -> tuple[str, ...]:
    """What is error-prone in the amounts of a text, each once, as the end of the sentence "... has".

    >>> forms_in("4.50mg")
    ('a trailing zero (1.0 is easily read as 10)', 'no space between number and unit (the m is easily read as a zero)')
    >>> forms_in("4.5 mg")
    ()
    """
    return tuple(dict.fromkeys(_forms(_even(text))))


def codes_in(text: str) -> tuple[str, ...]:
    """Error-prone abbreviations of a text outside the directions, in lower case and without points.

    >>> codes_in("naltrexone 4.5 mg Q.H.S.")
    ('qhs',)
    """
    return tuple(dict.fromkeys(code.replace(".", "") for code in _CODES.findall(_even(text))))


def runs_together(text: str) -> bool:
    """Whether a name runs into its number.

    >>> runs_together("naltrexone4.5 mg"), runs_together("naltrexone 4.5 mg")
    (True, False)
    """
    return _RUN_TOGETHER.search(_even(text)) is not None


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("μ", "µ")


def _forms(even: str) -> Iterator[str]:
    for match in _AMOUNT.finditer(even):
        number = match["n"]
        if number.startswith("."):
            yield "a naked decimal point (.5 is easily read as 5)"
        if "." in number and number.endswith("0"):
            yield "a trailing zero (1.0 is easily read as 10)"
        if not match["gap"]:
            yield "no space between number and unit (the m is easily read as a zero)"
        if match["unit"] in ("µg", "ug"):
            yield f"{match['unit']} (easily read as mg; mcg is the safe form)"
