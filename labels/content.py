"""What a label says. Every value is a finished string: nothing is calculated or formatted after this.

Dates are texts too ("24 Nov 2026"): which form a pharmacy writes is decided before the label is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from labels.errors import LabelRefused

COMPOUNDED = "This medicine was compounded by our pharmacy"

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
    "made_by": "the initials of who made it",
}
"""How a refusal names a field; a field that is missing here is named by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VialLabel:
    """The container label that a patient takes home.

    fill: number of this fill alone, "0" for the first, "1" for the first refill.
    refills: how many are left, or the words that say so.
    drug: generic name, salt, strength and form: "naltrexone hydrochloride 4.5 mg capsule".
    purpose: only when the prescriber wrote it: "For fibromyalgia pain".
    bottle: which one of a plan that has several, "Bottle 2 of 3".
    inactive: the ingredients alone, "microcrystalline cellulose, hypromellose".
    token: what the DataMatrix holds; it must say nothing about the patient.
    mark: "DEMONSTRATION", "Reprint 1" or nothing.
    """

    pharmacy_name: str
    pharmacy_address: str
    pharmacy_phone: str
    rx_number: str
    fill: str
    refills: str
    patient: str
    prescriber: str
    drug: str
    quantity: str
    directions: str
    purpose: str = ""
    bottle: str = ""
    date_filled: str
    lot: str
    use_by: str
    storage: str
    description: str
    inactive: str
    warnings: tuple[str, ...]
    compounded: str = COMPOUNDED
    initials: str
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: prescription number and fill, "7000017-0"."""
        return f"{self.rx_number}-{self.fill}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLabel:
    """The label of a batch on the shelf. compounded: the date; status: "QUARANTINE" until released."""

    pharmacy_name: str
    formula: str
    strength: str
    form: str
    batch_number: str
    quantity: str
    compounded: str
    use_by: str
    storage: str
    status: str
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: the batch number."""
        return self.batch_number


NOT_FOR_DISPENSING = "TRITURATION - not for dispensing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriturationLabel:
    """The label of a trituration, which stands beside the lots it is made of and looks like them.

    strength: "379.170 mg of naltrexone hydrochloride per g". parents: lots, with what was weighed of each.
    made_by: initials. compounded: the date. status: "QUARANTINE" until released.
    """

    pharmacy_name: str
    kind: str = NOT_FOR_DISPENSING
    active: str
    strength: str
    parents: tuple[str, ...]
    lot_number: str
    quantity: str
    compounded: str
    use_by: str
    made_by: str
    status: str
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: the lot number, which is scanned when it is weighed from."""
        return self.lot_number


Label = VialLabel | BatchLabel | TriturationLabel

MAY_BE_EMPTY = frozenset({"purpose", "bottle", "mark", "warnings"})
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
    for field in fields(label):
        value = getattr(label, field.name)
        found.extend((field.name, text) for text in (value if isinstance(value, tuple) else (value,)))
    return tuple(found)


def from_document(document: object) -> VialLabel:
    """A vial label from flat JSON: its keys are the fields of VialLabel, `warnings` is a list of texts.

    Raises:
        LabelRefused: a key is missing, unknown, or its value is no text.
    """
    if not isinstance(document, Mapping):
        raise LabelRefused("a label is a JSON object with one text for each field")
    known = {field.name: field for field in fields(VialLabel)}
    for key in document:
        if key not in known:
            raise LabelRefused(f"a vial label has no field of the name {str(key)[:40]!r}", str(key)[:40])
    needed = [name for name in known if name not in {"purpose", "bottle", "mark", "compounded"}]
    for name in needed:
        if name not in document:
            raise LabelRefused(f"{spoken(name)} is missing", name)
    warnings = _warnings(document["warnings"])
    others = {str(key): _text(str(key), value) for key, value in document.items() if key != "warnings"}
    return VialLabel(**others, warnings=warnings)


def to_document(label: VialLabel) -> dict[str, object]:
    """The inverse of `from_document`."""
    values = {field.name: getattr(label, field.name) for field in fields(label)}
    return values | {"warnings": list(label.warnings)}


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise LabelRefused(f"{spoken(name)} is to be a text in quotation marks", name)
    return value


def _warnings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise LabelRefused("warnings are to be a list of texts in quotation marks", "warnings")
    return tuple(value)


EXAMPLE = VialLabel(
    pharmacy_name="Harbor Compounding Pharmacy",
    pharmacy_address="120 Harbor Street, Portland, OR 97205",
    pharmacy_phone="(503) 555-0142",
    rx_number="7000017",
    fill="0",
    refills="5",
    patient="Rosa Delgado",
    prescriber="Maria Lindqvist, MD",
    drug="naltrexone hydrochloride 4.5 mg capsule",
    quantity="30 capsules",
    directions="Take 1 capsule at bedtime",
    purpose="For fibromyalgia pain",
    date_filled="24 Nov 2026",
    lot="L000123",
    use_by="22 May 2027",
    storage="Store at 20 to 25 °C (68 to 77 °F).",
    description="white size 1 capsule, no imprint",
    inactive="microcrystalline cellulose, hypromellose, titanium dioxide",
    warnings=(
        "Do not take with opioid medicines. Tell every doctor and dentist.",
        "May cause vivid dreams.",
        "Keep dry and away from light.",
        "Keep out of reach of children.",
    ),
    initials="JD",
    token="MTR1:K7Q2M5WX3C",
)
"""What `pharmacy label --example` prints: a complete vial label of invented people."""

BATCH_EXAMPLE = BatchLabel(
    pharmacy_name="Harbor Compounding Pharmacy",
    formula="naltrexone hydrochloride",
    strength="4.5 mg",
    form="capsule, size 1",
    batch_number="B261124-01",
    quantity="100 capsules",
    compounded="24 Nov 2026",
    use_by="22 May 2027",
    storage="Store at 20 to 25 °C (68 to 77 °F), dry and away from light.",
    status="QUARANTINE",
    token="MTR1:B4XN8TQ6HD",
    mark="DEMONSTRATION",
)

TRITURATION_EXAMPLE = TriturationLabel(
    pharmacy_name="Harbor Compounding Pharmacy",
    active="naltrexone hydrochloride in microcrystalline cellulose",
    strength="379.170 mg of naltrexone hydrochloride per g",
    parents=("L000123, 122.0 mg", "L000131, 170.0 mg"),
    lot_number="T000007",
    quantity="292.0 mg",
    compounded="24 Nov 2026",
    use_by="22 May 2027",
    made_by="JD",
    status="QUARANTINE",
    token="MTR1:T7XN8WQ6HD",
    mark="DEMONSTRATION",
)
