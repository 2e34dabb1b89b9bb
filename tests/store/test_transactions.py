"""Nothing oversells, nothing is half done, nobody is silently overwritten, and the trail never forks."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pharmacy.domain.errors import Conflict
from pharmacy.domain.events import Event
from pharmacy.store import database as store
from pharmacy.store import trail
from pharmacy.store.database import Busy, Database
from pharmacy.store.tables import AuditEntry, Counter, Lot, LotMovement, MovementKind, Patient
from tests.store.rows import fill_every_table, tables_of

DRAWS, THREADS = 80, 8


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with one row in every table, without a trail."""
    tables = tables_of(database)
    with database.transaction() as session:
        fill_every_table(session, tables, but="audit_entries")
    return database


def at_once(work: Callable[[int], object], times: int = DRAWS) -> list[object]:
    """work(0), work(1), ... from eight threads that start together."""
    start = threading.Barrier(THREADS)

    def one(number: int) -> object:
        if number < THREADS:
            start.wait(10)
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(times)))


def note(session: Session, now: datetime, number: int = 0) -> None:
    trail.remember(session, trail.Pending(now, 1, "Ann Ames", Event.LOT_MOVED, "lot", 1, {"number": number}))


def draw(session: Session, now: datetime) -> bool:
    """One capsule from lot 1, if there is one."""
    taken = session.execute(
        sa.update(Lot).where(Lot.id == 1, Lot.on_hand >= Decimal(1)).values(on_hand=Lot.on_hand - Decimal(1))
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]  # of an UPDATE it is there
        return False
    session.add(LotMovement(lot_id=1, at=now, kind=MovementKind.WEIGHED, amount=Decimal(-1), person_id=1, reason=""))
    note(session, now)
    return True


def test_what_is_changed_while_reading_is_not_saved(filled: Database) -> None:
    with filled.reading() as session:
        patient = session.get_one(Patient, 1)
        before, patient.family = patient.family, "Somebody else"
    with filled.reading() as session:
        assert session.get_one(Patient, 1).family == before


def test_postgresql_keeps_the_plan_of_what_page_after_page_asks(postgres_database: Database) -> None:
    for _ in range(7):  # psycopg prepares what is asked for the sixth time
        with postgres_database.reading() as session:
            session.execute(sa.select(Patient.family).where(Patient.id == 1)).all()
    with postgres_database.reading() as session:
        kept = session.execute(sa.text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    assert [one for one in kept if "FROM patients" in one]


def test_eighty_draws_by_eight_people_never_take_more_than_there_is(filled: Database, now: datetime) -> None:
    with filled.transaction() as session:
        session.execute(sa.update(Lot).values(on_hand=Decimal(50)))
    granted = at_once(lambda _: filled.run(lambda session: draw(session, now)))
    with filled.reading() as session:
        left = session.execute(sa.select(Lot.on_hand)).scalar_one()
        drawn = session.execute(
            sa.select(sa.func.sum(LotMovement.amount)).where(LotMovement.kind == MovementKind.WEIGHED)
        ).scalar_one()
        head, faults = trail.verify(session)
    assert (granted.count(True), left, drawn) == (50, Decimal(0), Decimal(-50))
    assert (head.sequence, faults) == (50, ())


def test_the_trail_does_not_fork_under_eight_writers(database: Database, now: datetime) -> None:
    at_once(lambda number: database.run(lambda session: note(session, now, number)))
    with database.reading() as session:
        head, faults = trail.verify(session)
        previous = session.execute(sa.select(AuditEntry.prev_hash)).scalars().all()
    assert (head.sequence, faults) == (DRAWS, ())
    assert len(set(previous)) == DRAWS


def test_a_number_is_given_out_once(database: Database) -> None:
    def next_number(session: Session) -> int:
        statement = sa.update(Counter).where(Counter.series == "rx").values(last=Counter.last + 1)
        return session.execute(statement.returning(Counter.last)).scalar_one()

    with database.transaction() as session:
        session.add(Counter(series="rx", last=0))
    given = at_once(lambda _: database.run(next_number))
    assert sorted(given, key=str) == sorted(range(1, DRAWS + 1), key=str)


def test_what_fails_leaves_neither_the_change_nor_its_entry(database: Database, now: datetime) -> None:
    def work(session: Session) -> None:
        session.add(Counter(series="rx", last=1))
        note(session, now)
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.run(work)
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Counter)).scalar_one() == 0
        assert trail.head(session) == trail.Head(0, trail.GENESIS)


def test_a_refused_change_takes_its_entry_with_it(filled: Database, now: datetime) -> None:
    def work(session: Session) -> None:
        note(session, now)
        session.execute(sa.update(Lot).values(on_hand=Decimal(-1)))

    with pytest.raises(DBAPIError, match="never_below_zero"):
        filled.run(work)
    with filled.reading() as session:
        assert trail.head(session).sequence == 0


def test_a_reading_transaction_cannot_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.execute(sa.insert(Counter).values(series="rx", last=1))
    with database.transaction() as session:  # the same connection writes again
        session.execute(sa.insert(Counter).values(series="rx", last=1))


def test_reading_goes_on_while_somebody_writes(database: Database) -> None:
    with database.transaction() as writing:
        writing.execute(sa.insert(Counter).values(series="rx", last=1))
        with database.reading() as session:
            assert session.execute(sa.select(Counter.last)).all() == []


def test_whoever_changes_a_record_that_changed_meanwhile_is_told(filled: Database) -> None:
    def work(session: Session) -> None:
        patient = session.get_one(Patient, 1)
        session.execute(sa.text("UPDATE patients SET revision = revision + 1"))
        patient.diet = "no lactose"

    with pytest.raises(Conflict, match="Somebody else changed this record"):
        filled.run(work)
    with filled.reading() as session:
        assert session.get_one(Patient, 1).diet == "text"


def test_two_who_wait_for_each_other_both_get_their_turn(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        session.add_all([Counter(series="a", last=0), Counter(series="b", last=0)])
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def work(session: Session, order: str) -> None:
        first_try = order not in tries
        tries.append(order)
        for series in order:
            session.execute(sa.update(Counter).where(Counter.series == series).values(last=Counter.last + 1))
            if first_try and series == order[0]:
                both_hold_one.wait(10)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda order: postgres_database.run(lambda s: work(s, order)), ["ab", "ba"]))
    with postgres_database.reading() as session:
        assert session.execute(sa.select(Counter.last)).scalars().all() == [2, 2]
    assert len(tries) == 3


def test_a_broken_connection_is_replaced_and_the_work_done_again(postgres_database: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        session.add(Counter(series="rx", last=1))
        session.flush()
        tries.append(1)
        if len(tries) == 1:
            own = session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            with postgres_database.transaction() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:own)"), {"own": own})

    postgres_database.run(work)
    assert len(tries) == 2
    with postgres_database.reading() as session:
        assert session.execute(sa.select(Counter.last)).scalars().all() == [1]


def test_work_that_is_simply_wrong_is_not_tried_again(database: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.execute(sa.text("SELECT there_is_no_such_column"))

    with pytest.raises(DBAPIError):
        database.run(work)
    assert len(tries) == 1


def test_a_database_held_by_another_program_is_said_to_be_busy(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_LOCK_WAIT_S", 1)
    other = Database(str(sqlite_database.url))
    with sqlite_database.transaction(), pytest.raises(Busy, match="nothing was saved"):
        other.run(lambda session: session.execute(sa.insert(Counter).values(series="rx", last=1)))
    other.close()


WRITER = """
import sys
from datetime import UTC, datetime
from pharmacy.domain.events import Event
from pharmacy.store import trail
from pharmacy.store.database import Database
from pharmacy.store.tables import Counter

database = Database(sys.argv[1])
number = 0
while True:
    number += 1
    with database.transaction() as session:
        session.add(Counter(series=f"n{number}", last=number))
        act = trail.Pending(datetime.now(UTC), None, "writer", Event.LOT_MOVED, "lot", number, {})
        trail.remember(session, act)
    print(number, flush=True)
"""


@contextmanager
def writing(database: Database) -> Iterator["subprocess.Popen[str]"]:
    url = database.url.render_as_string(hide_password=False)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield writer
    finally:
        writer.kill()
        writer.wait()
        assert writer.stdout
        writer.stdout.close()


def test_a_killed_program_loses_nothing_that_it_was_told_is_saved(database: Database) -> None:
    with writing(database) as writer:
        assert writer.stdout
        said = [int(writer.stdout.readline()) for _ in range(40)]
        writer.kill()
        said += [int(line) for line in writer.stdout if line.endswith("\n")]
    with database.transaction() as session:  # and it can be written at once
        kept = session.execute(sa.select(Counter.last).order_by(Counter.last)).scalars().all()
        head, faults = trail.verify(session)
    assert kept[: len(said)] == said
    assert len(kept) - len(said) <= 1  # saved, and killed before it could say so
    assert (head.sequence, faults) == (len(kept), ())
