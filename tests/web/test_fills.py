"""The pages of fills: capsules, label, final check, the hand that takes them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import printing
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, Fill, Label, Prescription
from tests.web.counter import Counter, field_error, open_counter, shown

PASSWORD = "six grey herons at dusk"
AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def state(counter: Counter, fill: int) -> str:
    return str(counter.row(Fill, fill).state)


def token_of(counter: Counter, fill: int) -> str:
    return str(counter.read(lambda s: s.scalars(select(Label.token).where(Label.fill_id == fill)).first()))


def test_a_fill_is_started_from_the_page_of_its_prescription(counter: Counter, client_as: AS) -> None:
    rx = counter.verified()
    client = client_as("technician")
    assert f"/fills/start/{rx}" in client.get(f"/prescriptions/{rx}").get_data(as_text=True)
    page = shown(client.post(f"/fills/start/{rx}", follow_redirects=True))
    assert f"Fill {counter.row(Prescription, rx).number}-0 planned" in page
    assert "2 more fills may follow" in page


def test_a_refused_start_is_told_on_the_page_of_the_prescription(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    answer = client_as("technician").post(f"/fills/start/{rx}")
    assert answer.status_code == 422
    assert "only a verified prescription is filled" in shown(answer)
    assert client_as("technician").post("/fills/start/999").status_code == 404


def test_the_queue_shows_who_gets_what_and_when_it_is_due(counter: Counter, client_as: AS) -> None:
    counter.started()
    page = shown(client_as("technician").get("/fills/?state=planned"))
    assert "Erika Beispiel planned 4.5 mg 30" in page
    assert "due in 3 h" in page
    assert "No fill waits here." in shown(client_as("technician").get("/fills/?state=checked"))
    assert client_as("technician").get("/fills/?state=dispensed").status_code == 404


def test_suitable_batches_stand_beside_the_scan_field(counter: Counter, client_as: AS) -> None:
    fill = counter.started()
    page = shown(client_as("technician").get(f"/fills/{fill}"))
    assert "None holds 30 capsules of 4.5 mg that last for 30 days." in page
    batch = counter.row(Batch, counter.released())
    page = shown(client_as("technician").get(f"/fills/{fill}"))
    assert f"{batch.number} 4.5 mg {batch.beyond_use_date.day} " in page
    assert f" {batch.on_hand} " in page


def test_a_wrong_scan_keeps_what_was_scanned_and_takes_nothing(counter: Counter, client_as: AS) -> None:
    fill = counter.started()
    batch = counter.row(Batch, counter.tested())
    client = client_as("technician")
    missing = client.post(f"/fills/{fill}/allocate", data={"batch": "B000000-01"})
    assert missing.status_code == 422
    assert "there is none of the number “B000000-01”" in field_error(missing, "batch")
    assert 'value="B000000-01"' in missing.get_data(as_text=True)
    quarantined = client.post(f"/fills/{fill}/allocate", data={"batch": batch.number})
    assert "capsules are taken from released batches only" in field_error(quarantined, "batch")
    assert state(counter, fill) == "planned"


def test_taking_capsules_prices_the_fill_with_every_line(counter: Counter, client_as: AS) -> None:
    fill, batch = counter.started(), counter.row(Batch, counter.released())
    client = client_as("technician")
    assert client.post(f"/fills/{fill}/allocate", data={"batch": batch.number}).status_code == 302
    page = shown(client.get(f"/fills/{fill}"))
    # The worked example of the price schedule: 30 capsules of 4.5 mg.
    for line in ("active 30 x 4.5 mg", "professional fee per fill 12.00", "Total $40.00", f"{batch.number} 30 "):
        assert line in page
    assert counter.row(Fill, fill).price == Decimal("40.00")
    assert counter.row(Batch, batch.id).on_hand == batch.on_hand - 30


def test_the_small_code_of_a_batch_label_is_as_good_as_its_number(counter: Counter, client_as: AS) -> None:
    fill, batch = counter.started(), counter.released()
    label = printing.print_batch(counter.database, batch, today=counter.today, **counter.by)
    token = counter.row(Label, label).token
    assert client_as("technician").post(f"/fills/{fill}/allocate", data={"batch": token}).status_code == 302
    assert state(counter, fill) == "allocated"


def test_the_label_is_made_once_and_again_only_for_a_reason(counter: Counter, client_as: AS) -> None:
    fill = counter.allocated()
    client = client_as("technician")
    assert client.post(f"/fills/{fill}/label").location == "/labels/1"
    refused = client.post(f"/fills/{fill}/label", data={"reason": ""})
    assert refused.status_code == 422
    assert "write the reason" in field_error(refused, "print-reason")
    assert client.post(f"/fills/{fill}/label", data={"reason": "it was smeared"}).location == "/labels/2"
    page = shown(client.get(f"/fills/{fill}"))
    assert "Reprint 1 , Test Technician" in page
    assert "it was smeared" in page


def test_the_check_shows_prescription_and_label_side_by_side(counter: Counter, client_as: AS) -> None:
    fill = counter.labelled()
    answer = client_as("pharmacist").get(f"/fills/{fill}/check")
    page = shown(answer)
    for word in ("Erika Beispiel", "4.5 mg", "Take 1 capsule at bedtime", "White capsule, size 3", "30 capsules"):
        assert word in page
    assert 'src="/labels/1/picture.png"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("code", ["number", "token"])
def test_a_pharmacist_scans_either_code_and_signs(counter: Counter, client_as: AS, code: str) -> None:
    fill = counter.labelled()
    scanned = counter.row(Fill, fill).number if code == "number" else token_of(counter, fill)
    client = client_as("pharmacist")
    answer = client.post(f"/fills/{fill}/check", data={"scanned": scanned, "password": PASSWORD})
    assert answer.location == f"/fills/{fill}"
    page = shown(client.get(f"/fills/{fill}"))
    assert "I checked the contents and the label of this container against the prescription" in page
    assert state(counter, fill) == "checked"


def test_after_a_check_the_next_one_opens(counter: Counter, client_as: AS) -> None:
    batch = counter.released()
    first, second = counter.labelled(batch), counter.labelled(batch)
    data = {"scanned": counter.row(Fill, first).number, "password": PASSWORD}
    assert client_as("pharmacist").post(f"/fills/{first}/check", data=data).location == f"/fills/{second}/check"


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"scanned": "7000011-9"}, "scanned", "you scanned 7000011-9"),
        ({"password": "wrong"}, "password", "Nothing was signed."),
        ({"password": ""}, "password", "type your password to sign"),
    ],
)
def test_a_check_that_fails_signs_nothing(
    counter: Counter, client_as: AS, wrong: dict[str, str], field: str, sentence: str
) -> None:
    fill = counter.labelled()
    data = {"scanned": counter.row(Fill, fill).number, "password": PASSWORD, "reason": "looks fine", **wrong}
    answer = client_as("pharmacist").post(f"/fills/{fill}/check", data=data)
    assert answer.status_code == 422
    assert sentence in field_error(answer, field)
    assert 'value="looks fine"' in answer.get_data(as_text=True)
    assert state(counter, fill) == "labelled"


def test_whoever_packed_it_is_told_at_once_that_somebody_else_checks(counter: Counter, client_as: AS) -> None:
    batch, fill = counter.released(), counter.started(by="pia")
    counter.allocate(fill, batch)
    counter.label(fill)
    client = client_as("pharmacist")
    assert "somebody else must check it" in shown(client.get(f"/fills/{fill}/check"))
    data = {"scanned": counter.row(Fill, fill).number, "password": PASSWORD}
    assert client.post(f"/fills/{fill}/check", data=data).status_code == 422
    assert client_as("technician").get(f"/fills/{fill}/check").status_code == 403


def test_there_is_nothing_to_check_before_the_label(counter: Counter, client_as: AS) -> None:
    fill = counter.allocated()
    answer = client_as("pharmacist").get(f"/fills/{fill}/check", follow_redirects=True)
    assert answer.request.path == f"/fills/{fill}"
    assert "is allocated by now" in shown(answer)


def test_handing_out_asks_who_took_it_and_what_was_said(counter: Counter, client_as: AS) -> None:
    fill = counter.checked()
    client = client_as("technician")
    refused = client.post(f"/fills/{fill}/dispense", data={"handed_to": "Erika", "counselling": ""})
    assert refused.status_code == 422
    assert "what was said, or that it was declined" in field_error(refused, "counselling")
    assert 'value="Erika"' in refused.get_data(as_text=True)
    client.post(f"/fills/{fill}/dispense", data={"handed_to": "Erika", "counselling": "vivid dreams; no opioids"})
    page = shown(client.get(f"/fills/{fill}"))
    assert "Handed out To Erika By Test Technician" in page
    assert state(counter, fill) == "dispensed"


def test_a_cancelled_fill_puts_its_capsules_back(counter: Counter, client_as: AS) -> None:
    batch = counter.released()
    fill, before = counter.allocated(batch), counter.row(Batch, batch).on_hand
    refused = client_as("pharmacist").post(f"/fills/{fill}/cancel", data={"reason": ""})
    assert "write the reason" in field_error(refused, "reason")
    assert client_as("technician").post(f"/fills/{fill}/cancel", data={"reason": "moved away"}).status_code == 403
    client_as("pharmacist").post(f"/fills/{fill}/cancel", data={"reason": "moved away"})
    assert counter.row(Batch, batch).on_hand == before + 30
    number = counter.row(Fill, fill).number
    assert number not in shown(client_as("technician").get("/fills/"))
    assert f"{number} cancelled" in shown(client_as("technician").get("/fills/closed"))


def test_what_comes_back_is_noted_and_not_put_back(counter: Counter, client_as: AS) -> None:
    batch = counter.released()
    fill, before = counter.dispensed(batch), counter.row(Batch, batch).on_hand
    client_as("technician").post(f"/fills/{fill}/take-back", data={"reason": "the patient returned it"})
    assert state(counter, fill) == "returned"
    assert counter.row(Batch, batch).on_hand == before
    assert "Last remark: the patient returned it" in shown(client_as("technician").get(f"/fills/{fill}"))


def test_looking_at_a_fill_is_noted_with_its_prescription(counter: Counter, client_as: AS) -> None:
    fill = counter.started()
    client_as("auditor").get(f"/fills/{fill}")
    rx = counter.row(Fill, fill).prescription_id
    assert [entry["by"] for entry in counter.trail(Event.RECORD_READ, rx)] == ["Test Auditor"]


def test_an_auditor_reads_and_acts_on_nothing(counter: Counter, client_as: AS) -> None:
    fill, client = counter.started(), client_as("auditor")
    assert "Take 30 capsules" not in shown(client.get(f"/fills/{fill}"))
    for act in ("allocate", "label", "check", "dispense", "cancel", "take-back"):
        assert client.post(f"/fills/{fill}/{act}").status_code == 403


@pytest.mark.parametrize("act", ["allocate", "label", "check", "dispense", "cancel", "take-back"])
def test_a_fill_that_is_not_there_is_answered_as_missing(client_as: AS, act: str) -> None:
    client, data = client_as("pharmacist"), {"reason": "a good reason", "password": PASSWORD}
    assert client.post(f"/fills/999/{act}", data=data).status_code == 404
    assert client.get("/fills/999").status_code == 404


def test_the_pharmacist_in_charge_accepts_a_price_outside_the_usual(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(quantity="90", days_supply="90")
    counter.verify(rx, quantity_again="90")
    fill = counter.checked(rx=rx)
    handed = {"handed_to": "Erika", "counselling": "declined"}
    answer = client_as("technician").post(f"/fills/{fill}/dispense", data=handed)
    assert answer.status_code == 422
    assert "the pharmacist-in-charge must approve it" in shown(answer)
    assert "Accept this price" not in shown(answer)
    client = client_as("pharmacist-in-charge")
    refused = client.post(f"/fills/{fill}/accept-price", data={"reason": "cheap"})
    assert "at least 10 letters" in field_error(refused, "price-reason")
    assert client.post(f"/fills/{fill}/accept-price", data={"reason": "a quarter costs less"}).status_code == 302
    assert "a quarter costs less" in shown(client.get(f"/fills/{fill}"))
    assert client_as("technician").post(f"/fills/{fill}/dispense", data=handed).status_code == 302
