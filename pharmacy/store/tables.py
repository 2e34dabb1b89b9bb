"""Every table, imported together so that their metadata is whole."""

from pharmacy.store.batches import Batch, BatchInput, PotencyAssay, WeighIn, WeighSource, WeightTest
from pharmacy.store.bench import BenchAct, BenchActKind, BenchPhoto
from pharmacy.store.columns import Base
from pharmacy.store.drills import RecallDrill, Searched
from pharmacy.store.equipment import BatchEquipment, Equipment, EquipmentCheck
from pharmacy.store.fills import Allocation, Fill, Label, LabelKind, PriceAcceptance
from pharmacy.store.formulas import (
    Formula,
    FormulaComponent,
    Ingredient,
    IngredientKind,
    Lot,
    LotMovement,
    MovementKind,
)
from pharmacy.store.lot_papers import CertificateFile, PackingMeasurement
from pharmacy.store.people import ApiToken, Lockout, Person, Pharmacy, SecondReading, SetUpLink, SignInSession
from pharmacy.store.phrases import PhraseAct, PhraseSignature
from pharmacy.store.prescriptions import (
    Message,
    Outcome,
    Override,
    Patient,
    Prescriber,
    Prescription,
    Question,
    RuleChange,
)
from pharmacy.store.print_jobs import PrinterCheck, PrinterPage, PrintJob, Via
from pharmacy.store.records import Answer, AuditEntry, Counter, Signature
from pharmacy.store.triturations import Part, Trituration, TriturationWeighing

__all__ = [
    "Allocation",
    "Answer",
    "ApiToken",
    "AuditEntry",
    "Base",
    "Batch",
    "BatchEquipment",
    "BatchInput",
    "BenchAct",
    "BenchActKind",
    "BenchPhoto",
    "CertificateFile",
    "Counter",
    "Equipment",
    "EquipmentCheck",
    "Fill",
    "Formula",
    "FormulaComponent",
    "Ingredient",
    "IngredientKind",
    "Label",
    "LabelKind",
    "Lockout",
    "Lot",
    "LotMovement",
    "Message",
    "MovementKind",
    "Outcome",
    "Override",
    "PackingMeasurement",
    "Part",
    "Patient",
    "Person",
    "Pharmacy",
    "PhraseAct",
    "PhraseSignature",
    "PotencyAssay",
    "Prescriber",
    "Prescription",
    "PriceAcceptance",
    "PrintJob",
    "PrinterCheck",
    "PrinterPage",
    "Question",
    "RecallDrill",
    "RuleChange",
    "Searched",
    "SecondReading",
    "SetUpLink",
    "SignInSession",
    "Signature",
    "Trituration",
    "TriturationWeighing",
    "Via",
    "WeighIn",
    "WeighSource",
    "WeightTest",
]
