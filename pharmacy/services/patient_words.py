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

REFRIGERATE = "REFRIGERATE."
"""On the bag, before how to keep what is in it, where that is cold."""
COLD = ("refrigerat", "2 to 8 °c", "2-8 °c")
"""What tells that it is, in small letters."""
