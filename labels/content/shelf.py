"""What the labels of the shelf say: a batch or its bin, a trituration, a received lot, a piece of equipment."""

from dataclasses import dataclass

from labels.content.words import Label

NOT_FOR_DISPENSING = "TRITURATION - not for dispensing"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLabel(Label):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TriturationLabel(Label):
    """The label of a trituration, which stands beside the lots it is made of and looks like them.

    strength: "379.170 mg of naltrexone hydrochloride per g". parents: lots, with what was weighed of each.
    made_by: initials, and of who read its weights: "TT, read by PP". compounded: the date. status: "QUARANTINE" until
    released.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLabel(Label):
    """The label of a received lot, one for each of its containers.

    ingredient: name and grade. certificate: assay, its basis, water: "Assay 99.4 % anhydrous, water 8.7 %", or nothing.
    of_several: "Container 1 of 2", "Container 2 of 2"; nothing for a single one. status: "QUARANTINE" until released.
    """

    pharmacy_name: str
    ingredient: str
    lot_number: str
    quantity: str
    supplier: str
    maker_lot: str
    expires: str
    received: str
    certificate: str = ""
    of_several: tuple[str, ...] = ()
    status: str
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: our lot number, which is scanned when it is weighed from."""
        return self.lot_number


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentLabel(Label):
    """The label that is stuck on a balance or a capsule machine.

    name: maker and model. check: what is due, "Calibration due". due: the last day on which it holds, or that there is
    none. standing: why it may not be used, "OUT OF SERVICE"; nothing when it may.
    """

    pharmacy_name: str
    equipment_number: str
    name: str
    check: str
    due: str
    standing: str = ""
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: the number, which is scanned to open its page."""
        return self.equipment_number


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

LOT_EXAMPLE = LotLabel(
    pharmacy_name="Harbor Compounding Pharmacy",
    ingredient="Naltrexone hydrochloride, USP",
    lot_number="L000123",
    quantity="25000.000 mg",
    supplier="Example Fine Chemicals",
    maker_lot="NX-2611-04",
    expires="30 Jun 2028",
    received="24 Nov 2026",
    certificate="Assay 99.4 % anhydrous, water 8.7 %, certificate COA 77120",
    of_several=("Container 1 of 2", "Container 2 of 2"),
    status="QUARANTINE",
    token="MTR1:L2XN8TQ6HD",
    mark="DEMONSTRATION",
)

EQUIPMENT_EXAMPLE = EquipmentLabel(
    pharmacy_name="Harbor Compounding Pharmacy",
    equipment_number="E001",
    name="Example Scales AX-220",
    check="Calibration due",
    due="23 Nov 2027",
    token="MTR1:E7XN8WQ6HD",
    mark="DEMONSTRATION",
)
