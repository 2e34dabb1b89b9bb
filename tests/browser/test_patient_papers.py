"""The papers for the patient in a real browser: made from the fill's page, shown part by part, on a phone too."""

from playwright.sync_api import expect
from sqlalchemy import update

from pharmacy.store.tables import Pharmacy, SecondReading
from tests.browser.conftest import SignIn
from tests.browser.test_titration import counter, without_faults  # noqa: F401 - the fixture
from tests.web.counter import Counter


def test_papers_are_made_on_the_page_of_a_fill_and_shown_part_by_part(counter: Counter, sign_in: SignIn) -> None:  # noqa: F811
    counter.run(lambda s: s.execute(update(Pharmacy).values(second_reading=SecondReading.NONE)))
    batch = counter.furnish().released_of("1.5")
    fill = counter.started(counter.verified_plan())
    counter.allocate(fill, batch)
    page = sign_in("technician")
    page.goto(f"/fills/{fill}")
    without_faults(page)
    page.get_by_role("button", name="Make the wallet card").click()
    expect(page.get_by_role("heading", name="Wallet card of fill")).to_be_visible()
    expect(page.get_by_role("img", name="part 2 of 2")).to_be_visible()
    without_faults(page)
    page.get_by_role("link", name="Back to the fill").click()
    page.get_by_label("First day").fill("2031-12-01")
    page.get_by_role("button", name="Make the calendar").click()
    expect(page.get_by_role("heading", name="Calendar of fill")).to_be_visible()
    page.get_by_role("link", name="Back to the fill").click()
    page.get_by_role("button", name="Make another wallet card").click()
    expect(page.get_by_text("say why another is needed")).to_be_visible()
    without_faults(page)
