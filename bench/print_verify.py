"""A label from its content to bytes that were judged, drawn, read back and compared: what a person waits for."""

import statistics
import sys
import time
from datetime import date

from bench._label_records import records
from labels.linting import judge
from labels.papers import PAPERS
from labels.printing import lay_out
from pharmacy.services.printing import make

GATE_MS, JUDGING_GATE_MS = 60.0, 5.0
TODAY = date(2026, 11, 24)
COUNT = 60


def main() -> bool:
    """Print medians for the vial label, which a patient waits for, and the slowest of the other papers."""
    vials = records(COUNT)
    make(vials[0], today=TODAY)
    loop = [_milliseconds(lambda label=label: make(label, today=TODAY)) for label in vials]
    median, worst = statistics.median(loop), max(loop)
    print(f"  vial label, judged, drawn, read back    {median:7.1f} ms, at most {worst:.1f} (gate {GATE_MS:g})")
    laid = [(label, lay_out(label)) for label in vials]
    judging = statistics.median(_milliseconds(lambda one=one: judge(*one, today=TODAY)) for one in laid)
    print(f"  of it the rules                         {judging:7.1f} ms (gate {JUDGING_GATE_MS:g})")
    for paper in PAPERS.values():
        if paper.name != "vial":
            took = statistics.median(_milliseconds(lambda p=paper: make(p.example, today=TODAY)) for _ in range(5))
            print(f"  {paper.name:<40}{took:7.1f} ms")
    return median < GATE_MS and judging < JUDGING_GATE_MS


def _milliseconds(work) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
