"""A PostgreSQL of its own for the tests: a cluster in a temporary directory, gone when they end.

The programs come from the pgserver package or from an installed PostgreSQL. PostgreSQL refuses to run as root,
so for root it runs as another user. Nothing is synced to disk; a test cluster has nothing to lose.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
}
START_S = 60
OTHER_USERS = ("postgres", "nobody")


class NoPostgres(Exception):
    """There is no PostgreSQL to test with; the message says why."""


class Cluster:
    """A running server. `programs` holds pg_dump and the others. options: settings other than the usual ones."""

    def __init__(self, **options: str) -> None:
        self._options = {**OPTIONS, **options}
        if os.name != "posix":
            raise NoPostgres("the test cluster listens on a Unix socket, which this system has not")
        # Not pytest's own directory: it may be too deep for a socket's name, and is closed to other users.
        self.directory = Path(tempfile.mkdtemp(prefix="mortar-pg-"))
        try:
            self._user = _other_user()
            self.programs = _programs(self.directory, self._user)
            self._server = self._start()
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://mortar@/{name}?host={self.directory}"

    def new_database(self, template: str = "template0") -> str:
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, *statements: str, on: str = "postgres") -> Any:
        """Runs statements as the owner, in one transaction when there are several; the value of the last."""
        to = f"host={self.directory} user=mortar dbname={on}"
        with psycopg.connect(to, autocommit=len(statements) == 1) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def stop(self) -> None:
        self._server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth a clean end
        self._server.wait(START_S)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        if self._user:
            os.chown(self.directory, self._user["user"], self._user["group"])
        data, log = str(self.directory / "data"), self.directory / "log"
        self._make(data)
        options = [f"-c{name}={value}" for name, value in self._options.items()]
        with log.open("wb") as lines:
            server = subprocess.Popen(
                [*_ends_with_us(), str(self.programs / "postgres"), "-D", data, f"-k{self.directory}", *options],
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=lines,
                cwd=self.directory,
                **self._user,
            )
        for _ in _until(START_S):
            if server.poll() is not None:
                raise NoPostgres(f"the server did not start: {_last_line(log.read_text())}")
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                continue
            return server
        server.kill()
        raise NoPostgres(f"the server did not answer within {START_S} seconds")

    def _make(self, data: str) -> None:
        made = subprocess.run(
            [str(self.programs / "initdb"), "-D", data, *"-U mortar -A trust -E UTF8 --locale=C -N".split()],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.directory,
            **self._user,
        )
        if made.returncode:
            raise NoPostgres(f"initdb failed: {_last_line(made.stderr)}")


class Copies:
    """Copies of a template database, lent to one test after another.

    Making one takes a tenth of a second, emptying one a hundredth. A copy that comes back with another shape
    (a trigger dropped, a table added), or that somebody still holds, is thrown away.
    """

    def __init__(self, cluster: Cluster, template: str) -> None:
        self._cluster = cluster
        self._template = template
        self._shape = cluster.run(SHAPE, on=template)
        self._free: list[str] = []

    def lend(self) -> str:
        return self._free.pop() if self._free else self._cluster.new_database(self._template)

    def take_back(self, name: str) -> None:
        try:
            same = self._shape == self._cluster.run(*EMPTY, SHAPE, on=name)
        except psycopg.Error:
            same = False
        if same:
            self._free.append(name)
        else:
            self._cluster.drop(name)


EMPTY = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "SET LOCAL lock_timeout = '1s'",
    "SET LOCAL session_replication_role = replica",  # neither triggers nor foreign keys are asked
    """
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN
            SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        PERFORM setval(format('%I', sequencename)::regclass, 1, false)
            FROM pg_sequences WHERE last_value IS NOT NULL;
    END $$
    """,
)
SHAPE = """
    SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
        SELECT concat_ws(' ', relname, relkind, relnatts) AS part FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
            WHERE NOT tgisinternal
        UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT version_num FROM alembic_version
    ) AS parts
"""


def _other_user() -> dict[str, Any]:
    """Whom to become, as subprocess takes it; empty when we may stay who we are."""
    if os.geteuid():
        return {}
    import pwd  # noqa: PLC0415 - not on Windows

    for name in OTHER_USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise NoPostgres(f"PostgreSQL does not run as root, and none of the users {', '.join(OTHER_USERS)} exists")


def _programs(directory: Path, user: Mapping[str, Any]) -> Path:
    """Where initdb and postgres are, and that they run."""
    for place in _places():
        if _runs(place, user):
            return place
        if user and place.parent.name == "pginstall":
            copy = _copied(place, directory / "installed")
            directory.chmod(0o711)
            if _runs(copy, user):
                return copy
    raise NoPostgres("no initdb found: install the pgserver package, or PostgreSQL")


def _copied(place: Path, to: Path) -> Path:
    """The package where the other user can read it: under /root, for one, nobody else can."""
    package = place.parents[1]
    shutil.copytree(package, to / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
    return to / place.relative_to(package.parent)


def _places() -> Iterator[Path]:
    package = find_spec("pgserver")  # found, not imported: importing it makes directories and warns
    for root in (package.submodule_search_locations or []) if package else []:
        yield Path(root) / "pginstall" / "bin"
    installed = shutil.which("initdb")
    if installed:
        yield Path(installed).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _runs(place: Path, user: Mapping[str, Any]) -> bool:
    if not (place / "initdb").exists() or not (place / "postgres").exists():
        return False
    try:
        tried = [
            subprocess.run([place / name, "--version"], capture_output=True, check=False, **user).returncode
            for name in ("initdb", "postgres")
        ]
    except OSError:
        return False
    return tried == [0, 0]


def _ends_with_us() -> list[str]:
    """Linux stops the server when the tests are killed and cannot stop it themselves."""
    program = shutil.which("setpriv") if sys.platform == "linux" else None
    return [program, "--pdeathsig", "QUIT"] if program else []


def _until(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]
