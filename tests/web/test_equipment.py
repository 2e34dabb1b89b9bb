"""The pages of equipment, and what planning, weighing and filling say when it is not fit for use."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.roles import Role
from pharmacy.services import equipment, equipment_checks
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, Equipment
from tests.services.line import DRAFT, add_balance, add_formula, add_ingredients, add_machine
from tests.services.samples import ELECTRONIC
from tests.web.counter import Counter, field_error, open_counter, shown, typed_plan

ClientAs = Callable[[str], Any]

BALANCE = {
    "name": "Sample Analytic 220",
    "serial": "A-2201",
    "location": "balance room",
    "balance_class": "electronic",
    "readability_mg": "0.1",
    "capacity_mg": "220000",
}
MACHINE = {
    "name": "Sample Filler 100",
    "serial": "F-1001",
    "location": "bench 2",
    "capsule_sizes": "3, 4",
    "at_once": "100",
}
# As a balance types them: 20000.1 mg six times, 20000.0 mg four times; s = sqrt(0.024 / 9) = 0.0516398, 103.28 mg.
TYPED = "\n".join([*["S S     20.0001 g"] * 6, *["S S     20.0000 g"] * 4])


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def plan(counter: Counter, **changed: str) -> dict[str, str]:
    """A plan that is to be worked out."""
    return typed_plan(counter, work_out="1", **changed)


def take_out(counter: Counter, key: int) -> None:
    counter.run(lambda s: equipment.take_out(s, key, reason="the pan is bent", **counter.by))


# the register


def test_a_balance_is_added_calibrated_measured_and_found_by_its_code(client_as: ClientAs, counter: Counter) -> None:
    pharmacist, technician = client_as("pharmacist"), client_as("technician")
    added = pharmacist.post("/equipment/add", data=BALANCE)
    page = shown(pharmacist.get(added.location))
    assert "E002" in page
    assert "is registered: note its first check, then print its label and stick it on" in page
    assert "It was never calibrated, note its certificate first; it was never measured" in page
    due_on = (counter.today + timedelta(days=200)).isoformat()
    days = {"done_on": counter.today.isoformat(), "due_on": due_on}
    technician.post(f"{added.location}/calibrate", data={**days, "certificate": "CAL-9 of Sample", "passed": "yes"})
    told = technician.post(f"{added.location}/measure", data={"test_mg": "20000", "weights": TYPED})
    assert told.status_code == 302
    scanned = technician.get("/scan?code=E002")
    assert scanned.location == added.location
    page = shown(technician.get(scanned.location))
    for words in ("✓ fit for use", "103.28 mg", "0.05164 mg", "CAL-9 of Sample", "in 200 days", "20000.1"):
        assert words in page


def test_a_machine_is_added_and_cleaned(client_as: ClientAs, counter: Counter) -> None:
    pharmacist = client_as("pharmacist")
    added = pharmacist.post("/equipment/add?kind=machine", data=MACHINE)
    refused = pharmacist.post(
        f"{added.location}/maintain", data={"what": "washed and dried", "done_on": counter.today.isoformat()}
    )
    assert "needs the day of its next cleaning" in field_error(refused, "due_on")
    assert "washed and dried" in refused.text
    tomorrow = (counter.today + timedelta(days=1)).isoformat()
    cleaned = {"what": "washed and dried", "done_on": counter.today.isoformat(), "due_on": tomorrow}
    assert pharmacist.post(f"{added.location}/maintain", data=cleaned).status_code == 302
    page = shown(pharmacist.get(added.location))
    for words in ("! due soon", "in 1 day", "3, 4", "100 capsules"):
        assert words in page


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"test_mg": "20000", "weights": "20000\n20000"}, "weights", "Weighings: 2; exactly 10"),
        ({"test_mg": "20000", "weights": TYPED.replace("S S", "S D", 1)}, "weights", "had not come to rest"),
        ({"test_mg": "20000", "weights": "\n".join(["20000.05"] * 10)}, "weights", "no multiple of 0.1 mg"),
        ({"test_mg": "20 g", "weights": TYPED}, "test_mg", "is not a number"),
        ({"test_mg": "10000", "weights": TYPED}, "weights", "more than 1 % off the test weight of 10000 mg"),
        (
            {"test_mg": "20000", "weights": TYPED, "accuracy_shown_mg": "100 g"},
            "accuracy_test_mg",
            "this is needed",
        ),
    ],
)
def test_refused_weighings_name_their_field_and_stay_in_the_form(
    client_as: ClientAs, counter: Counter, typed: dict[str, str], field: str, sentence: str
) -> None:
    key = counter.run(lambda s: add_balance(s, counter, ELECTRONIC))
    answer = client_as("technician").post(f"/equipment/{key}/measure", data=typed)
    assert answer.status_code == 422
    assert sentence in field_error(answer, field)
    assert typed["weights"].splitlines()[-1] in answer.text


def test_a_balance_that_does_not_pass_is_told_so_and_is_not_offered(client_as: ClientAs, counter: Counter) -> None:
    key = counter.run(lambda s: add_balance(s, counter, ELECTRONIC))
    client = client_as("technician")
    off = {"test_mg": "20000", "weights": "\n".join(["20025"] * 10)}
    page = shown(client.post(f"/equipment/{key}/measure", data=off, follow_redirects=True))
    assert "It is 0.125 % off and did not pass; it is not used." in page
    page = client.get(f"/batches/plan?formula_id={counter.formula}").text
    assert f'<option value="{key}"' not in page[page.index('name="balance_id"') :]
    assert "did not pass its repeatability" in page


def test_the_list_tells_in_words_what_is_due_and_what_is_not_fit(client_as: ClientAs, counter: Counter) -> None:
    key = counter.run(lambda s: add_balance(s, counter, ELECTRONIC))
    page = shown(client_as("auditor").get("/equipment/"))
    assert page.index("E002") < page.index("E001")
    for words in ("✕ not fit for use", "✓ fit for use", "in 731 days", "120 mg", "was never measured"):
        assert words in page
    assert "Add a balance" not in page
    take_out(counter, key)
    page = shown(client_as("pharmacist").get("/equipment/"))
    assert page.index("E001") < page.index("E002")
    assert "✕ out of service" in page
    assert "Add a balance" in page


def test_only_a_pharmacist_returns_equipment_to_service(client_as: ClientAs, counter: Counter) -> None:
    technician, pharmacist = client_as("technician"), client_as("pharmacist")
    page = f"/equipment/{counter.balance}"
    refused = technician.post(f"{page}/take-out", data={"reason": "bad"})
    assert "at least 5 letters" in field_error(refused, "reason")
    assert technician.post(f"{page}/take-out", data={"reason": "the pan is bent"}).status_code == 302
    assert "Return to service" not in technician.get(page).text
    assert technician.post(f"{page}/return", data={"reason": "a new pan"}).status_code == 403
    assert "Out of service: the pan is bent." in shown(pharmacist.get(f"{page}/return"))
    pharmacist.post(f"{page}/return", data={"reason": "a new pan"})
    assert counter.row(Equipment, counter.balance).out_of_service == ""


def test_a_description_is_changed_and_what_was_measured_is_not(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("pharmacist")
    moved = {"name": "Sample Torsion 3", "serial": "T-3001", "location": "bench 9", "readability_mg": "0.001"}
    assert client.post(f"/equipment/{counter.balance}/change", data=moved).status_code == 302
    row = counter.row(Equipment, counter.balance)
    assert (row.location, row.readability_mg) == ("bench 9", Decimal(10))


def test_the_home_page_counts_what_is_due_within_14_days_or_not_fit(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    assert "0 equipment due or not fit for use nothing waits" in shown(client.get("/"))
    due_on = counter.today + timedelta(days=14)
    days = {"done_on": counter.today, "due_on": due_on, "today": counter.today}
    counter.run(
        lambda s: equipment_checks.calibrate(s, counter.balance, certificate="CAL-2", passed=True, **days, **counter.by)
    )
    assert "1 equipment due or not fit for use due in 1" in shown(client.get("/"))
    take_out(counter, counter.balance)
    assert "0 equipment due or not fit for use" in shown(client.get("/"))


# batches


def test_a_pharmacy_without_a_balance_is_led_to_where_one_is_added(
    client_as: ClientAs, database: Database, staff: dict[Role, int]
) -> None:
    counter = open_counter(database, staff)  # as after an upgrade: a formula is there, and nobody registered a balance
    with database.transaction() as session:
        add_ingredients(session, counter)
        counter.formula = add_formula(session, counter, DRAFT)
    page = client_as("technician").get(f"/batches/plan?formula_id={counter.formula}").text
    assert "No balance is registered yet, so nothing can be planned." in page
    assert 'href="/equipment/"' in page[page.index("No balance is registered yet") :]


def test_without_a_fit_balance_nothing_is_planned(client_as: ClientAs, counter: Counter) -> None:
    take_out(counter, counter.balance)
    page = client_as("technician").get(f"/batches/plan?formula_id={counter.formula}")
    assert "no balance is fit for use" in page.text
    assert "Least the balance may weigh" not in page.text
    answer = client_as("technician").post("/batches/plan", data=plan(counter, balance_id=""))
    assert "choose one from the list" in field_error(answer, "balance_id")
    answer = client_as("technician").post("/batches/plan", data=plan(counter))
    assert "is out of service: the pan is bent" in field_error(answer, "balance_id")


def test_the_plan_offers_fit_balances_and_machines_of_the_size(client_as: ClientAs, counter: Counter) -> None:
    client, address = client_as("technician"), f"/batches/plan?formula_id={counter.formula}"
    assert "Capsules are filled" not in client.get(address).text
    machine = counter.run(lambda s: add_machine(s, counter))
    page = client.get(address).text
    assert (
        f'<option value="{counter.balance}" selected>E001 Sample Torsion 3, weighs at least 120 mg, fit until' in page
    )
    assert f'<option value="{machine}" selected>E002 Sample Filler 100, 100 at once, fit until' in page
    assert '<option value="">by hand</option>' in page


def test_a_plan_by_hand_stays_by_hand_when_it_is_worked_out(client_as: ClientAs, counter: Counter) -> None:
    counter.run(lambda s: add_machine(s, counter))
    answer = client_as("technician").post("/batches/plan", data=plan(counter, machine_id=""))
    assert '<option value="" selected>by hand</option>' in answer.text


def test_the_worked_out_plan_tells_the_other_capsule_sizes(client_as: ClientAs, counter: Counter) -> None:
    page = shown(client_as("technician").post("/batches/plan", data=plan(counter)))
    assert "Another size is another formula" in page
    # As worked out by hand in the tests of the rule.
    for words in ("1 estimated 1.86 % 314.05 mg", "3, this formula measured 3.31 % 174.05 mg", "5 estimated 6.87 %"):
        assert words in page


def test_another_balance_chosen_after_the_plan_was_worked_out_is_shown_again_first(
    client_as: ClientAs, counter: Counter
) -> None:
    client = client_as("technician")
    worked_out = client.post("/batches/plan", data=plan(counter)).text
    seen = worked_out.split('name="seen" value="')[1][:64]
    other = counter.run(lambda s: add_balance(s, counter))
    opened = plan(counter, balance_id=str(other), seen=seen)
    del opened["work_out"]
    answer = client.post("/batches/plan", data=opened)
    assert "The plan is not the one that was worked out on this page." in answer.text


def test_the_bench_refuses_a_balance_that_failed_and_goes_on_with_another(
    client_as: ClientAs, counter: Counter
) -> None:
    batch, client = counter.planned(), client_as("technician")
    assert "on E001 Sample Torsion 3" in shown(client.get(f"/batches/{batch}/weigh"))
    take_out(counter, counter.balance)
    weighed = {"position": "1", "lot_scanned": "L000001", "weighed": "510.8", "source": "balance"}
    answer = client.post(f"/batches/{batch}/weigh", data=weighed)
    assert answer.status_code == 422
    assert "E001 Sample Torsion 3 is out of service: the pan is bent." in shown(answer)
    other = counter.run(lambda s: add_balance(s, counter))
    refused = client.post(f"/batches/{batch}/balance", data={"balance_id": str(other), "reason": ""})
    assert "at least 5 letters" in field_error(refused, "reason")
    client.post(f"/batches/{batch}/balance", data={"balance_id": str(other), "reason": "the pan is bent"})
    assert client.post(f"/batches/{batch}/weigh", data=weighed).status_code == 302
    page = shown(client.get(f"/batches/{batch}"))
    assert "another one: the pan is bent" in page
    assert counter.read(lambda s: s.get_one(Batch, batch).equipment[-1].equipment_id) == other


def test_an_unfit_machine_refuses_to_fill_and_the_batch_is_filled_by_hand(
    client_as: ClientAs, counter: Counter
) -> None:
    machine = counter.run(lambda s: add_machine(s, counter))
    batch, client = counter.planned(machine_id=machine), client_as("technician")
    for position in (1, 2, 3):
        counter.weigh(batch, position)
    counter.work(batch)
    assert "filled with E002 Sample Filler 100" in shown(client.get(f"/batches/{batch}/fill"))
    take_out(counter, machine)
    made = {"made": "100", "wasted": "0", "description": "white, clean, closed"}
    answer = client.post(f"/batches/{batch}/fill", data=made)
    assert answer.status_code == 422
    assert "E002 Sample Filler 100 is out of service" in shown(answer)
    assert "E002" in client.get(f"/batches/{batch}/machine").text
    client.post(f"/batches/{batch}/machine", data={"machine_id": "", "reason": "the machine broke"})
    assert client.post(f"/batches/{batch}/fill", data=made).status_code == 302
