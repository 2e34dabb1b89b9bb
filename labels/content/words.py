"""How the fields of every label are named, and what all labels have in common.

Every value of a label is a finished string: nothing is calculated or formatted after this. Dates are texts too
("24 Nov 2026"): which form a pharmacy writes is decided before the label is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass

Told = str | tuple[str, ...] | tuple[tuple[str, ...], ...]
"""What a field holds: a text, several, or a table of them."""

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
    "warnings_translated": "an auxiliary warning in the patient's language",
    "directions_translated": "the directions in the patient's language",
    "compounded": "the statement about compounding",
    "initials": "the pharmacist's initials",
    "formula": "the formula's name",
    "batch_number": "the batch number",
    "lot_number": "the lot number",
    "active": "the name of the active",
    "parents": "a lot that went into it",
    "number": "the prescription and fill number",
    "containers": "a line of what is in the bag",
    "keep": "how to keep it",
    "counsel": "the note about counselling",
    "bottles": "the heading of a bottle",
    "days": "a day of the calendar",
    "sections": "a sentence of the leaflet",
    "lines": "a line of the price",
    "prices": "a line of the price list",
    "price_head": "the head of the price list",
    "price_title": "the title of the price list",
    "price_note": "the note under the price list",
    "paid": "the date it was paid",
    "total": "the total",
    "medicine": "what the patient takes",
    "which": "the list of medicines",
    "call": "when to call",
    "pharmacy": "the pharmacy's name",
    "issued": "the date",
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
        """The (kind, payload) of each code it carries: `line_code` in bars, `token` in squares, where it has them."""
        carried = (("code128", getattr(self, "line_code", "")), ("datamatrix", getattr(self, "token", "")))
        return tuple((kind, payload) for kind, payload in carried if payload)


MAY_BE_EMPTY = frozenset(
    {"purpose", "bottle", "mark", "language", "directions_translated", "paid", "certificate", "standing"}
)
"""A list may be empty too, but no text in it."""

NOT_PRINTED = frozenset({"token", "language"})
"""The token is in the DataMatrix only; the language says which one the translations are in."""


def spoken(field: str) -> str:
    """How a sentence names the field.

    >>> spoken("use_by"), spoken("storage")
    ('the use-by date', 'the storage')
    """
    return SPOKEN.get(field, f"the {field.replace('_', ' ')}")


def texts(label: Label) -> tuple[tuple[str, str], ...]:
    """Every (field, text) of the label, in the order of its declaration, each warning and cell on its own."""
    found: list[tuple[str, str]] = []
    for field in label.__dataclass_fields__:
        value = getattr(label, field)
        if isinstance(value, tuple):
            found.extend((field, text) for text in _flat(value))
        else:
            found.append((field, value))
    return tuple(found)


def _flat(value: Told) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for part in value:
            yield from _flat(part)
