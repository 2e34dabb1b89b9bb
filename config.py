"""Settings from the environment: read once, complete, and refused when wrong or misspelt.

Each setting is PHARMACY_<NAME>; docs/settings.md lists them. A secret may also be given as
PHARMACY_<NAME>_FILE, the path of a file that holds it. Only `wsgi.py` and `pharmacy/__main__.py` import this
module.
"""

import difflib
import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from pharmacy.settings import ConfigError, Printer, Settings, font_files

PREFIX = "PHARMACY_"
TOLERATED = ("PHARMACY_TEST_REQUIRE",)
"""Names with our prefix that belong to the tests."""

SHORTEST_SECRET = 32
"""Characters; 32 of them from any usual alphabet hold more than 128 bits."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting: its field in Settings, how its text is read, and whether NAME_FILE may hold it."""

    field: str
    read: Callable[[str], object]
    secret: bool = False

    @property
    def name(self) -> str:
        return PREFIX + self.field.upper()


def from_env(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this installation.

    Creates the data directory, and in it the secret key when none is given.

    Raises:
        ConfigError: a name is misspelt or a value cannot be used; the message names both.
    """
    _refuse_unknown(environ)
    given = {setting.field: _value(setting, text) for setting, text in _texts(environ)}
    data_dir = _directory(given.pop("data_dir", None) or default_data_dir(environ))
    given.setdefault("database_url", f"sqlite:///{(data_dir / 'pharmacy.db').as_posix()}")
    if "secret_key" not in given:
        given["secret_key"] = _kept_secret(data_dir / "secret_key")
    return Settings(data_dir=data_dir, **given)  # type: ignore[arg-type]  # SETTINGS gives each field its type


def default_data_dir(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where a user's programs keep their data on this kind of machine."""
    home = Path.home()
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "pharmacy"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "pharmacy"
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "pharmacy"


def setting_names() -> tuple[str, ...]:
    """Every name that is understood, NAME_FILE forms included."""
    files = (f"{setting.name}_FILE" for setting in SETTINGS if setting.secret)
    return (*(setting.name for setting in SETTINGS), *files)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = setting_names()
    # Windows shows names in capitals whatever was typed; elsewhere pharmacy_port is a mistake too.
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX) or name in known or name in TOLERATED:
            continue
        # Compared without the prefix, which all of them share and which would make any two alike.
        bare = [right.removeprefix(PREFIX) for right in known]
        near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), bare, n=1)
        advice = f"did you mean {PREFIX}{near[0]}?" if near else "docs/settings.md lists those there are."
        raise ConfigError(f"{name} is not a setting: {advice}")


def _texts(environ: Mapping[str, str]) -> list[tuple[_Setting, str]]:
    """The settings that were given; an empty value counts as not given, as in most service files."""
    found = []
    for setting in SETTINGS:
        text = environ.get(setting.name, "")
        path = environ.get(f"{setting.name}_FILE", "") if setting.secret else ""
        if text and path:
            raise ConfigError(f"{setting.name} and {setting.name}_FILE are both given; leave one out.")
        if path:
            text = _secret_file(f"{setting.name}_FILE", Path(path))
        if text:
            found.append((setting, text))
    return found


def _secret_file(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{name}: {path} cannot be read.") from problem
    if not text:
        raise ConfigError(f"{name}: {path} is empty.")
    return text


def _value(setting: _Setting, text: str) -> object:
    try:
        return setting.read(text)
    except ValueError as problem:
        shown = "" if setting.secret else f" is {text!r}, but"
        raise ConfigError(f"{setting.name}{shown} {problem}.") from problem


def _directory(path: object) -> Path:
    directory = Path(str(path)).expanduser().absolute()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        why = problem.strerror
        raise ConfigError(f"The data directory {directory} cannot be made: {why}; set PHARMACY_DATA_DIR.") from problem
    return directory


def _kept_secret(path: Path) -> str:
    """The secret key of this data directory, made on first use and readable by its owner alone.

    It is written under another name and then linked, so that two processes starting together both use the
    key of the first, and neither reads half of one.
    """
    try:
        if not path.exists():
            _make_secret(path)
        text = path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise ConfigError(
            f"The secret key {path} cannot be used: {problem.strerror}; set PHARMACY_SECRET_KEY."
        ) from problem
    if len(text) < SHORTEST_SECRET:
        raise ConfigError(f"The secret key in {path} is shorter than {SHORTEST_SECRET} characters.")
    return text


def _make_secret(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key is the one to use
    finally:
        draft.unlink()


def _database_url(text: str) -> str:
    scheme, colon, rest = text.partition("://")
    if not colon:
        raise ValueError("must look like sqlite:///file or postgresql+psycopg://user@host/name")
    # A bare postgresql:// would choose whichever driver the database library prefers; ours is psycopg 3.
    driver = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}.get(scheme, scheme)
    if driver not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return f"{driver}://{rest}"


def _secret_key(text: str) -> str:
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError) as problem:
        raise ValueError("must be a time zone such as America/New_York") from problem
    return text


def _host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", text):
        raise ValueError("must be one address or host name such as 127.0.0.1")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    wrong = [name for name in names if not re.fullmatch(r"\.?[0-9A-Za-z._:\[\]-]+", name)]
    if wrong or not names:
        raise ValueError("must be host names with commas between them, such as pharmacy.example.com")
    return names


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _yes_or_no(text: str) -> bool:
    answer = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(text.lower())
    if answer is None:
        raise ValueError("must be yes or no")
    return answer


PRINTER_LIKE = "zebra=tcp://192.168.0.20:9100?format=zpl&stock=vial-4x2"
_PRINTER = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]{0,30})=(?P<place>[^?]+)\?(?P<options>[^?]+)")
_TCP = re.compile(r"tcp://(?P<host>[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_LP = re.compile(r"lp:(?P<queue>[0-9A-Za-z][0-9A-Za-z_.-]{0,126})")
_PRINTER_OPTIONS = {"format", "stock", "dpi"}
_PRINTER_DPI = ("203", "300", "600")


def _printers(text: str) -> tuple[Printer, ...]:
    """The only printers that can ever be reached; nothing that a browser sends adds another."""
    found = [_printer(part) for part in re.split(r"[,\s]+", text) if part]
    names = [printer.name for printer in found]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice or not found:
        raise ValueError(f"names the printer {twice} twice" if twice else f"must look like {PRINTER_LIKE}")
    return tuple(found)


def _printer(text: str) -> Printer:
    # Most commands and most pharmacies name no printer, and `labels` takes a while to load.
    from labels.stock import STOCKS  # noqa: PLC0415

    whole = _PRINTER.fullmatch(text)
    if whole is None:
        raise ValueError(f"{text!r} must look like {PRINTER_LIKE}, its name in small letters, digits and hyphens")
    name, options = whole["name"], _printer_options(whole["name"], whole["options"])
    stock = STOCKS.get(options["stock"])
    if stock is None:
        raise ValueError(
            f"of printer {name}, there is no label stock {options['stock']!r}; there are {', '.join(STOCKS)}"
        )
    dpi = options.get("dpi", str(stock.dpi))
    if dpi not in _PRINTER_DPI:
        raise ValueError(f"the dpi of printer {name} must be one of {', '.join(_PRINTER_DPI)}")
    return Printer(name, options["format"], stock.name, int(dpi), **_printer_place(name, whole["place"]))


def _printer_options(name: str, text: str) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True)
    options = dict(pairs)
    if len(pairs) != len(options) or not {"format", "stock"} <= set(options) <= _PRINTER_OPTIONS:
        raise ValueError(f"printer {name} needs format= and stock=, may have dpi=, each once, and nothing else")
    if options["format"] not in ("pdf", "zpl"):
        raise ValueError(f"the format of printer {name} must be pdf or zpl")
    return options


def _printer_place(name: str, text: str) -> dict[str, Any]:
    """Where it is: a host and port, or a queue; a name that begins with a hyphen would be an option of `lp`."""
    if queue := _LP.fullmatch(text):
        return {"queue": queue["queue"]}
    tcp = _TCP.fullmatch(text)
    if tcp is None or not 1 <= int(tcp["port"]) <= 65535:
        raise ValueError(f"the place of printer {name} must look like tcp://192.168.0.20:9100 or lp:queue-name")
    return {"host": tcp["host"].strip("[]"), "port": int(tcp["port"])}


SETTINGS = (
    _Setting("data_dir", Path),
    _Setting("database_url", _database_url, secret=True),
    _Setting("secret_key", _secret_key, secret=True),
    _Setting("timezone", _timezone),
    _Setting("host", _host),
    _Setting("port", _whole(1, 65535)),
    _Setting("trusted_hosts", _hosts),
    _Setting("secure_cookies", _yes_or_no),
    _Setting("idle_minutes", _whole(1, 60)),
    _Setting("session_hours", _whole(1, 24)),
    _Setting("max_body_bytes", _whole(10_000, 100_000_000)),
    _Setting("threads", _whole(1, 64)),
    _Setting("trusted_proxy", _host),
    _Setting("demo", _yes_or_no),
    _Setting("fonts", font_files),
    _Setting("printers", _printers),
)
