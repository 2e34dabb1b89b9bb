"""`pharmacy audit`: verify the audit trail."""

import re

import click

from pharmacy.cli.context import settings
from pharmacy.domain.errors import InputUnusable
from pharmacy.store import schema, trail
from pharmacy.store.database import Database


@click.group()
def audit() -> None:
    """Verify the audit trail."""


@audit.command()
@click.option("--anchor", metavar="SEQ:HASH", help="A head noted outside the database, which shows a cut tail.")
@click.pass_context
def verify(ctx: click.Context, anchor: str | None) -> None:
    """Walk the whole chain; print its head, or each fault and exit with code 1."""
    noted = None if anchor is None else read_head(anchor)
    database = Database(settings().database_url)
    try:
        schema.check(database)
        with database.reading() as session:
            head, faults = trail.verify(session, noted)
    finally:
        database.close()
    for fault in faults:
        click.echo(f"{fault.message}.")
    if faults:
        ctx.exit(1)
    click.echo(f"The trail holds: {head.sequence} entries. Its head is {head.sequence}:{head.hash}")


def read_head(text: str) -> trail.Head:
    """A head as it is printed on compounding records and kept in backups.

    Raises: InputUnusable.
    """
    written = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip().lower())
    if written is None:
        raise InputUnusable(
            "give the entry's number, a colon and its 64 hexadecimal digits, as printed", field="anchor"
        )
    return trail.Head(int(written[1]), written[2])
