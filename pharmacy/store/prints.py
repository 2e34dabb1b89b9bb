"""Prints as pages list them: what still asks for something first, then what was done last."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pharmacy.domain.print_states import PrintState
from pharmacy.store.tables import PrintJob

_SHOWN = (joinedload(PrintJob.label), joinedload(PrintJob.queued_by), joinedload(PrintJob.settled_by))
RECENT = 30


def open_prints(session: Session) -> tuple[PrintJob, ...]:
    """Those that are not settled, the oldest first."""
    return tuple(session.scalars(select(PrintJob).where(PrintJob.is_open).order_by(PrintJob.id).options(*_SHOWN)))


def settled_prints(session: Session) -> tuple[PrintJob, ...]:
    """The last that were sent or cancelled, the newest first."""
    wanted = select(PrintJob).where(~PrintJob.is_open).order_by(PrintJob.id.desc()).limit(RECENT)
    return tuple(session.scalars(wanted.options(*_SHOWN)))


def prints_of(session: Session, *, label_id: int | None = None, page_id: int | None = None) -> tuple[PrintJob, ...]:
    """Every print of one paper, the newest first."""
    of = PrintJob.label_id == label_id if label_id else PrintJob.page_id == page_id
    return tuple(session.scalars(select(PrintJob).where(of).order_by(PrintJob.id.desc()).options(*_SHOWN)))


def to_decide(session: Session) -> tuple[int, datetime | None]:
    """How many prints wait for a person, and since when the oldest was queued."""
    undecided = (PrintJob.is_open, PrintJob.state.in_((PrintState.DOUBTFUL, PrintState.FAILED)))
    count, oldest = session.execute(select(func.count(), func.min(PrintJob.queued_at)).where(*undecided)).one()
    return int(count), oldest
