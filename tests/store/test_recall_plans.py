"""A recall reads by index from its first row to its last, on both databases, however large the tables grow."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import _recall_rows
from pharmacy.services import recalls
from pharmacy.store import schema
from pharmacy.store.database import Database

FILLS = 3000
GROWING = ("fills", "allocations", "prescriptions", "patients", "batch_inputs", "weigh_ins", "batches")


@pytest.fixture
def filled(database: Database) -> Database:
    _recall_rows.fill_tables(database, FILLS)
    schema.upgrade(database)  # ANALYZE
    return database


def sent(database: Database, session: Session, walk: Any) -> list[tuple[str, Any]]:
    """The statements of a walk, with their values."""
    seen: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        seen.append((statement, values))

    sa.event.listen(database.engine, "before_cursor_execute", listen)
    assert walk(session).held
    sa.event.remove(database.engine, "before_cursor_execute", listen)
    return seen


def plan(database: Database, walk: Any) -> str:
    """The plan of every statement of a walk, one step a line."""
    with database.reading() as session:
        seen = sent(database, session, walk)
        return "\n".join(step for statement, values in seen for step in _steps(database, session, statement, values))


def _steps(database: Database, session: Session, statement: str, values: Any) -> list[str]:
    connection = session.connection()
    if database.is_sqlite:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    # Tables of this size are read whole sooner than by index; forbidden to, the planner does it only for want of one.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]


@pytest.mark.parametrize(
    "walk", [lambda s: recalls.walk_lot(s, 3), lambda s: recalls.walk_batch(s, 40)], ids=["lot", "batch"]
)
def test_no_table_that_grows_with_the_work_is_read_whole(filled: Database, walk: Any) -> None:
    steps = plan(filled, walk)
    scans = "SCAN {}$" if filled.is_sqlite else "Seq Scan on {} "
    for table in GROWING:
        assert not re.search(scans.format(table), steps, re.MULTILINE), steps
    assert "ix_allocations_batch_id" in steps


def test_fills_prescriptions_and_quantities_are_read_from_their_indexes_alone(filled: Database) -> None:
    if not filled.is_sqlite:  # PostgreSQL decides by its visibility map, which a fresh table does not have
        with filled.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM allocations, fills, prescriptions, patients")
    steps = plan(filled, lambda s: recalls.walk_lot(s, 3))
    indexes = {"ix_allocations_batch_id", "ix_prescriptions_recall", "ix_patients_recall"}
    if not filled.is_sqlite:  # SQLite finds a narrow row sooner by its number
        indexes.add("ix_fills_recall")
    assert set(re.findall(r"(?:USING COVERING INDEX|Index Only Scan using) (ix_\w+)", steps)) >= indexes, steps


def test_other_deliveries_of_a_makers_lot_are_found_by_index(filled: Database) -> None:
    assert "ix_lots_maker_lot" in plan(filled, lambda s: recalls.walk_lot(s, 3))


def test_a_lot_of_any_size_is_recalled_by_the_same_three_statements(filled: Database) -> None:
    with filled.reading() as session:
        large, small = (sent(filled, session, lambda s, lot=lot: recalls.walk_lot(s, lot)) for lot in (3, 8))
    assert (len(large), len(small)) == (3, 3)
    if not filled.is_sqlite:  # to SQLite each batch goes as a value of its own; it keeps no plan for the next page
        assert [statement for statement, _ in large] == [statement for statement, _ in small]
