"""`pharmacy equipment`: balances and capsule machines, whether they may be used, and what is due when."""

from contextlib import closing
from zoneinfo import ZoneInfo

import click

from pharmacy.cli.context import settings
from pharmacy.cli.reading import write_json
from pharmacy.domain.units import format_number
from pharmacy.services import equipment as register
from pharmacy.services.equipment import Standing
from pharmacy.store import schema
from pharmacy.store.database import Database, utc_now

HEAD = ("number", "what", "state", "holds until", "weighs at least")


@click.command(short_help="List balances and machines with what is due.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of the table.")
def equipment(as_json: bool) -> None:
    """Lists balances and capsule machines: what may not be used in front, then what is due first."""
    chosen = settings()
    today = utc_now().astimezone(ZoneInfo(chosen.timezone)).date()
    with closing(Database(chosen.database_url)) as database:
        schema.check(database)
        with database.reading() as session:
            found = register.survey(session, today)
            if as_json:
                write_json({"today": today.isoformat(), "equipment": [_document(one) for one in found]})
                return
            _write_table([HEAD, *(_row(one) for one in found)])


def _document(one: Standing) -> dict[str, object]:
    row = one.row
    return {
        "number": row.number,
        "kind": row.kind,
        "name": row.name,
        "serial": row.serial,
        "location": row.location,
        "state": _state(one),
        "faults": list(one.faults),
        "due_on": one.due_on.isoformat() if one.due_on else None,
        "minimum_mg": format_number(one.minimum_mg) if one.minimum_mg is not None else None,
        "capsule_sizes": row.capsule_sizes,
    }


def _row(one: Standing) -> tuple[str, ...]:
    due = "no day set"
    if one.due_on is not None and one.left is not None:
        days = f"{abs(one.left)} day{'' if abs(one.left) == 1 else 's'}"
        due = f"{one.due_on.isoformat()} ({f'{days} overdue' if one.left < 0 else f'in {days}'})"
    least = f"{format_number(one.minimum_mg)} mg" if one.minimum_mg is not None else ""
    return one.row.number, f"{one.row.name} ({one.row.kind})", _state(one), due, least


def _state(one: Standing) -> str:
    if one.row.out_of_service:
        return "out of service"
    if one.faults:
        return "not fit for use"
    return "due soon" if one.soon else "fit for use"


def _write_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
