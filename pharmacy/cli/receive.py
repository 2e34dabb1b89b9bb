"""`pharmacy receive`: messages from files into the entry queue, one JSON document a line and message."""

from contextlib import closing

import click

from pharmacy.cli.context import settings
from pharmacy.cli.reading import read_bytes, write_json
from pharmacy.domain.prescription import to_document
from pharmacy.intake import Reading
from pharmacy.services import messages
from pharmacy.services.acting import OUTSIDE
from pharmacy.store import schema
from pharmacy.store.database import Database, utc_now


@click.command(short_help="Take in prescription messages from files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--dry-run", is_flag=True, help="Say what each message is; keep nothing, need no database.")
def receive(files: tuple[str, ...], dry_run: bool) -> None:
    """Reads prescription messages (NCPDP SCRIPT, our own JSON) and queues them for entry.

    Each message is kept byte for byte and answered, whatever it is. A FILE of - is standard input.
    """
    raws = [read_bytes(file) for file in files]
    if dry_run:
        for raw in raws:
            found = messages.read(raw)
            outcome = "received" if found.prescription else "review"
            write_json(_document(found, outcome, reply=""), one_line=True)
        return
    with closing(Database(settings().database_url)) as database:
        schema.check(database)
        for raw in raws:
            write_json(_receive(database, raw), one_line=True)


def _receive(database: Database, raw: bytes) -> dict[str, object]:
    found = messages.read(raw)
    received = database.run(
        lambda session: messages.receive(session, raw, found, content_type="", actor=OUTSIDE, now=utc_now())
    )
    number = received.prescription.number if received.prescription else None
    reply = received.reply.body.decode("utf-8", "replace")
    return _document(found, received.outcome.value, reply=reply) | {"number": number}


def _document(found: Reading, outcome: str, *, reply: str) -> dict[str, object]:
    return {
        "format": found.format.value,
        "message_id": found.message_id or None,
        "outcome": outcome,
        "prescription": to_document(found.prescription) if found.prescription else None,
        "evidence": dict(found.evidence),
        "doubts": list(found.doubts),
        "problems": [{"path": problem.path, "message": problem.message} for problem in found.problems],
        "reply": reply or None,
    }
