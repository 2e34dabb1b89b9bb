"""What the cover of a batch's paper record says."""

from dataclasses import dataclass

from labels.content.words import Label

COMPOUNDING_RECORD = "Compounding record"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverPage(Label):
    """The page on the folder of a batch's paper record.

    drug: the active alone, salt after the name. formula: code and version. lots: what went into it, one line for each.
    made_by: names. released_by: name and day, or that nobody did yet. enclosed: the papers that belong into the folder,
    each to be ticked off.
    """

    pharmacy_name: str
    kind: str = COMPOUNDING_RECORD
    drug: str
    formula: str
    strength: str
    form: str
    batch_number: str
    quantity: str
    compounded: str
    use_by: str
    storage: str
    lots: tuple[str, ...]
    made_by: str
    released_by: str
    enclosed: tuple[str, ...]
    status: str
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: the batch number."""
        return self.batch_number


COVER_EXAMPLE = CoverPage(
    pharmacy_name="Harbor Compounding Pharmacy",
    drug="naltrexone hydrochloride",
    formula="LDN45 version 2",
    strength="4.5 mg",
    form="capsule, size 1",
    batch_number="B261124-01",
    quantity="100 capsules",
    compounded="24 Nov 2026",
    use_by="22 May 2027",
    storage="Store at 20 to 25 °C (68 to 77 °F), dry and away from light.",
    lots=(
        "L000123 Naltrexone hydrochloride, Example Fine Chemicals NX-2611-04, expires 30 Jun 2028: 510.731 mg",
        "L000131 Microcrystalline cellulose, Example Excipients MCC-88, expires 31 Jan 2029: 17927.1 mg",
        "L000135 Capsule shell, size 1, Example Capsules 40117, expires 31 Dec 2029: 103 capsules",
    ),
    made_by="Jo Delacroix, Amir Haddad",
    released_by="Ines Lindqvist, 24 Nov 2026",
    enclosed=(
        "Master formulation record LDN45 version 2",
        "Compounding record B261124-01",
        "Certificate of analysis of L000123: COA 77120",
        "Certificate of analysis of L000131: COA 4471",
        "Certificate of analysis of L000135: COA 40117-2",
        "Weight test of 24 Nov 2026, passed",
    ),
    status="RELEASED",
    token="MTR1:B4XN8TQ6HD",
    mark="DEMONSTRATION",
)
