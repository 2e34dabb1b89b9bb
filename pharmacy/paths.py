"""Where the files that are not Python lie: inside the installed package, or beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """The page templates: `pharmacy/templates` once installed, `templates` at the top of a checkout."""
    for place in (PACKAGE / "templates", PACKAGE.parent / "templates"):
        if place.is_dir():
            return place
    raise FileNotFoundError("The page templates are missing; install mortar-pharmacy again.")


def static() -> Path:
    """Style sheets, scripts and pictures."""
    return PACKAGE / "static"


def formulas() -> Path:
    """The formulas that are shipped as drafts, one JSON document each."""
    return PACKAGE / "data" / "formulas"


def phrases() -> Path:
    """The phrases of each language that are shipped as unsigned drafts, one TOML document each."""
    return PACKAGE / "data" / "phrases"


def migrations() -> Path:
    """The scripts which bring a database to the present schema."""
    return PACKAGE / "migrations"
