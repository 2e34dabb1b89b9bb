"""Rules about what was ordered: the dose, the drug, the form and how they are written."""

from datetime import date

from pharmacy.domain.citations import (
    AGREEMENT,
    BANDS,
    CAPSULES,
    DIRECTIONS,
    ISMP,
    MONOGRAPH,
    NAMES,
    TITRATION,
)
from pharmacy.domain.findings import Kind, Level, Rule

_FIRST, _SECOND = date(2026, 11, 24), date(2026, 11, 26)
_CLINICAL, _WORKFLOW = Kind.CLINICAL, Kind.WORKFLOW
_STOP, _ASK, _WARN = Level.STOP, Level.PHARMACIST, Level.WARN
_DOSE = "A dose rule guards against the ten-fold error, which nobody may switch off."
_PRODUCT = "It keeps another product from being filled as low-dose naltrexone."
_POLICY = "The pharmacy's policy lets only a pharmacist accept this."

DOSE_RULES = (
    Rule(
        "dose.too-low", _CLINICAL, _STOP, ("LD",),
        "A daily dose of zero or below the least that a pharmacist may accept.", BANDS, _FIRST,
        "A dose this small is a mix-up of mcg and mg or a lost digit until the prescriber says otherwise.", _DOSE,
    ),
    Rule(
        "dose.too-high", _CLINICAL, _STOP, ("HD",),
        "A daily dose or a strength above the most that a pharmacist may accept.", BANDS, _FIRST,
        "Ten times the dose is conventional naltrexone and may bring on withdrawal.", _DOSE,
    ),
    Rule(
        "dose.unusual", _CLINICAL, _ASK, ("LD", "HD"),
        "A daily dose outside the range that is compounded and inside the range a pharmacist may accept.",
        BANDS, _FIRST, kept_because=_POLICY,
    ),
    Rule(
        "dose.split", _CLINICAL, _STOP, ("SF",), "Directions that ask for part of a capsule.", CAPSULES, _FIRST,
        "Part of a capsule cannot be taken, so the dose that is meant would not be given.", _DOSE,
    ),
    Rule(
        "directions.not-once-daily", _CLINICAL, _ASK, ("PN",), "Directions that are not once a day.", BANDS, _FIRST,
    ),
    Rule(
        "directions.two-doses", _CLINICAL, _STOP, ("PN",),
        "An amount in the directions that is neither the strength nor the dose.", DIRECTIONS, _FIRST,
        "Two doses stand in the order and only the prescriber knows which is meant.", _DOSE,
    ),
    Rule(
        "strength.two", _CLINICAL, _STOP, ("PN",), "A strength in the drug's name that differs from the strength.",
        NAMES, _FIRST, "Two strengths stand in the order and only the prescriber knows which is meant.", _DOSE,
    ),
    Rule(
        "strength.micrograms", _CLINICAL, _ASK, ("PN",),
        "A strength or a step of the plan written in micrograms, with what it is in mg.", ISMP, _FIRST,
        kept_because=_DOSE,
    ),
    Rule(
        "titration.disagrees", _CLINICAL, _STOP, ("PN",),
        "Directions and titration plan that mean different doses or lengths.", TITRATION, _FIRST,
        "The label would print one dose and the plan another.", _DOSE,
    ),
    Rule(
        "titration.strengths", _CLINICAL, _ASK, ("SF",), "A step of the plan that the capsules do not make.",
        TITRATION, _FIRST, kept_because=_DOSE,
    ),
    Rule(
        "titration.falls", _CLINICAL, _ASK, ("PN",), "A dose that falls from one step to the next.", TITRATION,
        _FIRST,
    ),
    Rule(
        "titration.steep", _CLINICAL, _ASK, ("HD",), "A step that rises by more than the policy allows.", TITRATION,
        _FIRST,
    ),
    Rule(
        "titration.days", _CLINICAL, _ASK, ("MS",), "A plan that is longer or shorter than the days' supply.",
        TITRATION, _FIRST,
    ),
    Rule(
        "titration.refills", _WORKFLOW, _WARN, ("MS",), "Refills of a plan, which would start over at its first dose.",
        TITRATION, _SECOND,
    ),
    Rule(
        "quantity.days-off", _CLINICAL, _ASK, ("MS",), "A days' supply that does not fit quantity and directions.",
        AGREEMENT, _FIRST, kept_because=_DOSE,
    ),
    Rule(
        "quantity.quantity-off", _CLINICAL, _ASK, ("MS",), "A quantity that does not fit days' supply and directions.",
        AGREEMENT, _FIRST, kept_because=_DOSE,
    ),
    Rule(
        "quantity.directions-off", _CLINICAL, _ASK, ("MS",),
        "Directions that do not fit quantity and days' supply.", AGREEMENT, _FIRST, kept_because=_DOSE,
    ),
    Rule(
        "quantity.disagrees", _CLINICAL, _ASK, ("MS",),
        "Quantity, days' supply and directions that disagree, nobody can tell which is off.", AGREEMENT, _FIRST,
        kept_because=_DOSE,
    ),
)  # fmt: skip
ORDER_RULES = (
    Rule(
        "drug.not-naltrexone", _CLINICAL, _STOP, ("PN",),
        "A drug that is not naltrexone, or naltrexone together with another active.", NAMES, _FIRST,
        "Another medicine was ordered.", _PRODUCT,
    ),
    Rule(
        "drug.look-alike", _CLINICAL, _STOP, ("PN",),
        "A drug whose name looks like naltrexone: methylnaltrexone, naloxone, naloxegol, nalmefene and others.",
        NAMES, _FIRST, "Another medicine was ordered, with a name that is easily misread.", _PRODUCT,
    ),
    Rule(
        "drug.opioid", _CLINICAL, _STOP, ("PN",), "A drug that is an opioid or holds one beside naltrexone.", NAMES,
        _FIRST, "An opioid was ordered.", _PRODUCT,
    ),
    Rule(
        "drug.conventional", _CLINICAL, _STOP, ("PN",),
        "Conventional naltrexone: its brands, its tablets, 50 mg and more in the drug's name.", NAMES, _FIRST,
        "A manufacturer's product was ordered at ten or more times the low dose.", _PRODUCT,
    ),
    Rule(
        "form.not-made", _CLINICAL, _STOP, ("SF",),
        "A form that is not made here: tablets, creams, liquids, slow release.", CAPSULES, _SECOND,
        "The form cannot be supplied as ordered.", _PRODUCT,
    ),
    Rule(
        "drug.ldn", _CLINICAL, _ASK, ("MS",), "“LDN” in the place of the drug's name.", ISMP, _FIRST,
        kept_because=_PRODUCT,
    ),
    Rule(
        "drug.spelling", _CLINICAL, _ASK, ("MS",), "Naltrexone written with one slip of the pen.", NAMES, _FIRST,
        kept_because=_PRODUCT,
    ),
    Rule("drug.base", _CLINICAL, _ASK, ("PN",), "A dose that is meant as the base.", MONOGRAPH, _FIRST),
    Rule(
        "drug.unknown-words", _WORKFLOW, _ASK, ("MS",), "Words beside naltrexone that were not understood.", NAMES,
        _FIRST, kept_because=_PRODUCT,
    ),
    Rule(
        "drug.written-form", _WORKFLOW, _WARN, ("MS",), "Error-prone writing in the drug's name.", ISMP, _SECOND,
    ),
    Rule(
        "strength.written-form", _WORKFLOW, _WARN, ("MS",), "Error-prone writing in the strength or the plan.", ISMP,
        _FIRST,
    ),
    Rule(
        "directions.written-form", _WORKFLOW, _WARN, ("MS",), "Error-prone writing in the directions.", ISMP, _FIRST,
    ),
    Rule(
        "directions.doubt", _CLINICAL, _ASK, ("MS",), "A word of the directions that leaves a doubt.", DIRECTIONS,
        _FIRST, kept_because=_DOSE,
    ),
)  # fmt: skip
