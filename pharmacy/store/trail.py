"""The audit trail: a hash chain over every act, appended at the very end of the transaction that acted.

An entry's hash covers its own text and the hash before it, so an edited, inserted, removed or reordered entry shows.
A cut tail does not show in the chain itself: `head` is printed on compounding records and kept in backups for that.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.events import Event
from pharmacy.domain.signature import canonical
from pharmacy.store.records import AuditEntry

GENESIS = "0" * 64
_ADVISORY_LOCK = 0x6D6F7274  # "mort": one lock for the whole chain
_FIELDS = ("sequence", "at", "actor_id", "actor", "event", "subject", "subject_id", "detail", "prev_hash")


@dataclass(frozen=True, slots=True)
class Pending:
    """An act recorded in this transaction and not yet chained."""

    at: datetime
    actor_id: int | None
    actor: str
    event: Event
    subject: str
    subject_id: int | None
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the chain. sequence 0 and GENESIS when there is none."""

    sequence: int
    hash: str


def remember(session: Session, act: Pending) -> None:
    """Keeps an act to be chained when the transaction ends."""
    session.info.setdefault("trail", []).append(act)


def append_pending(session: Session) -> None:
    """Chains and writes what this transaction did. The lock is taken last, so that nobody waits for it in a circle."""
    pending: list[Pending] = session.info.pop("trail", [])
    if not pending:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    last = head(session)
    rows = []
    for act in pending:
        row = _chained(act, last)
        last = Head(last.sequence + 1, str(row["hash"]))
        rows.append(row)
    session.execute(insert(AuditEntry), rows)


def head(session: Session) -> Head:
    row = session.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).first()
    return Head(row[0], row[1]) if row else Head(0, GENESIS)


def read_head(text: str) -> Head:
    """A head as it is printed on compounding records and kept in backups.

    Raises: InputUnusable.
    """
    written = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip().lower())
    if written is None:
        raise InputUnusable(
            "give the entry's number, a colon and its 64 hexadecimal digits, as printed", field="anchor"
        )
    return Head(int(written[1]), written[2])


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold, and in which way."""

    sequence: int
    message: str


def verify(session: Session, anchor: Head | None = None) -> tuple[Head, tuple[Fault, ...]]:
    """Walks the whole chain. anchor: a head noted earlier outside the database, to find a cut or rewritten tail."""
    faults: list[Fault] = []
    last, anchor_seen = Head(0, GENESIS), anchor is None or anchor.sequence == 0
    for row in _entries(session):
        fault = _fault(row, last)
        if fault:
            faults.append(fault)
        if anchor and row.sequence == anchor.sequence:
            anchor_seen = True
            if row.hash != anchor.hash:
                faults.append(Fault(row.sequence, f"entry {row.sequence} is not the one that was noted outside"))
        last = Head(row.sequence, row.hash)
    if anchor and not anchor_seen:
        message = (
            f"the trail ends at entry {last.sequence}, but entry {anchor.sequence} was noted outside: its tail is cut"
        )
        faults.append(Fault(last.sequence, message))
    return last, tuple(faults)


def _entries(session: Session) -> Iterator[Row[tuple[object, ...]]]:
    columns = [getattr(AuditEntry, name) for name in (*_FIELDS, "hash")]
    statement = select(*columns).order_by(AuditEntry.sequence).execution_options(yield_per=1000)
    yield from session.execute(statement)


def _fault(row: Row[tuple[object, ...]], last: Head) -> Fault | None:
    values = row._mapping
    if row.sequence != last.sequence + 1:
        return Fault(row.sequence, f"entry {last.sequence + 1} is missing before entry {row.sequence}")
    if row.prev_hash != last.hash:
        return Fault(
            row.sequence,
            f"entry {row.sequence} does not follow entry {last.sequence}: one was put in or moved",
        )
    if not _is_own_hash(values):
        return Fault(row.sequence, f"entry {row.sequence} was changed after it was written")
    return None


def _is_own_hash(entry: Mapping[Any, object]) -> bool:
    try:
        return entry["hash"] == entry_hash(entry)
    except TypeError:  # SQLite takes bytes in a text column, and they have no canonical form
        return False


def entry_hash(entry: Mapping[str, object]) -> str:
    """SHA-256 of the entry's canonical text, the hash before it included."""
    return hashlib.sha256(canonical({name: entry[name] for name in _FIELDS}).encode()).hexdigest()


def _chained(act: Pending, last: Head) -> dict[str, object]:
    entry: dict[str, object] = {
        "sequence": last.sequence + 1,
        "at": act.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": act.actor_id,
        "actor": act.actor,
        "event": act.event.value,
        "subject": act.subject,
        "subject_id": act.subject_id,
        "detail": canonical(act.detail),
        "prev_hash": last.hash,
    }
    return {**entry, "hash": entry_hash(entry)}
