"""How a command gets its settings.

`pharmacy.__main__` puts a function without arguments on the click context; a command that needs a database
calls `settings()`, one that does not never reads the environment and so never fails because of it.
"""

from collections.abc import Callable
from typing import cast

import click

from pharmacy.settings import Settings


def settings() -> Settings:
    """The installation's settings.

    Raises:
        ConfigError: a PHARMACY_* variable is misspelt or has a value that cannot be used.
    """
    read = cast(Callable[[], Settings], click.get_current_context().find_root().obj)
    return read()
