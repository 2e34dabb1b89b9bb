"""What the tables of equipment refuse by themselves."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pharmacy.store.database import Database
from tests.store.rows import a_row, fill_every_table, tables_of

OF_A_MACHINE = {"kind": "capsule machine", "balance_class": None, "readability_mg": None, "capacity_mg": None}


@pytest.fixture
def tables(database: Database) -> sa.MetaData:
    found = tables_of(database)
    with database.transaction() as session:
        fill_every_table(session, found)
    return found


def insert(database: Database, table: sa.Table, **given: Any) -> None:
    with database.transaction() as session:
        session.execute(sa.insert(table).values(a_row(table, id=2, **given)))


@pytest.mark.parametrize(
    "given",
    [
        {"balance_class": None},
        {"readability_mg": 0},
        {"readability_mg": None},
        {"capacity_mg": 100},
        {"at_once": 100},
        {**OF_A_MACHINE, "at_once": None},
        {**OF_A_MACHINE, "at_once": 0},
        {**OF_A_MACHINE, "at_once": 100, "readability_mg": 100},
        {"kind": "scales"},
        {"balance_class": "class II"},
    ],
)
def test_a_balance_has_what_a_balance_has_and_a_machine_what_a_machine_has(
    database: Database, tables: sa.MetaData, given: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="ck_equipment_"):
        insert(database, tables.tables["equipment"], number="E002", **given)


def test_a_machine_and_a_second_balance_are_kept_and_no_number_twice(database: Database, tables: sa.MetaData) -> None:
    equipment = tables.tables["equipment"]
    insert(database, equipment, number="E002", **OF_A_MACHINE, at_once=100)
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(sa.insert(equipment).values(a_row(equipment, id=3, number="E002")))


def test_powders_are_not_weighed_by_hand(database: Database, tables: sa.MetaData) -> None:
    chosen = tables.tables["batch_equipment"]
    insert(database, chosen, kind="capsule machine", equipment_id=None)
    with pytest.raises(IntegrityError, match="ck_batch_equipment_by_hand"), database.transaction() as session:
        session.execute(sa.insert(chosen).values(a_row(chosen, id=3, kind="balance", equipment_id=None)))
