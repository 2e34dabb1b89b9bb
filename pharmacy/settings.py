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
    printers: tuple[Printer, ...] = ()

    def __repr__(self) -> str:
        """Without the secret key and the database's password: a repr ends up in logs."""
        return f"Settings(data_dir={str(self.data_dir)!r}, timezone={self.timezone!r}, demo={self.demo})"
