"""What the container label says, and the same as JSON."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields

from labels.content.words import Label, spoken
from labels.errors import LabelRefused

LISTS = ("warnings", "warnings_translated")
COMPOUNDED = "This medicine was compounded by our pharmacy"


@dataclass(frozen=True, slots=True, kw_only=True)
class VialLabel(Label):
    """The container label that a patient takes home.

    fill: number of this fill alone, "0" for the first, "1" for the first refill.
    refills: how many are left, or the words that say so.
    drug: generic name, salt, strength and form: "naltrexone hydrochloride 4.5 mg capsule".
    purpose: only when the prescriber wrote it: "For fibromyalgia pain".
    bottle: which one of a plan that has several, "Bottle 2 of 3".
    inactive: the ingredients alone, "microcrystalline cellulose, hypromellose".
    token: what the DataMatrix holds; it must say nothing about the patient.
    mark: "DEMONSTRATION", "Reprint 1" or nothing.
    language: of what stands translated beside the English, "es"; nothing when it stands in English alone.
    directions_translated, warnings_translated: the same directions and warnings in that language.
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
    language: str = ""
    directions_translated: str = ""
    warnings_translated: tuple[str, ...] = ()

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: prescription number and fill, "7000017-0"."""
        return f"{self.rx_number}-{self.fill}"


def from_document(document: object) -> VialLabel:
    """A vial label from flat JSON: its keys are the fields of VialLabel, warnings are lists of texts.

    Raises:
        LabelRefused: a key is missing, unknown, or its value is no text.
    """
    if not isinstance(document, Mapping):
        raise LabelRefused("a label is a JSON object with one text for each field")
    known = {field.name: field for field in fields(VialLabel)}
    for key in document:
        if key not in known:
            raise LabelRefused(f"a vial label has no field of the name {str(key)[:40]!r}", str(key)[:40])
    for name, field in known.items():
        if field.default is MISSING and name not in document:
            raise LabelRefused(f"{spoken(name)} is missing", name)
    lists = {name: _list(name, document[name]) for name in LISTS if name in document}
    others = {str(key): _text(str(key), value) for key, value in document.items() if key not in LISTS}
    return VialLabel(**others, **lists)  # type: ignore[arg-type]  # each list has just been checked


def to_document(label: VialLabel) -> dict[str, object]:
    """The inverse of `from_document`."""
    values = {field.name: getattr(label, field.name) for field in fields(label)}
    return values | {name: list(values[name]) for name in LISTS}


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise LabelRefused(f"{spoken(name)} is to be a text in quotation marks", name)
    return value


def _list(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise LabelRefused(f"{name} are to be a list of texts in quotation marks", name)
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
