"""What the tests of every room share: databases, the clock, the browser, and what may be missing.

PHARMACY_TEST_REQUIRE=browser,postgres,fonts turns the absence of any into a failure; otherwise its tests are
skipped, and the end of the run says so in one line for each.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import event

from pharmacy.app import create_app
from pharmacy.settings import Settings
from pharmacy.store import schema
from pharmacy.store.database import Database
from tests import copying
from tests.postgres import Cluster, Copies, NoPostgres

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

REQUIRED = {name.strip() for name in os.environ.get("PHARMACY_TEST_REQUIRE", "").split(",") if name.strip()}
MISSING = "not tested, missing: "
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def missing(what: str, why: str) -> NoReturn:
    """Ends a test which cannot run here: skipped, or failed where it is required."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required (PHARMACY_TEST_REQUIRE), but {why}", pytrace=False)
    pytest.skip(f"{MISSING}{what} ({why})")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line for each thing that was missing."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in sorted(reasons.items()):
        if reason.startswith(MISSING):
            terminalreporter.write_line(
                f"{reason.upper()[: len(MISSING)]}{reason[len(MISSING) :]}: {count} tests",
                yellow=True,
                bold=True,
            )


@pytest.fixture
def now() -> datetime:
    """The moment at which every test takes place: a Tuesday."""
    return datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def one_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for all tests of pages and API, since it takes a while to build; each gives it its database."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        database_url="",
        secret_key="a secret of the tests, long enough",
        timezone="America/Los_Angeles",
        trusted_hosts=("localhost",),
        secure_cookies=False,
    )
    return create_app(settings, Database("sqlite://"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database in one file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "pharmacy.db"
    database = Database(f"sqlite:///{file.as_posix()}")
    schema.upgrade(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def started_postgres() -> Iterator[Cluster | str]:
    """The cluster, or why there is none: tried once."""
    try:
        cluster = Cluster()
    except NoPostgres as reason:
        yield str(reason)
        return
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def postgres(started_postgres: Cluster | str) -> Cluster:
    """A PostgreSQL server of this run's own."""
    if isinstance(started_postgres, str):
        missing("postgres", started_postgres)
    return started_postgres


@pytest.fixture(scope="session")
def postgres_copies(postgres: Cluster) -> Copies:
    """Copies of a migrated, empty PostgreSQL database."""
    name = postgres.new_database()
    database = Database(postgres.url(name))
    schema.upgrade(database)
    database.close()
    return Copies(postgres, name)


@pytest.fixture(scope="session")
def engines() -> dict[str, Database]:
    """The databases of one test after another, by URL: an engine keeps the statements that it has compiled.

    Compiling them anew for every test took a quarter of the time of the tests of pages.
    """
    return {}


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of one test after another stands."""
    return tmp_path_factory.mktemp("sqlite") / "pharmacy.db"


@pytest.fixture
def sqlite_database(sqlite_template: Path, sqlite_place: Path, engines: dict[str, Database]) -> Iterator[Database]:
    """A fresh SQLite database, for what is tested on one database only."""
    database = _opened(f"sqlite:///{sqlite_place.as_posix()}", engines)
    copying.copy_file(sqlite_template, database)
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres: Cluster, postgres_copies: Copies, engines: dict[str, Database]) -> Iterator[Database]:
    """A fresh PostgreSQL database."""
    name = postgres_copies.lend()
    database = _opened(postgres.url(name), engines)
    yield database
    database.close()
    postgres_copies.take_back(name)


def _opened(url: str, engines: dict[str, Database]) -> Database:
    if url not in engines:
        engines[url] = Database(url)
        if engines[url].is_sqlite:
            event.listen(engines[url].engine, "connect", copying.hurry)
    return engines[url]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh, migrated, empty database: the test runs once on each kind."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any schema yet, on each kind."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{(tmp_path / 'bare.db').as_posix()}")
        yield database
        database.close()
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    name = cluster.new_database()
    database = Database(cluster.url(name))
    yield database
    database.close()
    cluster.drop(name)


def chromium_path() -> Path | None:
    """A Chromium or Chrome on this machine: an installed one, or Playwright's own."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return Path(found)
    for place in MAC_BROWSERS:
        if Path(place).exists():
            return Path(place)
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next(iter(sorted(own.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser for the tests which need one."""
    path = chromium_path()
    if path is None:
        missing("browser", "no Chromium or Chrome found")
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public reference data, too large for the repository, in a directory beside it."""
    path = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not path.is_dir():
        missing("data", f"no directory ../{path.parent.name}/{path.name}")
    return path
