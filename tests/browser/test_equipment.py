"""Equipment in a real browser: no fault that axe knows, and no scrolling sideways on a phone."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from pharmacy.domain.roles import Role
from pharmacy.services import equipment, equipment_checks
from pharmacy.store.database import Database
from pharmacy.store.tables import Person
from tests.browser.conftest import SignIn
from tests.browser.test_titration import without_faults
from tests.services.line import add_balance, add_machine
from tests.services.samples import ELECTRONIC
from tests.web.counter import Counter, open_counter

TEN = tuple(map(Decimal, ("20000.1", "20000.0") * 5))


@pytest.fixture
def counter(base: str, sqlite_database: Database) -> Counter:
    with sqlite_database.reading() as session:
        staff = {person.role: person.id for person in session.scalars(select(Person))}
    return open_counter(sqlite_database, {Role(role): key for role, key in staff.items()}).furnish()


def test_the_pages_of_equipment_have_no_fault_and_fit_a_phone(counter: Counter, sign_in: SignIn) -> None:
    measured = counter.run(lambda s: add_balance(s, counter, ELECTRONIC))
    weighed = {"test_mg": Decimal(20_000), "weights_mg": TEN, "today": counter.today}
    counter.run(lambda s: equipment_checks.measure(s, measured, **weighed, **counter.by))
    machine = counter.run(lambda s: add_machine(s, counter))
    counter.run(lambda s: equipment.take_out(s, machine, reason="a plate is cracked", **counter.by))
    batch = counter.planned()
    page = sign_in("pharmacist")
    own = f"/equipment/{measured}"
    for address in (
        *("/equipment/", own, f"{own}/calibrate", f"{own}/measure", f"{own}/maintain", f"{own}/change"),
        *(f"{own}/take-out", "/equipment/add", "/equipment/add?kind=machine", f"/equipment/{machine}"),
        *(f"/equipment/{machine}/return", f"/batches/{batch}/balance", f"/batches/{batch}/machine"),
    ):
        page.goto(address)
        without_faults(page)


def test_the_sizes_open_on_the_worked_out_plan_and_fit_a_phone(counter: Counter, sign_in: SignIn) -> None:
    page: Page = sign_in("technician", width=390)
    page.goto(f"/batches/plan?formula_id={counter.formula}")
    page.get_by_label("Capsules to make").fill("100")
    page.get_by_label("Made for").fill("prescriptions of this week")
    page.get_by_role("button", name="Work out").click()
    sizes = page.get_by_role("table").filter(has_text="Active fills")
    expect(sizes).not_to_be_visible()
    page.get_by_text("Other capsule sizes").click()
    expect(sizes).to_be_visible()
    assert sizes.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    expect(sizes.get_by_role("row", name="1 estimated 1.86 %")).to_be_visible()
