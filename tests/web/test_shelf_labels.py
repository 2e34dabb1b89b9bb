"""Pages of the papers of the shelf: offered where they are needed, made from the record, and leading back to it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.roles import Role
from pharmacy.services import lots
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, Equipment, IngredientKind, Label, Lot
from tests.services.triturating import low_dose, released
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def test_a_lot_just_received_offers_labels_for_its_containers_and_says_what_it_is(
    counter: Counter, client_as: AS
) -> None:
    lot = counter.lot(IngredientKind.FILLER, release=False)
    client = client_as("technician")
    page = shown(client.get(f"/lots/{lot}"))
    assert "No container carries a label yet; for now it says QUARANTINE." in page
    assert page.index("Labels of the containers") < page.index("Delivery")
    made = client.post(f"/lots/{lot}/print", data={"containers": "2"})
    assert made.location == "/labels/1"
    page = shown(client.get("/labels/1"))
    assert f"Label of lot {counter.row(Lot, lot).number}" in page
    assert "One file with 2 labels, one for each container" in page
    assert f'href="/lots/{lot}">Back to the lot' in client.get("/labels/1").text
    page = shown(client.get(f"/lots/{lot}"))
    assert "No container carries a label yet" not in page
    assert page.index("Delivery") < page.index("Labels of the containers")
    assert "say why another is needed" in shown(client.post(f"/lots/{lot}/print", data={"containers": "2"}))


def test_a_lot_that_was_released_asks_for_the_label_that_says_so(counter: Counter, client_as: AS) -> None:
    lot = counter.lot(IngredientKind.FILLER, release=False)
    client = client_as("technician")
    client.post(f"/lots/{lot}/print", data={"containers": "1"})
    counter.run(lambda s: lots.release(s, lot, today=counter.today, **counter.signed("pia")))
    assert "The last label says QUARANTINE; by now it is RELEASED." in shown(client.get(f"/lots/{lot}"))
    assert client.post(f"/lots/{lot}/print", data={"containers": "1"}).location == "/labels/2"
    assert "The last label says" not in shown(client.get(f"/lots/{lot}"))


def test_the_lot_of_a_trituration_gets_its_own_label_and_is_asked_for_no_containers(
    counter: Counter, client_as: AS
) -> None:
    lot = released(low_dose(counter))
    client = client_as("technician")
    assert 'name="containers"' not in client.get(f"/lots/{lot}").text
    assert client.post(f"/lots/{lot}/print").location == "/labels/1"
    assert counter.row(Label, 1).kind == "trituration"
    assert "Back to the trituration" in shown(client.get("/labels/1"))


@pytest.mark.parametrize(
    ("containers", "sentence"),
    [("51", "Containers: from 1 to 50."), ("two", "“two” is not"), ("", "Containers: this is needed.")],
)
def test_a_number_of_containers_that_cannot_be_is_refused_beside_its_field(
    counter: Counter, client_as: AS, containers: str, sentence: str
) -> None:
    answer = client_as("technician").post(
        f"/lots/{counter.lots[IngredientKind.SHELL]}/print", data={"containers": containers}
    )
    assert answer.status_code == 422
    assert sentence in field_error(answer, "containers")


def test_a_balance_gets_its_label_from_its_page_and_the_label_leads_back(counter: Counter, client_as: AS) -> None:
    client, address = client_as("technician"), f"/equipment/{counter.balance}"
    assert "None made yet. Its label carries the number" in shown(client.get(address))
    assert client.post(f"{address}/print").location == "/labels/1"
    row = counter.row(Equipment, counter.balance)
    assert f"Label of {row.number} {row.name}" in shown(client.get("/labels/1"))
    assert f'href="{address}">Back to the equipment' in client.get("/labels/1").text
    assert client.get("/scan", query_string={"code": counter.row(Label, 1).token}).location == address
    assert "say why another is needed" in shown(client.post(f"{address}/print"))
    assert client.post(f"{address}/print", data={"reason": "it was wiped off"}).location == "/labels/2"


def test_the_cover_of_a_record_is_printed_from_the_page_of_its_batch(counter: Counter, client_as: AS) -> None:
    batch = counter.tested()
    client = client_as("technician")
    assert client.post(f"/batches/{batch}/cover", data={"cover-stock": "a4"}).location == "/labels/1"
    assert counter.row(Label, 1).stock == "a4"
    page = shown(client.get("/labels/1"))
    assert f"Cover of the paper record of batch {counter.row(Batch, batch).number}" in page
    again = client.post(f"/batches/{batch}/cover", data={"cover-stock": "letter"})
    assert "say why another is needed" in field_error(again, "cover-reason").lower()
    assert "Until a pharmacist releases the batch its label says QUARANTINE." in shown(again)
    wrong = client.post(f"/batches/{batch}/cover", data={"cover-stock": "vial-4x2", "cover-reason": "lost"})
    assert "there is no label stock 'vial-4x2'" in field_error(wrong, "cover-stock")


@pytest.mark.parametrize("address", ["/lots/1/print", "/equipment/1/print", "/batches/1/cover"])
def test_an_auditor_prints_no_paper_of_the_shelf_and_sees_no_button_for_it(
    counter: Counter, client_as: AS, address: str
) -> None:
    counter.planned()
    client = client_as("auditor")
    assert client.post(address).status_code == 403
    assert "Make the" not in shown(client.get(address.rsplit("/", 1)[0]))


@pytest.mark.parametrize("address", ["/lots/99/print", "/equipment/99/print", "/batches/99/cover"])
def test_no_paper_is_made_for_what_is_not_there(counter: Counter, client_as: AS, address: str) -> None:
    assert client_as("technician").post(address, data={"containers": "1"}).status_code == 404
