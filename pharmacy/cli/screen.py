"""`pharmacy screen` and `pharmacy sig`: what the rules say, without a database."""

from datetime import datetime

import click

from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain.prescription import from_document
from pharmacy.domain.screening import screen as screen_prescription
from pharmacy.domain.sig import read_directions
from pharmacy.domain.units import read_date


@click.command()
@click.argument("file")
@click.option("--today", help="Screen as of this day, yyyy-mm-dd (default: the day of this computer).")
@click.option("--excipient", "excipients", multiple=True, help="Of the chosen formula; may be repeated.")
def screen(file: str, today: str | None, excipients: tuple[str, ...]) -> None:
    """Screen the prescription in FILE (JSON, or - for standard input)."""
    day = read_date(today, field="today") if today else datetime.now().astimezone().date()
    prescription = from_document(read_json(file))
    write_json(screen_prescription(prescription, today=day, excipients=excipients).to_document())


# "-1 capsule qhs" is a text, not an option: neither -1 nor the h that would ask for help.
@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("text")
def sig(text: str) -> None:
    """Read directions as a prescriber writes them."""
    readable = text.encode(errors="surrogatepass").decode(errors="replace")  # bytes that were no UTF-8
    write_json(read_directions(readable).to_document())
