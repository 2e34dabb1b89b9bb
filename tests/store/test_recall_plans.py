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


def plan(database: Database, walk: Any) -> str:
    """The plan of every statement of a walk, one step a line."""
    sent: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        sent.append((statement, values))

    with database.reading() as session:
        sa.event.listen(database.engine, "before_cursor_execute", listen)
        assert walk(session).held
        sa.event.remove(database.engine, "before_cursor_execute", listen)
        return "\n".join(step for statement, values in sent for step in _steps(database, session, statement, values))


def _steps(database: Database, session: Session, statement: str, values: Any) -> list[str]:
    if not statement.startswith("SELECT"):
        return []
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


def test_the_quantity_is_read_from_the_index_alone(filled: Database) -> None:
    if not filled.is_sqlite:  # PostgreSQL decides by its visibility map, which a fresh table does not have
        with filled.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM allocations")
    steps = plan(filled, lambda s: recalls.walk_lot(s, 3))
    assert re.search(
        "USING COVERING INDEX ix_allocations_batch_id|Index Only Scan using ix_allocations_batch_id", steps
    ), steps
