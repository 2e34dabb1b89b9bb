"""Whether the database has the schema that this software needs, and how it gets it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from pharmacy.domain.errors import RuleBroken
from pharmacy.paths import migrations
from pharmacy.store.database import Database, set_wal

_UPGRADE_LOCK = 0x6D6F7273  # one upgrade at a time, however many processes start together


class SchemaRefused(RuleBroken):
    """This software must not work on this database as it is."""


@dataclass(frozen=True, slots=True)
class Current:
    revision: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing of ours is there yet."""


@dataclass(frozen=True, slots=True)
class Older:
    revision: str
    head: str


@dataclass(frozen=True, slots=True)
class Newer:
    """The revision is one that this software has never heard of."""

    revision: str


State = Current | Missing | Older | Newer


def place(database: Database) -> str:
    """Where the database is, without its password."""
    if database.is_sqlite:
        return str(database.url.database)
    return database.url.render_as_string(hide_password=True)


def head() -> str:
    """The revision that this software needs."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise SchemaRefused("The migrations of this installation are missing; install it again.")
    return found


def state(database: Database) -> State:
    """What is there. Changes nothing, and makes no empty file.

    Raises: SchemaRefused when the database cannot be opened at all.
    """
    revision = _revision(database)
    if revision is None:
        return Missing()
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    if revision not in known:
        return Newer(revision)
    newest = head()
    return Current(revision) if revision == newest else Older(revision, newest)


def check(database: Database) -> Current:
    """The present schema, or a refusal that says what to do.

    Raises: SchemaRefused.
    """
    match state(database):
        case Current() as current:
            return current
        case Missing():
            raise SchemaRefused(f"There is no database at {place(database)}; run `pharmacy db upgrade`.")
        case Older(revision, newest):
            raise SchemaRefused(
                f"The database at {place(database)} has schema {revision}, and this version needs {newest};"
                " make a backup, then run `pharmacy db upgrade`."
            )
        case Newer(revision):
            raise SchemaRefused(_newer(database, revision))


def upgrade(database: Database) -> str:
    """Brings the database to the newest schema, whole or not at all, and returns the revision.

    Foreign keys are off meanwhile on SQLite, which makes changed tables anew, and are checked before the end.
    ANALYZE follows, since a new index is not used well without it.

    Raises: SchemaRefused.
    """
    found = state(database)
    if isinstance(found, Newer):
        raise SchemaRefused(_newer(database, found.revision))
    if isinstance(found, Missing):
        set_wal(database)
    config = _config()
    with _upgrading(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if database.is_sqlite:
            _check_references(connection)
        connection.execute(text("ANALYZE"))
    return head()


@contextmanager
def _upgrading(database: Database) -> Iterator[Connection]:
    """One transaction for all migrations. SQLite heeds the switch of its foreign keys only outside of one."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
                yield connection
            return
        _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, switch: str) -> None:
    """Past SQLAlchemy, which would begin a transaction first."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA {switch}")


def _check_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise SchemaRefused(
            f"The upgrade was undone: row {broken[1]} of {broken[0]} names a row of {broken[2]} that is not there."
        )


def _revision(database: Database) -> str | None:
    if database.is_sqlite and not _has_file(database):
        return None
    try:
        with database.engine.connect().execution_options(write=False) as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        told = str(error.orig).strip().splitlines() or [""]
        raise SchemaRefused(f"The database at {place(database)} cannot be opened: {told[0]}.") from error


def _has_file(database: Database) -> bool:
    file = Path(str(database.url.database))
    return file.is_file() and file.stat().st_size > 0


def _newer(database: Database, revision: str) -> str:
    return (
        f"The database at {place(database)} was made by a newer Mortar (schema {revision});"
        " install that version, or restore a backup made with this one."
    )


def _config() -> Config:
    config = Config()
    # The file format behind this takes % as its own sign.
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
