"""The command line as a whole: quick to start, refuses in one line, and never shows a patient in a fault."""

import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pharmacy.cli import main
from pharmacy.cli.context import settings
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.settings import ConfigError, Settings

ROOT = Path(__file__).parents[2]
HEAVY = (
    "alembic",
    "flask",
    "jinja2",
    "labels",
    "pypdfium2",
    "reportlab",
    "sqlalchemy",
    "werkzeug",
    "zxingcpp",
)


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout


def test_help_imports_nothing_heavy() -> None:
    loaded = _python(
        "import sys\n"
        "from click.testing import CliRunner\n"
        "import pharmacy.__main__\n"
        "from pharmacy.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "print(*sys.modules)"
    )
    assert {name.split(".")[0] for name in loaded.split()}.isdisjoint(HEAVY)


def test_help_names_every_command_with_its_line() -> None:
    shown = CliRunner().invoke(main.cli, ["--help"]).output
    for name, lazy in main.LAZY.items():
        assert f"  {name} " in shown
        assert lazy.help in shown


@pytest.mark.parametrize("name", main.LAZY)
def test_each_command_of_the_table_is_there(name: str) -> None:
    module, _, attribute = main.LAZY[name].target.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.name == name


@pytest.mark.parametrize("name", main.LAZY)
def test_each_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main.cli, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: cli {name} ")


def test_the_documents_describe_each_command_and_no_other() -> None:
    described = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `pharmacy ([a-z-]+)", described, flags=re.MULTILINE)) == set(main.LAZY)


def test_the_readme_shows_only_commands_that_exist() -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bpharmacy ([a-z]+) ?[\"\n-]", shown)) <= set(main.LAZY)


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(main.cli, ["--version"]).output == "pharmacy, version 0.1.0\n"


Invoke = Callable[..., Result]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run `pharmacy try`, whose body is the function given."""

    def run(body: Callable[[], object], *options: str, obj: object = None) -> Result:
        command = click.Command("try", callback=body)
        monkeypatch.setattr(main.LazyGroup, "get_command", lambda self, ctx, name: command)
        return CliRunner().invoke(main.cli, [*options, "try"], obj=obj)

    return run


def _raises(fault: BaseException) -> Callable[[], None]:
    def body() -> None:
        raise fault

    return body


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (InputUnusable("must be text", field="directions"), "pharmacy: directions: must be text\n"),
        (RuleBroken("The lot has expired."), "pharmacy: The lot has expired.\n"),
        (ConfigError("PHARMACY_PROT is not a setting"), "pharmacy: PHARMACY_PROT is not a setting\n"),
        (InputUnusable("two\nlines \x1b[31mred"), "pharmacy: two lines ?[31mred\n"),
        (click.BadParameter("too long"), "pharmacy: Invalid value: too long See `cli try --help`.\n"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_2(fault: Exception, line: str, invoke: Invoke) -> None:
    result = invoke(_raises(fault))
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", line)


def test_a_defect_says_where_but_not_what_the_record_held(invoke: Invoke) -> None:
    result = invoke(_raises(KeyError("Zzyzx, Quentin")))
    assert result.exit_code == 1
    assert result.stderr.startswith("pharmacy: This is a defect in the software (KeyError in main.py, line ")
    assert result.stderr.count("\n") == 1
    assert "Zzyzx" not in result.output


def test_a_defect_is_shown_in_full_when_asked_for(invoke: Invoke) -> None:
    result = invoke(_raises(KeyError("Zzyzx, Quentin")), "--debug")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "Zzyzx, Quentin" in result.stderr


@pytest.mark.parametrize("arguments", [["scren"], ["--nope"], ["screen"]])
def test_a_wrong_call_is_one_line_and_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main.cli, arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("pharmacy: ")
    assert result.stderr.count("\n") == 1


def test_a_command_gets_the_settings_only_when_it_asks(tmp_path: Path, invoke: Invoke) -> None:
    asked: list[Settings] = []
    given = Settings(data_dir=tmp_path, database_url="sqlite://", secret_key="x" * 32)
    read: list[str] = []

    def reader() -> Settings:
        read.append("once")
        return given

    assert invoke(lambda: None, obj=reader).exit_code == 0
    assert read == []
    assert invoke(lambda: asked.append(settings()), obj=reader).exit_code == 0
    assert asked == [given]
    assert read == ["once"]


def test_a_command_without_a_database_ignores_wrong_settings(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pharmacy", "sig", "Take 1 capsule at bedtime"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PHARMACY_PROT": "1", "HOME": str(tmp_path)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
