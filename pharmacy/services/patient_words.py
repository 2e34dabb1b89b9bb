"""The pharmacy's own words on what a patient takes home, as plain data: changed here, and nowhere else.

They say how to take the capsules and what to look out for. They claim nothing about what the medicine does for anybody.
"""

WARNINGS = (
    "Do not take with opioid medicines. Tell every doctor and dentist.",
    "May cause vivid dreams.",
    "Keep dry and away from light.",
    "Keep out of reach of children.",
)
"""On the container label and on the auxiliary strip."""

BEDTIME = "Take at bedtime."
"""First on the strip, where the directions say nothing else."""

COUNSEL_FIRST, COUNSEL_AGAIN = "COUNSEL THE PATIENT", "OFFER COUNSELLING"
"""On the bag: of a first fill, and of a refill."""

CARD = {
    "title": "NALTREXONE - NO OPIOIDS",
    "warning": "Opioid medicines may not work for me, or may make me ill.",
    "show": "Show this card to every doctor, dentist and pharmacist.",
    "back_title": "BEFORE YOU GIVE ME AN OPIOID",
    "which": (
        "Opioids are pain medicines such as codeine, fentanyl, hydrocodone, morphine, oxycodone and tramadol. Some"
        " medicines for cough or diarrhea are opioids too."
    ),
    "call": "For pain relief or an operation, call first:",
}
"""On the wallet card, beside who takes what and whom to call."""

CALENDAR_NOTICE = (
    "Go on to the next bottle only on its day. If you miss a day, or feel unwell, call {phone} before you go on."
)
"""On the calendar of a plan; phone: the pharmacy's."""

REFRIGERATE = "REFRIGERATE."
"""On the bag, before how to keep what is in it, where that is cold."""
COLD = ("refrigerat", "2 to 8 °c", "2-8 °c")
"""What tells that it is, in small letters."""
