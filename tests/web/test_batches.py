"""Batches: planned with their worksheet before anybody's eyes, weighed, filled, tested, and decided about."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from pharmacy.domain.quality import CAUTION
from pharmacy.domain.roles import Role
from pharmacy.services import lots
from pharmacy.services.lots import Packing
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, IngredientKind
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, field_error, open_counter, shown, typed_plan

ClientAs = Callable[[str], Any]

BAD = "190.1 227.4 228.0 226.8 259.2"


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def seen(page: str) -> str:
    """Which worksheet a page shows."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


# the queue


def test_the_queue_names_formula_state_and_due_time(client_as: ClientAs, counter: Counter) -> None:
    counter.planned()
    page = shown(client_as("auditor").get("/batches/"))
    for word in ("Naltrexone hydrochloride 4.5 mg capsules", "planned", "due in 23 h", "Test Technician"):
        assert word in page


def test_a_queue_shows_only_its_own_state(client_as: ClientAs, counter: Counter) -> None:
    first, second = counter.planned(), counter.tested()
    page = shown(client_as("technician").get("/batches/?state=awaiting+release"))
    assert counter.row(Batch, second).number in page
    assert counter.row(Batch, first).number not in page


def test_a_rejected_batch_stands_among_the_closed_ones(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.tested()
    client = client_as("pharmacist")
    reject = {"reason": "spots on the shells", "disposal": "destroyed", "password": PASSWORD}
    client.post(f"/batches/{batch}/reject", data=reject)
    assert counter.row(Batch, batch).number in client.get("/batches/closed").text
    assert counter.row(Batch, batch).number not in client.get("/batches/").text


# the plan


def test_only_approved_formulas_are_offered(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    assert f"/batches/plan?formula_id={counter.formula}" in client.get("/batches/plan").text
    client_as("pharmacist-in-charge").post(f"/formulas/{counter.formula}/retire", data={"reason": "no demand"})
    assert "No formula is approved yet" in client.get("/batches/plan").text


def test_the_lot_that_expires_first_is_chosen_already(client_as: ClientAs, counter: Counter) -> None:
    early = counter.lot(IngredientKind.ACTIVE, expiry=counter.today + timedelta(days=60))
    page = client_as("technician").get(f"/batches/plan?formula_id={counter.formula}").text
    options = re.findall(r'<option value="(\d+)"( selected)?>', page[page.index('name="lot_active"') :])
    assert options[0] == (str(early), " selected")


def test_working_out_shows_every_line_and_saves_nothing(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    answer = client.post("/batches/plan", data={**typed_plan(counter), "work_out": "1"})
    assert answer.status_code == 200
    page = shown(answer)
    # The worked example of the design: P, a, A, filler per capsule.
    for told in ("0.907522", "4.958557 mg", "510.731 mg", "174.0497 mg", "dose x F / P", "weigh directly", "4.5 mg"):
        assert told in page
    assert "180 days for capsules and other non-aqueous solids" in page
    assert "No batch waits here." in client.get("/batches/").text


def test_what_was_worked_out_can_be_opened(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    worked_out = client.post("/batches/plan", data={**typed_plan(counter), "work_out": "1"}).text
    answer = client.post("/batches/plan", data={**typed_plan(counter), "seen": seen(worked_out)})
    assert answer.status_code == 302
    page = shown(client.get(answer.location))
    assert "planned" in page
    assert "prescriptions of this week" in page


def test_a_plan_changed_after_it_was_worked_out_is_shown_again_first(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    worked_out = client.post("/batches/plan", data={**typed_plan(counter), "work_out": "1"}).text
    answer = client.post("/batches/plan", data={**typed_plan(counter, capsules="200"), "seen": seen(worked_out)})
    assert answer.status_code == 200
    assert "The plan is not the one that was worked out on this page." in answer.text
    assert "1021.463 mg" in shown(answer)
    assert "No batch waits here." in client.get("/batches/").text


def test_a_lot_measured_anew_in_between_is_shown_again_first(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    worked_out = client.post("/batches/plan", data={**typed_plan(counter), "work_out": "1"}).text
    filler = counter.lots[IngredientKind.FILLER]
    counter.run(
        lambda s: lots.measure(s, filler, Packing("3", Decimal(175)), reason="balance was serviced", **counter.by)
    )
    answer = client.post("/batches/plan", data={**typed_plan(counter), "seen": seen(worked_out)})
    assert "The plan is not the one that was worked out on this page." in answer.text


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"capsules": "30.5"}, "capsules", "is not a whole number"),
        ({"capsules": "20"}, "capsules", "plan at least"),
        ({"purpose": ""}, "purpose", "name the prescriptions"),
        ({"compounded": "2020-01-01"}, "compounded", "today or tomorrow"),
        ({"lot_active": ""}, "lot_active", "choose one from the list"),
        ({"balance_id": ""}, "balance_id", "choose one from the list"),
    ],
)
def test_a_refused_plan_names_its_field_and_keeps_what_was_typed(
    client_as: ClientAs, counter: Counter, changed: dict[str, str], field: str, sentence: str
) -> None:
    answer = client_as("technician").post("/batches/plan", data={**typed_plan(counter, **changed), "work_out": "1"})
    assert answer.status_code == 422
    assert sentence in field_error(answer, field)
    if "purpose" not in changed:
        assert "prescriptions of this week" in answer.text


@pytest.mark.parametrize("formula", ["987654", "", "x"])
def test_a_plan_of_no_formula_is_refused(client_as: ClientAs, counter: Counter, formula: str) -> None:
    answer = client_as("technician").post("/batches/plan", data=typed_plan(counter, formula_id=formula))
    assert answer.status_code in (404, 422)


# the decision


def test_the_release_page_shows_the_whole_record_on_one_screen(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.tested()
    page = shown(client_as("pharmacist").get(f"/batches/{batch}/release"))
    for told in ("Components", "Worksheet", "Weight test", "People", "Use by", CAUTION, "Your password, to sign"):
        assert told in page


def test_a_pharmacist_who_did_not_make_it_releases_it(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.tested()
    client = client_as("pharmacist")
    assert client.post(f"/batches/{batch}/release", data={"password": PASSWORD}).status_code == 302
    page = shown(client.get(f"/batches/{batch}"))
    assert "I reviewed the compounding record and release this batch" in page
    assert "On hand 100" in page


def test_whoever_prepared_a_batch_may_not_release_it_here(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.filled()
    counter.test_weights(batch, by="pia")
    answer = client_as("pharmacist").post(f"/batches/{batch}/release", data={"password": PASSWORD, "reason": "alone"})
    assert answer.status_code == 422
    assert "You worked on batch" in answer.text
    assert 'value="alone"' in answer.text


def test_a_failed_batch_can_only_be_rejected(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.filled()
    counter.test_weights(batch, tuple(Decimal(mg) for mg in BAD.split()))
    client = client_as("pharmacist")
    answer = client.post(f"/batches/{batch}/release", data={"password": PASSWORD})
    assert answer.status_code == 422
    assert "It can only be rejected." in answer.text
    refused = client.post(f"/batches/{batch}/reject", data={"password": PASSWORD, "reason": ""})
    assert "write the reason" in field_error(refused, "reason")
    signed = {"password": PASSWORD, "reason": "weights"}
    refused = client.post(f"/batches/{batch}/reject", data=signed)
    assert "what becomes of capsules and powder" in field_error(refused, "disposal")
    client.post(f"/batches/{batch}/reject", data={**signed, "disposal": "to be destroyed"})
    assert "I reject this batch" in client.get(f"/batches/{batch}").text


def test_a_released_batch_is_recalled_with_a_reason(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.released()
    client = client_as("pharmacist")
    assert client.post(f"/batches/{batch}/recall").status_code == 422
    assert client.post(f"/batches/{batch}/recall", data={"reason": "the maker recalled a lot"}).status_code == 302
    assert "recalled" in client.get(f"/batches/{batch}").text


def test_a_batch_is_not_marked_as_expired_before_its_day(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.released()
    client = client_as("technician")
    assert "Mark as expired" not in client.get(f"/batches/{batch}").text
    assert "may be used until" in client.post(f"/batches/{batch}/expire").text
    yesterday = counter.today - timedelta(days=1)
    counter.run(
        lambda session: session.execute(update(Batch).where(Batch.id == batch).values(beyond_use_date=yesterday))
    )
    assert "Mark as expired" in client.get(f"/batches/{batch}").text
    assert client.post(f"/batches/{batch}/expire").status_code == 302


@pytest.mark.parametrize("step", ["release", "reject", "recall"])
def test_a_technician_does_not_decide(client_as: ClientAs, counter: Counter, step: str) -> None:
    batch = counter.tested()
    shown_to_readers = {"recall": 200}
    assert client_as("technician").get(f"/batches/{batch}/{step}").status_code == shown_to_readers.get(step, 403)
    assert client_as("technician").post(f"/batches/{batch}/{step}", data={"password": PASSWORD}).status_code == 403


# the label


def test_the_shelf_label_is_made_once_and_again_only_with_a_reason(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.tested()
    client = client_as("technician")
    answer = client.post(f"/batches/{batch}/print")
    assert answer.status_code == 302
    assert answer.location.startswith("/labels/")
    refused = client.post(f"/batches/{batch}/print")
    assert refused.status_code == 422
    assert "this label was printed before" in field_error(refused, "reason")
    assert client.post(f"/batches/{batch}/print", data={"reason": "the first was torn"}).status_code == 302
    assert "the first was torn" in client.get(f"/batches/{batch}").text


def test_an_auditor_sees_the_record_and_no_button(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    page = client_as("auditor").get(f"/batches/{batch}").text
    assert "Audit trail of this batch" in page
    assert f"/batches/{batch}/bench" not in page
    assert f"/batches/{batch}/print" not in page


@pytest.mark.parametrize("step", ["", "/weigh", "/fill", "/test", "/release", "/reject", "/recall", "/expire"])
def test_a_batch_that_is_not_there_is_not_found(client_as: ClientAs, counter: Counter, step: str) -> None:
    assert client_as("pharmacist").get(f"/batches/987654{step}").status_code == 404
