"""Lots: received as the certificate prints them, released with a password, counted, taken out of use."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import IngredientKind, Lot
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, open_counter

ClientAs = Callable[[str], Any]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def delivery(counter: Counter, **changed: str) -> dict[str, str]:
    """A delivery of the active as it is typed."""
    ingredient = counter.row(Lot, counter.lots[IngredientKind.ACTIVE]).ingredient_id
    return {
        "ingredient_id": str(ingredient),
        "supplier": "Sample Chemicals",
        "maker_lot": "SC-77",
        "amount": "25000",
        "expiry": (counter.today + timedelta(days=300)).isoformat(),
        "certificate_reference": "COA 12",
        "assay": "99.4",
        "assay_basis": "anhydrous",
        "water": "8.7",
        "solvents": "",
        "packing_mg": "150",
        "packing_size": "3",
        "shell_mg": "",
        **changed,
    }


def received(client_as: ClientAs, counter: Counter, **changed: str) -> str:
    """The address of a lot in quarantine."""
    answer = client_as("technician").post("/lots/receive", data=delivery(counter, **changed))
    assert answer.status_code == 302
    return str(answer.location)


def test_per_cent_are_typed_as_printed_and_kept_as_fractions(client_as: ClientAs, counter: Counter) -> None:
    address = received(client_as, counter)
    lot = counter.row(Lot, int(address.rsplit("/", 1)[1]))
    assert (lot.assay, lot.water, lot.solvents) == (Decimal("0.994"), Decimal("0.087"), None)
    page = client_as("auditor").get(address).text
    for told in ("99.4 %, anhydrous", "8.7 %", "COA 12", "150.000 mg, size 3", "quarantined", "25000.000&nbsp;mg"):
        assert told in page


def test_open_lots_stand_in_the_order_in_which_they_expire(client_as: ClientAs, counter: Counter) -> None:
    received(client_as, counter, maker_lot="EARLY", expiry=(counter.today + timedelta(days=30)).isoformat())
    received(client_as, counter, maker_lot="LATE", expiry=(counter.today + timedelta(days=900)).isoformat())
    page = client_as("technician").get("/lots/").text
    assert page.index("EARLY") < page.index("SC-ACTIVE") < page.index("LATE")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"assay": ""}, "an active needs its assay"),
        ({"assay": "0.994"}, "Assay: 80 to 105 %; check the certificate."),
        ({"assay": "99,4"}, "Assay, per cent: “99,4” is not a number"),
        ({"expiry": "2020-01-31"}, "is past; an expired lot is not received"),
        ({"expiry": "31.01.2030"}, "Expiry: “31.01.2030” is not a date written yyyy-mm-dd."),
        ({"ingredient_id": ""}, "Ingredient: choose one from the list."),
        ({"amount": ""}, "Amount, mg or capsules: this is needed."),
        ({"supplier": ""}, "Supplier: 1 to 60 characters."),
    ],
)
def test_a_refused_delivery_names_the_field_and_keeps_what_was_typed(
    client_as: ClientAs, counter: Counter, changed: dict[str, str], sentence: str
) -> None:
    answer = client_as("technician").post("/lots/receive", data=delivery(counter, **changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "SC-77" in answer.text


def test_a_pharmacist_releases_a_lot_that_a_technician_received(client_as: ClientAs, counter: Counter) -> None:
    address = received(client_as, counter)
    client = client_as("pharmacist")
    assert "99.4 %, anhydrous" in client.get(f"{address}/release").text
    assert client.post(f"{address}/release", data={"password": PASSWORD}).status_code == 302
    assert "I examined this lot and its certificate" in client.get(address).text


def test_whoever_received_a_lot_may_not_release_it(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("pharmacist")
    address = client.post("/lots/receive", data=delivery(counter)).location
    answer = client.post(f"{address}/release", data={"password": PASSWORD})
    assert answer.status_code == 422
    assert "You received or made lot" in answer.text


def test_the_ledger_shows_the_balance_after_every_movement(client_as: ClientAs, counter: Counter) -> None:
    counter.weighed()
    page = client_as("auditor").get(f"/lots/{counter.lots[IngredientKind.ACTIVE]}").text
    ledger = page[page.index('id="ledger"') :]
    assert "+100000.000&nbsp;mg" in ledger
    assert "-510.731&nbsp;mg" in ledger
    assert "99489.269&nbsp;mg" in ledger


def test_measuring_keeps_the_new_figure(client_as: ClientAs, counter: Counter) -> None:
    address = received(client_as, counter, packing_mg="", packing_size="")
    client = client_as("technician")
    assert "not measured" in client.get(address).text
    assert client.post(f"{address}/measure", data={"packing_mg": "152.5", "packing_size": "3"}).status_code == 302
    assert "152.500 mg, size 3" in client.get(address).text


def test_an_adjusted_count_stands_in_the_ledger_with_its_reason(client_as: ClientAs, counter: Counter) -> None:
    address = received(client_as, counter)
    client = client_as("technician")
    refused = client.post(f"{address}/adjust", data={"counted": "24000", "reason": ""})
    assert refused.status_code == 422
    assert 'value="24000"' in refused.text
    client.post(f"{address}/adjust", data={"counted": "24000", "reason": "spilled at the bench"})
    page = client.get(address).text
    assert "-1000.000&nbsp;mg" in page
    assert "spilled at the bench" in page


@pytest.mark.parametrize(("step", "state"), [("reject", "rejected"), ("recall", "recalled")])
def test_a_pharmacist_takes_a_lot_out_of_use_with_a_reason(
    client_as: ClientAs, counter: Counter, step: str, state: str
) -> None:
    address = received(client_as, counter)
    client = client_as("pharmacist")
    assert client.post(f"{address}/{step}", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/{step}", data={"reason": "the maker's letter of today"}).status_code == 302
    page = client.get(address).text
    assert state in page
    assert "the maker&#39;s letter of today" in page
    assert client.get("/lots/closed").text.count("SC-77") == 1


def test_the_bench_marks_a_lot_as_used_up_and_writes_off_what_is_left(client_as: ClientAs, counter: Counter) -> None:
    address = f"/lots/{counter.lots[IngredientKind.FILLER]}"
    client = client_as("technician")
    assert "What the ledger still holds is written off." in client.get(f"{address}/exhaust").text
    assert client.post(f"{address}/exhaust", data={"reason": "container is empty"}).status_code == 302
    page = client.get(address).text
    assert "exhausted" in page
    assert "-100000.000&nbsp;mg" in page


def test_a_lot_is_marked_as_expired_only_after_its_day(client_as: ClientAs, counter: Counter) -> None:
    lot_id = counter.lots[IngredientKind.FILLER]
    address = f"/lots/{lot_id}"
    client = client_as("technician")
    refused = client.post(f"{address}/expire")
    assert refused.status_code == 422
    assert "it is not expired yet" in refused.text
    assert "Mark as expired" not in client.get(address).text
    yesterday = counter.today - timedelta(days=1)
    counter.run(lambda session: session.execute(update(Lot).where(Lot.id == lot_id).values(expiry=yesterday)))
    assert "Mark as expired" in client.get(address).text
    assert client.post(f"{address}/expire").status_code == 302
    assert "expired" in client.get(address).text


def test_a_technician_neither_releases_nor_recalls(client_as: ClientAs, counter: Counter) -> None:
    address = received(client_as, counter)
    for step in ("release", "reject", "recall"):
        assert client_as("technician").post(f"{address}/{step}", data={"reason": "no good"}).status_code == 403
    assert "Release and sign" not in client_as("technician").get(address).text


def test_an_auditor_reads_and_changes_nothing(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("auditor")
    assert "Receive a lot" not in client.get("/lots/").text
    assert client.post("/lots/receive", data=delivery(counter)).status_code == 403


def test_a_page_of_the_list_that_nobody_made_is_refused(client_as: ClientAs, counter: Counter) -> None:
    assert client_as("technician").get("/lots/?after=nonsense").status_code == 422


def test_the_expiry_of_a_lot_is_a_day_that_everybody_reads_alike(client_as: ClientAs, counter: Counter) -> None:
    address = received(client_as, counter, expiry="2031-03-04")
    assert "4 Mar 2031" in client_as("auditor").get(address).text
    assert counter.row(Lot, int(address.rsplit("/", 1)[1])).expiry == date(2031, 3, 4)
