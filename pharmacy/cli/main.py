"""`pharmacy ...`: finds the command asked for, and turns every refusal into one line and exit code 2.

The commands are imported when they are called, so that `pharmacy --help` and the small calculations start
at once. Exit codes: 0 the input was processed, whatever the verdict; 2 the input or the settings could not be
used; 1 a defect in the software.
"""

import importlib
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from pharmacy.domain.errors import RuleBroken
from pharmacy.settings import ConfigError, Settings


class Lazy(NamedTuple):
    """Where a command lives ("module:attribute") and its line in `pharmacy --help`."""

    target: str
    help: str


LAZY = {
    "screen": Lazy("pharmacy.cli.screen:screen", "Review a prescription: accept, pharmacist or stop."),
    "sig": Lazy("pharmacy.cli.screen:sig", "Turn directions as written into plain English and doses."),
    "titration": Lazy("pharmacy.cli.titration:plan", "Pack a titration plan into bottles, with a calendar."),
    "worksheet": Lazy("pharmacy.cli.bench:worksheet", "Calculate what to weigh for a batch of capsules."),
    "bud": Lazy("pharmacy.cli.bench:bud", "Find the beyond-use date of a preparation."),
    "weights": Lazy("pharmacy.cli.bench:weights", "Judge the weights of finished capsules."),
    "price": Lazy("pharmacy.cli.bench:price", "Price a fill, line by line."),
    "label": Lazy("pharmacy.cli.label:label", "Print a vial label as PDF and read it back."),
    "receive": Lazy("pharmacy.cli.receive:receive", "Take in prescription messages from files."),
    "recall": Lazy("pharmacy.cli.recall:recall", "Find patients, fills and shelf stock of a lot or batch."),
    "equipment": Lazy("pharmacy.cli.equipment:equipment", "List balances and machines with what is due."),
    "formulas": Lazy("pharmacy.cli.formulas:formulas", "Write formulas out as JSON, and take them in as drafts."),
    "serve": Lazy("pharmacy.cli.serve:serve", "Serve the application to browsers."),
    "print-queue": Lazy("pharmacy.cli.print_queue:print_queue", "Send queued labels to the printers of the settings."),
    "demo": Lazy("pharmacy.cli.demo:demo", "Play one prescription through, from message to label."),
    "db": Lazy("pharmacy.cli.db:db", "Bring the database to the present schema, or check it."),
    "audit": Lazy("pharmacy.cli.audit:audit", "Verify the audit trail."),
    "users": Lazy("pharmacy.cli.users:users", "Add the people who may sign in."),
}


class Refusal(click.ClickException):
    """One line on standard error and exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Write the line; characters that could steer a terminal are shown as question marks."""
        line = " ".join(self.message.split())
        click.echo("pharmacy: " + "".join(c if c.isprintable() else "?" for c in line), err=True)


class Defect(Refusal):
    """Something that no rule foresaw; what the record held is not shown, it may be about a patient."""

    exit_code = 1


class LazyGroup(click.Group):
    """A group whose commands are listed in a table and imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None when the table has no such name."""
        lazy = LAZY.get(cmd_name)
        if lazy is None:
            return None
        module, _, attribute = lazy.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{lazy.target} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `--help`, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in LAZY.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command's name."""
        with _one_line():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; whatever it raises becomes one line."""
        with _one_line(debug=ctx.params["debug"]):
            return super().invoke(ctx)


@contextmanager
def _one_line(*, debug: bool = False) -> Iterator[None]:
    try:
        yield
    except RuleBroken as refusal:
        raise Refusal(_with_field(refusal)) from refusal
    except ConfigError as refusal:
        raise Refusal(str(refusal)) from refusal
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as mistake:
        command = mistake.ctx.command_path if mistake.ctx else "pharmacy"
        raise Refusal(f"{mistake.format_message()} See `{command} --help`.") from mistake
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception as fault:
        if debug:
            click.echo("".join(traceback.format_exception(fault)), err=True, nl=False)
        raise Defect(_sentence(fault)) from fault


def _with_field(refusal: RuleBroken) -> str:
    """The sentence, led by its field unless it begins with it anyway."""
    if not refusal.field or refusal.message.startswith(refusal.field):
        return refusal.message
    return f"{refusal.field}: {refusal.message}"


def _sentence(fault: Exception) -> str:
    """Where it happened and what kind it is; never its message, which may quote a patient's record."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if {"pharmacy", "labels"} & set(Path(frame.filename).parts)]
    place = (ours or frames)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return (
        f"This is a defect in the software ({type(fault).__name__} in {where}); nothing was decided. "
        "`pharmacy --debug` before the command's name shows the details."
    )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="mortar-pharmacy", prog_name="pharmacy")
@click.option("--debug", is_flag=True, help="Show the details of a defect; they may hold patient data.")
def cli(debug: bool) -> None:
    """Orders, batches and labels for a compounding pharmacy."""


def run(read_settings: Callable[[], Settings]) -> None:
    """Run the command line; `read_settings` is called only by the commands that need settings."""
    cli.main(prog_name="pharmacy", obj=read_settings)
