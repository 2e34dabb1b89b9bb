"""The `pharmacy` command. Settings are read only by the commands that ask for them."""

from config import from_env
from pharmacy.cli.main import run


def main() -> None:
    """Run the command line with the settings of this machine's environment."""
    run(from_env)


if __name__ == "__main__":
    main()
