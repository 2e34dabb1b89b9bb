"""Potency assays: capsules sent to a laboratory, its answer, and a batch that it failed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.potency import failure, is_due
from pharmacy.domain.roles import BENCH
from pharmacy.domain.workflow import BatchState
from pharmacy.services.acting import Actor, get_to_change, record
from pharmacy.store import quality
from pharmacy.store.tables import Batch, PotencyAssay

_THERE = (BatchState.TESTING, BatchState.AWAITING_RELEASE, BatchState.RELEASED)


@dataclass(frozen=True, slots=True)
class Report:
    """What a laboratory answers. percent: content [% of label]. reported_on: the date on its certificate."""

    percent: Decimal
    reported_on: date
    certificate: str


def send(
    session: Session, batch_id: int, *, capsules: int, laboratory: str, method: str, actor: Actor, now: datetime
) -> PotencyAssay:
    """Notes that capsules went to a laboratory; from then on they are counted as samples and go to nobody else.

    Raises: RuleBroken naming the field.
    """
    _refuse_unless_at_bench(actor)
    batch = get_to_change(session, Batch, batch_id, "batch")
    _take(batch, capsules)
    row = PotencyAssay(
        batch_id=batch.id,
        is_open=True,
        capsules=capsules,
        laboratory=_text(laboratory, "laboratory", "Laboratory"),
        method=_text(method, "method", "Method"),
        sent_by_id=actor.id,
        sent_at=now,
    )
    session.add(row)
    session.flush()
    told = {"capsules": capsules, "laboratory": row.laboratory, "method": row.method}
    record(session, Event.ASSAY_SENT, actor=actor, now=now, subject="batch", subject_id=batch.id, assay=row.id, **told)
    return row


def answer(
    session: Session, assay_id: int, report: Report, *, actor: Actor, now: datetime, today: date
) -> PotencyAssay:
    """Records what the laboratory found. A content outside the limits stops the batch at once, wherever it is.

    Raises: RuleBroken naming the field.
    """
    _refuse_unless_at_bench(actor)
    row = get_to_change(session, PotencyAssay, assay_id, "assay")
    if not row.is_open:
        raise RuleBroken("This assay is answered already; an answer is never changed. Send capsules again if need be.")
    compounded = row.batch.compounded
    if not compounded <= report.reported_on <= today:
        raise RuleBroken(
            f"Date of the certificate: from {compounded.isoformat()}, when the batch was compounded, to today.",
            field="reported_on",
        )
    row.percent, row.passed = report.percent, not failure(report.percent)
    row.reported_on, row.certificate = report.reported_on, _text(report.certificate, "certificate", "Certificate")
    row.recorded_by_id, row.recorded_at, row.is_open = actor.id, now, False
    record(
        session,
        Event.ASSAY_ANSWERED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=row.batch_id,
        assay=row.id,
        percent=row.percent,
        passed=row.passed,
        reported_on=row.reported_on.isoformat(),
        certificate=row.certificate,
    )
    return row


def refuse_failed(session: Session, batch: Batch) -> None:
    """Refuses a batch of which an assay found too little or too much.

    Raises: RuleBroken.
    """
    for assay in quality.assays_of(session, batch.id):
        if assay.percent is not None and not assay.passed:
            raise RuleBroken(f"Batch {batch.number} must not be used. {failure(assay.percent)}", field="batch")


def due(session: Session, code: str) -> bool:
    """Whether the policy asks for an assay of the next batch of a formula."""
    last = quality.last_sent(session, code)
    return is_due(quality.filled_since(session, code, last), ever=bool(last))


def find(session: Session, batch_id: int, assay_id: int) -> PotencyAssay:
    """An assay of this very batch.

    Raises: NotFound.
    """
    row = session.get(PotencyAssay, assay_id)
    if row is None or row.batch_id != batch_id:
        raise NotFound("There is no assay with this number.")
    return row


def _take(batch: Batch, capsules: int) -> None:
    """Takes the capsules from the batch, before its release or from what is on hand; the last one stays."""
    if batch.state not in _THERE:
        raise RuleBroken(f"Batch {batch.number} is {batch.state}; there are no capsules of it to send.")
    released = batch.state is BatchState.RELEASED
    most = (batch.on_hand if released else (batch.made or 0) - (batch.samples or 0)) - 1
    if not 1 <= capsules <= most:
        raise RuleBroken(f"Capsules: 1 to {most} of batch {batch.number} may be sent.", field="capsules")
    batch.samples = (batch.samples or 0) + capsules
    if released:
        batch.on_hand -= capsules


def _refuse_unless_at_bench(actor: Actor) -> None:
    if actor.role not in BENCH:
        raise RuleBroken("Assays are sent and answered by technicians and pharmacists.")


def _text(text: str, field: str, label: str) -> str:
    if not 2 <= len(text.strip()) <= 120:
        raise RuleBroken(f"{label}: 2 to 120 letters.", field=field)
    return text.strip()
