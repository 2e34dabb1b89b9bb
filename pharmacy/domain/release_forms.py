"""Whether the words beside an opioid say that it acts for long: extended release, patch, film, implant, depot.

A word that also means something else counts only where it stands as a form: "ER" not as the emergency room, "12 hour"
not in "every 12 hours", "LA" not as an article; "SA" and "MR" are the sustained action and modified release of other
systems. Source: release forms of RxNorm and of the CDC value set of
extended-release opioids; abbreviations from general professional knowledge.
"""

import re

# Brands that are only made as extended release or patch (product labels), so no such word stands beside them.
LONG_BRANDS = frozenset(
    """arymo avinza butrans contin conzip depodur duragesic embeda exalgo hysingla kadian morphabond mscontin
    oramorph oxycontin ryzolt targiniq troxyca xartemis xtampza zohydro tussionex tuzistra tuxarin zomorph
    ionsys durogesic matrifen targin targinact continus eslon jurnista longtec maxitram oxeltra oxyneo""".split()
)
_LONG = re.compile(
    r"\b(xr|sr|cr|xl|sa|td|(?<!de-chlor )mr|retard|oros|contin|mser|patch(es)?|parches?|transderm(al)?|depot)\b"
    r"|\bimplants?\b"
    r"|(?<!the )(?<!in )(?<!from )(?<!at )(?<!by )\ber\b(?! (visit|doctor|doc|physician|room|dept|department|staff)\b)"
    r"|\bla\b(?! ?[^\W\d_]{3,})"
    r"|\b(extended|sustained|controlled|prolonged|slow|modified|ext|extd)\.?[ -]?(release|released|rel|action)\b"
    r"|\blong[ -]?acting\b|\bextended[ -]rel\b"
    r"|(?<!buccal )(?<!soluble )\bfilms?\b"
    r"|(?<!every )(?<!each )(?<!per )(?<!in )(?<!for )(?<!q )(?<!q)(?<!\d-)(?<!to )(?<!or )"
    r"\b(8|12|24|72|168)[ -]?(h|hr|hour)\b"
    # A patch by its rate or its change every third day.
    r"|\b(mcg|[µμu]g) ?(/|per) ?(h|hr|hour)\b|\b(q|every) ?72 ?(h|hrs?|hours?)\b"
)
_POINTED = re.compile(r"\b([escxm])\. ?r\b\.?")
_DEPOT = re.compile(
    r"\b(sublocade|brixadi|probuphine|buvidal|depot|implants?)\b"
    r"|\bbup(renorphine)?\b(?!.*\b(patch|transdermal))(?=.*\b(prefilled syringe|monthly|weekly|(?:4|four) weeks)\b)"
)


def long_acting(even: str) -> bool:
    """Whether a text in lower case, single spaces, names a form that acts for long.

    >>> long_acting("oxycodone 12 hr tablet"), long_acting("oxycodone 5 mg every 12 hours")
    (True, False)
    """
    return _LONG.search(_POINTED.sub(r"\1r", even)) is not None


def depot(even: str) -> bool:
    """Whether it names a form that goes on for weeks after the last dose, so that no washout can be counted.

    >>> depot("sublocade 300 mg"), depot("suboxone film")
    (True, False)
    """
    return _DEPOT.search(even) is not None
