"""Transactions. One recipe for both databases, from measurements: nothing oversells, nothing half done.

SQLite: one writer at a time (a lock in this process in front of BEGIN IMMEDIATE), readers beside it in WAL mode.
PostgreSQL: READ COMMITTED with conditional updates; the audit append takes its lock last.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.store import trail

Result = TypeVar("Result")

ATTEMPTS = 4
_RETRIED = {
    "40001",  # serialization
    "40P01",  # deadlock
    "55P03",  # a lock was not available
    "23505",  # a number or a message id given out at the same moment
    "57P01",  # the server is stopped or started anew
    "57P02",
    "57P03",
}
_LOCK_WAIT_S = 20
_MAPPED_BYTES = 1 << 31  # of a SQLite file, read without a call for each page; see decision 0011
_BUSY = f"The database was busy for {_LOCK_WAIT_S} seconds; nothing was saved. Try again."


class Busy(RuleBroken):
    """The database could not take this write now; nothing was changed."""


class Database:
    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write_lock = threading.RLock()
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write transaction: committed whole at the end, with the audit entries of every act in it, or not at all."""
        with self._one_writer(), Session(self.engine, expire_on_commit=False) as session:
            _begin_writing(session)
            try:
                yield session
                session.flush()
                trail.append_pending(session)
                session.commit()
            except StaleDataError as error:
                session.rollback()
                raise Conflict(
                    "Somebody else changed this record a moment ago; nothing of yours was saved. Look at it again."
                ) from error
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that cannot write. What was loaded in it may be looked at afterwards.

        It ends with a COMMIT: at a ROLLBACK psycopg forgets every statement that was prepared on the connection, and
        PostgreSQL would plan each of them anew for every page.
        """
        with Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            session.connection(execution_options={"write": False})
            yield session
            session.expunge_all()  # nothing of it is to be saved
            session.commit()

    def run(self, work: Callable[[Session], Result]) -> Result:
        """work(session) in a transaction, again from the start when the database asks for it."""
        return again_on_conflict(lambda: self._run_once(work))

    def close(self) -> None:
        self.engine.dispose()

    def _run_once(self, work: Callable[[Session], Result]) -> Result:
        with self.transaction() as session:
            return work(session)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._write_lock.acquire(timeout=_LOCK_WAIT_S):
            raise Busy(_BUSY)
        try:
            yield
        finally:
            self._write_lock.release()


def _begin_writing(session: Session) -> None:
    try:
        session.connection(execution_options={"write": True})
    except OperationalError as error:
        if "database is locked" in str(error.orig):  # by another process, for as long as we waited
            raise Busy(_BUSY) from error
        raise


def again_on_conflict(work: Callable[[], Result]) -> Result:
    """Runs the whole of `work` again when two transactions stood in each other's way or the connection broke."""
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except DBAPIError as error:
            if not _retryable(error):
                raise
    return work()


def is_full(error: BaseException) -> bool:
    """Whether the disk is full: said plainly, since nothing else helps."""
    told = str(error).lower()
    return (
        "disk is full" in told
        or "no space left" in told
        or getattr(getattr(error, "orig", error), "sqlstate", "") == "53100"
    )


def _retryable(error: DBAPIError) -> bool:
    """PostgreSQL tells by a code; a connection that broke has none. SQLite has waited for its turn at BEGIN."""
    code = getattr(error.orig, "sqlstate", "")
    return code in _RETRIED or (code is None and isinstance(error, OperationalError))


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _LOCK_WAIT_S, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # recursive_triggers: without it INSERT OR REPLACE deletes a row and its trigger is not asked.
    for pragma in (
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "synchronous=FULL",
        f"busy_timeout={_LOCK_WAIT_S * 1000}",
        f"mmap_size={_MAPPED_BYTES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("write", True)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, pool_size=10, max_overflow=10)
    event.listen(engine, "connect", _prepare_postgres)
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _prepare_postgres(connection: Any, _: object) -> None:
    """For the whole session, so outside of any transaction.

    random_page_cost: the usual 4 stands for a disk that turns, see decision 0011. TimeZone: moments come as they are
    kept, and the driver need not take each of them to the server's own zone first, a third of its work on a fill.
    """
    before, connection.autocommit = connection.autocommit, True
    connection.execute("SET random_page_cost = 1.1")
    connection.execute("SET TimeZone = 'UTC'")
    connection.autocommit = before


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("write", True):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_S}s'")
    else:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def set_wal(database: Database) -> None:
    """Write-ahead logging, once when the database is made; another program that makes it too is waited for."""
    if not database.is_sqlite:
        return
    end = time.monotonic() + _LOCK_WAIT_S
    # The driver's own connection: the mode cannot change inside a transaction, and the engine begins one.
    with closing(database.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        while True:
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:  # busy_timeout does not hold for this one
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
            time.sleep(0.01)


def utc_now() -> datetime:
    return datetime.now(UTC)
