"""The papers for the patient on the page of a fill."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Fill, Label
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def test_each_paper_has_a_button_and_what_was_made_is_listed_beside_it(counter: Counter, client_as: AS) -> None:
    fill, client = counter.checked(), client_as("technician")
    assert "Make the bag label" in shown(client.get(f"/fills/{fill}"))
    made = client.post(f"/fills/{fill}/papers/bag")
    assert made.location == "/labels/2"  # the container label was the first
    page = client.get("/labels/2")
    assert f"Bag label of fill {counter.row(Fill, fill).number}" in shown(page)
    assert "Back to the fill" in shown(page)
    page = shown(client.get(f"/fills/{fill}"))
    assert "Bag label , Test Technician" in page
    assert "Make another bag label" in page


def test_another_of_the_same_asks_why_beside_its_own_field(counter: Counter, client_as: AS) -> None:
    fill, client = counter.checked(), client_as("technician")
    client.post(f"/fills/{fill}/papers/bag")
    refused = client.post(f"/fills/{fill}/papers/bag", data={"bag-stock": "bag-4x6"})
    assert refused.status_code == 422
    assert "say why another is needed" in field_error(refused, "bag-reason")
    assert '<option value="bag-4x6" selected>' in refused.get_data(as_text=True)
    assert client.post(f"/fills/{fill}/papers/bag", data={"bag-reason": "it tore"}).location == "/labels/3"
    assert "Reprint 1 of the bag label" in shown(client.get("/labels/3"))
    assert "Bag label, reprint 1 , Test Technician" in shown(client.get(f"/fills/{fill}"))


def test_the_stock_that_was_chosen_is_the_one_it_is_drawn_for(counter: Counter, client_as: AS) -> None:
    fill, client = counter.checked(), client_as("technician")
    client.post(f"/fills/{fill}/papers/bag", data={"bag-stock": "bag-4x6"})
    assert counter.row(Label, 2).stock == "bag-4x6"
    refused = client.post(f"/fills/{fill}/papers/bag", data={"bag-stock": "card"})
    assert refused.status_code == 422
    assert "there is no label stock 'card'; there are vial-4x3" in field_error(refused, "bag-stock")


def test_papers_do_not_count_as_labels_of_the_container(counter: Counter, client_as: AS) -> None:
    fill = counter.labelled()
    client_as("technician").post(f"/fills/{fill}/papers/auxiliary")
    page = client_as("pharmacist").get(f"/fills/{fill}")
    assert "It will say “Reprint 1”" in shown(page)
    assert 'src="/labels/1/picture.png"' in page.get_data(as_text=True)
    assert 'src="/labels/1/picture.png"' in client_as("pharmacist").get(f"/fills/{fill}/check").get_data(as_text=True)


def test_a_fill_without_capsules_says_why_it_has_no_papers(counter: Counter, client_as: AS) -> None:
    page = shown(client_as("technician").get(f"/fills/{counter.started()}"))
    assert "has no capsules yet; take them from a batch first" in page
    assert "Make the bag label" not in page


def test_looking_at_a_paper_is_noted_with_its_prescription(counter: Counter, client_as: AS) -> None:
    fill = counter.checked()
    client_as("technician").post(f"/fills/{fill}/papers/bag")
    client_as("auditor").get("/labels/2")
    read = counter.trail(Event.RECORD_READ, counter.row(Fill, fill).prescription_id)
    assert [entry["by"] for entry in read] == ["Test Auditor"]


def test_an_auditor_sees_which_papers_were_made_and_makes_none(counter: Counter, client_as: AS) -> None:
    fill, client = counter.checked(), client_as("auditor")
    assert client.post(f"/fills/{fill}/papers/bag").status_code == 403
    client_as("technician").post(f"/fills/{fill}/papers/bag")
    page = shown(client.get(f"/fills/{fill}"))
    assert "Bag label , Test Technician" in page
    assert "Make another" not in page


@pytest.mark.parametrize("path", ["/fills/999/papers/bag", "/fills/1/papers/vial", "/fills/1/papers/nothing"])
def test_a_paper_or_fill_that_is_not_there_is_answered_as_missing(counter: Counter, client_as: AS, path: str) -> None:
    counter.checked()
    assert client_as("technician").post(path).status_code == 404


def test_a_part_that_a_label_does_not_have_has_no_picture(counter: Counter, client_as: AS) -> None:
    counter.checked()
    client = client_as("technician")
    assert client.get("/labels/1/picture.png?part=1").status_code == 200
    for part in ("0", "2", "-1"):
        assert client.get(f"/labels/1/picture.png?part={part}").status_code == 404


def test_every_paper_of_a_single_container_has_a_button(counter: Counter, client_as: AS) -> None:
    fill, client = counter.checked(), client_as("technician")
    page = shown(client.get(f"/fills/{fill}"))
    for called in ("auxiliary strip", "wallet card", "leaflet", "bag label", "receipt"):
        assert f"Make the {called}" in page
    for place, kind in enumerate(("auxiliary", "card", "leaflet", "bag", "receipt"), start=2):
        assert client.post(f"/fills/{fill}/papers/{kind}").location == f"/labels/{place}"


def test_a_paper_of_two_parts_shows_both_and_opens_the_very_bytes(counter: Counter, client_as: AS) -> None:
    fill, client = counter.allocated(), client_as("technician")
    client.post(f"/fills/{fill}/papers/card")
    page = client.get("/labels/1").get_data(as_text=True)
    assert "part 1 of 2" in page
    assert 'src="/labels/1/picture.png?part=2"' in page
    assert client.get("/labels/1/picture.png?part=1").data != client.get("/labels/1/picture.png?part=2").data
    assert sha256(client.get("/labels/1/label.pdf").data).hexdigest() == counter.row(Label, 1).sha256
    assert "It carries no code" in shown(client.get("/labels/1"))


def test_the_day_of_payment_is_printed_and_one_to_come_is_refused(counter: Counter, client_as: AS) -> None:
    fill, client = counter.allocated(), client_as("technician")
    tomorrow = (counter.today + timedelta(days=2)).isoformat()
    refused = client.post(f"/fills/{fill}/papers/receipt", data={"receipt-day": tomorrow, "receipt-stock": "a4"})
    assert refused.status_code == 422
    assert "is in the future" in field_error(refused, "receipt-day")
    assert f'value="{tomorrow}"' in refused.get_data(as_text=True)
    client.post(f"/fills/{fill}/papers/receipt", data={"receipt-day": counter.today.isoformat()})
    assert str(counter.today.year) in counter.row(Label, 1).content["paid"]


def test_a_calendar_begins_on_the_day_that_was_chosen(counter: Counter, client_as: AS) -> None:
    shelf = [counter.released_of("1.5")]
    counter.started(counter.verified_plan())
    counter.allocate(1, shelf[0])
    client = client_as("technician")
    page = client.get("/fills/1")
    assert "Make the calendar" in shown(page)
    assert f'name="calendar-day" value="{counter.today.isoformat()}"' in page.get_data(as_text=True)
    client.post("/fills/1/papers/calendar", data={"calendar-day": "2031-12-01", "calendar-stock": "a4"})
    assert counter.row(Label, 1).content["title"] == "Your calendar from 1 Dec 2031"
    assert "Calendar of fill" in shown(client.get("/labels/1"))
