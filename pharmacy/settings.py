"""What an installation may choose. Filled once by `config.from_env`, then only read."""

from dataclasses import dataclass
from pathlib import Path


class ConfigError(Exception):
    """A setting is misspelt or its value cannot be used; the message is one sentence for the installer."""


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer that labels may be sent to from the server: over the network, or by this machine's own `lp`.

    form: what it understands, "pdf" or "zpl". stock, dpi: the labels in it, and its dots an inch.
    host, port: of a raw TCP printer. queue: of a printer that `lp` knows. One of the two is empty.
    """

    name: str
    form: str
    stock: str
    dpi: int
    host: str = ""
    port: int = 0
    queue: str = ""

    @property
    def place(self) -> str:
        """Where it is, for a sentence.

        >>> Printer("zebra", "zpl", "vial-4x2", 203, host="192.168.0.20", port=9100).place
        '192.168.0.20 port 9100'
        """
        return f"{self.host} port {self.port}" if self.host else f"print queue {self.queue} of this server"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation: one database, one pharmacy. Every field is described in docs/settings.md."""

    data_dir: Path
    database_url: str
    secret_key: str
    timezone: str = "UTC"
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    secure_cookies: bool = True
    idle_minutes: int = 10
    session_hours: int = 12
    max_body_bytes: int = 2_000_000
    threads: int = 8
    trusted_proxy: str = ""
    demo: bool = False
    fonts: tuple[tuple[Path, int], ...] = ()
    printers: tuple[Printer, ...] = ()

    def __repr__(self) -> str:
        """Without the secret key and the database's password: a repr ends up in logs."""
        return f"Settings(data_dir={str(self.data_dir)!r}, timezone={self.timezone!r}, demo={self.demo})"


def font_files(text: str) -> tuple[tuple[Path, int], ...]:
    """Font files for labels, with commas between them; "#1" after a name is the second font of a collection.

    >>> [(path.name, place) for path, place in font_files("/fonts/NanumGothic.ttf, /fonts/wqy-microhei.ttc#1")]
    [('NanumGothic.ttf', 0), ('wqy-microhei.ttc', 1)]

    Raises:
        ValueError: there is none, or a path does not begin at the top.
    """
    found: list[tuple[Path, int]] = []
    for name in filter(None, (part.strip() for part in text.split(","))):
        path, sign, place = name.rpartition("#")
        numbered = bool(sign) and place.isdecimal() and len(place) <= 3
        found.append((Path(path if numbered else name), int(place) if numbered else 0))
    if not found or not all(path.is_absolute() for path, _ in found):
        raise ValueError("must be whole paths of font files with commas between them, such as /fonts/NanumGothic.ttf")
    return tuple(found)
