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

LEAFLET = (
    (
        "What this is",
        "These capsules hold naltrexone hydrochloride {strength}. This is a low dose.",
        "No company makes this strength. Our pharmacy made the capsules for you.",
        "Tablets of 50 mg or more are for other uses. Do not take them in place of these capsules.",
    ),
    (
        "How to take it",
        "{directions}",
        "Swallow it whole with water. Do not split it.",
        "Take only what the label says. Ask your prescriber before you change or stop it.",
    ),
    (
        "What to stay away from",
        "Do not take opioid pain medicines with it, such as codeine, hydrocodone, morphine, oxycodone or tramadol. They"
        " may not work, or may make you ill.",
        "Some medicines for cough or diarrhea are opioids too. Ask us before you take one.",
        "Did you take an opioid in the last 14 days? Call us before you take the first capsule.",
        "Tell every doctor and dentist that you take naltrexone. Show them your wallet card.",
        "Is an operation planned? Ask your prescriber when to stop.",
    ),
    (
        "Tell us before you start",
        "If you have or had liver or kidney disease.",
        "If you are pregnant, plan to be, or breast-feed.",
        "If you take medicine for your thyroid. Your blood may need a new test.",
        "If you had a bad reaction to naltrexone or to anything that is in these capsules: {inactive}.",
        "If you feel very low, or have thought of harming yourself.",
    ),
    (
        "If you miss a dose",
        "Skip it. Take the next one at your usual time.",
        "Do not take 2 doses to make up for it.",
        "If your dose goes up in steps, call us before you go on to the next bottle.",
    ),
    (
        "Side effects",
        "Some people have a headache, vivid dreams, trouble falling asleep, or feel anxious.",
        "Tell us or your prescriber if this bothers you.",
    ),
    (
        "When to call",
        "Call 911 if you have trouble breathing, or your face or throat swells.",
        "Call your prescriber the same day if your skin or eyes turn yellow, your urine is dark, or you feel very low.",
        "If somebody else took it, or you took too much, call Poison Help at 1-800-222-1222.",
    ),
    (
        "How to keep it",
        "{storage}",
        "Keep it dry, away from light, and out of reach of children.",
        "Do not use it after {use_by}. Bring back what is left, and we destroy it.",
    ),
    (
        "Questions?",
        "Call {pharmacy}, {phone}.",
    ),
)
"""The leaflet: each section its heading, then its sentences. In braces what the record of the fill says."""

RECEIPT = "Receipt"
PRICE_TITLE, PRICE_OF = "What our capsules cost", "Strength"
PRICE_NOTE = "By our price schedule of {since}, for one container."
"""On the receipt and its price list; since: the day from which the prices hold."""

REFRIGERATE = "REFRIGERATE."
"""On the bag, before how to keep what is in it, where that is cold."""
COLD = ("refrigerat", "2 to 8 °c", "2-8 °c")
"""What tells that it is, in small letters."""
