"""`pharmacy users add`: a person, and the one-time link with which they choose a password."""

import click

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
    chosen = settings()
    database = Database(chosen.database_url)
    schema.check(database)
    shown = full_name or name
    letters = initials or "".join(word[0] for word in shown.split())[:6].upper()
    now = utc_now()
    with database.transaction() as session:
        person = people.add(
            session,
            username=name,
            full_name=shown,
            initials=letters,
            role=Role(role),
            actor=people.OWNER,
            now=now,
        )
        token = people.make_link(session, person_id=person.id, actor=people.OWNER, now=now)
    database.close()
    click.echo(f"{person.full_name} chooses a password here, once, within 2 days:")
    click.echo(f"  http://{chosen.host}:{chosen.port}/set-up/{token}")
