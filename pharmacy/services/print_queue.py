"""The print queue: a kept label to a printer, once; what became of it; and what a person decides when nobody can know.

Nothing here sends: `print_sender` takes a print, sends it outside of any transaction, and notes here how it went.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.print_states import (
    LEASE,
    MAY_HAVE_COME_OUT,
    MOST_ATTEMPTS,
    OPEN,
    PrintState,
    allow,
    wait_after,
)
from pharmacy.domain.roles import Role
from pharmacy.services.acting import Actor, get, get_to_change, record
from pharmacy.services.label_keeping import note_print
from pharmacy.services.print_payloads import NO_OFFSET, Offset, Paper, Payload, payload_of
from pharmacy.services.reprinting import made_anew
from pharmacy.settings import Printer
from pharmacy.store.database import Database
from pharmacy.store.tables import Label, PrinterPage, PrintJob

SENDER = Actor(0, "the print queue", Role.TECHNICIAN)


@dataclass(frozen=True, slots=True)
class Taken:
    """A print that one worker holds. attempt: how often it was taken, so that a late note is known as such."""

    job_id: int
    attempt: int


def queue(
    database: Database,
    paper: Paper,
    printer: Printer,
    *,
    actor: Actor,
    now: datetime,
    offset: Offset = NO_OFFSET,
) -> int:
    """Queues a kept label, or a test page, for a printer; returns the number of the print.

    Raises: RuleBroken: the label was sent before, was drawn for other paper or dots, or would not print whole.
    """
    payload = payload_of(database, paper, printer, offset)
    return database.run(lambda session: _queue(session, paper, printer, payload, actor=actor, now=now))


def cancel(session: Session, job_id: int, *, reason: str, actor: Actor, now: datetime) -> PrintJob:
    """Nothing more is sent; the reason is kept.

    Raises: RuleBroken.
    """
    return _settle(session, job_id, "cancel", actor=actor, now=now, reason=reason)


def came_out(session: Session, job_id: int, *, actor: Actor, now: datetime) -> PrintJob:
    """Somebody looked: the paper of a doubtful print is there, whole.

    Raises: RuleBroken.
    """
    return _settle(session, job_id, "came-out", actor=actor, now=now, reason="It came out.")


def again(session: Session, job_id: int, *, actor: Actor, now: datetime) -> PrintJob:
    """One that failed before a byte left is tried from the beginning.

    Raises: RuleBroken: it did not fail, or the label went another way since.
    """
    job = get_to_change(session, PrintJob, job_id, "print")
    target = allow("again", job.state)
    _refuse_second(session, job.label_id)
    job.state, job.attempts, job.next_try_at = target, 0, now
    _note(session, Event.PRINT_SETTLED, job, actor, now, verb="again")
    return job


def reprint(
    database: Database,
    job_id: int,
    printer: Printer,
    *,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
    offset: Offset = NO_OFFSET,
) -> int:
    """The label of a doubtful print is made anew, marked as a reprint, and queued; returns the new label's number.

    Raises: RuleBroken.
    """
    with database.reading() as session:
        job = get(session, PrintJob, job_id, "print")
        allow("reprint", job.state)
        if job.label_id is None:
            raise RuleBroken("A test page is not reprinted; make another one.")
        old = get(session, Label, job.label_id, "label")
    why = f"print {job_id} on {job.printer} is doubtful"
    paper = Paper(label_id=made_anew(database, old, zone=zone, actor=actor, now=now, reason=why))
    payload = payload_of(database, paper, printer, offset)

    def close_and_queue(session: Session) -> None:
        _settle(session, job_id, "reprint", actor=actor, now=now, reason=f"Printed again as label {paper.label_id}.")
        _queue(session, paper, printer, payload, actor=actor, now=now)

    database.run(close_and_queue)
    assert paper.label_id  # noqa: S101 - made above
    return paper.label_id


def waits(session: Session, printer: str, now: datetime) -> bool:
    """Whether there is anything to send to this printer, or to doubt."""
    mine = (PrintJob.is_open, PrintJob.printer == printer)
    due = (PrintJob.state == PrintState.QUEUED) & (PrintJob.next_try_at <= now)
    left = (PrintJob.state == PrintState.SENDING) & (PrintJob.taken_at < now - LEASE)
    return session.scalar(select(PrintJob.id).where(*mine, due | left).limit(1)) is not None


def take(session: Session, printer: str, now: datetime) -> Taken | None:
    """The next print for this printer, from now on this worker's alone; None when another worker was quicker.

    Whatever a program that ended was sending is doubtful from now on.
    """
    _doubt_what_was_left(session, printer, now)
    wanted = (PrintJob.is_open, PrintJob.printer == printer, PrintJob.state == PrintState.QUEUED)
    first = session.scalar(select(PrintJob.id).where(*wanted, PrintJob.next_try_at <= now).order_by(PrintJob.id))
    if first is None:
        return None
    taken = session.execute(
        update(PrintJob)
        .where(PrintJob.id == first, PrintJob.state == PrintState.QUEUED)
        .values(state=PrintState.SENDING, taken_at=now, attempts=PrintJob.attempts + 1)
        .returning(PrintJob.attempts)
    ).scalar()
    return Taken(first, taken) if taken else None


def note_sent(session: Session, taken: Taken, now: datetime) -> None:
    """Everything was handed over."""
    job = _held(session, taken)
    if job is not None:
        job.state, job.is_open, job.error, job.settled_at = PrintState.SENT, False, "", now
        _note(session, Event.PRINT_SENT, job, SENDER, now, attempt=taken.attempt)


def note_not_sent(session: Session, taken: Taken, why: str, now: datetime, *, hopeless: bool = False) -> None:
    """Nothing left: it is tried again after a while, and after many times, or when that is hopeless, given up."""
    job = _held(session, taken)
    if job is None:
        return
    job.error = why
    if hopeless or job.attempts >= MOST_ATTEMPTS:
        job.state = PrintState.FAILED
        _note(session, Event.PRINT_FAILED, job, SENDER, now, attempt=taken.attempt, why=why)
        return
    job.state, job.next_try_at = PrintState.QUEUED, now + wait_after(job.attempts)
    _note(session, Event.PRINT_PUT_OFF, job, SENDER, now, attempt=taken.attempt, why=why)


def note_doubt(session: Session, taken: Taken, why: str, now: datetime) -> None:
    """Something left, and perhaps not all."""
    job = _held(session, taken)
    if job is not None:
        job.state, job.error = PrintState.DOUBTFUL, why
        _note(session, Event.PRINT_DOUBTED, job, SENDER, now, attempt=taken.attempt, why=why)


def _doubt_what_was_left(session: Session, printer: str, now: datetime) -> None:
    """Nobody knows what came out of what was being sent when the program ended."""
    left = session.scalars(
        select(PrintJob)
        .where(PrintJob.is_open, PrintJob.printer == printer, PrintJob.state == PrintState.SENDING)
        .where(PrintJob.taken_at < now - LEASE)
        .with_for_update()
    ).all()
    for job in left:
        job.error = "The program that was sending it ended before it could say how it went."
        job.state = PrintState.DOUBTFUL
        _note(session, Event.PRINT_DOUBTED, job, SENDER, now, why=job.error)


def _held(session: Session, taken: Taken) -> PrintJob | None:
    """The print, unless a person decided about it or it was tried anew meanwhile."""
    job = get_to_change(session, PrintJob, taken.job_id, "print")
    mine = job.attempts == taken.attempt and job.state in (PrintState.SENDING, PrintState.DOUBTFUL)
    return job if mine else None


def _queue(session: Session, paper: Paper, printer: Printer, payload: Payload, *, actor: Actor, now: datetime) -> int:
    table: type[Label | PrinterPage] = Label if paper.label_id else PrinterPage
    get_to_change(session, table, paper.label_id or paper.page_id or 0, "paper")  # two who print it go one by one
    _refuse_second(session, paper.label_id)
    job = PrintJob(
        printer=printer.name,
        label_id=paper.label_id,
        page_id=paper.page_id,
        form=payload.form,
        zpl=payload.zpl,
        sha256=payload.sha256,
        queued_by_id=actor.id,
        queued_at=now,
        state=PrintState.QUEUED,
        is_open=True,
        attempts=0,
        next_try_at=now,
        error="",
        reason="",
    )
    session.add(job)
    session.flush()
    _note(session, Event.PRINT_QUEUED, job, actor, now, form=job.form, sha256=job.sha256)
    if paper.label_id:
        note_print(session, paper.label_id, actor=actor, now=now, printer=printer.name, print=job.id)
    return job.id


def _refuse_second(session: Session, label_id: int | None) -> None:
    """A second paper of one label would carry no mark."""
    if label_id is None:
        return
    before = session.execute(
        select(PrintJob).where(PrintJob.label_id == label_id, PrintJob.state.in_(MAY_HAVE_COME_OUT)).limit(1)
    ).scalar()
    if before is not None:
        raise RuleBroken(
            f"This label went to {before.printer} already and is {before.state} there; another one is made as a"
            " reprint, with the reason.",
            field="printer",
        )


def _settle(session: Session, job_id: int, verb: str, *, actor: Actor, now: datetime, reason: str) -> PrintJob:
    job = get_to_change(session, PrintJob, job_id, "print")
    job.state = allow(verb, job.state, reason=reason)
    job.is_open = job.state in OPEN
    job.reason, job.settled_by_id, job.settled_at = reason.strip(), actor.id, now
    _note(session, Event.PRINT_SETTLED, job, actor, now, verb=verb, reason=job.reason)
    return job


def _note(session: Session, event: Event, job: PrintJob, actor: Actor, now: datetime, **detail: object) -> None:
    told = {"printer": job.printer, "label": job.label_id, "test_page": job.page_id, **detail}
    record(session, event, actor=actor, now=now, subject="print", subject_id=job.id, **told)
