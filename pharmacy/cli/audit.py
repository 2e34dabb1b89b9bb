"""`pharmacy audit`: verify the audit trail."""

import click

from pharmacy.cli.context import settings
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
    noted = None if anchor is None else trail.read_head(anchor)
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
