"""How the fields of every label are named, and what all labels have in common.

Every value of a label is a finished string: nothing is calculated or formatted after this. Dates are texts too
("24 Nov 2026"): which form a pharmacy writes is decided before the label is made.
"""

from dataclasses import dataclass

LONGEST = 600
"""Characters. No field near it could fit; it only keeps absurd input from being measured word by word."""

SPOKEN = {
    "pharmacy_name": "the pharmacy's name",
    "pharmacy_address": "the pharmacy's address",
    "pharmacy_phone": "the pharmacy's phone number",
    "rx_number": "the prescription number",
    "fill": "the fill number",
    "refills": "the number of refills",
    "patient": "the patient's name",
    "prescriber": "the prescriber's name",
    "drug": "the name of the medicine",
    "bottle": "the number of the bottle",
    "date_filled": "the date filled",
    "lot": "the lot number",
    "use_by": "the use-by date",
    "description": "the physical description",
    "inactive": "the list of inactive ingredients",
    "warnings": "an auxiliary warning",
    "compounded": "the statement about compounding",
    "initials": "the pharmacist's initials",
    "formula": "the formula's name",
    "batch_number": "the batch number",
    "lot_number": "the lot number",
    "active": "the name of the active",
    "parents": "a lot that went into it",
    "made_by": "who made it",
    "ingredient": "the ingredient's name",
    "maker_lot": "the maker's lot",
    "expires": "the expiry date",
    "received": "the date received",
    "of_several": "the number of a container",
    "equipment_number": "the equipment number",
    "name": "the name of the equipment",
    "due": "the date it is due",
    "lots": "a lot that went into it",
    "released_by": "who released it",
    "enclosed": "an enclosed paper",
    "printer": "the printer's name",
}
"""How a refusal names a field; a field that is missing here is named by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What every label is: finished strings, and the codes that say the same to a scanner."""

    @property
    def codes(self) -> tuple[tuple[str, str], ...]:
        """The (kind, payload) of each code it carries: "code128" or "datamatrix", and what a scanner reads."""
        return ()


MAY_BE_EMPTY = frozenset({"purpose", "bottle", "mark", "warnings", "certificate", "standing"})
NOT_PRINTED = frozenset({"token"})
"""The token is in the DataMatrix only."""


def spoken(field: str) -> str:
    """How a sentence names the field.

    >>> spoken("use_by"), spoken("storage")
    ('the use-by date', 'the storage')
    """
    return SPOKEN.get(field, f"the {field.replace('_', ' ')}")


def texts(label: Label) -> tuple[tuple[str, str], ...]:
    """Every (field, text) of the label, in the order of its declaration, each warning on its own."""
    found: list[tuple[str, str]] = []
    for field in label.__dataclass_fields__:
        value = getattr(label, field)
        if isinstance(value, tuple):
            found.extend((field, text) for text in value)
        else:
            found.append((field, value))
    return tuple(found)
