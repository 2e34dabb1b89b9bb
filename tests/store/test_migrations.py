"""The migrations give exactly the tables that the software expects, also to a database that is in use."""

import ast
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from pharmacy.paths import migrations
from pharmacy.store import schema
from pharmacy.store.database import Database
from pharmacy.store.tables import Base
from tests.store.rows import a_row, fill_every_table, tables_of
from tests.store.test_kept_for_ever import ADDED_ONLY, NEVER_DELETED

# A migration which makes a table anew on SQLite loses its triggers: then this list is not met.
TRIGGERS = {
    *(f"{table}_keep_update" for table in ADDED_ONLY),
    *(f"{table}_keep_delete" for table in (*ADDED_ONLY, *NEVER_DELETED)),
    "messages_keep_update",
    "potency_assays_keep_update",
    "questions_keep_update",
    "print_jobs_keep_update",
    "triturations_keep_update",
    "triturations_keep_update_mixed",
    "formulas_keep_update",
    "formulas_keep_later_fields",
    "formula_components_keep_insert",
    "formula_components_keep_update",
    "formula_components_keep_delete",
}
TRUNCATE_TRIGGERS = {f"{table}_keep_truncate" for table in (*ADDED_ONLY, *NEVER_DELETED, "formula_components")}


def triggers_of(database: Database) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    )
    with database.reading() as session:
        return set(session.execute(sa.text(query)).scalars())


def upgrade_to(database: Database, revision: str) -> None:
    config = schema._config()
    with schema._upgrading(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def everything_about(database: Database) -> dict[str, dict[str, Any]]:
    """Columns, keys, references, uniqueness, checks and indexes of every table, with their names."""
    found = sa.inspect(database.engine)
    return {
        table: {
            "columns": sorted(
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in found.get_columns(table)
            ),
            "key": found.get_pk_constraint(table),
            "references": _by_name(found.get_foreign_keys(table)),
            "unique": _by_name(found.get_unique_constraints(table)),
            "checks": _by_name(found.get_check_constraints(table)),
            "indexes": _by_name(found.get_indexes(table)),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def _by_name(constraints: Any) -> list[dict[str, Any]]:
    return sorted((dict(constraint) for constraint in constraints), key=lambda constraint: str(constraint["name"]))


def differences(database: Database) -> list[Any]:
    """What Alembic would put into a new migration."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def expected_triggers(database: Database) -> set[str]:
    return TRIGGERS if database.is_sqlite else TRIGGERS | TRUNCATE_TRIGGERS


def test_a_migrated_database_has_the_tables_of_the_software(database: Database) -> None:
    assert differences(database) == []


def test_every_constraint_has_the_name_and_the_text_that_the_tables_give_it(bare_database: Database) -> None:
    with bare_database.engine.begin() as connection:
        Base.metadata.create_all(connection)
    expected = everything_about(bare_database)
    with bare_database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
    schema.upgrade(bare_database)
    assert everything_about(bare_database) == expected


def test_all_triggers_are_there(database: Database) -> None:
    assert triggers_of(database) == expected_triggers(database)


def test_rows_written_before_the_triggers_stay_and_are_kept_from_then_on(bare_database: Database) -> None:
    upgrade_to(bare_database, "0002")
    tables = tables_of(bare_database)
    with bare_database.transaction() as session:
        fill_every_table(session, tables)
    schema.upgrade(bare_database)
    with bare_database.reading() as session:
        counts = {
            table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in tables.sorted_tables
        }
    assert counts == dict.fromkeys(tables.tables, 1)
    with pytest.raises(IntegrityError, match="is never deleted"), bare_database.transaction() as session:
        session.execute(sa.delete(tables.tables["audit_entries"]))


@pytest.mark.parametrize("start", [f"{number:04}" for number in range(1, 12)])
def test_an_upgrade_from_every_earlier_schema_ends_in_the_present_one(bare_database: Database, start: str) -> None:
    upgrade_to(bare_database, start)
    schema.upgrade(bare_database)
    assert differences(bare_database) == []
    assert triggers_of(bare_database) == expected_triggers(bare_database)


def test_weighings_of_before_name_no_balance_and_are_kept_from_then_on(bare_database: Database) -> None:
    upgrade_to(bare_database, "0015")
    tables = tables_of(bare_database)
    with bare_database.transaction() as session:
        fill_every_table(session, tables)
    schema.upgrade(bare_database)
    with bare_database.reading() as session:
        found = session.execute(sa.text("SELECT weighed, lot_scanned, balance_id FROM weigh_ins")).all()
        signed = session.execute(sa.text("SELECT meaning, subject_id FROM signatures")).all()
    assert [tuple(row) for row in found] == [(1, "text", None)]
    assert [tuple(row) for row in signed] == [("I reject this batch", 1)]
    for change in ("UPDATE weigh_ins SET weighed = 2", "DELETE FROM weigh_ins", "DELETE FROM signatures"):
        with pytest.raises(IntegrityError, match="never"), bare_database.transaction() as session:
            session.execute(sa.text(change))


def test_fills_of_before_are_alone_and_have_the_strength_of_their_capsules(bare_database: Database) -> None:
    upgrade_to(bare_database, "0006")
    tables = tables_of(bare_database)
    rxs, fills, allocations, formulas, batches = (
        tables.tables[name] for name in ("prescriptions", "fills", "allocations", "formulas", "batches")
    )
    with bare_database.transaction() as session:
        fill_every_table(session, tables)  # formula 1 holds 1 microgram, prescription 1 states no strength
        session.execute(sa.insert(formulas).values(a_row(formulas, id=2, version=2, strength_mg=4500)))
        session.execute(sa.insert(batches).values(a_row(batches, id=2, number="B2", formula_id=2)))
        session.execute(sa.insert(rxs).values(a_row(rxs, id=2, number="R2", strength_mg=3000)))
        for key, rx in ((2, 2), (3, 2), (4, 1)):
            session.execute(
                sa.insert(fills).values(a_row(fills, id=key, number=f"F{key}", prescription_id=rx, fill_number=key))
            )
        session.execute(sa.insert(allocations).values(a_row(allocations, id=2, fill_id=2, batch_id=2)))
    schema.upgrade(bare_database)
    columns = "id, strength_mg, bottle, bottles, first_day"
    with bare_database.reading() as session:
        found = session.execute(sa.text(f"SELECT {columns} FROM fills ORDER BY id")).all()
    assert [tuple(row) for row in found] == [
        (1, 1, 1, 1, 1),
        (2, 4500, 1, 1, 1),
        (3, 3000, 1, 1, 1),
        (4, None, 1, 1, 1),
    ]
    for changed in ("bottle = 2", "bottle = 0", "first_day = 0"):
        with pytest.raises(IntegrityError), bare_database.transaction() as session:
            session.execute(sa.text(f"UPDATE fills SET {changed} WHERE id = 1"))


def test_an_upgrade_that_leaves_a_reference_to_nothing_is_undone_whole(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{(tmp_path / 'old.db').as_posix()}")
    upgrade_to(database, "0002")
    sessions = tables_of(database).tables["sessions"]
    with schema._upgrading(database) as connection:  # with the foreign keys off
        row = {"id": 7, "token_digest": b"x", "person_id": 404}
        at = dict.fromkeys(("started_at", "last_seen_at", "ends_at"), sa.func.current_timestamp())
        connection.execute(sa.insert(sessions).values(row | at))
    with pytest.raises(schema.SchemaRefused, match="row 7 of sessions names a row of people that is not there"):
        schema.upgrade(database)
    assert schema.state(database) == schema.Older("0002", schema.head())
    assert triggers_of(database) == set()
    database.close()


def test_a_migration_imports_nothing_of_this_software() -> None:
    scripts = sorted((migrations() / "versions").glob("[0-9]*.py"))
    assert scripts
    for script in scripts:
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in {"pharmacy", "labels", "config"}], script


def test_the_migrations_are_one_line_without_branches() -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(schema._config()).walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert len(ScriptDirectory.from_config(schema._config()).get_heads()) == 1
