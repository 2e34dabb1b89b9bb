"""The compounding record as its page shows it: components against their tolerance, tests against their limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from pharmacy.domain.quality import weight_test
from pharmacy.domain.roles import BENCH
from pharmacy.domain.workflow import Subject
from pharmacy.services import batches, bench, components, releasing, second_readings, weigh_ins
from pharmacy.services.batch_equipment import FILLED, WEIGHED
from pharmacy.store import lists, quality
from pharmacy.store.tables import Batch, BatchInput, LabelKind, WeighIn, WeightTest
from pharmacy.web.access import actor, today
from pharmacy.web.batches.chart import Picture, draw
from pharmacy.web.steps import buttons

PAGES = {
    "do_step": "batches.bench",
    "fill": "batches.fill_form",
    "test": "batches.test_form",
    "release": "batches.release_form",
    "reject": "batches.reject_form",
    "recall": "recalls.batch",
    "expire": "batches.expire_form",
}


@dataclass(frozen=True, slots=True)
class Component:
    """One lot of a component. low, high: what may be taken without a deviation; off: per cent from the target.

    portions: one for each container. finished: whether the last one was weighed. left: whether another lot took over.
    """

    input: BatchInput
    low: Decimal
    high: Decimal
    weighed: Decimal
    off: Decimal | None
    portions: tuple[WeighIn, ...]
    finished: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Tested:
    """One weight test with the picture of its weights."""

    row: WeightTest
    chart: Picture
    caution: str


def component(batch: Batch, taken: BatchInput) -> Component:
    low, high = batches.allowed_range(taken)
    return Component(
        taken,
        low,
        high,
        components.weighed(taken),
        weigh_ins.off_percent(taken) if components.is_finished(taken) else None,
        tuple(taken.weigh_ins),
        components.is_finished(taken),
        components.is_left(batch, taken),
    )


def tested(row: WeightTest) -> Tested:
    weights = tuple(Decimal(weight) for weight in row.weights_mg)
    found = weight_test(row.shell_mg, row.fill_mg, weights)
    return Tested(row, draw(found, weights), found.caution)


def context(session: Session, batch: Batch) -> Mapping[str, Any]:
    """Everything that the record shows."""
    not_yet: tuple[str, ...] = () if batch.beyond_use_date < today() else ("expire",)
    at = bench.progress(batch)
    not_yet += ("do_step",) if at.now is None else ("fill",)
    return {
        "batch": batch,
        "exchanges": _exchanges(batch),
        "powder_yield": batches.powder_in_capsules_percent(batch),
        "assays": quality.assays_of(session, batch.id),
        "may_assay": actor().role in BENCH,
        "components": [component(batch, taken) for taken in components.in_order(batch)],
        "readings": second_readings.of_batch(session, batch),
        "made_here": components.triturations(batch),
        "readings_made_here": second_readings.of_triturations(session, *components.triturations(batch)),
        "bench": at,
        "tests": [tested(row) for row in batch.tests],
        "signatures": releasing.signatures(session, batch),
        "deviations": batches.deviations(session, batch),
        "labels": lists.labels_of(session, batch_id=batch.id, kind=LabelKind.BATCH),
        "covers": lists.labels_of(session, batch_id=batch.id, kind=LabelKind.COVER),
        "steps": buttons(Subject.BATCH, batch.state, PAGES, but=not_yet, batch_id=batch.id),
    }


def _exchanges(batch: Batch) -> list[tuple[str, str]]:
    """Where another balance or machine is taken, for as long as it is needed."""
    if actor().role not in BENCH:
        return []
    needed = (
        ("Another balance", "batches.balance_form", WEIGHED),
        ("Another capsule machine", "batches.machine_form", FILLED),
    )
    return [(label, url_for(page, batch_id=batch.id)) for label, page, states in needed if batch.state in states]
