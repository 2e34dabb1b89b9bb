"""`pharmacy db`: bring the database to the present schema, or check it."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from pharmacy.cli.context import settings
from pharmacy.store import schema
from pharmacy.store.database import Database


@click.group()
def db() -> None:
    """Bring the database to the present schema, or check it."""


@db.command()
def upgrade() -> None:
    """Make the database, or bring it to the present schema; make a backup first."""
    with _database() as database:
        revision = schema.upgrade(database)
        click.echo(f"The database at {schema.place(database)} has schema {revision}.")


@db.command()
def check() -> None:
    """Say which schema the database has; refuse (exit code 2) unless it is the present one."""
    with _database() as database:
        found = schema.check(database)
        click.echo(f"The database at {schema.place(database)} has schema {found.revision}, the present one.")


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(settings().database_url)
    try:
        yield database
    finally:
        database.close()
