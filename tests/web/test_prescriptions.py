"""The pages of prescriptions: queue, entry beside the source, blind verification, and the steps between."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pharmacy.domain.events import Event
from pharmacy.domain.prescription import from_document
from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Prescription
from pharmacy.web.prescriptions.checking import expand
from pharmacy.web.prescriptions.forms import EntryForm, fields_of
from pharmacy.web.prescriptions.pages import short
from tests.services.line import order
from tests.web.counter import Counter, field_error, open_counter, shown, typed_order

PASSWORD = "six grey herons at dusk"
SIGNED = {"strength_again": "4.5", "quantity_again": "30", "password": PASSWORD}
AS = Callable[[str], FlaskClient]

SCRIPT = b"""<?xml version="1.0"?>
<Message TransactionVersion="2017071"><Header><MessageID>S-1</MessageID><From>clinic</From></Header><Body><NewRx>
<Patient><HumanPatient><Name><LastName>Beispiel</LastName><FirstName>Erika</FirstName></Name></HumanPatient></Patient>
<Prescriber><NonVeterinarian><Name><LastName>Muster</LastName></Name></NonVeterinarian></Prescriber>
<MedicationPrescribed><DrugDescription>Naltrexone HCl 3 mg capsule</DrugDescription>
<Quantity><Value>30</Value></Quantity><Note>4.5 mg &lt;script&gt;alert(1)&lt;/script&gt;</Note>
<Sig><SigText>1CQHS</SigText></Sig></MedicationPrescribed></NewRx></Body></Message>"""


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff)


def held(counter: Counter, rx: int) -> Prescription:
    row = counter.row(Prescription, rx)
    assert isinstance(row, Prescription)
    return row


# the queue


def test_the_queue_names_patient_strength_decision_due_time_and_who_took_it(counter: Counter, client_as: AS) -> None:
    client_as("pharmacist").post(f"/prescriptions/{counter.entered()}/claim")
    page = shown(client_as("technician").get("/prescriptions/"))
    for word in ("Erika Beispiel", "entered", "4.5 mg", "accept", "due in 23 h", "Test Technician", "Test Pharmacist"):
        assert word in page


def test_a_queue_shows_only_its_own_state(counter: Counter, client_as: AS) -> None:
    received, entered = counter.received(), counter.entered()
    page = shown(client_as("technician").get("/prescriptions/?state=received"))
    assert held(counter, received).number in page
    assert held(counter, entered).number not in page


@pytest.mark.parametrize("query", ["?state=filled", "?state=nonsense"])
def test_there_is_no_queue_of_states_in_which_nothing_waits(client_as: AS, query: str) -> None:
    assert client_as("technician").get(f"/prescriptions/{query}").status_code == 404


@pytest.mark.parametrize("key", ["x", "~", "2026-11-24T00:00:00+00:00~x", "2026-11-24~9" + "9" * 30, "~1"])
@pytest.mark.parametrize("path", ["/prescriptions/", "/prescriptions/closed"])
def test_a_page_key_that_nobody_gave_out_is_refused_with_a_sentence(client_as: AS, path: str, key: str) -> None:
    answer = client_as("technician").get(path, query_string={"after": key})
    assert answer.status_code == 422
    assert "There is no such page of this list" in shown(answer)


def test_an_empty_queue_says_so(client_as: AS) -> None:
    assert "No prescription waits here." in shown(client_as("auditor").get("/prescriptions/"))


def test_a_cancelled_prescription_is_in_the_list_of_closed_ones(counter: Counter, client_as: AS) -> None:
    rx = counter.received()
    client_as("pharmacist").post(f"/prescriptions/{rx}/steps/cancel", data={"reason": "sent by mistake"})
    number = held(counter, rx).number
    assert number not in shown(client_as("technician").get("/prescriptions/"))
    assert number in shown(client_as("technician").get("/prescriptions/closed"))


# entry


def test_a_call_by_phone_opens_an_empty_entry_page_under_ones_own_name(counter: Counter, client_as: AS) -> None:
    client = client_as("technician")
    answer = client.post("/prescriptions/new", follow_redirects=True)
    assert answer.request.path.endswith("/enter")
    assert "this prescription comes by phone or fax" in shown(answer)
    assert "Test Technician" in shown(client.get("/prescriptions/"))


def test_entry_shows_the_source_unharmed_and_where_each_field_came_from(counter: Counter, client_as: AS) -> None:
    answer = client_as("technician").get(f"/prescriptions/{counter.received(raw=SCRIPT)}/enter")
    page = shown(answer)
    assert "<DrugDescription>Naltrexone HCl 3 mg capsule</DrugDescription>" in page
    assert b"<script>alert" not in answer.data
    assert "from HumanPatient/ Name/ LastName" in page
    assert "Doubtful: MedicationPrescribed/ Note also speaks of 4.5 mg." in page.replace("NewRx/ ", "")


def test_check_screens_expands_and_computes_and_saves_nothing(counter: Counter, client_as: AS) -> None:
    rx = counter.received()
    typed = typed_order(strength="1.5 mg", directions="4 caps qhs", quantity="120")
    answer = client_as("technician").post(f"/prescriptions/{rx}/check", data=typed)
    page = shown(answer)
    assert answer.status_code == 200
    assert "Take 4 capsules at bedtime" in page
    assert "1.5 mg × 4 capsules × 1 a day = 6 mg a day" in page
    assert "The daily dose is 6 mg, outside 1.5 to 4.5 mg" in page
    assert held(counter, rx).state == "received"
    assert held(counter, rx).document["strength"] == "4.5 mg"


def test_what_is_entered_is_screened_and_the_next_received_one_opens(counter: Counter, client_as: AS) -> None:
    first, second = counter.received(), counter.received()
    client = client_as("technician")
    answer = client.post(f"/prescriptions/{first}/enter", data=typed_order())
    assert answer.location == f"/prescriptions/{second}/enter"
    row = held(counter, first)
    assert (row.state, row.decision, row.strength_mg, row.quantity) == ("entered", "accept", Decimal("4.5"), 30)
    assert row.directions == "Take 1 capsule at bedtime"
    assert client.post(f"/prescriptions/{second}/enter", data=typed_order()).location == "/prescriptions/"


def test_the_next_one_is_none_that_somebody_else_has_taken(counter: Counter, client_as: AS) -> None:
    first, second = counter.received(), counter.received()
    client_as("pharmacist").post(f"/prescriptions/{second}/claim")
    answer = client_as("technician").post(f"/prescriptions/{first}/enter", data=typed_order())
    assert answer.location == "/prescriptions/"
    assert "Test Pharmacist has taken" in shown(client_as("technician").get(f"/prescriptions/{second}/enter"))


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"prescriber_npi": "1234567890"}, "prescriber_npi", "NPI"),
        ({"patient_birth_date": "12/04/1979"}, "patient_birth_date", "yyyy-mm-dd"),
        ({"quantity": "thirty"}, "quantity", "“thirty” is not a whole number"),
        ({"patient_medications": "a | b | c | d"}, "patient_medications", "Line 1 has 4 parts"),
        ({"patient_given": ""}, "patient_family", "given name"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    counter: Counter, client_as: AS, wrong: dict[str, str], field: str, sentence: str
) -> None:
    rx = counter.received()
    typed = typed_order(note="call the clinic", **wrong)
    answer = client_as("technician").post(f"/prescriptions/{rx}/enter", data=typed)
    page = shown(answer)
    assert answer.status_code == 422
    assert sentence in (field_error(answer, field) or page)
    for value in typed.values():
        assert value in page
    assert held(counter, rx).state == "received"


def test_when_two_enter_the_same_one_the_second_sees_both_values(counter: Counter, client_as: AS) -> None:
    rx = counter.received()
    seen = str(held(counter, rx).revision)
    client_as("pharmacist").post(f"/prescriptions/{rx}/enter", data=typed_order(quantity="60", revision=seen))
    client = client_as("technician")
    answer = client.post(f"/prescriptions/{rx}/enter", data=typed_order(quantity="90", revision=seen))
    assert answer.status_code == 409
    assert "was changed by somebody else" in shown(answer)
    assert "Saved by somebody else meanwhile: 60" in shown(answer)
    assert 'value="90"' in answer.get_data(as_text=True)
    now_held = re.search(r'name="revision"[^>]*value="(\d+)"', answer.get_data(as_text=True))
    assert now_held
    again = client.post(f"/prescriptions/{rx}/enter", data=typed_order(quantity="90", revision=now_held[1]))
    assert again.status_code == 302
    assert held(counter, rx).quantity == 90


def test_the_form_gives_back_the_very_prescription_that_it_shows(app: Flask) -> None:
    document = order(
        patient={
            **order()["patient"],
            "allergies": ["none known", "penicillin (rash)"],
            "conditions": [{"code": "", "text": "pain"}, {"code": "M797", "text": ""}],
            "medications": [
                {"text": "tramadol 50 mg", "rxcui": "", "last_taken": "2026-11-01"},
                {"text": "ibuprofen", "rxcui": "5640", "last_taken": ""},
            ],
            "pregnant": None,
        },
        titration=[{"dose_mg": "1.5", "days": "7"}, {"dose_mg": "3", "days": ""}],
        note="two\nlines",
    )
    prescription = from_document(document)
    fields = {name: text.replace("\n", "\r\n") for name, text in fields_of(prescription).items()}
    with app.test_request_context(method="POST", data=fields):
        assert from_document(EntryForm().document()) == prescription


def test_directions_are_expanded_while_one_types(client_as: AS) -> None:
    answer = client_as("technician").post("/prescriptions/directions", data={"directions": "1CQHS", "strength": "3 mg"})
    assert answer.json == {
        "text": "Take 1 capsule at bedtime",
        "understood": [],
        "doubts": [],
        "doses": ["3 mg × 1 capsule × 1 a day = 3 mg a day"],
    }


def test_what_was_understood_of_unreadable_directions_is_told_while_one_types(client_as: AS) -> None:
    typed = {"directions": "1 capsule 3 times a week", "strength": "3 mg"}
    answer = client_as("technician").post("/prescriptions/directions", data=typed)
    assert (answer.json["text"], answer.json["understood"]) == ("", ["1 capsule, 3 times in a week"])


def test_directions_with_two_phases_have_a_daily_dose_for_each() -> None:
    found = expand("1 capsule at bedtime for 7 days, then 2 capsules at bedtime", "1.5 mg")
    assert found["doses"] == [
        "1.5 mg × 1 capsule × 1 a day = 1.5 mg a day for 7 days",
        "1.5 mg × 2 capsules × 1 a day = 3 mg a day",
    ]


def test_a_verified_prescription_is_not_entered_again(counter: Counter, client_as: AS) -> None:
    rx = counter.verified()
    answer = client_as("technician").get(f"/prescriptions/{rx}/enter", follow_redirects=True)
    assert answer.request.path == f"/prescriptions/{rx}"
    assert "is verified by now" in shown(answer)
    assert client_as("technician").post(f"/prescriptions/{rx}/enter", data=typed_order()).status_code == 422


# the page of one prescription, and its steps


def test_the_page_shows_the_directions_as_written_and_as_the_label_says_them(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(directions="1CQHS")
    page = shown(client_as("technician").get(f"/prescriptions/{rx}"))
    assert "As written 1CQHS On the label Take 1 capsule at bedtime" in page


def test_findings_stand_with_their_source_the_gravest_first(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(strength="50 mg", directions="Take 1 capsule qhs")
    page = shown(client_as("technician").get(f"/prescriptions/{rx}"))
    assert page.index("stop The daily dose is 50 mg") < page.index("error-prone abbreviation")
    assert "pharmacy policy, dose bands" in page


def test_looking_at_a_prescription_is_noted(counter: Counter, client_as: AS) -> None:
    rx = counter.received()
    client_as("auditor").get(f"/prescriptions/{rx}")
    assert [entry["by"] for entry in counter.trail(Event.RECORD_READ, rx)] == ["Test Auditor"]


def test_a_step_without_its_reason_is_refused_beside_the_field(counter: Counter, client_as: AS) -> None:
    rx = counter.received()
    client = client_as("technician")
    refused = client.post(f"/prescriptions/{rx}/steps/hold", data={"reason": " "})
    assert refused.status_code == 422
    assert "write the reason" in field_error(refused, "reason")
    client.post(f"/prescriptions/{rx}/steps/hold", data={"reason": "the clinic calls back"})
    page = shown(client.get(f"/prescriptions/{rx}"))
    assert "on hold" in page
    assert "Last remark: the clinic calls back" in page
    client.post(f"/prescriptions/{rx}/steps/resume")
    assert held(counter, rx).state == "received"


@pytest.mark.parametrize("verb", ["verify", "enter", "complete", "nonsense"])
def test_no_step_goes_round_its_own_form(counter: Counter, client_as: AS, verb: str) -> None:
    rx = counter.entered()
    answer = client_as("pharmacist").post(f"/prescriptions/{rx}/steps/{verb}", data={"reason": "because I want to"})
    assert answer.status_code == 422
    assert held(counter, rx).state == "entered"


def test_a_role_sees_only_the_steps_it_may_take(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    assert "Send back to entry" in shown(client_as("pharmacist").get(f"/prescriptions/{rx}"))
    assert "Send back to entry" not in shown(client_as("technician").get(f"/prescriptions/{rx}"))
    assert "Other steps" not in shown(client_as("auditor").get(f"/prescriptions/{rx}"))
    assert client_as("auditor").post(f"/prescriptions/{rx}/steps/hold").status_code == 403


@pytest.mark.parametrize("page", ["", "/enter", "/verify"])
@pytest.mark.parametrize("act", ["claim", "enter", "verify", "steps/hold"])
def test_a_number_that_nobody_has_is_answered_as_missing(client_as: AS, page: str, act: str) -> None:
    client = client_as("pharmacist")
    assert client.get(f"/prescriptions/999{page}").status_code == 404
    assert client.post(f"/prescriptions/999/{act}", data=SIGNED).status_code == 404


def test_long_paths_are_shown_by_their_last_names() -> None:
    assert short("NewRx/Patient/HumanPatient/Name/LastName: Doe") == "HumanPatient/Name/LastName: Doe"
    assert short("taken 24/11/2026") == "taken 24/11/2026"


def test_a_message_of_our_own_format_names_its_keys_as_evidence(counter: Counter, client_as: AS) -> None:
    rx = counter.received("K-1")
    assert "from prescription.patient.family" in shown(client_as("technician").get(f"/prescriptions/{rx}/enter"))


def test_a_pharmacist_who_may_verify_sees_neither_strength_nor_quantity_before(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(
        strength="1.5 mg", directions="Take 2 capsules (1.5 mg each) at bedtime", quantity="77", days_supply="38"
    )
    for address in (f"/prescriptions/{rx}", "/prescriptions/"):
        to_pharmacist = shown(client_as("pharmacist").get(address))
        assert not re.search(r"1\.5 mg|\b77\b", to_pharmacist), address
        to_technician = shown(client_as("technician").get(address))
        assert "1.5 mg" in to_technician, address
        assert "77" in to_technician, address


def test_the_page_shows_what_has_come_up_since_the_signature(counter: Counter, client_as: AS) -> None:
    rx = counter.verified(patient=order()["patient"])
    assert "Changed since it was verified" not in shown(client_as("pharmacist").get(f"/prescriptions/{rx}"))
    medications = [{"text": "tramadol 50 mg", "rxcui": "", "last_taken": ""}]
    counter.entered(patient={**order()["patient"], "medications": medications})
    client = client_as("pharmacist")
    page = shown(client.get(f"/prescriptions/{rx}"))
    assert "Changed since it was verified: new: Opioid: “tramadol 50 mg”." in page
    refused = client.post(f"/fills/start/{rx}")
    assert refused.status_code == 422
    assert "must be verified anew" in shown(refused)
    assert client.post(f"/prescriptions/{rx}/steps/reopen", data={"reason": "tramadol"}).status_code == 302
    assert counter.row(Prescription, rx).state == "entered"
