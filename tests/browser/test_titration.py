"""A titration plan in a real browser: typed in, typed again step by step, and its calendar on paper and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Person
from tests.browser.conftest import PASSWORD, SignIn
from tests.browser.test_accessible import RULES
from tests.services.samples import PLAN
from tests.web.counter import Counter, open_counter

PHONE = 390


@pytest.fixture
def counter(base: str, sqlite_database: Database) -> Counter:
    with sqlite_database.reading() as session:
        staff = {person.role: person.id for person in session.scalars(select(Person))}
    return open_counter(sqlite_database, {Role(role): key for role, key in staff.items()})


def without_faults(page: Page) -> None:
    """Nothing that axe knows, on a wide page and on a phone, and no scrolling sideways there."""
    for width in (1280, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=RULES).response["violations"]
        assert [one["id"] for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_plan_is_typed_again_step_by_step_and_becomes_bottles(counter: Counter, sign_in: SignIn) -> None:
    rx = counter.entered(**PLAN)
    page = sign_in("pharmacist")
    page.goto(f"/prescriptions/{rx}/verify")
    without_faults(page)
    for place, dose in enumerate(("1.5", "4.5", "4.5"), start=1):
        page.get_by_label(f"Step {place}, from the source").fill(dose)
    page.get_by_label("Quantity, from the source").fill("30")
    page.get_by_label("Your password, to sign").fill(PASSWORD)
    page.get_by_role("button", name="Verify and sign").click()
    expect(page.get_by_text("Step 2: the dose that you typed is not what was entered")).to_be_visible()
    page.get_by_label("Step 2, from the source").fill("3")
    page.get_by_label("Your password, to sign").fill(PASSWORD)
    page.get_by_role("button", name="Verify and sign").click()
    page.goto(f"/prescriptions/{rx}")
    page.get_by_role("button", name="Start the bottles of its plan").click()
    expect(page.get_by_role("navigation", name="Bottles of this course").get_by_role("link")).to_have_text(
        ["1 of 3: 7 × 1.5 mg, planned", "2 of 3: 7 × 3 mg, planned", "3 of 3: 16 × 4.5 mg, planned", "calendar sheet"]
    )
    without_faults(page)


def test_the_calendar_sheet_is_all_that_prints_and_a_month_fits_one_page(counter: Counter, sign_in: SignIn) -> None:
    rx = counter.verified_plan()
    page = sign_in("technician")
    page.goto(f"/prescriptions/{rx}/calendar")
    page.get_by_label("First day").fill("2026-12-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="8 Tue 8 Dec 3 mg 1 2")).to_be_visible()
    without_faults(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    expect(page.get_by_role("row", name="30 Wed 30 Dec 4.5 mg 1 3")).to_be_visible()
    paper = page.pdf(format="Letter", margin=dict.fromkeys(("top", "bottom", "left", "right"), "0.4in"))
    assert paper.count(b"/Type /Page\n") == 1
