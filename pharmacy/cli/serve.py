"""`pharmacy serve`: the application in waitress, one process, a few threads."""

import socket
from typing import Any

import click

from pharmacy.cli.context import settings
from pharmacy.domain.errors import RuleBroken
from pharmacy.settings import Settings


@click.command(short_help="Serve the application to browsers.")
@click.option("--host", help="Address to listen on; the setting PHARMACY_HOST otherwise.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; the setting PHARMACY_PORT otherwise.")
def serve(host: str | None, port: int | None) -> None:
    """Serves the application. The first start prints a one-time link to set the pharmacy up."""
    chosen = settings()
    run(chosen, host=host or chosen.host, port=port or chosen.port)


ANSWERED_BYTES = 20_000_000
"""Beyond the limit of a request: so much is still received, so that the answer is a page that says what to do. The
server itself would only break off the connection."""


def run(chosen: Settings, *, host: str, port: int) -> None:
    """Serves until it is stopped.

    Raises: SchemaRefused, RuleBroken with one sentence.
    """
    # Late: `pharmacy --help` and the calculations need none of this.
    import waitress  # noqa: PLC0415

    from pharmacy.app import create_app  # noqa: PLC0415
    from pharmacy.edge import logs  # noqa: PLC0415
    from pharmacy.services.print_sender import Sender  # noqa: PLC0415

    app = create_app(chosen)
    database = app.extensions["mortar_database"]
    try:
        with (
            _listening(host, port) as listener,
            Sender(database, chosen.printers, on_defect=logs.sender_defect),
        ):
            _print_set_up_link(database, f"http://{host}:{port}")
            click.echo(f"Serving on http://{host}:{port} until you press Ctrl+C.", err=True)
            waitress.serve(
                app,
                sockets=[listener],
                threads=chosen.threads,
                max_request_body_size=chosen.max_body_bytes + ANSWERED_BYTES,
                ident="",
                clear_untrusted_proxy_headers=True,
                **_proxy(chosen.trusted_proxy),
                _quiet=True,
            )
    finally:
        database.close()


def _proxy(address: str) -> dict[str, Any]:
    """What waitress believes of the web server in front; nothing when there is none."""
    if not address:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": address, "trusted_proxy_count": 1, "trusted_proxy_headers": headers}


def _listening(host: str, port: int) -> socket.socket:
    """The socket to serve on; taken before anything is promised."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        told = f"Port {port} on {host} cannot be used: {error.strerror}. Choose another with --port."
        raise RuleBroken(told) from error


def _print_set_up_link(database: object, base: str) -> None:
    from pharmacy.services import people  # noqa: PLC0415 - see run
    from pharmacy.store.database import Database, utc_now  # noqa: PLC0415

    assert isinstance(database, Database)  # noqa: S101 - create_app put it there
    with database.reading() as session:
        waiting = people.nobody_yet(session)
    if waiting:
        token = database.run(
            lambda session: people.make_link(session, person_id=None, actor=people.OWNER, now=utc_now())
        )
        click.echo(
            f"Nobody can sign in yet. Set the pharmacy up, once, within 2 days:\n  {base}/set-up/{token}", err=True
        )
