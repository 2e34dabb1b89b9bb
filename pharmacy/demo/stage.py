"""Where the demonstration plays: a fresh database in a directory of its own, and a real server on this machine."""

import logging
import secrets
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from waitress.server import create_server

from pharmacy.app import create_app
from pharmacy.domain.errors import RuleBroken
from pharmacy.settings import Settings
from pharmacy.store import schema
from pharmacy.store.database import Database

MARKER = "this-is-a-demonstration.txt"
_WORDS = "amber birch cedar delta ember fjord grove heron inlet juniper kelp larch maple north ocean pine".split()


def settings(chosen: Settings, directory: Path) -> Settings:
    """The installation's settings, turned to the demonstration's own directory and database."""
    return replace(
        chosen,
        data_dir=directory,
        database_url=f"sqlite:///{(directory / 'demonstration.db').as_posix()}",
        secret_key=secrets.token_urlsafe(32),
        secure_cookies=False,
        demo=True,
        trusted_hosts=("127.0.0.1", "localhost"),
    )


def clear(directory: Path) -> None:
    """An empty directory with the marker in it. One that holds anything else is never touched.

    Raises: RuleBroken.
    """
    if directory.exists() and any(directory.iterdir()):
        if not (directory / MARKER).is_file():
            raise RuleBroken(f"{directory} holds files that no demonstration made; choose another with --data.")
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARKER).write_text("Everything here is invented and is deleted by the next demonstration.\n")


def build(chosen: Settings) -> Flask:
    """The application on its fresh database."""
    database = Database(chosen.database_url)
    schema.upgrade(database)
    app = create_app(chosen, database)
    logging.getLogger("mortar.requests").setLevel(logging.ERROR)  # request lines would hide the steps
    return app


@contextmanager
def served(app: Flask, threads: int = 4) -> Iterator[str]:
    """A server on a free port of this machine; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server: Any = create_server(app, sockets=[listener], threads=threads, ident="")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.task_dispatcher.shutdown()  # answers under way are finished before the socket goes
        server.trigger.pull_trigger(lambda: _close(server))  # by its own thread, which may be waiting on the sockets
        thread.join(timeout=5)


def _close(server: Any) -> None:
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.close()


def passphrase() -> str:
    """A new password of four words and a number: long, and easy to type from the screen."""
    return "-".join(secrets.SystemRandom().sample(_WORDS, 4)) + f"-{secrets.randbelow(90) + 10}"
