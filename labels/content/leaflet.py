"""What the leaflet for the patient says."""

from dataclasses import dataclass

from labels.content.words import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet(Label):
    """The leaflet that goes with a container.

    drug: name, strength and form. issued: the date. sections: each its heading, then its sentences. number: of the
    prescription and fill.
    """

    pharmacy_name: str
    pharmacy_address: str
    pharmacy_phone: str
    issued: str
    patient: str
    drug: str
    sections: tuple[tuple[str, ...], ...]
    number: str
    mark: str = ""


LEAFLET_EXAMPLE = Leaflet(
    pharmacy_name="Harbor Compounding Pharmacy",
    pharmacy_address="120 Harbor Street, Portland, OR 97205",
    pharmacy_phone="(503) 555-0142",
    issued="24 Nov 2026",
    patient="Rosa Delgado",
    drug="naltrexone hydrochloride 4.5 mg capsule",
    sections=(
        ("How to take it", "Take 1 capsule at bedtime.", "Swallow it whole with water. Do not split it."),
        (
            "What to stay away from",
            "Do not take opioid pain medicines with it, such as codeine, hydrocodone, morphine, oxycodone or tramadol.",
            "Tell every doctor and dentist that you take naltrexone.",
        ),
        ("How to keep it", "Store at 20 to 25 °C (68 to 77 °F).", "Do not use it after 22 May 2027."),
        ("Questions?", "Call Harbor Compounding Pharmacy, (503) 555-0142."),
    ),
    number="7000017-0",
    mark="DEMONSTRATION",
)
