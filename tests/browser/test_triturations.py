"""A trituration in a real browser, from the plan that cannot be weighed to the lot; no fault that axe knows."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import IngredientKind, Lot, Person, Pharmacy, SecondReading
from tests.browser.conftest import PASSWORD, SignIn
from tests.browser.test_titration import without_faults
from tests.services import triturating
from tests.web.counter import Counter, open_counter


@pytest.fixture
def counter(base: str, sqlite_database: Database) -> Counter:
    with sqlite_database.reading() as session:
        staff = {person.role: person.id for person in session.scalars(select(Person))}
    return open_counter(sqlite_database, {Role(role): key for role, key in staff.items()}).furnish()


def test_a_batch_that_cannot_be_weighed_gets_its_trituration(counter: Counter, sign_in: SignIn) -> None:
    low = triturating.low_dose(counter)
    active, filler = (counter.row(Lot, counter.lots[kind]).number for kind in list(IngredientKind)[:2])
    page, pharmacist = sign_in("technician"), sign_in("pharmacist")
    page.goto(f"/batches/plan?formula_id={low.formula}")
    page.get_by_label("Capsules to make").fill("30")
    page.get_by_label("Made for").fill("prescriptions of this week")
    page.get_by_role("button", name="Work out").click()
    # The design's vector: 51.073 mg, below the 120 mg of a class III balance.
    expect(page.get_by_text("51.073 mg of active is below the 120 mg").first).to_be_visible()
    page.get_by_role("link", name="Make this trituration").click()
    page.get_by_role("button", name="Open the trituration").click()
    own = page.url
    for lot, line in ((active, "S S      0.1224 g"), (filler, "S S      0.1691 g")):
        page.goto(f"{own}/weigh")
        page.get_by_label("Scan the lot").fill(lot)
        page.get_by_label("Weighed", exact=True).fill("0.1 g")
        expect(page.locator("[data-arrow]")).to_have_text(re.compile(r"↑ add (22|70) mg"))
        page.get_by_label("Weighed", exact=True).fill(line)
        expect(page.locator("[data-arrow]")).to_have_text("✓ within the range")
        if lot == active:  # the pharmacy has a second person read the active
            page.get_by_label("Second person's user name").fill("pharmacist")
            page.get_by_label("Second person's password, to sign the reading").fill(PASSWORD)
        page.get_by_role("button", name="Take it").click()
    page.goto(own)
    expect(page.get_by_text("read by Test Pharmacist")).to_be_visible()
    page.get_by_role("link", name="Mix").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="It is mixed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("T000001")
    pharmacist.goto("/lots/")
    pharmacist.get_by_role("link", name="T000001").first.click()
    pharmacist.get_by_role("link", name="Release and sign").click()
    pharmacist.get_by_label("Your password, to sign").fill(PASSWORD)
    pharmacist.get_by_role("button", name="Release and sign").click()
    expect(pharmacist.get_by_role("heading", level=1)).to_contain_text("released")
    page.goto(f"/batches/plan?formula_id={low.formula}")
    page.get_by_label("Capsules to make").fill("30")
    page.get_by_label("Made for").fill("prescriptions of this week")
    page.get_by_role("button", name="Work out").click()
    page.get_by_label("Lot of the active").select_option(label=triturations_option(page))
    page.get_by_role("button", name="Work out").click()
    # By hand: 46.35 mg x 291.5 / (0.907522 x 122.4) = 121.633 mg of the trituration.
    expect(page.get_by_text("121.633 mg").first).to_be_visible()
    page.get_by_role("button", name="Open the batch").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("planned")


def triturations_option(page: Page) -> str:
    options = page.get_by_label("Lot of the active").locator("option").all_inner_texts()
    return next(str(text) for text in options if "trituration" in text)


def test_the_pages_of_triturations_have_no_fault_and_fit_a_phone(counter: Counter, sign_in: SignIn) -> None:
    low = triturating.low_dose(counter)
    counter.run(lambda s: s.execute(update(Pharmacy).values(second_reading=SecondReading.NONE)))
    planned, weighed = triturating.planned(low), triturating.weighed(low)
    lot = triturating.released(low)
    counter.run(lambda s: s.execute(update(Pharmacy).values(second_reading=SecondReading.ACTIVE)))
    batch = triturating.using(low, lot).planned(30)
    page = sign_in("technician")
    about = f"capsules=30&lot_active={counter.lots[IngredientKind.ACTIVE]}&balance_id={counter.balance}"
    diluent = f"lot_filler={counter.lots[IngredientKind.FILLER]}&purpose=this+week"
    for address in (
        *("/triturations/", f"/triturations/plan?formula_id={low.formula}&{about}&{diluent}"),
        *(f"/triturations/{planned}", f"/triturations/{planned}/weigh", f"/triturations/{weighed}/mix"),
        *(f"/lots/{lot}", f"/batches/{batch}", f"/batches/{batch}/bench"),
    ):
        page.goto(address)
        without_faults(page)
