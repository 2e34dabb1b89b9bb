"""What the label of a prescription bag says."""

from dataclasses import dataclass

from labels.content.words import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class BagLabel(Label):
    """The label on the bag that waits for the patient on a shelf in plain sight: no medicine, no reason for it.

    number: of the prescription and fill that the codes stand for, "7000017-0". containers: what is in the bag, a line
    each. keep: how to keep what is in it. counsel: what the pharmacist does before the bag is handed out.
    """

    pharmacy_name: str
    pharmacy_phone: str
    patient: str
    number: str
    containers: tuple[str, ...]
    price_due: str
    keep: str
    counsel: str
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: prescription number and fill."""
        return self.number


BAG_EXAMPLE = BagLabel(
    pharmacy_name="Harbor Compounding Pharmacy",
    pharmacy_phone="(503) 555-0142",
    patient="Rosa Delgado",
    number="7000017-0",
    containers=("Rx 7000017, fill 0: 30 capsules",),
    price_due="$40.00",
    keep="Keep at 20 to 25 °C (68 to 77 °F).",
    counsel="COUNSEL THE PATIENT",
    token="MTR1:K7Q2M5WX3C",
    mark="DEMONSTRATION",
)
