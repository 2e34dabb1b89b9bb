"""What a letter about a recall says, to a patient or to a prescriber. Every value is a finished string."""

from dataclasses import dataclass, fields

SPOKEN = {
    "pharmacy_name": "the pharmacy's name",
    "pharmacy_address": "the pharmacy's address",
    "pharmacy_phone": "the pharmacy's phone number",
    "recipient": "the recipient's name",
    "about_recipient": "the line under the recipient's name",
    "head": "a heading of the table",
    "rows": "a line of the table",
    "advice": "a sentence of what to do",
    "added": "the paragraph that was added",
    "signed": "the pharmacist's name",
    "foot": "the line at the foot",
}
"""How a refusal names a field; one that is missing here is named by itself."""

LONGEST = 1200
"""Characters of one text. Nothing longer could stand on the page beside the rest."""

MAY_BE_EMPTY = frozenset({"mark", "about_recipient", "added", "rows"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallLetter:
    """One letter: one page, and more only where the table is longer than a page.

    about_recipient: what tells two people of one name apart. opening: what was recalled, by whom and when.
    advice: what to do, a sentence each. added: paragraphs that the pharmacist wrote. table: its heading; head, rows:
    what was handed out, every row as long as the head. signed: name and role. foot: stands on every page.
    mark: "DEMONSTRATION" or nothing.
    """

    pharmacy_name: str
    pharmacy_address: str
    pharmacy_phone: str
    date: str
    recipient: str
    about_recipient: str = ""
    title: str
    opening: str
    advice: tuple[str, ...]
    added: tuple[str, ...] = ()
    table: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    signed: str
    foot: str
    mark: str = ""


def spoken(field: str) -> str:
    """How a sentence names the field.

    >>> spoken("recipient"), spoken("opening")
    ("the recipient's name", 'the opening')
    """
    return SPOKEN.get(field, f"the {field}")


def texts(letter: RecallLetter) -> tuple[tuple[str, str], ...]:
    """Every (field, text) of the letter, in the order of its declaration."""
    found: list[tuple[str, str]] = []
    for field in fields(letter):
        found.extend((field.name, text) for text in _flat(getattr(letter, field.name)))
    return tuple(found)


def _flat(value: str | tuple[str, ...] | tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(text for part in value for text in _flat(part))


EXAMPLE = RecallLetter(
    pharmacy_name="Harbor Compounding Pharmacy",
    pharmacy_address="120 Harbor Street, Portland, OR 97205",
    pharmacy_phone="(503) 555-0142",
    date="24 Nov 2026",
    recipient="Rosa Delgado",
    about_recipient="Born 4 Mar 1979",
    title="Recall of naltrexone hydrochloride 4.5 mg capsule",
    opening="We have recalled capsules that we made and gave you. They are listed below.",
    advice=("Stop taking these capsules.", "Bring back what is left of them, in its container."),
    table="What you received",
    head=("Medicine", "Batch", "Handed out", "Quantity", "Number on the label"),
    rows=(("naltrexone hydrochloride 4.5 mg capsule", "B261124-01", "24 Nov 2026", "30 capsules", "7000017-0"),),
    signed="Ines Lindqvist, pharmacist-in-charge",
    foot="Recall of batch B261124-01",
    mark="DEMONSTRATION",
)
"""A complete letter to an invented person."""
