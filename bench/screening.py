"""How long one prescription with 30 medicines takes to be screened, and whether 10,000 leave anything in memory.

Warm: the same words again, as in a day's work. Cold: every medicine has a name that was never seen before.
"""

import random
import statistics
import string
import sys
import time
import tracemalloc
from datetime import date

from pharmacy.domain.prescription import Medication, Patient, Prescriber, Prescription
from pharmacy.domain.screening import Decision, screen

GATE_S = 0.002
GATE_COLD_S = 0.005
GATE_GROWTH_BYTES = 1_000_000
MEDICINES = 30
ROUNDS = 10_000
COLD_ROUNDS = 300

TODAY = date(2026, 11, 24)
LISTED = (
    "lisinopril 10 mg",
    "metformin 500 mg",
    "oxycodone 5 mg",
    "levothyroxine 50 mcg",
    "gabapentin 300 mg",
    "amlodipine besylate 5 mg tablet",
    "hydroxychloroquine 200 mg",
    "duloxetine 60 mg capsule",
    "prednisone 5 mg",
    "omeprazole 20 mg delayed release capsule",
)


def prescription(medicines: list[str]) -> Prescription:
    """The usual order of a patient who takes these medicines."""
    return Prescription(
        patient=Patient(
            family="Doe", given="Jane", birth_date="1980-05-01", none_known=True,
            medications=tuple(Medication(text) for text in medicines),
        ),
        prescriber=Prescriber(family="Roe", given="Ann", npi="1234567893"),
        drug="naltrexone hydrochloride", strength="4.5 mg", form="capsule", directions="Take 1 capsule at bedtime",
        quantity="30", days_supply="30", refills="3", written="2026-11-20",
    )  # fmt: skip


def _seconds(one: Prescription) -> float:
    start = time.perf_counter()
    decision = screen(one, today=TODAY).decision
    taken = time.perf_counter() - start
    if decision is Decision.STOP:
        raise AssertionError("The prescription of this comparison is a pharmacist's decision, never a stop.")
    return taken


def _unseen(chance: random.Random) -> list[str]:
    names = ("".join(chance.choices(string.ascii_lowercase, k=chance.randint(6, 13))) for _ in range(MEDICINES))
    return [f"{name} 10 mg oral tablet" for name in names]


def _growth(one: Prescription) -> int:
    """Bytes that stay after so many screenings, once the words that are kept on purpose have filled their room."""
    chance = random.Random(2)
    tracemalloc.start()
    for _ in range(200):
        screen(prescription(_unseen(chance)), today=TODAY)
    before = tracemalloc.get_traced_memory()[0]
    for round_ in range(ROUNDS):
        screen(prescription(_unseen(chance)) if round_ % 10 == 0 else one, today=TODAY)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return after - before


def main() -> bool:
    """Print the medians and the growth."""
    warm_order = prescription([*LISTED * MEDICINES][:MEDICINES])
    chance = random.Random(1)
    cold = statistics.median(_seconds(prescription(_unseen(chance))) for _ in range(COLD_ROUNDS))
    start = time.perf_counter()
    warm = statistics.median(_seconds(warm_order) for _ in range(ROUNDS))
    whole = time.perf_counter() - start
    growth = _growth(warm_order)
    print(f"  warm, {MEDICINES} medicines       {warm * 1000:7.2f} ms ({ROUNDS:,} in {whole:.1f} s)")
    print(f"  cold, {MEDICINES} unseen medicines {cold * 1000:7.2f} ms")
    print(f"  memory after {ROUNDS:,} more {growth / 1000:7.1f} kB")
    return warm < GATE_S and cold < GATE_COLD_S and growth < GATE_GROWTH_BYTES


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
