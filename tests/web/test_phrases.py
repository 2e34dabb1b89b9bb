"""The pages of the phrases, the patient's language, and what a fill's page says about it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import phrase_tables
from pharmacy.store.database import Database
from pharmacy.store.tables import Fill, Label, Patient, Prescription
from tests.web.conftest import PASSWORD, SEEN
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], FlaskClient]
WHO = {"translator": "Marta Vidal", "qualification": "certified medical interpreter", "password": PASSWORD}


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff)


def seen(client: FlaskClient, address: str) -> str:
    found = SEEN.search(client.get(address).get_data(as_text=True))
    assert found
    return found[1]


def test_every_language_shows_its_phrases_beside_the_english(client_as: AS) -> None:
    client = client_as("technician")
    page = shown(client.get("/admin/phrases/"))
    for language in phrase_tables.languages().values():
        assert language.own in page
        table = client.get(f"/admin/phrases/{language.code}").get_data(as_text=True)
        assert table.count("data-row") == table.count(">draft<") == len(language.phrases)
        assert "Only a pharmacist signs phrases" in table


def test_a_pharmacist_signs_changes_and_withdraws_a_phrase(counter: Counter, client_as: AS) -> None:
    client, address = client_as("pharmacist"), "/admin/phrases/es"
    answer = client.post(address, data={**WHO, "key": "at-bedtime", "seen": seen(client, address)})
    assert answer.location == address
    page = shown(client.get(f"{address}/at-bedtime"))
    assert "Translator: Marta Vidal, certified medical interpreter" in page
    assert "Holds" in page
    reason = {"reason": "a patient misread it", "password": PASSWORD}
    shown_digest = seen(client, f"{address}/at-bedtime")
    assert client.post(f"{address}/at-bedtime/withdraw", data={**reason, "seen": shown_digest}).status_code == 302
    assert "a patient misread it" in shown(client.get(f"{address}/at-bedtime"))
    assert client.post(f"{address}/at-bedtime/draft", data={"translated": "antes de dormir"}).status_code == 302
    assert "antes de dormir" in shown(client.get(address))
    events = (Event.PHRASE_SIGNED, Event.PHRASE_WITHDRAWN, Event.PHRASE_DRAFTED)
    assert [len(counter.trail(event)) for event in events] == [1, 1, 1]


def test_all_that_are_unsigned_are_signed_at_once(counter: Counter, client_as: AS) -> None:
    client, address = client_as("pharmacist-in-charge"), "/admin/phrases/ko"
    client.post(address, data={**WHO, "all": "yes", "seen": seen(client, address)})
    assert client.get(address).get_data(as_text=True).count(">signed<") == len(phrase_tables.language("ko").phrases)


def test_a_refused_signature_keeps_what_was_typed_and_ticked(counter: Counter, client_as: AS) -> None:
    client, address = client_as("pharmacist"), "/admin/phrases/es"
    typed = {**WHO, "qualification": "", "key": "at-noon", "seen": seen(client, address)}
    answer = client.post(address, data=typed)
    assert answer.status_code == 422
    assert "write it out" in field_error(answer, "qualification")
    page = answer.get_data(as_text=True)
    assert 'value="Marta Vidal"' in page
    assert 'value="at-noon" aria-label="Sign at-noon" checked' in page
    assert counter.trail(Event.PHRASE_SIGNED) == []


def test_a_draft_that_breaks_a_rule_is_refused_beside_its_field(client_as: AS) -> None:
    answer = client_as("pharmacist").post("/admin/phrases/es/every-day/draft", data={"translated": "una vez al día"})
    assert answer.status_code == 422
    assert "“una” says a number in Spanish" in field_error(answer, "translated")


@pytest.mark.parametrize("address", ["/admin/phrases/fr", "/admin/phrases/es/at-dawn"])
def test_what_is_not_there_is_said_plainly(client_as: AS, address: str) -> None:
    answer = client_as("auditor").get(address)
    assert answer.status_code == 404
    assert "There is no" in shown(answer)


def test_a_fill_says_which_phrases_lack_a_signature_and_then_prints_both_languages(
    counter: Counter, client_as: AS
) -> None:
    fill = counter.furnish().allocated()
    patient = counter.read(lambda s: s.get_one(Prescription, s.get_one(Fill, fill).prescription_id).patient_id)
    technician = client_as("technician")
    assert "English alone" in shown(technician.get(f"/patients/{patient}"))
    technician.post(f"/patients/{patient}/language", data={"language": "es"})
    assert counter.row(Patient, patient).language == "es"
    page = shown(technician.get(f"/fills/{fill}"))
    assert "The label prints in English alone" in page
    assert "although the patient reads Spanish" in page
    assert "6 of the phrases it needs have no signature" in page
    assert "Make the label in English alone" in page
    pharmacist = client_as("pharmacist")
    pharmacist.post("/admin/phrases/es", data={**WHO, "all": "yes", "seen": seen(pharmacist, "/admin/phrases/es")})
    page = shown(technician.get(f"/fills/{fill}"))
    assert "Tome 1 cápsula a la hora de acostarse" in page
    assert "English alone" not in page
    refused = technician.post(f"/fills/{fill}/label", data={"stock": "vial-4x2"})
    assert refused.status_code == 422
    assert "take the stock vial-4x3" in shown(refused)
    printed = technician.post(f"/fills/{fill}/label", data={"stock": "vial-4x3"})
    assert printed.status_code == 302
    (label,) = counter.read(lambda s: s.query(Label).all())
    assert (label.stock, label.content["language"]) == ("vial-4x3", "es")


def test_a_language_without_phrases_is_refused(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    patient = counter.row(Prescription, rx).patient_id
    answer = client_as("technician").post(f"/patients/{patient}/language", data={"language": "tlh"})
    assert answer.status_code in (404, 422)
    assert counter.row(Patient, patient).language == ""
