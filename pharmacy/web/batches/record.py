"""The compounding record as its page shows it: components against their tolerance, tests against their limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from pharmacy.domain.quality import powder_yield_percent, weight_test
from pharmacy.domain.workflow import Subject
from pharmacy.services import batches, releasing
from pharmacy.store import lists
from pharmacy.store.tables import Batch, BatchInput, WeighIn, WeightTest
from pharmacy.web.access import today
from pharmacy.web.batches.chart import WeightChart, draw
from pharmacy.web.steps import buttons

PAGES = {
    "weigh": "batches.weigh_form",
    "fill": "batches.fill_form",
    "test": "batches.test_form",
    "release": "batches.release_form",
    "reject": "batches.reject_form",
    "recall": "recalls.batch",
    "expire": "batches.expire_form",
}


@dataclass(frozen=True, slots=True)
class Component:
    """One component. low, high: what may be taken without a deviation; off: per cent from the target, as weighed."""

    input: BatchInput
    low: Decimal
    high: Decimal
    weigh_in: WeighIn | None
    off: Decimal | None


@dataclass(frozen=True, slots=True)
class Tested:
    """One weight test with the picture of its weights."""

    row: WeightTest
    chart: WeightChart
    caution: str


def component(taken: BatchInput) -> Component:
    low, high = batches.allowed_range(taken)
    weigh_in = taken.weigh_ins[-1] if taken.weigh_ins else None
    off = None
    if weigh_in is not None:
        off = ((weigh_in.weighed - taken.target) * 100 / taken.target).quantize(Decimal("0.01"))
    return Component(taken, low, high, weigh_in, off)


def tested(row: WeightTest) -> Tested:
    weights = tuple(Decimal(weight) for weight in row.weights_mg)
    found = weight_test(row.shell_mg, row.fill_mg, weights)
    return Tested(row, draw(found, weights), found.caution)


def _powder_yield(batch: Batch) -> Decimal | None:
    """How much of the weighed powder the capsules account for [%], None before they are counted."""
    if not batch.made:
        return None
    return powder_yield_percent(
        batch.made + (batch.wasted or 0), batches.powder_mg(batch), batches.fill_per_capsule_mg(batch)
    )


def context(session: Session, batch: Batch) -> Mapping[str, Any]:
    """Everything that the record shows."""
    not_yet = () if batch.beyond_use_date < today() else ("expire",)
    return {
        "batch": batch,
        "powder_yield": _powder_yield(batch),
        "components": [component(taken) for taken in batch.inputs],
        "tests": [tested(row) for row in batch.tests],
        "signatures": releasing.signatures(session, batch),
        "deviations": batches.deviations(session, batch),
        "labels": lists.labels_of(session, batch_id=batch.id),
        "steps": buttons(Subject.BATCH, batch.state, PAGES, but=not_yet, batch_id=batch.id),
    }
