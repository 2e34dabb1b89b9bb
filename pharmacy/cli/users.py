"""`pharmacy users add`: a person, and the one-time link with which they choose a password."""

from contextlib import closing

import click
from sqlalchemy.orm import Session

from pharmacy.cli.context import settings
from pharmacy.domain.roles import Role
from pharmacy.services import people
from pharmacy.store import schema
from pharmacy.store.database import Database, utc_now


@click.group(short_help="Add the people who may sign in.")
def users() -> None:
    """The people who may sign in."""


@users.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--full-name", help="As printed with signatures; NAME otherwise.")
@click.option("--initials", help="As printed on labels; made from the full name otherwise.")
def add(name: str, role: str, full_name: str | None, initials: str | None) -> None:
    """Adds a person with user name NAME and prints a one-time link to choose a password."""
    chosen, now = settings(), utc_now()
    shown = full_name or name
    letters = initials or "".join(word[0] for word in shown.split())[:6].upper()

    def invite(session: Session) -> str:
        person = people.add(
            session, username=name, full_name=shown, initials=letters, role=Role(role), actor=people.OWNER, now=now
        )
        return people.make_link(session, person_id=person.id, actor=people.OWNER, now=now)

    with closing(Database(chosen.database_url)) as database:
        schema.check(database)
        token = database.run(invite)
    click.echo(f"{shown} chooses a password here, once, within 2 days:")
    click.echo(f"  http://{chosen.host}:{chosen.port}/set-up/{token}")
