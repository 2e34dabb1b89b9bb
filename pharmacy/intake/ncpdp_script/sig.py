"""The coded part of a Sig beside its text. The text is kept; where they disagree a person is told."""

from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from pharmacy.domain.sig import read_directions
from pharmacy.intake.ncpdp_script.found import Found, leaf, walk


def doubt_structured_sig(medication: Element, at: str, directions: str, found: Found) -> None:
    """Notes a doubt for each coded dose or time of day that the written directions do not bear out."""
    if not directions:
        return
    doses = {phase.units_per_dose for phase in read_directions(directions).phases}
    for path, instruction in walk(medication, at, "Sig/Instruction"):
        for element in instruction.iter("DoseQuantity"):
            dose = _number(leaf(element))
            if doses and dose is not None and dose not in doses:
                found.doubt("directions", f"{path} codes a dose of {dose}, the text says otherwise.")
        for timing in instruction.iter("AdministrationTiming"):
            for element in timing.iter("Text"):
                words = leaf(element)
                if words and words.lower() not in directions.lower():
                    found.doubt("directions", f"{path} codes “{words[:60]}”, which the text does not say.")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text[:20])
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
