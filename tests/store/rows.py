"""One plausible row for any table, from the table's own columns."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pharmacy.store.database import Database

CHOICES = {
    ("people", "role"): "pharmacist",
    ("messages", "outcome"): "received",
    ("prescriptions", "state"): "received",
    ("ingredients", "kind"): "active",
    ("formulas", "state"): "draft",
    ("lots", "state"): "quarantined",
    ("lot_movements", "kind"): "received",
    ("batches", "state"): "planned",
    ("weigh_ins", "source"): "balance",
    ("fills", "state"): "planned",
    ("labels", "kind"): "vial",
    ("questions", "asked_how"): "phone",
    ("certificate_files", "kind"): "application/pdf",
    ("bench_acts", "kind"): "done",
    ("bench_photos", "kind"): "image/png",
    ("pharmacy", "second_reading"): "none",
    ("recall_drills", "searched"): "lot",
    ("equipment", "kind"): "balance",
    ("equipment", "balance_class"): "electronic",
    ("equipment", "readability_mg"): 100,
    ("equipment", "capacity_mg"): 220_000_000,
    ("equipment_checks", "kind"): "calibration",
    ("batch_equipment", "kind"): "capsule machine",
    ("triturations", "state"): "planned",
    ("trituration_weighings", "part"): "active",
    ("trituration_weighings", "source"): "balance",
    ("printer_pages", "via"): "the server",
    ("print_jobs", "label_id"): 1,
    ("print_jobs", "state"): "queued",
    ("signatures", "meaning"): "I reject this batch",
    ("phrase_signatures", "act"): "drafted",
}
OTHERWISE = {
    "BOOLEAN": True,
    "DATE": date(2026, 11, 24),
    "JSON": [],
    "BLOB": b"bytes",
    "BYTEA": b"bytes",
    "INTEGER": 1,
    "BIGINT": 1,
}


def tables_of(database: Database) -> sa.MetaData:
    """The tables as they stand in the database, whatever the models say."""
    found = sa.MetaData()
    with database.reading() as session:
        found.reflect(session.connection())
    found.remove(found.tables["alembic_version"])
    return found


def a_row(table: sa.Table, **given: Any) -> dict[str, Any]:
    """Every column that has to be filled, or is named in CHOICES; each reference to row 1."""
    filled = [one for one in table.columns if not one.nullable or (table.name, one.name) in CHOICES]
    return {column.name: _value(column) for column in filled} | given


def fill_every_table(session: Session, tables: sa.MetaData, *, but: str = "") -> None:
    """Row 1 of every table, those first that others refer to."""
    for table in tables.sorted_tables:
        if table.name != but:
            session.execute(sa.insert(table).values(a_row(table)))


def _value(column: sa.Column[Any]) -> Any:
    choice = CHOICES.get((column.table.name, column.name))
    if choice is not None:
        return choice
    if isinstance(column.type, sa.DateTime):
        return datetime(2026, 11, 24, 15, tzinfo=UTC)
    kind = column.type.compile().split("(")[0]
    return OTHERWISE.get(kind, "text")
