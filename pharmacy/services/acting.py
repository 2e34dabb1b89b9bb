"""What every act needs: who acts, a note in the trail, a number, a record or the sentence that there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm import Session

from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.domain.workflow import Subject, allow
from pharmacy.store import trail
from pharmacy.store.records import Counter
from pharmacy.store.tables import (
    AuditEntry,
    Base,
    Batch,
    Fill,
    Formula,
    Lot,
    Person,
    Pharmacy,
    Prescription,
    Trituration,
)

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. id 0: the software itself, or a message from outside."""

    id: int
    name: str
    role: Role

    @classmethod
    def of(cls, person: Person) -> "Actor":
        return cls(person.id, person.full_name, person.role)


Moved = Prescription | Formula | Lot | Trituration | Batch | Fill
SUBJECTS: dict[type[Base], Subject] = {
    Prescription: Subject.PRESCRIPTION,
    Formula: Subject.FORMULA,
    Lot: Subject.LOT,
    Trituration: Subject.TRITURATION,
    Batch: Subject.BATCH,
    Fill: Subject.FILL,
}
OUTSIDE = Actor(0, "from outside", Role.TECHNICIAN)


def record(
    session: Session,
    event: Event,
    *,
    actor: Actor,
    now: datetime,
    subject: str = "",
    subject_id: int | None = None,
    **detail: object,
) -> None:
    """Notes an act in the audit trail of this transaction, with the values it changed."""
    act = trail.Pending(now, actor.id or None, actor.name, event, subject, subject_id, detail)
    trail.remember(session, act)


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """{field: {"from": old, "to": new}} of what differs."""
    return {name: {"from": before.get(name), "to": value} for name, value in after.items() if before.get(name) != value}


def get(session: Session, table: type[Row], key: int, called: str) -> Row:
    """The record, or the sentence that there is none.

    Raises: NotFound.
    """
    row = session.get(table, key)
    if row is None:
        raise NotFound(f"There is no {called} with this number.")
    return row


def get_to_change(session: Session, table: type[Row], key: int, called: str) -> Row:
    """The record as it is now, locked until the transaction ends, so that two people act one after the other.

    Raises: NotFound.
    """
    # Not session.get: it takes a record read earlier in this transaction for a conflict when it changed since.
    statement = select(table).where(inspect(table).primary_key[0] == key).with_for_update()
    row = session.execute(statement, execution_options={"populate_existing": True}).scalar()
    if row is None:
        raise NotFound(f"There is no {called} with this number.")
    return row


def same_revision(seen: int | None, held: int, called: str) -> None:
    """Refuses a form that was filled in while somebody else changed the record. None: the form did not say.

    Raises: Conflict.
    """
    if seen is not None and seen != held:
        raise Conflict(f"{called} was changed by somebody else while this form was open. Compare and save again.")


def move(
    session: Session,
    row: Moved,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    done_by: frozenset[int] = frozenset(),
    reason: str = "",
) -> str:
    """Asks the workflow table whether this actor may take this step, and returns the state the record moves to.

    The documented exception of a pharmacist alone on duty is recorded when it is used.
    Raises: RuleBroken.
    """
    subject = SUBJECTS[type(row)]
    alone = actor.id in done_by and is_alone(session)
    target = allow(
        subject,
        verb,
        name=row.title if isinstance(row, Formula) else f"{subject} {row.number}",
        state=row.state,
        role=actor.role,
        doer=actor.id,
        done_by=done_by,
        alone=alone,
        reason=reason,
    )
    if alone:
        record(
            session,
            Event.EXCEPTION_TAKEN,
            actor=actor,
            now=now,
            subject=subject,
            subject_id=row.id,
            step=verb,
            reason=reason,
        )
    return target


def refuse_while_filling(session: Session, row: Prescription) -> None:
    """Refuses to change a prescription while capsules are being packed for it.

    Raises: RuleBroken.
    """
    statement = select(func.count()).select_from(Fill).where(Fill.prescription_id == row.id, Fill.is_open)
    if session.scalar(statement):
        raise RuleBroken(f"Prescription {row.number} has a fill under way; cancel the fill first.")


def who_did(session: Session, subject: str, subject_id: int, event: Event) -> frozenset[int]:
    """Everybody who ever did this to a record, as the trail tells."""
    people = session.scalars(
        select(AuditEntry.actor_id).where(
            AuditEntry.subject == subject, AuditEntry.subject_id == subject_id, AuditEntry.event == event.value
        )
    )
    return frozenset(person for person in people if person is not None)


def is_alone(session: Session) -> bool:
    """Whether this pharmacy works under the documented exception of one pharmacist on duty."""
    return bool(session.execute(select(Pharmacy.one_pharmacist)).scalar())


def next_number(session: Session, series: str) -> int:
    """The next number of a series, given out once."""
    taken = session.execute(
        update(Counter).where(Counter.series == series).values(last=Counter.last + 1).returning(Counter.last)
    ).scalar()
    if taken is None:
        session.add(Counter(series=series, last=1))
        session.flush()
        return 1
    return int(taken)
