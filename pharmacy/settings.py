"""What an installation may choose. Filled once by `config.from_env`, then only read."""

from dataclasses import dataclass
from pathlib import Path


class ConfigError(Exception):
    """A setting is misspelt or its value cannot be used; the message is one sentence for the installer."""


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

    def __repr__(self) -> str:
        """Without the secret key and the database's password: a repr ends up in logs."""
        return f"Settings(data_dir={str(self.data_dir)!r}, timezone={self.timezone!r}, demo={self.demo})"
