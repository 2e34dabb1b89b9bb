"""The trail on the screen: newest first, of one record, page by page, and verified as a chain."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.store import trail
from pharmacy.store.database import Database
from pharmacy.store.tables import IngredientKind, Lot
from tests.web.counter import Counter, open_counter, shown

ClientAs = Callable[[str], Any]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def test_the_newest_entry_stands_in_front(client_as: ClientAs, counter: Counter) -> None:
    counter.planned()
    page = shown(client_as("auditor").get("/reports/trail"))
    assert page.index("batch.planned") < page.index("lot.released") < page.index("formula.approved")


def test_the_trail_of_one_record_holds_no_other(client_as: ClientAs, counter: Counter) -> None:
    lot = counter.lots[IngredientKind.ACTIVE]
    page = shown(client_as("auditor").get(f"/reports/trail?subject=lot&subject_id={lot}"))
    assert "lot.received" in page
    assert counter.row(Lot, lot).number in page
    assert "formula.approved" not in page
    assert counter.row(Lot, counter.lots[IngredientKind.SHELL]).number not in page


def test_the_trail_of_one_kind_holds_all_its_records(client_as: ClientAs, counter: Counter) -> None:
    page = shown(client_as("auditor").get("/reports/trail?subject=lot&subject_id="))
    for lot in counter.lots.values():
        assert counter.row(Lot, lot).number in page
    assert "formula.approved" not in page


def test_a_change_is_told_with_its_old_and_new_value(client_as: ClientAs, counter: Counter) -> None:
    lot = counter.lots[IngredientKind.FILLER]
    measured = {"packing_mg": "175", "packing_size": "3", "reason": "a new balance"}
    client_as("technician").post(f"/lots/{lot}/measure", data=measured)
    assert "180 → 175" in shown(client_as("auditor").get("/reports/trail"))


def test_pages_follow_by_the_entrys_number(client_as: ClientAs, counter: Counter) -> None:
    for _ in range(50):
        counter.run(lambda s: trail.remember(s, pending(counter)))
    client = client_as("auditor")
    page = client.get("/reports/trail").text
    assert "Next page" in page
    with counter.database.reading() as session:
        last = trail.head(session).sequence
    second = client.get(f"/reports/trail?after={last - 49}").text
    assert f'<td class="num">{last - 50}</td>' in second
    assert f'<td class="num">{last - 49}</td>' not in second


def test_the_chain_that_holds_shows_its_head(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("auditor")
    with counter.database.reading() as session:
        head = trail.head(session)
    page = client.post("/reports/verify").text
    assert "The trail holds" in page
    assert f"{head.sequence}:{head.hash}" in page


def test_an_entry_changed_past_the_software_is_found(client_as: ClientAs, counter: Counter) -> None:
    with counter.database.engine.begin() as connection:
        if counter.database.is_sqlite:
            triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'")
            for name in connection.execute(triggers).scalars().all():
                connection.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 3"))
    page = client_as("auditor").post("/reports/verify").text
    assert "The trail does not hold." in page
    assert "entry 3 was changed after it was written" in page


def test_a_head_noted_outside_shows_a_cut_tail(client_as: ClientAs, counter: Counter) -> None:
    answer = client_as("pharmacist-in-charge").post("/reports/verify", data={"anchor": f"99999:{'ab' * 32}"})
    assert "its tail is cut" in answer.text


def test_a_head_that_cannot_be_read_is_refused(client_as: ClientAs, counter: Counter) -> None:
    answer = client_as("auditor").post("/reports/verify", data={"anchor": "12"})
    assert answer.status_code == 422
    assert "64 hexadecimal digits, as printed" in answer.text
    assert 'value="12"' in answer.text


@pytest.mark.parametrize("role", ["technician", "pharmacist"])
def test_the_bench_does_not_read_the_trail(client_as: ClientAs, counter: Counter, role: str) -> None:
    for address in ("/reports/", "/reports/trail", "/reports/verify"):
        assert client_as(role).get(address).status_code == 403


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=99999999999999999999", "subject=lot&subject_id=x", "subject_id=5"]
)
def test_an_address_that_nobody_made_is_refused(client_as: ClientAs, counter: Counter, query: str) -> None:
    assert client_as("auditor").get(f"/reports/trail?{query}").status_code == 422


@pytest.mark.parametrize("query", ["subject=nothing", "subject=lot&subject_id=987654"])
def test_a_record_that_is_not_there_has_no_entries(client_as: ClientAs, counter: Counter, query: str) -> None:
    answer = client_as("auditor").get(f"/reports/trail?{query}")
    assert answer.status_code == 200
    assert "No entry about this." in answer.text


def pending(counter: Counter) -> trail.Pending:
    who = counter.who["tess"]
    return trail.Pending(counter.now, who.id, who.name, Event.RECORD_READ, "prescription", 1, {})
