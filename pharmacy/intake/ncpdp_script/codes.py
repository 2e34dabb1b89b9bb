"""NCI Thesaurus codes that SCRIPT uses for units and forms, as far as a compounding pharmacy meets them.

From general professional knowledge; a code that is not here is shown as the code, never guessed.
"""

UNITS = {
    "C28253": "mg",
    "C48152": "mcg",
    "C48155": "g",
    "C28254": "mL",
}
FORMS = {
    "C25158": "capsule",
    "C48480": "capsule",
    "C42998": "tablet",
    "C48542": "tablet",
    "C28944": "cream",
    "C42953": "liquid",
    "C42966": "ointment",
    "C42986": "solution",
    "C42993": "suspension",
}
UNCOUNTED = {"C64933": "each", "C38046": "unspecified"}
ICD_10 = ("", "ABF", "ABK", "ICD10")
