"""Rules of drug-use review: the patient's other medicines, conditions, allergies and the formula's excipients."""

from datetime import date

from pharmacy.domain.citations import DUPLICATE, FILLERS, GENERAL, LABEL, SPACING, TRUST
from pharmacy.domain.findings import Kind, Level, Rule

_FIRST = date(2026, 11, 24)
_STOP, _ASK, _WARN, _COUNSEL = Level.STOP, Level.PHARMACIST, Level.WARN, Level.COUNSEL
_OPIOID = "Naltrexone brings on withdrawal beside an opioid; nobody may switch that question off."
_CONTRAINDICATED = "The product label contraindicates it."
_HARM = "The formula would harm this patient."


def _clinical(
    name: str, level: Level, code: str, looks_for: str, source: str, stops_because: str = "", kept_because: str = "",
) -> Rule:  # fmt: skip
    return Rule(name, Kind.CLINICAL, level, (code,), looks_for, source, _FIRST, stops_because, kept_because)


REVIEW_RULES = (
    _clinical(
        "profile.opioid-long", _STOP, "DD",
        "A long-acting opioid on the medicine list: methadone, buprenorphine, a patch, levorphanol, extended release.",
        f"{LABEL}; {SPACING}", "No spacing helps: the opioid is there all day, and withdrawal follows.", _OPIOID,
    ),
    _clinical(
        "profile.opioid-recent", _STOP, "DD", "An opioid whose last dose is not long enough ago.", LABEL,
        "Waiting until the date that is shown avoids withdrawal; there is nothing to weigh before it.", _OPIOID,
    ),
    _clinical(
        "profile.opioid", _ASK, "DD", "A short-acting opioid on the medicine list.", f"{LABEL}; {SPACING}",
        kept_because=_OPIOID,
    ),
    _clinical(
        "profile.opioid-stopped", _ASK, "DD", "A long-acting opioid whose last dose is long enough ago.", LABEL,
        kept_because=_OPIOID,
    ),
    _clinical(
        "profile.opioid-mentioned", _ASK, "DD",
        "An opioid in the note, the purpose, a condition or an allergy that does not stand on the medicine list.",
        LABEL, kept_because=_OPIOID,
    ),
    _clinical(
        "profile.opioid-peripheral", _WARN, "DD", "An opioid of the bowel: loperamide, diphenoxylate and others.",
        GENERAL,
    ),
    _clinical(
        "profile.antagonist", _STOP, "TD", "Naltrexone, nalmefene or a combination with naltrexone on the list.",
        GENERAL, "The doses would add up, and the other product holds ten or more times the low dose.",
        "A second antagonist is a dose error.",
    ),
    _clinical("profile.thyroid", _COUNSEL, "DD", "Thyroid replacement on the list.", TRUST),
    _clinical("profile.unnamed", _ASK, "MS", "A medicine on the list without a readable name.", GENERAL),
    _clinical("profile.spelling", _WARN, "MS", "A medicine that was recognised in spite of a slip.", GENERAL),
    _clinical("profile.duplicate", _ASK, "TD", "Another naltrexone prescription of the patient.", DUPLICATE),
    _clinical(
        "allergy.naltrexone", _STOP, "DA", "An allergy to naltrexone, also under its brands.", LABEL,
        "The product label contraindicates it.", _CONTRAINDICATED,
    ),
    _clinical(
        "allergy.excipient", _STOP, "DA", "An allergy against an excipient of the chosen formula.", GENERAL,
        "Another formula can be offered, so there is nothing to weigh.", _HARM,
    ),
    _clinical(
        "diet.excipient", _STOP, "DI", "A diet against an excipient of the chosen formula.", GENERAL,
        "Another formula can be offered, so there is nothing to weigh.", _HARM,
    ),
    _clinical("allergy.formula-to-choose", _WARN, "DA", "An allergy against a usual excipient, no formula yet.",
              GENERAL),
    _clinical("diet.formula-to-choose", _WARN, "DI", "A diet against a usual excipient, no formula yet.", GENERAL),
    _clinical(
        "excipient.blocked", _STOP, "DI", "A filler that slows or binds naltrexone.", FILLERS,
        "Another filler can be chosen, so there is nothing to weigh.", "The formula would not release its dose.",
    ),
    _clinical(
        "condition.liver-failure", _STOP, "DC", "Acute hepatitis or liver failure.", LABEL,
        "The product label contraindicates it.", _CONTRAINDICATED,
    ),
    _clinical("condition.liver", _WARN, "DC", "Other liver disease.", LABEL),
    _clinical("condition.renal", _WARN, "DC", "Severe renal impairment.", LABEL),
    _clinical("condition.pregnancy", _ASK, "PG", "Pregnancy.", LABEL),
    _clinical("condition.lactation", _ASK, "NR", "Lactation.", LABEL),
    _clinical("condition.opioid-use", _ASK, "DD", "Opioid use as a condition.", LABEL, kept_because=_OPIOID),
    _clinical("condition.surgery", _COUNSEL, "ED", "A planned operation.", TRUST),
    _clinical("condition.mood", _COUNSEL, "DC", "Depression or suicidality.", LABEL),
    _clinical("patient.age", _ASK, "PA", "A patient younger than the policy's adult age.", GENERAL),
)  # fmt: skip
