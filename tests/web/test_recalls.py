"""The page of a recall: both directions, the recall itself, the drill, the letters."""

from collections.abc import Callable
from typing import Any

import pytest

from labels.read_back import plain, read_back
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import AuditEntry, Batch, Fill, IngredientKind, Lot, Prescription, RecallDrill
from tests.services.line import count_of
from tests.web.counter import Counter, field_error, open_counter, shown

ClientAs = Callable[[str], Any]
REASON = "the maker's letter of today"


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def used(counter: Counter) -> tuple[str, int]:
    """The page of the active's lot, and a batch of it that one patient has capsules of."""
    batch = counter.released()
    counter.dispensed(batch)
    return f"/lots/{counter.lots[IngredientKind.ACTIVE]}/recall", batch


def test_the_page_of_a_lot_shows_both_directions_to_every_reader(client_as: ClientAs, counter: Counter) -> None:
    address, batch = used(counter)
    packed = counter.allocated(batch)
    for role in ("technician", "auditor", "pharmacist"):
        page = shown(client_as(role).get(address))
        for told in (
            "Recall of lot L000001", counter.row(Batch, batch).number, "4.5 mg", "Erika Beispiel", "dispensed",
            "allocated", counter.row(Fill, packed).number, "Max Muster", "202-555-0177", "Sample Chemicals",
            "SC-ACTIVE", "COA 4711", "Capsules on the shelf 40", "Patients it went to 1",
            "Nobody has practised this recall yet.",
        ):  # fmt: skip
            assert told in page, told
    assert "Drill" not in shown(client_as("auditor").get(address)).replace("Drills", "")


def test_the_page_of_a_batch_goes_back_to_every_lot(client_as: ClientAs, counter: Counter) -> None:
    _, batch = used(counter)
    page = shown(client_as("technician").get(f"/batches/{batch}/recall"))
    for told in ("What went into it", "SC-ACTIVE", "SC-FILLER", "SC-SHELL", "Erika Beispiel"):
        assert told in page


def test_lots_and_batches_lead_to_their_recall(client_as: ClientAs, counter: Counter) -> None:
    address, batch = used(counter)
    client = client_as("auditor")
    assert f'href="{address}"' in client.get(address.removesuffix("/recall")).text
    assert f'href="/batches/{batch}/recall"' in client.get(f"/batches/{batch}").text


def test_reading_the_page_is_noted_under_every_patient_shown(client_as: ClientAs, counter: Counter) -> None:
    address, _ = used(counter)
    patient = counter.row(Prescription, 1).patient_id
    client_as("auditor").get(address)
    noted = counter.trail(Event.RECORD_READ, patient)
    assert [(one["because"], one["by"]) for one in noted] == [("recall of lot L000001", "Test Auditor")]


def test_a_pharmacist_recalls_a_lot_and_its_batches_are_blocked(client_as: ClientAs, counter: Counter) -> None:
    address, batch = used(counter)
    checked = counter.checked(batch)
    client = client_as("pharmacist")
    refused = client.post(address, data={"reason": ""})
    assert refused.status_code == 422
    assert "write the reason" in field_error(refused, "reason")
    assert counter.row(Batch, batch).state == "released"
    assert client.post(address, data={"reason": REASON}).status_code == 302
    assert counter.row(Batch, batch).state == "recalled"
    page = shown(client.get(address))
    assert "Recall it" not in page
    assert "recalled" in page
    answer = client_as("technician").post(
        f"/fills/{checked}/dispense", data={"handed_to": "Erika", "counselling": "told"}
    )
    assert "is recalled" in shown(answer)


def test_a_second_recall_is_refused_with_a_sentence(client_as: ClientAs, counter: Counter) -> None:
    address, _ = used(counter)
    client = client_as("pharmacist")
    client.post(address, data={"reason": REASON})
    again = client.post(address, data={"reason": "once more"})
    assert again.status_code == 422
    assert "“Recall” is possible only when" in shown(again)


def test_a_batch_that_is_still_being_made_is_recalled(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.weighed()
    client = client_as("pharmacist")
    assert client.post(f"/batches/{batch}/recall", data={"reason": REASON}).status_code == 302
    assert counter.row(Batch, batch).state == "recalled"


@pytest.mark.parametrize("act", ["", "/drill", "/letters"])
@pytest.mark.parametrize("role", ["technician", "auditor", "administrator"])
def test_only_pharmacists_act_on_a_recall(client_as: ClientAs, counter: Counter, role: str, act: str) -> None:
    lot = counter.lots[IngredientKind.ACTIVE]
    for address in (f"/lots/{lot}/recall{act}", f"/batches/1/recall{act}"):
        answer = client_as(role).post(address, data={"reason": REASON, "to": "patients"})
        assert answer.status_code == 403
    assert counter.row(Lot, lot).state == "released"


def test_an_administrator_reads_no_patients_there(client_as: ClientAs, counter: Counter) -> None:
    address, _ = used(counter)
    assert client_as("administrator").get(address).status_code == 403


def test_a_drill_is_listed_and_recalls_nothing(client_as: ClientAs, counter: Counter) -> None:
    address, batch = used(counter)
    client = client_as("pharmacist")
    assert client.post(f"{address}/drill").status_code == 302
    page = shown(client.get(address))
    assert "Drill: 1 patients found in" in page
    assert "Test Pharmacist lot L000001 1 1 1 70" in page
    assert (counter.row(Batch, batch).state, counter.row(Lot, 1).state) == ("released", "open")
    assert counter.read(count_of(RecallDrill)) == 1
    client.post(f"/batches/{batch}/recall/drill")
    assert "batch " + counter.row(Batch, batch).number in shown(client.get(f"/batches/{batch}/recall"))


def test_letters_are_offered_after_the_recall_and_read_back(client_as: ClientAs, counter: Counter) -> None:
    address, _ = used(counter)
    client = client_as("pharmacist")
    early = client.post(f"{address}/letters", data={"to": "patients"})
    assert early.status_code == 422
    assert "is not recalled; letters are made once it is" in shown(early)
    assert "Make the letters" not in shown(client.get(address))
    client.post(address, data={"reason": REASON})
    assert "Make the letters" in shown(client.get(address))
    for to, told in (("patients", "Erika Beispiel"), ("prescribers", "NPI 1234567893")):
        answer = client.post(f"{address}/letters", data={"to": to, "added": "Ask for Pia."})
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="recall-lot-1-{to}.pdf"'
        text = plain(read_back(answer.data).text)
        assert plain(told) in text
        assert plain("Ask for Pia.") in text
        assert plain("Harbor Test Pharmacy") in text
    assert [one["to"] for one in counter.trail(Event.LETTERS_MADE)] == ["patients", "prescribers"]


def test_a_refused_paragraph_stays_in_the_form(client_as: ClientAs, counter: Counter) -> None:
    address, _ = used(counter)
    client = client_as("pharmacist")
    client.post(address, data={"reason": REASON})
    answer = client.post(f"{address}/letters", data={"to": "prescribers", "added": "Ask us \u2603"})
    assert answer.status_code == 422
    assert "SNOWMAN" in field_error(answer, "added")
    assert "Ask us \u2603</textarea>" in answer.text
    assert '<option value="prescribers" selected>' in answer.text
    nobody = client.post(f"{address}/letters", data={"to": "everybody"})
    assert "Letters to: choose one of patients, prescribers." in shown(nobody)


@pytest.mark.parametrize("act", ["", "/drill", "/letters"])
def test_a_recall_of_what_is_not_there_is_not_found(client_as: ClientAs, counter: Counter, act: str) -> None:
    client = client_as("pharmacist")
    entries = counter.read(count_of(AuditEntry))
    for address in ("/lots/987654/recall", "/batches/987654/recall"):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}{act}", data={"reason": REASON, "to": "patients"}).status_code == 404
    assert counter.read(count_of(AuditEntry)) == entries
