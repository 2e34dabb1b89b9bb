"""The pages that everybody opens all day read an index from its start, however large the tables grow."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pharmacy.domain.workflow import BatchState, FillState, RxState
from pharmacy.store import asked, lists, recalled, schema
from pharmacy.store.database import Database
from pharmacy.store.tables import Allocation, BatchInput, Lot
from tests.store.rows import a_row, fill_every_table, tables_of

CLOSED, OPEN = 2000, 100
START = datetime(2026, 11, 1, tzinfo=UTC)
FEW = {"ingredients"}  # of which a pharmacy has a handful for ever: read whole, whatever the index
STATES = {"prescriptions": "filled", "batches": "exhausted", "fills": "dispensed", "lots": "exhausted"}


@pytest.fixture(scope="module")
def used(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database in which most of the work is done; only read by these tests."""
    file = tmp_path_factory.mktemp("used") / "pharmacy.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file.as_posix()}")
    tables = tables_of(database)
    with database.transaction() as session:
        fill_every_table(session, tables)
        for name, closed in STATES.items():
            table = tables.tables[name]
            done = [_numbered(table, n, is_open=False, state=closed) for n in range(2, CLOSED)]
            waiting = [_numbered(table, n, is_open=True) for n in range(CLOSED, CLOSED + OPEN)]
            session.execute(sa.insert(table), done + waiting)
        made = tables.tables["triturations"]
        more = [a_row(made, id=n, number=f"T{n}", lot_id=n, active_lot_id=n + 1) for n in range(2, CLOSED)]
        session.execute(sa.update(made).values(lot_id=1))  # lot 1 is a trituration of itself, which is enough here
        session.execute(sa.insert(made), more)
        questions = tables.tables["questions"]
        session.execute(sa.insert(questions), [_asked(questions, number) for number in range(2, CLOSED + OPEN)])
    schema.upgrade(database)  # ANALYZE
    yield database
    database.close()


def _numbered(table: sa.Table, number: int, **given: Any) -> dict[str, Any]:
    own = {"id": number, "number": f"N{number}", "fill_number": number, "maker_lot": f"M{number}"}
    own["due_at"] = START + timedelta(hours=number)
    return a_row(table, **given) | {name: value for name, value in own.items() if name in table.columns}


def _asked(table: sa.Table, number: int) -> dict[str, Any]:
    """A question about the prescription of this number; those about closed ones are withdrawn."""
    asked = a_row(table, id=number, prescription_id=number, asked_at=START + timedelta(hours=number))
    settled = {"withdrawn_at": START, "withdrawn_by_id": 1, "withdrawn_reason": "no need"}
    is_open = number >= CLOSED
    return asked | dict.fromkeys(settled) | {"is_open": is_open} | ({} if is_open else settled)


def plan(database: Database, query: Callable[[Session], object]) -> str:
    """SQLite's plan of every statement that the query sends, one step a line."""
    with database.reading() as session:
        sent = list(_sent(session, query))
        steps = [
            row[3]
            for statement, values in sent
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert steps
    return "\n".join(steps)


def read_whole(steps: str) -> set[str]:
    """The tables, or what the query calls them, of which every row or every entry of an index is read."""
    return set(re.findall(r"\bSCAN (\w+)", steps))


def test_a_table_that_is_read_whole_is_seen_under_every_name(used: Database) -> None:
    parent = aliased(Lot, name="parent")
    for query, name in (
        (sa.select(Lot.id).where(Lot.on_hand > 5), "lots"),
        (sa.select(parent.id).where(parent.on_hand > 5), "parent"),
        (sa.select(sa.func.count(BatchInput.lot_id)), "batch_inputs"),  # of its index, but all of it
        (sa.select(Lot.id).where(Lot.id == 7), None),
    ):
        steps = plan(used, lambda session, query=query: session.execute(query).all())  # type: ignore[misc]
        assert read_whole(steps) == ({name} if name else set()), steps


def _sent(session: Session, query: Callable[[Session], object]) -> Iterator[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        seen.append((statement, values))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", listen)
    query(session)
    sa.event.remove(engine, "before_cursor_execute", listen)
    return iter(seen)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lists.prescriptions, "ix_prescriptions_queue"),
        (lists.batches, "ix_batches_queue"),
        (lists.fills, "ix_fills_queue"),
        (lists.lots, "ix_lots_queue"),
        (lambda session: lists.prescriptions(session, RxState.RECEIVED), "ix_prescriptions_state"),
        (lambda session: lists.batches(session, BatchState.PLANNED), "ix_batches_state"),
        (lambda session: lists.fills(session, FillState.PLANNED), "ix_fills_state"),
    ],
)
def test_a_work_queue_reads_its_index_and_sorts_nothing(
    used: Database, query: Callable[[Session], lists.Page], index: str
) -> None:
    with used.reading() as session:
        assert len(query(session).rows) == lists.PAGE
    steps = plan(used, query)
    assert re.match(rf"SEARCH \w+ USING INDEX {index} \(is_open=\?", steps), steps
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lists.prescriptions, "ix_prescriptions_queue"),
        (lists.batches, "ix_batches_queue"),
        (lists.fills, "ix_fills_queue"),
    ],
)
def test_the_next_page_starts_at_its_key(used: Database, query: Any, index: str) -> None:
    with used.reading() as session:
        first = query(session)
        second = query(session, after=first.next)
    ids = [row.id for row in (*first.rows, *second.rows)]
    assert ids == sorted(set(ids))
    assert len(ids) == 2 * lists.PAGE
    steps = plan(used, lambda session: query(session, after=first.next))
    assert re.match(rf"SEARCH \w+ USING INDEX {index} \(is_open=\? AND \(?due_at", steps), steps
    assert "TEMP B-TREE" not in steps


def test_counting_what_waits_reads_only_what_is_open(used: Database) -> None:
    steps = plan(used, lists.waiting)
    for table in ("prescriptions", "batches", "fills"):
        assert f"SEARCH {table} USING COVERING INDEX ix_{table}_state (is_open=?)" in steps
    with used.reading() as session:
        assert lists.waiting(session)["prescription"]["received"].count == OPEN + 1


def test_the_questions_that_wait_are_read_from_their_index(used: Database) -> None:
    steps = plan(used, asked.oldest_open)
    assert re.match(r"SEARCH questions USING INDEX ix_questions_open \(is_open=\?\)", steps), steps
    assert "TEMP B-TREE" not in steps
    for query in (
        lambda s: asked.questions_of(s, CLOSED),
        lambda s: asked.open_by_prescription(s, [CLOSED, CLOSED + 1]),
    ):
        assert "SEARCH questions USING INDEX ix_questions_prescription_id (prescription_id=?)" in plan(used, query)
    with used.reading() as session:
        assert set(asked.open_by_prescription(session, [CLOSED - 1, CLOSED, CLOSED + 1])) == {CLOSED, CLOSED + 1}


def test_a_recall_finds_batches_and_fills_by_index(used: Database) -> None:
    steps = plan(
        used,
        lambda session: session.execute(
            sa.select(Allocation.fill_id)
            .join(BatchInput, BatchInput.batch_id == Allocation.batch_id)
            .where(BatchInput.lot_id == 1)
        ).all(),
    )
    assert "ix_batch_inputs_lot_id (lot_id=?)" in steps
    assert "ix_allocations_batch_id (batch_id=?)" in steps
    assert read_whole(steps) == set(), steps


@pytest.mark.parametrize(
    ("query", "indexes"),
    [
        (
            lambda session: recalled.made_of(session, [7]),
            ("ix_triturations_active_lot_id (active_lot_id=?", "ix_triturations_diluent_lot_id (diluent_lot_id=?"),
        ),
        (lambda session: recalled.around(session, [7]), ("ix_triturations_lot_id (lot_id=?)",)),
        (
            lambda session: recalled.parents(session, [1]),
            ("ix_triturations_lot_id (lot_id=?)", "SEARCH lots USING INTEGER PRIMARY KEY"),
        ),
    ],
)
def test_a_recall_goes_through_triturations_by_index(
    used: Database, query: Callable[[Session], object], indexes: tuple[str, ...]
) -> None:
    steps = plan(used, query)
    for index in indexes:
        assert index in steps, steps
    assert read_whole(steps) <= FEW, steps


def test_searching_a_patient_by_the_beginning_of_the_name_reads_a_range(used: Database) -> None:
    assert "ix_patients_name_key (name_key>? AND name_key<?)" in plan(
        used, lambda session: lists.patients(session, "Mul")
    )
