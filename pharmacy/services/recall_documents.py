"""A recall as one JSON document, the same for the command and for the API. Amounts are decimal strings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pharmacy.services.recalls import Walk
from pharmacy.store.recalled import Compounded, Held, Supplied
from pharmacy.store.tables import RecallDrill


def to_document(found: Walk, drill: RecallDrill | None = None) -> dict[str, Any]:
    """patients: to whom capsules were handed out, each with the fills; fills: all that hold capsules, in whatever
    state; shelf: batches with capsules that nobody has taken yet; lots: what is recalled, or went into the batch;
    triturations: lots made of them here; origins: lots that went into those of them that are triturations."""
    document: dict[str, Any] = {
        "searched": {"kind": found.searched.value, "code": found.code, "supplier": found.supplier},
        "recalled": found.is_recalled,
        "counts": {
            "patients": len(found.patients),
            "prescribers": len(found.prescribers),
            "batches": len(found.batches),
            "fills": len(found.held),
            "handed_out": len(found.handed_out),
            "in_the_pharmacy": len(found.in_the_pharmacy),
            "capsules_on_shelf": found.on_shelf,
        },
        "patients": [_patient(held) for held in found.patients.values()],
        "prescribers": [_prescriber(held) for held in found.prescribers.values()],
        "fills": [_fill(held) for held in found.held],
        "shelf": [
            {"batch": batch.number, "state": batch.state, "capsules": batch.on_hand}
            for batch in found.batches
            if batch.on_hand
        ],
        "batches": [_batch(batch) for batch in found.batches],
        "lots": [_lot(lot) for lot in found.lots],
        "triturations": [_lot(lot) for lot in found.triturations],
        "origins": [_lot(lot) for lot in found.origins],
        "siblings": [_lot(lot) for lot in found.siblings],
    }
    if drill is not None:
        document["drill"] = {"at": _text(drill.at), "by": drill.person, "took_ms": _text(drill.took_ms)}
    return document


def _patient(held: tuple[Held, ...]) -> dict[str, Any]:
    first = held[0]
    return {
        "id": first.patient_id,
        "name": first.patient,
        "birth_date": _text(first.birth_date),
        "capsules": sum(one.quantity for one in held),
        "fills": [one.fill for one in held],
    }


def _prescriber(held: tuple[Held, ...]) -> dict[str, Any]:
    first = held[0]
    return {
        "name": first.prescriber,
        "npi": first.npi,
        "phone": first.phone,
        "patients": len({one.patient_id for one in held}),
        "fills": [one.fill for one in held],
    }


def _fill(one: Held) -> dict[str, Any]:
    return {
        "number": one.fill,
        "prescription": one.prescription,
        "state": one.state.value,
        "batch": one.batch,
        "capsules": one.quantity,
        "handed_out": one.handed_out,
        "handed_out_at": _text(one.dispensed_at),
        "patient": {"id": one.patient_id, "name": one.patient, "birth_date": _text(one.birth_date)},
        "prescriber": {"name": one.prescriber, "npi": one.npi, "phone": one.phone},
    }


def _batch(batch: Compounded) -> dict[str, Any]:
    return {
        "number": batch.number,
        "state": batch.state,
        "formula": batch.formula,
        "strength_mg": _text(batch.strength_mg),
        "compounded": _text(batch.compounded),
        "beyond_use_date": _text(batch.beyond_use_date),
        "made": batch.made,
        "on_hand": batch.on_hand,
    }


def _lot(lot: Supplied) -> dict[str, Any]:
    return {
        "number": lot.number,
        "state": lot.state,
        "ingredient": lot.ingredient,
        "supplier": lot.supplier,
        "maker_lot": lot.maker_lot,
        "certificate": lot.certificate,
        "received_at": _text(lot.received_at),
        "expiry": _text(lot.expiry),
        "received": _text(lot.received_amount),
        "on_hand": _text(lot.on_hand),
        "unit": lot.unit,
    }


def _text(value: date | datetime | Decimal | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return value.isoformat()
