"""A database that is made once and copied, since making it anew takes longer than most tests."""

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, text

from pharmacy.store.database import Database
from pharmacy.store.tables import Base


def copy(source: Database, target: Database) -> None:
    """Everything in a SQLite database, in place of what is in the target, which has the same schema."""
    if target.is_sqlite:
        source.close()  # with its last connection, what it logged is in the file
        copy_file(Path(str(source.url.database)), target)
    else:
        _copy_rows(source, target)


def copy_file(source: Path, target: Database) -> None:
    """A SQLite database in a file that nobody writes, in place of the target."""
    target.close()
    file = Path(str(target.url.database))
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()  # not written over: a thread that outlived its test may still hold the old file
    shutil.copyfile(source, file)


def _copy_rows(source: Database, target: Database) -> None:
    """Row for row into PostgreSQL, past its triggers; its sequences go on behind them."""
    with source.reading() as old, target.engine.begin() as new:
        new.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            rows = [dict(row) for row in old.execute(select(table)).mappings()]
            if not rows:
                continue
            new.execute(delete(table))
            new.execute(insert(table), rows)
            if "id" in table.columns:
                sequence = {"sequence": f"{table.name}_id_seq", "last": max(row["id"] for row in rows)}
                new.execute(text("SELECT setval(to_regclass(:sequence), :last)"), sequence)


def hurry(connection: Any, _: object) -> None:
    """For a new connection to SQLite: nothing is synced to disk, as on the PostgreSQL of the tests."""
    connection.execute("PRAGMA synchronous=OFF")
