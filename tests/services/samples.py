"""What the pharmacy of the tests is made of: its people, its formula, its certificates and its prescriptions.

Figures are the worked example of the design: naltrexone hydrochloride 4.5 mg, assay 99.4 % anhydrous, water 8.7 %,
packing 150 mg (active) and 180 mg (filler) in size 3, overage 3 %, 100 capsules: 510.731 mg and 17,927.1 mg.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from argon2 import PasswordHasher

from pharmacy.domain.equipment import BalanceClass
from pharmacy.domain.roles import Role
from pharmacy.services.equipment import Described, NewBalance, NewMachine
from pharmacy.services.formulas import Draft
from pharmacy.services.lots import Certificate

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # the moment of the tests
PASSWORD = "plum lantern quartz sofa"
# Real argon2id, as weak as it may be: what is tested is not how long it takes.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

PEOPLE = (
    ("tess", "Tess Technician", "TT", Role.TECHNICIAN),
    ("tom", "Tom Technician", "TO", Role.TECHNICIAN),
    ("pia", "Pia Pharmacist", "PP", Role.PHARMACIST),
    ("paul", "Paul Pharmacist", "PA", Role.PHARMACIST),
    ("ines", "Ines In-Charge", "II", Role.PHARMACIST_IN_CHARGE),
    ("ivan", "Ivan In-Charge", "IV", Role.PHARMACIST_IN_CHARGE),
    ("ada", "Ada Administrator", "AA", Role.ADMINISTRATOR),
    ("otto", "Otto Auditor", "OA", Role.AUDITOR),
)
DRAFT = Draft(
    code="LDN45",
    name="Naltrexone hydrochloride 4.5 mg capsules",
    strength_mg=Decimal("4.5"),
    basis="hydrochloride",
    form="Capsule",
    capsule_size="3",
    overage=Decimal("0.03"),
    container="Amber vial with child-resistant cap",
    equipment="Balance, 100-hole capsule machine",
    steps=("Weigh the components.", "Mix by geometric dilution.", "Fill the capsules."),
    description="White capsule, size 3",
    storage="Room temperature, dry, away from light",
    limit_days=180,
    reference="IJPC abstract 4481",
    quality="Weight of 10 capsules or 5 %",
    active="Naltrexone hydrochloride",
    filler="Microcrystalline cellulose",
    shell="Gelatin capsule size 3",
)
CLASS_III = NewBalance(
    Described("Sample Torsion 3", "T-3001", "bench 1"), BalanceClass.CLASS_III, Decimal(10), Decimal(120_000)
)
ELECTRONIC = NewBalance(
    Described("Sample Analytic 220", "A-2201", "balance room"),
    BalanceClass.ELECTRONIC,
    Decimal("0.1"),
    Decimal(220_000),
)
HUNDRED = NewMachine(Described("Sample Filler 100", "F-1001", "bench 2"), ("3", "4"), 100)
ASSAYED = Certificate("COA 4711", Decimal("0.994"), "anhydrous", Decimal("0.087"))
# Shell 48 mg and fill 179.008 mg: five weights around 227 mg.
GOOD_WEIGHTS = tuple(Decimal(mg) for mg in ("226.1", "227.4", "228.0", "226.8", "227.2"))

# 7 + 7 + 16 = 30 capsules in three bottles: the design's own example of a plan, 1.5 -> 3 -> 4.5 mg.
PLAN: dict[str, object] = {
    "strength": "",
    "refills": "0",
    "titration": [{"dose_mg": "1.5", "days": "7"}, {"dose_mg": "3", "days": "7"}, {"dose_mg": "4.5", "days": ""}],
}


def order(**changed: object) -> dict[str, Any]:
    """A prescription document that is in order; changed: other values of its own keys."""
    return {
        "patient": {
            "family": "Beispiel",
            "given": "Erika",
            "birth_date": "1979-04-12",
            "sex": "F",
            "allergies": "none known",
            "conditions": [{"code": "M79.7", "text": "fibromyalgia"}],
            "medications": [],
            "pregnant": False,
            "diet": "",
        },
        "prescriber": {"family": "Muster", "given": "Max", "npi": "1234567893", "phone": "202-555-0177"},
        "drug": "naltrexone hydrochloride",
        "strength": "4.5 mg",
        "form": "capsule",
        "directions": "Take 1 capsule at bedtime",
        "quantity": "30",
        "days_supply": "30",
        "refills": "2",
        "written": "2026-11-20",
        "note": "",
        **changed,
    }


def message(number: str = "M-1", sender: str = "clinic", **changed: object) -> bytes:
    """Our own JSON message around an order."""
    return json.dumps({"message_id": number, "sender": sender, "prescription": order(**changed)}).encode()
