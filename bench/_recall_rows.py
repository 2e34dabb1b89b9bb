"""A pharmacy of any size for the recall's comparison, from a seed: lots, batches, fills, prescriptions, people.

Every lot of an active ends with about 400 patients, however large the pharmacy is. What belongs together is
scattered over the tables, as years of work scatter it.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import JSON, String, insert, literal, literal_column, text
from sqlalchemy.orm import Session

from pharmacy.domain.identifiers import luhn_digit
from pharmacy.domain.roles import Role
from pharmacy.domain.workflow import BatchState, FillState, FormulaState, LotState, RxState
from pharmacy.store.database import Database
from pharmacy.store.tables import (
    Allocation,
    Batch,
    BatchInput,
    Fill,
    Formula,
    Ingredient,
    IngredientKind,
    Lot,
    Patient,
    Person,
    Prescriber,
    Prescription,
)

SEED = 1126
FILLS_A_BATCH = 30
BATCHES_A_LOT = 14
"""Of an active. 14 batches of 30 fills are 420 patients; of filler and shells one lot serves twice as many."""

FILLS_A_PRESCRIPTION = 4
START = datetime(2020, 1, 1, 15, tzinfo=UTC)
CHUNK = 20_000
_DAY = date(2026, 1, 1)

LOT: dict[str, Any] = {
    "state": LotState.OPEN,
    "is_open": True,
    "received_at": START,
    "received_by_id": 1,
    "received_amount": Decimal(100_000),
    "on_hand": Decimal(1000),
    "expiry": _DAY,
    "assay_basis": "",
    "packing_size": "",
    "certificate": "COA",
    "note": "",
    "revision": 1,
}
BATCH: dict[str, Any] = {
    "formula_id": 1,
    "planned_at": START,
    "planned_by_id": 1,
    "due_at": START,
    "capsules": 1000,
    "purpose": "history",
    "compounded": _DAY,
    "beyond_use_date": _DAY,
    "beyond_use_rule": "form",
    "worksheet": {},
    "minimum_mg": Decimal(120),
    "made": 1000,
    "wasted": 0,
    "description": "",
    "released_by_id": 1,
    "released_at": START,
    "note": "",
    "revision": 1,
}
PATIENT: dict[str, Any] = {
    "given": "Given",
    "sex": "F",
    "allergies": [],
    "none_known": True,
    "conditions": [],
    "medications": [],
    "diet": "",
    "created_at": START,
    "revision": 1,
}
PRESCRIPTION: dict[str, Any] = {
    "state": RxState.FILLED,
    "is_open": False,
    "received_at": START,
    "due_at": START,
    "document": {"order": "x" * 700},
    "screening": {"findings": "x" * 1500},
    "strength_mg": Decimal("4.5"),
    "directions": "Take 1 capsule at bedtime",
    "quantity": 30,
    "days_supply": 30,
    "refills": 3,
    "written": _DAY,
    "decision": "accept",
    "note": "",
    "revision": 1,
}
FILL: dict[str, Any] = {
    "started_at": START,
    "started_by_id": 1,
    "due_at": START,
    "filled_on": _DAY,
    "strength_mg": Decimal("4.5"),
    "quantity": 30,
    "days_supply": 30,
    "price": Decimal("40.00"),
    "handed_to": "the patient",
    "counselling": "told",
    "dispensed_at": START,
    "note": "",
    "revision": 1,
}
PRESCRIBER: dict[str, Any] = {"given": "Ann", "phone": "202-555-0177", "created_at": START}
ALLOCATION: dict[str, Any] = {"quantity": 30, "person_id": 1, "at": START, "reason": "allocated"}
"""What every row of a table holds. A prescription carries its document and its screening, as wide as usual ones."""


def fill_tables(database: Database, fills: int) -> int:
    """Fills the tables of a migrated, empty database; returns how many lots of the active there are."""
    chance = random.Random(SEED)
    batches = -(-fills // FILLS_A_BATCH)
    actives = -(-batches // BATCHES_A_LOT)
    prescriptions = -(-fills // FILLS_A_PRESCRIPTION)
    with database.transaction() as session:
        if not database.is_sqlite:  # as a restore does: the rows are sound, their triggers need not be asked
            session.execute(text("SET LOCAL session_replication_role = replica"))
        _few(session)
        _many(session, Lot, LOT, _lots(actives))
        _many(session, Batch, BATCH, _batches(batches))
        _many(session, BatchInput, {"target": Decimal(500)}, _inputs(batches, actives, chance))
        _many(session, Patient, PATIENT, _patients(prescriptions))
        _many(session, Prescriber, PRESCRIBER, _prescribers(max(prescriptions // 100, 10)))
        _many(session, Prescription, PRESCRIPTION, _prescriptions(prescriptions, chance))
        _many(session, Fill, FILL, _fills(fills))
        _many(session, Allocation, ALLOCATION, _allocations(fills, batches, chance))
    return actives


def _many(session: Session, table: Any, same: dict[str, Any], rows: Iterator[dict[str, Any]]) -> None:
    """Rows in chunks. same: what every row holds, written into the statement once instead of sent with each row."""
    statement = insert(table).values({name: _written(session, table, name, value) for name, value in same.items()})
    for chunk in iter(lambda: list(islice(rows, CHUNK)), []):
        session.execute(statement, chunk)


def _written(session: Session, table: Any, name: str, value: Any) -> Any:
    """A value as text of the statement; JSON as the text that it is."""
    kind = table.__table__.columns[name].type
    value = literal(json.dumps(value), String) if isinstance(kind, JSON) else literal(value, kind)
    compiled = value.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
    return literal_column(str(compiled))


def _few(session: Session) -> None:
    """One person, three ingredients, one formula."""
    person = {"username": "bench", "full_name": "Bench Mark", "initials": "BM", "role": Role.TECHNICIAN}
    session.execute(insert(Person), [person | {"id": 1, "created_at": START}])
    kinds = enumerate(IngredientKind, start=1)
    ingredients = [
        {"id": number, "name": f"Ingredient {kind}", "kind": kind, "grade": "USP", "basis": "", "capsule_size": ""}
        for number, kind in kinds
    ]
    session.execute(insert(Ingredient), ingredients)
    words = ("name", "basis", "form", "container", "equipment", "description", "storage", "reference", "quality")
    formula: dict[str, Any] = dict.fromkeys(words, "of the bench")
    formula |= {"id": 1, "code": "LDN45", "version": 1, "state": FormulaState.APPROVED, "is_open": False}
    formula |= {"strength_mg": Decimal("4.5"), "capsule_size": "3", "overage": Decimal("0.03"), "steps": []}
    formula |= {"limit_days": 180, "drafted_by_id": 1, "drafted_at": START, "revision": 1}
    session.execute(insert(Formula), [formula])


def _lots(actives: int) -> Iterator[dict[str, Any]]:
    """Lots 1 to actives of the active, then half as many of filler and of shells."""
    half = -(-actives // 2)
    for number in range(1, actives + 2 * half + 1):
        kind = 1 if number <= actives else 2 if number <= actives + half else 3
        yield {
            "id": number,
            "number": f"L{number:06d}",
            "ingredient_id": kind,
            "supplier": f"Supplier {number % 7}",
            "maker_lot": f"MK-{number}",
        }


def _batches(batches: int) -> Iterator[dict[str, Any]]:
    for number in range(1, batches + 1):
        yield {
            "id": number,
            "number": f"B{number:06d}-01",
            "state": BatchState.EXHAUSTED if number % 50 else BatchState.RELEASED,
            "is_open": number % 50 == 0,
            "on_hand": 0 if number % 50 else 100,
        }


def _inputs(batches: int, actives: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Three lots a batch; which batches share a lot is left to chance."""
    half = -(-actives // 2)
    order = list(range(1, batches + 1))
    chance.shuffle(order)
    for place, batch in enumerate(order):
        active = place // BATCHES_A_LOT
        lots = (active + 1, actives + active // 2 + 1, actives + half + active // 2 + 1)
        for position, lot in enumerate(lots, start=1):
            yield {"batch_id": batch, "position": position, "lot_id": lot}


def _patients(prescriptions: int) -> Iterator[dict[str, Any]]:
    for number in range(1, prescriptions + 1):
        family = f"Family{number}"
        yield {
            "id": number,
            "family": family,
            "name_key": f"{family.lower()} given",
            "birth_date": date(1950, 1, 1) + timedelta(days=number % 20_000),
        }


def _prescribers(prescribers: int) -> Iterator[dict[str, Any]]:
    for number in range(1, prescribers + 1):
        digits = f"1{number:08d}"
        npi = f"{digits}{luhn_digit(f'80840{digits}')}"
        yield {"id": number, "family": f"Doctor{number}", "name_key": f"doctor{number} ann", "npi": npi}


def _prescriptions(prescriptions: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """One a patient, in an order of their own."""
    patients = list(range(1, prescriptions + 1))
    chance.shuffle(patients)
    prescribers = max(prescriptions // 100, 10)
    for number, patient in enumerate(patients, start=1):
        yield {
            "id": number,
            "number": f"{number:06d}{luhn_digit(f'{number:06d}')}",
            "patient_name": f"Given Family{patient}",
            "patient_id": patient,
            "prescriber_id": chance.randint(1, prescribers),
        }


def _fills(fills: int) -> Iterator[dict[str, Any]]:
    prescriptions = -(-fills // FILLS_A_PRESCRIPTION)
    for number in range(1, fills + 1):
        refill, prescription = divmod(number - 1, prescriptions)
        yield {
            "id": number,
            "number": f"{prescription + 1:07d}-{refill}",
            "prescription_id": prescription + 1,
            "fill_number": refill,
            "state": FillState.DISPENSED if number % 40 else FillState.LABELLED,
            "is_open": number % 40 == 0,
        }


def _allocations(fills: int, batches: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Each fill from some batch that was on the shelf about then; the ledger is written in the order of the fills."""
    for number in range(1, fills + 1):
        about = (number - 1) * batches // fills
        batch = min(max(about + chance.randint(-20, 20), 0), batches - 1) + 1
        yield {"fill_id": number, "batch_id": batch}
