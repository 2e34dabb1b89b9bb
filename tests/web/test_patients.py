"""The page of a patient's record."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Patient, Prescription
from tests.services.line import order
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], FlaskClient]
REASON = "the patient never took it"


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff)


def _patient(counter: Counter) -> int:
    medications = [{"text": "methadone 10 mg", "rxcui": "", "last_taken": ""}]
    rx = counter.entered(patient={**order()["patient"], "medications": medications})
    return int(counter.row(Prescription, rx).patient_id)


def test_the_record_is_shown_with_its_prescriptions_and_the_trail_says_who_looked(
    counter: Counter, client_as: AS
) -> None:
    patient = _patient(counter)
    page = shown(client_as("auditor").get(f"/patients/{patient}"))
    assert "methadone 10 mg" in page
    assert "7000" in page
    assert "Take it off" not in page
    assert counter.trail(Event.RECORD_READ, patient)[-1]["by"] == "Test Auditor"


def test_a_pharmacist_takes_a_line_off(counter: Counter, client_as: AS) -> None:
    patient = _patient(counter)
    typed = {"line": "medications: methadone 10 mg", "reason": REASON}
    client = client_as("pharmacist")
    assert client.post(f"/patients/{patient}/strike-out", data=typed).status_code == 302
    assert counter.row(Patient, patient).medications == []
    assert "None on record" in shown(client.get(f"/patients/{patient}"))


def test_a_refusal_keeps_what_was_typed(counter: Counter, client_as: AS) -> None:
    patient = _patient(counter)
    typed = {"line": "medications: methadone 10 mg", "reason": "wrong"}
    answer = client_as("pharmacist").post(f"/patients/{patient}/strike-out", data=typed)
    assert answer.status_code == 422
    assert "at least 10 letters" in field_error(answer, "reason")
    page = answer.get_data(as_text=True)
    assert '<option value="medications: methadone 10 mg" selected>' in page
    assert 'value="wrong"' in page


def test_a_technician_takes_nothing_off(counter: Counter, client_as: AS) -> None:
    patient = _patient(counter)
    typed = {"line": "medications: methadone 10 mg", "reason": REASON}
    assert client_as("technician").post(f"/patients/{patient}/strike-out", data=typed).status_code == 403
    assert len(counter.row(Patient, patient).medications) == 1
