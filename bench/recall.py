"""How long the database works on the recall of a lot with about 400 patients, at ten thousand fills and at a million.

Both databases, each with the tables filled from the same seed; many lots, in turns, so that none is in a cache of
SQLite's own when it is asked for.
The statements are those that `recalls.walk_lot` sends, sent again through the bare driver with all rows fetched.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from bench import _recall_rows
from pharmacy.services import recalls
from pharmacy.store import schema
from pharmacy.store.database import Database
from tests.postgres import Cluster, NoPostgres

FEW, MANY = 10_000, 1_000_000
LOTS = 40
ROUNDS = 10
SHARED_BUFFERS = "1GB"  # a usual share of a server's memory; the tables of a million fills are about as large
LIMIT_MS, LIMIT_RATIO = 5.0, 3.0


@dataclass
class Pharmacy:
    """A filled database and what was measured on it [ms]."""

    database: Database
    lots: list[int]
    statements: list[list[tuple[str, Any]]] = field(default_factory=list)
    bare: list[list[float]] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    patients: list[int] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Over the lots, of the quickest round of each: other programs of a busy machine only add to it."""
        return statistics.median(min(rounds) for rounds in self.bare)


def main() -> bool:
    with tempfile.TemporaryDirectory() as place:
        held = _compare("SQLite", *(_sqlite(Path(place), fills) for fills in (FEW, MANY)))
    try:
        cluster = Cluster(shared_buffers=SHARED_BUFFERS)
    except NoPostgres as reason:
        print(f"  PostgreSQL: not measured ({reason})")
        return held
    try:
        return _compare("PostgreSQL", *(_postgres(cluster, fills) for fills in (FEW, MANY))) and held
    finally:
        cluster.stop()


def _compare(called: str, few: Pharmacy, many: Pharmacy) -> bool:
    for one in (few, many):
        for lot in one.lots:
            _walk(one, lot)
    for _ in range(ROUNDS):
        for place in range(LOTS):
            for one in (few, many):
                _send_again(one, place)
    for fills, one in ((FEW, few), (MANY, many)):
        print(
            f"  {called}, {fills:>9,} fills: database {one.median:5.2f} ms, with all of ours"
            f" {statistics.median(one.whole):5.2f} ms; {statistics.median(one.patients):.0f} patients"
        )
        one.database.close()
    ratio = many.median / few.median
    print(f"  {called}: {ratio:.2f} times (limits {LIMIT_MS:.0f} ms and {LIMIT_RATIO:.0f} times)")
    return many.median < LIMIT_MS and ratio <= LIMIT_RATIO


def _walk(one: Pharmacy, lot: int) -> None:
    """As a page walks; notes what was sent."""
    with one.database.reading() as session, _sent(session) as statements:
        started = time.perf_counter()
        found = recalls.walk_lot(session, lot)
        one.whole.append((time.perf_counter() - started) * 1000)
        one.patients.append(len(found.patients))
    one.statements.append(statements)
    one.bare.append([])


def _send_again(one: Pharmacy, place: int) -> None:
    """Through the bare driver, all rows fetched."""
    with one.database.reading() as session:
        cursor = session.connection().connection.cursor()
        backend = 0
        if not one.database.is_sqlite:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        started = _worked(backend)
        for statement, values in one.statements[place]:
            cursor.execute(statement, values)
            cursor.fetchall()
        one.bare[place].append((_worked(backend) - started) * 1000)
        cursor.close()


def _worked(backend: int) -> float:
    """Seconds that this process, and the server's process of this connection, have had a processor.

    Everything is in memory and nobody holds a lock, so on an idle machine it is the time that passes; on a shared one
    it leaves out the waiting for a processor, which says nothing about the recall.
    """
    own = time.process_time()
    return own + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9 if backend else own


@contextmanager
def _sent(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """What goes to the database meanwhile."""
    seen: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        seen.append((statement, values))

    event.listen(session.get_bind(), "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        seen[:] = [one for one in seen if one[0].startswith("SELECT")]


def _sqlite(place: Path, fills: int) -> Pharmacy:
    return _filled(Database(f"sqlite:///{(place / f'{fills}.db').as_posix()}"), fills)


def _postgres(cluster: Cluster, fills: int) -> Pharmacy:
    return _filled(Database(cluster.url(cluster.new_database())), fills)


def _filled(database: Database, fills: int) -> Pharmacy:
    started = time.perf_counter()
    schema.upgrade(database)
    actives = _recall_rows.fill_tables(database, fills)
    schema.upgrade(database)  # ANALYZE: without it a new table is read without its indexes
    if not database.is_sqlite:  # as its autovacuum does of itself, which the cluster of the tests is without
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
    print(f"  filled {fills:,} fills in {time.perf_counter() - started:.0f} s")
    chance = random.Random(fills)
    return Pharmacy(database, [chance.randint(1, max(actives - 1, 1)) for _ in range(LOTS)])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
