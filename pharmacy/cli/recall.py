"""`pharmacy recall LOT`: who has capsules of it, what is still here, and whom it came from."""

from contextlib import closing

import click
from sqlalchemy.orm import Session

from pharmacy.cli.context import settings
from pharmacy.cli.reading import write_json
from pharmacy.domain.roles import Role
from pharmacy.services import recalls
from pharmacy.services.acting import Actor
from pharmacy.services.recall_documents import to_document
from pharmacy.store import schema
from pharmacy.store.database import Database, utc_now

AT_THE_COMMAND_LINE = Actor(0, "command line", Role.ADMINISTRATOR)


@click.command(short_help="Find patients, fills and shelf stock of a lot or batch.")
@click.argument("lot", metavar="LOT")
@click.option("--supplier", default="", help="Whose lot, where LOT is a maker's lot.")
@click.option("--drill", is_flag=True, help="Practise: keep a record of what was found and how long it took.")
def recall(lot: str, supplier: str, drill: bool) -> None:
    """Finds everything made from LOT: one of our lots (L000001), one of our batches (B261124-01), or a maker's lot.

    Prints one JSON document: patients, fills, what is still on the shelf, and the lots it came from. It only
    reports; a pharmacist recalls on the page of the lot or the batch.
    """
    with closing(Database(settings().database_url)) as database:
        schema.check(database)
        if drill:
            found, kept = database.run(lambda session: _drilled(session, lot, supplier))
            write_json(to_document(found, kept))
            return
        with database.reading() as session:
            write_json(to_document(recalls.walk(session, lot, supplier=supplier)))


def _drilled(session: Session, lot: str, supplier: str) -> recalls.Drilled:
    return recalls.drill(
        session, lambda: recalls.walk(session, lot, supplier=supplier), actor=AT_THE_COMMAND_LINE, now=utc_now()
    )
