"""`pharmacy demo`: the main job once, on a fresh database, through the HTTP layer."""

from pathlib import Path

import click

from pharmacy.cli.context import settings


@click.command(short_help="Play one prescription through, from message to label.")
@click.option(
    "--serve", "serves", is_flag=True, help="Serve the application afterwards, with what the demonstration made."
)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("mortar-demo"), show_default=True,
    help="Where the demonstration keeps its database and label; emptied first when an earlier one made it.",
)  # fmt: skip
def demo(serves: bool, data: Path) -> None:
    """Plays one prescription through, from e-prescription to the labelled bottle, each step in a line.

    Everybody in it is invented. The last two lines are the price and the path of the label's PDF.
    """
    # Late: `pharmacy --help` needs none of this.
    from pharmacy.cli.serve import run  # noqa: PLC0415
    from pharmacy.demo import stage  # noqa: PLC0415
    from pharmacy.demo.play import Play, today  # noqa: PLC0415
    from pharmacy.services import people  # noqa: PLC0415
    from pharmacy.store.database import utc_now  # noqa: PLC0415

    directory = data.resolve()
    stage.clear(directory)
    chosen = stage.settings(settings(), directory)
    app = stage.build(chosen)
    database = app.extensions["mortar_database"]
    token = database.run(lambda session: people.make_link(session, person_id=None, actor=people.OWNER, now=utc_now()))
    with stage.served(app) as base:
        ending = Play(base, token, directory, click.echo, today()).run()
    if serves:
        click.echo("\nSign in with any of these; all of them are invented, and so is all data:")
        for account in ending.accounts:
            click.echo(f"  {account.username:6} {account.password:34} {account.full_name}, {account.role}")
    click.echo(ending.price)
    click.echo(str(ending.label))
    if serves:
        run(chosen, host=chosen.host, port=chosen.port)
