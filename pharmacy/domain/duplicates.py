"""Two prescriptions of naltrexone for one patient: a question, for the label of each alone cannot show it."""

from pharmacy.domain.findings import Finding
from pharmacy.domain.rules import found


def duplicate_therapy(others: tuple[str, ...]) -> Finding | None:
    """The question that other naltrexone prescriptions of the same patient raise, None when there is none.

    others: numbers of the patient's other verified or recently dispensed prescriptions of naltrexone.

    >>> duplicate_therapy(())
    >>> duplicate_therapy(("7000017",)).message.split(";")[0]
    'The patient has another naltrexone prescription: 7000017'
    """
    numbers = tuple(dict.fromkeys(number.strip() for number in others if number.strip()))
    if not numbers:
        return None
    named = ", ".join(numbers)
    has = "another naltrexone prescription" if len(numbers) == 1 else "other naltrexone prescriptions"
    message = f"The patient has {has}: {named}; ask whether this one replaces or adds to what is taken already."
    return found("profile.duplicate", message)
