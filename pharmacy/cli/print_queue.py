"""`pharmacy print-queue`: the sender of `pharmacy serve` on its own, for those who serve with another web server."""

from contextlib import closing, suppress

import click

from pharmacy.cli.context import settings
from pharmacy.domain.errors import RuleBroken
from pharmacy.edge import logs
from pharmacy.services.print_sender import Sender, work
from pharmacy.settings import Settings
from pharmacy.store import schema
from pharmacy.store.database import Database


@click.command(short_help="Send queued labels to the printers of the settings.")
@click.option("--once", is_flag=True, help="Send what is due now, and end.")
def print_queue(once: bool) -> None:
    """Sends queued labels to the printers of PHARMACY_PRINTERS, as `pharmacy serve` does by itself."""
    chosen = settings()
    if not chosen.printers:
        raise RuleBroken("No printer is set up; PHARMACY_PRINTERS names them, see docs/settings.md.")
    with closing(Database(chosen.database_url)) as database:
        schema.check(database)
        if once:
            _once(database, chosen)
        else:
            _until_stopped(database, chosen)


def _once(database: Database, chosen: Settings) -> None:
    sent = 0
    for printer in chosen.printers:
        while work(database, printer):
            sent += 1
    click.echo(f"{sent} {'print was' if sent == 1 else 'prints were'} tried; /labels/queue shows how it went.")


def _until_stopped(database: Database, chosen: Settings) -> None:
    logs.to_stderr()
    with Sender(database, chosen.printers, on_defect=logs.sender_defect) as sender, suppress(KeyboardInterrupt):
        names = ", ".join(printer.name for printer in chosen.printers)
        click.echo(f"Sending to {names} until you press Ctrl+C.", err=True)
        sender.wait()
