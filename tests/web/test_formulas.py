"""Master formulation records: drafted, changed, approved, followed by the next version, retired."""

from collections.abc import Callable
from typing import Any

import pytest

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Formula
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, open_counter

ClientAs = Callable[[str], Any]

TYPED = {
    "code": "LDN3",
    "name": "Naltrexone hydrochloride 3 mg capsules",
    "strength_mg": "3",
    "basis": "hydrochloride",
    "form": "capsule",
    "capsule_size": "3",
    "overage": "2.5",
    "container": "Amber vial",
    "equipment": "Balance",
    "steps": "Weigh.\nMix.\n\nFill.",
    "description": "White capsule",
    "storage": "Room temperature",
    "limit_days": "180",
    "reference": "IJPC abstract 4481",
    "quality": "Weights",
    "active": "Naltrexone hydrochloride",
    "filler": "Microcrystalline cellulose",
    "shell": "Gelatin capsule size 3",
}


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def drafted(client_as: ClientAs, **changed: str) -> str:
    """The address of a new draft."""
    answer = client_as("technician").post("/formulas/new", data={**TYPED, **changed})
    assert answer.status_code == 302
    return str(answer.location)


def test_the_list_names_every_version_with_its_state(client_as: ClientAs, counter: Counter) -> None:
    page = client_as("auditor").get("/formulas/").text
    assert "LDN45" in page
    assert "approved" in page


def test_a_draft_keeps_every_field_and_its_steps_in_order(client_as: ClientAs, counter: Counter) -> None:
    page = client_as("technician").get(drafted(client_as)).text
    for value in ("LDN3 version 1", "3 mg as the hydrochloride", "2.5 %", "180 days", "Amber vial", "draft"):
        assert value in page
    assert page.index("<li>Weigh.</li>") < page.index("<li>Mix.</li>") < page.index("<li>Fill.</li>")


def test_a_refused_draft_keeps_what_was_typed_beside_the_sentence(client_as: ClientAs, counter: Counter) -> None:
    answer = client_as("technician").post("/formulas/new", data={**TYPED, "overage": "30"})
    assert answer.status_code == 422
    assert "Overage: 0 to 10 %, not 30 %." in answer.text
    assert 'value="30"' in answer.text
    assert "Naltrexone hydrochloride 3 mg capsules" in answer.text
    assert '<option value="Microcrystalline cellulose" selected>' in answer.text


@pytest.mark.parametrize("strength", ["", "4,5", "1e1", "NaN"])
def test_a_strength_that_is_no_number_is_refused_by_its_name(
    client_as: ClientAs, counter: Counter, strength: str
) -> None:
    answer = client_as("technician").post("/formulas/new", data={**TYPED, "strength_mg": strength})
    assert answer.status_code == 422
    assert "Strength, mg: " in answer.text


def test_a_changed_draft_shows_the_new_wording(client_as: ClientAs, counter: Counter) -> None:
    address = drafted(client_as)
    client = client_as("technician")
    form = client.get(f"{address}/change").text
    assert 'value="2.5"' in form
    answer = client.post(f"{address}/change", data={**TYPED, "container": "Amber jar"})
    assert answer.status_code == 302
    assert "Amber jar" in client.get(address).text


def test_a_form_opened_before_another_change_is_refused(client_as: ClientAs, counter: Counter) -> None:
    address = drafted(client_as)
    client = client_as("technician")
    seen = counter.row(Formula, int(address.rsplit("/", 1)[1])).revision
    client.post(f"{address}/change", data={**TYPED, "container": "Amber jar", "revision": str(seen)})
    answer = client.post(f"{address}/change", data={**TYPED, "container": "Glass jar", "revision": str(seen)})
    assert answer.status_code == 422
    assert "was changed by somebody else" in answer.text
    assert "Glass jar" in answer.text


def test_the_pharmacist_in_charge_approves_with_the_password(client_as: ClientAs, counter: Counter) -> None:
    address = drafted(client_as)
    client = client_as("pharmacist-in-charge")
    assert "I approve this master formulation record" in client.get(f"{address}/approve").text
    assert client.post(f"{address}/approve", data={"password": PASSWORD}).status_code == 302
    page = client.get(address).text
    assert "I approve this master formulation record" in page
    assert "Holds" in page


def test_a_wrong_password_signs_nothing(client_as: ClientAs, counter: Counter) -> None:
    address = drafted(client_as)
    client = client_as("pharmacist-in-charge")
    answer = client.post(f"{address}/approve", data={"password": "not this one at all", "reason": "as agreed"})
    assert answer.status_code == 422
    assert "Nothing was signed." in answer.text
    assert 'value="as agreed"' in answer.text
    assert "not this one at all" not in answer.text
    assert "Not signed yet." in client.get(address).text


@pytest.mark.parametrize("role", ["technician", "pharmacist", "auditor", "administrator"])
def test_nobody_but_the_pharmacist_in_charge_approves(client_as: ClientAs, counter: Counter, role: str) -> None:
    address = drafted(client_as)
    assert client_as(role).post(f"{address}/approve", data={"password": PASSWORD}).status_code == 403


def test_the_next_version_starts_from_the_approved_one(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    form = client.get(f"/formulas/{counter.formula}/next").text
    assert 'value="LDN45"' in form
    answer = client.post("/formulas/new", data={**TYPED, "code": "LDN45", "strength_mg": "4.5"})
    assert "LDN45 version 2" in client.get(answer.location).text


def test_approving_the_next_version_retires_the_one_before(client_as: ClientAs, counter: Counter) -> None:
    address = drafted(client_as, code="LDN45", strength_mg="4.5")
    client_as("pharmacist-in-charge").post(f"{address}/approve", data={"password": PASSWORD})
    assert "retired" in client_as("auditor").get(f"/formulas/{counter.formula}").text


def test_an_approved_formula_cannot_be_changed(client_as: ClientAs, counter: Counter) -> None:
    answer = client_as("technician").post(f"/formulas/{counter.formula}/change", data=TYPED)
    assert answer.status_code == 422
    assert "LDN45 version 1 is approved" in answer.text


def test_retiring_needs_a_reason(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("pharmacist-in-charge")
    refused = client.post(f"/formulas/{counter.formula}/retire", data={"reason": ""})
    assert refused.status_code == 422
    assert "write the reason" in refused.text
    assert client.post(f"/formulas/{counter.formula}/retire", data={"reason": "no demand"}).status_code == 302


def test_an_added_ingredient_can_be_chosen_in_a_draft(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    typed = {"name": "Sucrose", "kind": "filler", "grade": "NF", "basis": "", "capsule_size": ""}
    assert client.post("/formulas/ingredients/new", data=typed).status_code == 302
    assert "Sucrose" in client.get("/formulas/ingredients").text
    assert '<option value="Sucrose">' in client.get("/formulas/new").text


def test_a_kind_that_is_not_in_the_list_is_refused(client_as: ClientAs, counter: Counter) -> None:
    answer = client_as("technician").post("/formulas/ingredients/new", data={"name": "X", "kind": "poison"})
    assert answer.status_code == 422
    assert "Kind: choose one of active, filler, capsule shell." in answer.text


def test_buttons_follow_role_and_state(client_as: ClientAs, counter: Counter) -> None:
    address = drafted(client_as)
    assert "Change the draft" in client_as("technician").get(address).text
    assert "Approve and sign" not in client_as("technician").get(address).text
    assert "Approve and sign" in client_as("pharmacist-in-charge").get(address).text
    assert "Change the draft" not in client_as("auditor").get(address).text


@pytest.mark.parametrize("step", ["", "/change", "/next", "/approve", "/retire"])
def test_a_formula_that_is_not_there_is_not_found(client_as: ClientAs, counter: Counter, step: str) -> None:
    assert client_as("pharmacist-in-charge").get(f"/formulas/987654{step}").status_code == 404
