"""A question to the prescriber, asked and answered in a real browser, with a mouse and without."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pharmacy.demo.play import today
from tests.browser.conftest import SignIn
from tests.browser.test_accessible import RULES


def tenfold(page: Page) -> str:
    """The page of a prescription that asks for 45 mg, entered by hand."""
    page.goto("/prescriptions/")
    page.get_by_role("button", name="New by phone or fax").click()
    for name, value in {
        "patient_family": "Delgado",
        "patient_given": "Rosa",
        "patient_birth_date": "1979-04-12",
        "patient_allergies": "none known",
        "prescriber_family": "Lindqvist",
        "prescriber_given": "Maria",
        "prescriber_npi": "1234567893",
        "drug": "naltrexone hydrochloride",
        "strength": "45 mg",
        "form": "capsule",
        "directions": "Take 1 capsule at bedtime",
        "quantity": "30",
        "days_supply": "30",
        "refills": "2",
        "written": (today() - timedelta(days=2)).isoformat(),
    }.items():
        page.locator(f"[name={name}]").fill(value)
    address = page.url.split("/enter")[0]
    page.get_by_role("button", name="Save for the pharmacist").click()
    return address


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 768


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_technician_asks_from_a_draft_and_enters_what_was_answered(sign_in: SignIn, script: bool) -> None:
    page = sign_in("technician", script=script)
    prescription = tenfold(page)
    page.goto(prescription)
    page.get_by_role("link", name="Ask about the daily dose").click()
    expect(page.get_by_label("Question")).to_contain_text("“45 mg”")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("clarifying")
    page.get_by_role("link", name="Record the answer").click()
    page.get_by_label("Answer, word for word").fill("4.5 mg at bedtime")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("Read an answer by phone back to whoever gave it")).to_be_visible()
    expect(page.get_by_label("Answer, word for word")).to_have_value("4.5 mg at bedtime")
    page.get_by_label("I read it back").check()
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("received")
    page.goto(f"{prescription}/enter")
    expect(page.get_by_text("4.5 mg at bedtime")).to_be_visible()
    page.locator("[name=strength]").fill("4.5 mg")
    page.get_by_role("button", name="Save for the pharmacist").click()
    page.goto(prescription)
    expect(page.get_by_role("heading", level=1)).to_contain_text("entered")


def test_a_question_is_asked_with_the_keyboard_alone(sign_in: SignIn) -> None:
    page = sign_in("technician")
    prescription = tenfold(page)
    page.goto(f"{prescription}/questions/ask")
    page.get_by_label("Question").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("clarifying")


def test_no_page_of_a_question_has_a_fault_that_axe_knows(sign_in: SignIn) -> None:
    page = sign_in("technician", width=768)
    prescription = tenfold(page)
    page.goto(f"{prescription}/questions/ask")
    assert_accessible(page)
    page.get_by_label("Question").fill("")
    page.get_by_role("button", name="Ask", exact=True).click()
    assert_accessible(page)
    page.get_by_label("Question").fill("Please state the daily dose that you intend.")
    page.get_by_label("How it is asked").select_option("fax")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question about a prescription")
    assert_accessible(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Back to the prescription")).to_be_hidden()
    expect(page.get_by_text("Please state the daily dose that you intend.")).to_be_visible()
    page.emulate_media(media="screen")
    for address in (prescription, "/", "/prescriptions/?state=clarifying"):
        page.goto(address)
        assert_accessible(page)
    page.goto(prescription)
    for link in ("Record the answer", "Withdraw"):
        page.get_by_role("link", name=link).click()
        assert_accessible(page)
        page.goto(prescription)
