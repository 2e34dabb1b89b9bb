"""`pharmacy formulas`: master formulation records as JSON documents, out of the database and into it as drafts."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from pharmacy.cli.context import settings
from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain.roles import BENCH
from pharmacy.services import formula_exchange, people
from pharmacy.store import schema
from pharmacy.store.database import Database, utc_now

Result = TypeVar("Result")

by_whom = click.option("--by", "username", required=True, help="User name of whoever answers for the draft.")


@click.group(short_help="Write formulas out as JSON, and take them in as drafts.")
def formulas() -> None:
    """Master formulation records as JSON documents."""


@formulas.command()
@click.argument("code")
@click.option("--version", type=click.IntRange(min=1), help="The approved version otherwise, else the newest.")
def export(code: str, version: int | None) -> None:
    """Writes one version of the formula CODE to standard output."""
    with _database() as database, database.reading() as session:
        write_json(formula_exchange.export(formula_exchange.find(session, code, version)))


@formulas.command("import")
@click.argument("file")
@by_whom
def take_in(file: str, username: str) -> None:
    """Takes in the document FILE (- is standard input) as a draft; the pharmacist-in-charge approves it on its page."""
    document = read_json(file)

    def work(session: Session) -> dict[str, object]:
        actor = people.at_work(session, username, BENCH, field="by")
        row = formula_exchange.take_in(session, document, actor=actor, now=utc_now())
        return {"code": row.code, "version": row.version, "state": row.state.value}

    write_json(_run(work))


@formulas.command("add-shipped")
@by_whom
def add_shipped(username: str) -> None:
    """Adds the drafts that come with the software, except those whose code is here already."""

    def work(session: Session) -> formula_exchange.Shipped:
        actor = people.at_work(session, username, BENCH, field="by")
        return formula_exchange.add_shipped(session, actor=actor, now=utc_now())

    write_json(_run(work))


def _run(work: Callable[[Session], Result]) -> Result:
    with _database() as database:
        return database.run(work)


@contextmanager
def _database() -> Iterator[Database]:
    with closing(Database(settings().database_url)) as database:
        schema.check(database)
        yield database
