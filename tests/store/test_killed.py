"""kill -9 at any moment: nothing that was acknowledged is lost, and nothing is there by half."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pharmacy.store import trail
from pharmacy.store.database import Database
from pharmacy.store.tables import AuditEntry, Message, Prescription

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from importlib import resources
from pharmacy import intake
from pharmacy.services import messages
from pharmacy.services.acting import OUTSIDE
from pharmacy.store.database import Database, utc_now

raw = resources.files("pharmacy.demo").joinpath("newrx.xml").read_bytes()
database = Database(sys.argv[1])
for n in range(100_000):
    one = raw.replace(b"DEMO-NEWRX-0001", b"KILLED-%d" % n)
    reading = intake.read(one)
    received = database.run(
        lambda session: messages.receive(session, one, reading, content_type="", actor=OUTSIDE, now=utc_now())
    )
    print(received.prescription.number, flush=True)
"""


@pytest.mark.parametrize("lives_s", [0.4, 0.7])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(database: Database, lives_s: float) -> None:
    url = database.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, url], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().strip()]
        time.sleep(lives_s)
        writer.kill()
        told += writer.stdout.read().split()
    assert all(told), "the writer never wrote"
    if len(told[-1]) < 7:
        told.pop()  # the last line may have been cut in the middle of its digits
    with database.reading() as session:
        assert set(told) <= _numbers(database)
        prescriptions = session.scalar(select(func.count()).select_from(Prescription))
        messages = session.scalar(select(func.count()).select_from(Message))
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
        assert prescriptions == messages
        assert entries == 2 * messages  # the message and its prescription, both or neither
        assert trail.verify(session)[1] == ()


def _numbers(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Prescription.number)))
