"""The bench's calculations as commands: JSON in, JSON out, no database."""

import click

from pharmacy.cli.reading import read_json, write_json
from pharmacy.domain import beyond_use, pricing, quality, weighing


@click.command()
@click.argument("file", metavar="FILE")
def worksheet(file: str) -> None:
    """Calculate what to weigh for a batch of capsules, from FILE or - (standard input)."""
    write_json(weighing.worksheet(weighing.from_document(read_json(file))).to_document())


@click.command()
@click.argument("file", metavar="FILE")
def bud(file: str) -> None:
    """Find the beyond-use date of a preparation and the rule that set it, from FILE or -."""
    order = beyond_use.from_document(read_json(file))
    found = beyond_use.beyond_use_date(order.compounded, order.form, order.components, order.formula_limit_days)
    write_json(found.to_document())


@click.command()
@click.argument("file", metavar="FILE")
def weights(file: str) -> None:
    """Judge the weights of finished capsules, from FILE or -."""
    sample = quality.from_document(read_json(file))
    found = quality.weight_test(sample.shell_mg, sample.fill_mg, sample.weights_mg, capsules=sample.capsules)
    write_json(found.to_document())


@click.command()
@click.argument("file", metavar="FILE")
def price(file: str) -> None:
    """Price a fill, line by line, from FILE or -."""
    order = pricing.from_document(read_json(file))
    write_json(pricing.price(order.strength_mg, order.capsules, order.schedule).to_document())
