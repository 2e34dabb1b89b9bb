"""Whatever is done to the trail behind the software's back, verify finds it and says where."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from pharmacy.domain.events import Event
from pharmacy.store import trail
from pharmacy.store.database import Database
from pharmacy.store.tables import AuditEntry

ENTRIES = 6


@pytest.fixture
def kept(database: Database, now: datetime) -> Database:
    """A database with six entries in its trail."""
    for number in range(ENTRIES):
        with database.transaction() as session:
            detail = {"quantity": {"from": number, "to": number + 1}}
            at = now + timedelta(seconds=number)
            act = trail.Pending(at, 1, "Ann Ames", Event.LOT_MOVED, "lot", 7, detail)
            trail.remember(session, act)
    return database


def tamper(database: Database, *statements: str) -> None:
    """As somebody could who holds the database file, or the database owner's password."""
    with database.transaction() as session:
        for act in ("update", "delete"):
            table = "" if database.is_sqlite else " ON audit_entries"
            session.execute(sa.text(f"DROP TRIGGER audit_entries_keep_{act}{table}"))
        for statement in statements:
            session.execute(sa.text(statement))


def faults_of(database: Database, anchor: trail.Head | None = None) -> list[str]:
    with database.reading() as session:
        return [fault.message for fault in trail.verify(session, anchor)[1]]


def head_of(database: Database) -> trail.Head:
    with database.reading() as session:
        return trail.head(session)


def test_an_untouched_trail_holds(kept: Database) -> None:
    assert faults_of(kept) == []
    assert faults_of(kept, head_of(kept)) == []
    assert head_of(kept).sequence == ENTRIES


def test_an_empty_trail_holds(database: Database) -> None:
    assert faults_of(database) == []
    assert faults_of(database, trail.Head(0, trail.GENESIS)) == []


def test_the_hash_is_that_of_the_written_down_text(kept: Database) -> None:
    """Independent of the code: the text as it is described, through the standard library."""
    import hashlib  # noqa: PLC0415 - shows that nothing else is needed

    text = (
        '{"actor":"Ann Ames","actor_id":1,"at":"2026-11-24T15:00:00.000000+00:00",'
        '"detail":"{\\"quantity\\":{\\"from\\":0,\\"to\\":1}}","event":"lot.moved",'
        f'"prev_hash":"{"0" * 64}","sequence":1,"subject":"lot","subject_id":7}}'
    )
    with kept.reading() as session:
        assert session.get_one(AuditEntry, 1).hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-11-24T15:00:09.000000+00:00'",
        "actor = 'Bob Bell'",
        "actor_id = NULL",
        "event = 'lot.released'",
        "subject = 'batch'",
        "subject_id = 8",
        "detail = '{}'",
        "hash = prev_hash",
    ],
)
def test_an_edited_entry_is_found(kept: Database, change: str) -> None:
    tamper(kept, f"UPDATE audit_entries SET {change} WHERE sequence = 3")
    assert faults_of(kept)[0] == "entry 3 was changed after it was written"


def test_bytes_in_place_of_text_are_found(sqlite_database: Database, now: datetime) -> None:
    with sqlite_database.transaction() as session:
        trail.remember(session, trail.Pending(now, 1, "Ann Ames", Event.LOT_MOVED, "lot", 7, {}))
    tamper(sqlite_database, "UPDATE audit_entries SET detail = x'7b7d'")
    assert faults_of(sqlite_database) == ["entry 1 was changed after it was written"]


def test_an_edited_entry_with_a_new_hash_is_found_at_the_next_one(kept: Database) -> None:
    forged = _forged(kept, 3, actor="Bob Bell")
    tamper(kept, f"UPDATE audit_entries SET actor = 'Bob Bell', hash = '{forged}' WHERE sequence = 3")
    assert faults_of(kept) == ["entry 4 does not follow entry 3: one was put in or moved"]


def test_a_removed_entry_is_found(kept: Database) -> None:
    tamper(kept, "DELETE FROM audit_entries WHERE sequence = 4")
    assert faults_of(kept) == ["entry 4 is missing before entry 5"]


def test_a_removed_beginning_is_found(kept: Database) -> None:
    tamper(kept, "DELETE FROM audit_entries WHERE sequence <= 2")
    assert faults_of(kept) == ["entry 1 is missing before entry 3"]


def test_an_entry_removed_with_the_gap_closed_is_found(kept: Database) -> None:
    tamper(
        kept,
        "DELETE FROM audit_entries WHERE sequence = 4",
        *(f"UPDATE audit_entries SET sequence = {n - 1} WHERE sequence = {n}" for n in (5, 6)),
    )
    assert faults_of(kept)[0] == "entry 4 does not follow entry 3: one was put in or moved"


def test_an_entry_put_in_is_found(kept: Database) -> None:
    put_in = (
        "INSERT INTO audit_entries SELECT 4, at, actor_id, actor, event, subject, subject_id, detail,"
        f" '{'b' * 64}', hash FROM audit_entries WHERE sequence = 3"
    )
    moved = (f"UPDATE audit_entries SET sequence = {n + 1} WHERE sequence = {n}" for n in (6, 5, 4))
    tamper(kept, *moved, put_in)
    assert faults_of(kept)[0] == "entry 4 does not follow entry 3: one was put in or moved"


def test_entries_in_another_order_are_found(kept: Database) -> None:
    swap = ((2, 99), (5, 2), (99, 5))
    tamper(kept, *(f"UPDATE audit_entries SET sequence = {to} WHERE sequence = {of}" for of, to in swap))
    assert faults_of(kept)[0] == "entry 2 does not follow entry 1: one was put in or moved"


def test_a_cut_tail_shows_only_against_a_head_noted_outside(kept: Database) -> None:
    noted = head_of(kept)
    tamper(kept, "DELETE FROM audit_entries WHERE sequence > 4")
    assert faults_of(kept) == []
    assert faults_of(kept, noted) == ["the trail ends at entry 4, but entry 6 was noted outside: its tail is cut"]


def test_a_tail_written_anew_shows_against_a_head_noted_outside(kept: Database) -> None:
    noted = head_of(kept)
    forged = _forged(kept, ENTRIES, actor="Bob Bell")
    tamper(kept, f"UPDATE audit_entries SET actor = 'Bob Bell', hash = '{forged}' WHERE sequence = {ENTRIES}")
    assert faults_of(kept) == []
    assert faults_of(kept, noted) == ["entry 6 is not the one that was noted outside"]


def test_a_head_noted_in_the_middle_still_holds_later(kept: Database, now: datetime) -> None:
    noted = head_of(kept)
    with kept.transaction() as session:
        trail.remember(session, trail.Pending(now, 1, "Ann Ames", Event.LOT_MOVED, "lot", 7, {}))
    assert faults_of(kept, noted) == []


def test_acts_of_one_transaction_are_chained_in_the_order_in_which_they_were_done(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        for event in (Event.LOT_RECEIVED, Event.LOT_RELEASED, Event.LOT_MOVED):
            trail.remember(session, trail.Pending(now, None, "from outside", event, "lot", 1, {}))
    with database.reading() as session:
        rows = session.execute(sa.select(AuditEntry.event).order_by(AuditEntry.sequence)).scalars().all()
    assert rows == ["lot.received", "lot.released", "lot.moved"]
    assert faults_of(database) == []


def _forged(database: Database, sequence: int, **changed: object) -> str:
    with database.reading() as session:
        entry = session.get_one(AuditEntry, sequence)
        values = {column: getattr(entry, column) for column in AuditEntry.__table__.columns.keys()}  # noqa: SIM118 - not a dict
    return trail.entry_hash(values | changed)
