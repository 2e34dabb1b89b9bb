"""How long the server works on a queue page of 50 rows, signed in, with 10,000 open prescriptions in SQLite."""

import logging
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert

from pharmacy.app import create_app
from pharmacy.domain.identifiers import rx_number
from pharmacy.domain.roles import Role
from pharmacy.domain.workflow import RxState
from pharmacy.services import people, sessions
from pharmacy.services.people import OWNER
from pharmacy.settings import Settings
from pharmacy.store import schema
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import Prescription

OPEN = 10_000
ROWS = 50
ROUNDS = 200
LIMIT_MS = 50


def main() -> bool:
    logging.getLogger("mortar.requests").disabled = True
    with tempfile.TemporaryDirectory() as place:
        times = _measure(Path(place))
    median, slowest = statistics.median(times), max(times)
    print(f"  queue page, {ROWS} rows of {OPEN} open: median {median:.1f} ms, slowest of {ROUNDS} {slowest:.1f} ms")
    print(f"  limit {LIMIT_MS} ms")
    return median < LIMIT_MS


def _measure(place: Path) -> list[float]:
    database = Database(f"sqlite:///{(place / 'bench.db').as_posix()}")
    schema.upgrade(database)
    settings = Settings(data_dir=place, database_url="", secret_key="of the bench", trusted_hosts=("localhost",))
    client = _signed_in(database, settings)
    _fill(database)
    for _ in range(10):
        page = client.get("/prescriptions/?state=received")
    assert page.status_code == 200
    assert page.get_data(as_text=True).count("Patient ") >= ROWS, "the page does not show its rows"
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get("/prescriptions/?state=received")
        times.append((time.perf_counter() - started) * 1000)
    database.close()
    return times


def _signed_in(database: Database, settings: Settings) -> FlaskClient:
    with database.transaction() as session:
        person = people.add(
            session,
            username="bench",
            full_name="Bench Mark",
            initials="BM",
            role=Role.TECHNICIAN,
            actor=OWNER,
            now=utc_now(),
        )
        token = sessions.begin(session, person.id, lasts=timedelta(hours=1), now=utc_now())
    client = create_app(settings, database).test_client()
    with client.session_transaction(base_url="https://localhost") as cookie:
        cookie["_user_id"] = token
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def _fill(database: Database) -> None:
    now = utc_now()
    rows = [
        {
            "number": rx_number(700_000 + n),
            "state": RxState.RECEIVED,
            "is_open": True,
            "received_at": now,
            "due_at": now + timedelta(minutes=n),
            "document": {},
            "patient_name": f"Patient {n}",
            "directions": "",
            "decision": "",
            "note": "",
            "revision": 1,
        }
        for n in range(1, OPEN + 1)
    ]
    with database.transaction() as session:
        session.execute(insert(Prescription), rows)


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
