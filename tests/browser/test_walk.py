"""The whole line in a real Chromium, from the formula to the counter, as a technician and pharmacists work it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from labels.read_back import read_back

PASSWORD = "six grey herons at dusk"
SignIn = Callable[..., Page]
Typed = dict[str, str]

FORMULA = {
    "Code": "LDN-4.5",
    "Name": "Naltrexone hydrochloride 4.5 mg",
    "Strength, mg": "4.5",
    "Form": "capsule",
    "Overage, per cent": "3",
    "Container": "amber vial",
    "Equipment": "Class III balance",
    "Steps": "Weigh\nMix by geometric dilution\nFill",
    "Appearance of the finished capsule": "white size 3 capsule, no imprint",
    "Storage": "Store at 20 to 25 °C (68 to 77 °F).",
    "Own beyond-use limit, days": "180",
}
PRESCRIPTION = {
    "Family name": "Delgado",
    "Given name": "Rosa",
    "Birth date": "1979-04-12",
    "Allergies": "none known",
    "Strength per capsule": "4.5 mg",
    "Form": "capsule",
    "Directions": "1 cap PO QHS",
    "Quantity": "30",
    "Days' supply": "30",
    "Refills": "1",
}
INGREDIENTS = (
    ("Naltrexone hydrochloride", "active", "hydrochloride", ""),
    ("Microcrystalline cellulose", "filler", "", ""),
    ("Hypromellose capsule", "capsule shell", "", "3"),
)
CERTIFICATE = {"Assay, per cent": "99.4", "Water, per cent": "8.7", "Fills one capsule, mg": "150"}
WEIGHTS = "225 228 222 230 226 224 219 227 225 229"


def today() -> date:
    return datetime.now(UTC).date()


def fill(page: Page, typed: Typed) -> None:
    for label, value in typed.items():
        page.get_by_label(label, exact=True).first.fill(value)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_load_state()


def sign(page: Page, button: str) -> None:
    page.get_by_label("Your password, to sign").fill(PASSWORD)
    press(page, button)


def add_ingredients(technician: Page) -> None:
    for name, kind, basis, size in INGREDIENTS:
        technician.goto("/formulas/ingredients/new")
        technician.get_by_label("Name, as labels print it").fill(name)
        technician.get_by_label("Kind").select_option(kind)
        technician.get_by_label("Grade").fill("USP")
        technician.get_by_label("Salt form").select_option(basis)
        technician.get_by_label("Capsule size").select_option(size)
        technician.locator("main form button[type=submit]").first.click()
        expect(technician.get_by_text(name).first).to_be_visible()


def approve_formula(technician: Page, in_charge: Page) -> None:
    technician.goto("/formulas/new")
    fill(technician, FORMULA)
    technician.get_by_label("Capsule size").select_option("3")
    technician.get_by_label("Active", exact=True).select_option("Naltrexone hydrochloride")
    technician.get_by_label("Filler").select_option("Microcrystalline cellulose")
    technician.get_by_label("Capsule shell").select_option("Hypromellose capsule")
    technician.locator("main form button[type=submit]").first.click()
    expect(technician.get_by_role("heading", level=1)).to_contain_text("LDN-4.5")
    in_charge.goto(technician.url + "/approve")
    sign(in_charge, "Approve and sign")
    expect(in_charge.get_by_role("heading", level=1)).to_contain_text("approved")


def receive_lot(technician: Page, pharmacist: Page, name: str, amount: str, more: Typed, size: str) -> str:
    technician.goto("/lots/receive")
    wanted = technician.get_by_label("Ingredient").locator("option", has_text=name).get_attribute("value")
    technician.get_by_label("Ingredient").select_option(wanted)
    expiry = (today() + timedelta(days=500)).isoformat()
    fill(technician, {"Supplier": "Test Chemicals", "Maker's lot": "T-1", "Expiry": expiry, **more})
    technician.get_by_label(re.compile("^Amount")).fill(amount)
    technician.get_by_label("of size").select_option(size)
    if "Assay, per cent" in more:
        technician.get_by_label("Assay is stated").select_option("anhydrous")
    press(technician, "Receive into quarantine")
    heading = technician.get_by_role("heading", level=1)
    expect(heading).to_contain_text("quarantined")
    pharmacist.goto(technician.url + "/release")
    sign(pharmacist, "Release and sign")
    expect(pharmacist.get_by_role("heading", level=1)).to_contain_text("released")
    return re.search(r"L\d{6}", heading.inner_text())[0]  # type: ignore[index]


def enter_and_verify(technician: Page, pharmacist: Page) -> str:
    """The prescription's page, after a slip of ten in the strength was stopped."""
    technician.goto("/prescriptions/")
    press(technician, "New by phone or fax")
    fill(technician, {**PRESCRIPTION, "Date written": (today() - timedelta(days=2)).isoformat()})
    technician.get_by_label("Medicine", exact=True).first.fill("naltrexone hydrochloride")
    prescriber = technician.get_by_role("group", name="Prescriber")
    prescriber.get_by_label("Family name").fill("Lindqvist")
    prescriber.get_by_label("Given name").fill("Maria")
    prescriber.get_by_label("NPI").fill("1234567893")
    technician.get_by_label("Strength per capsule").fill("45 mg")
    press(technician, "Check")
    checked = technician.locator("#checked")
    expect(checked).to_contain_text("stop")
    expect(checked).to_contain_text("4.5 mg")
    technician.get_by_label("Strength per capsule").fill("4.5 mg")
    page = technician.url.split("/enter")[0].split("/check")[0]
    press(technician, "Save for the pharmacist")
    pharmacist.goto(page + "/verify")
    expect(pharmacist.locator("main")).not_to_contain_text("4.5 mg")
    pharmacist.locator("[name=strength_again]").fill("45")
    pharmacist.locator("[name=quantity_again]").fill("30")
    sign(pharmacist, "Verify and sign")
    expect(pharmacist.get_by_text("which is not what was entered")).to_be_visible()
    pharmacist.locator("[name=strength_again]").fill("4.5")
    sign(pharmacist, "Verify and sign")
    pharmacist.goto(page)
    expect(pharmacist.get_by_role("heading", level=1)).to_contain_text("verified")
    return page


def work_at_the_bench(technician: Page, bench: str, lots: list[str]) -> None:
    """Three weighings, of which somebody else reads the first; the portions of the mixing; the filling."""
    second = {
        "Second person's user name": "pharmacist",
        "Second person's password, to sign the reading": PASSWORD,
    }
    technician.goto(bench)
    take(technician, {"Scan the lot": lots[1], "Weighed": "510.8", **second})
    expect(technician.get_by_text("you scanned " + lots[1])).to_be_visible()
    take(technician, {"Scan the lot": lots[0], "Weighed": "510.8", **second})
    take(technician, {"Scan the lot": lots[1], "Weighed": "17926"})
    take(technician, {"Scan the lot": lots[2], "Weighed": "104"})
    expect(technician.locator("h1")).to_contain_text("Portion 1 of 6")
    for _ in range(7):
        press(technician, "Done")
    expect(technician.get_by_label("Good capsules")).to_be_visible()


def take(technician: Page, typed: Typed) -> None:
    fill(technician, typed)
    technician.get_by_label("The value was").select_option("typed")
    press(technician, "Take it")


def register_balance(pharmacist: Page, technician: Page) -> None:
    pharmacist.goto("/equipment/")
    follow(pharmacist, "Add a balance")
    plate = {"Readability, mg": "0.1", "Capacity, mg": "220000"}
    fill(pharmacist, {"Maker and model": "Test Analytic", "Serial number": "1", "Location": "bench", **plate})
    press(pharmacist, "Add it")
    page = pharmacist.url
    technician.goto(page)
    follow(technician, "Note a calibration")
    fill(technician, {"Holds until": (today() + timedelta(days=365)).isoformat(), "Certificate": "CAL-1"})
    technician.get_by_label("As it was left").select_option("yes")
    press(technician, "Keep the calibration")
    follow(technician, "Weigh a test weight ten times")
    technician.get_by_label("Test weight, mg", exact=True).fill("20000")
    weighings = technician.get_by_label("Ten weighings")
    weighings.focus()
    for _ in range(10):  # as a balance types: the line, then Enter
        technician.keyboard.type("S S     20.0000 g")
        technician.keyboard.press("Enter")
    press(technician, "Keep the weighings")
    expect(technician.get_by_role("heading", level=1)).to_contain_text("fit for use")
    expect(technician.get_by_text("82 mg").first).to_be_visible()


def make_batch(technician: Page, in_charge: Page, lots: list[str]) -> str:
    technician.goto("/batches/plan")
    technician.locator("main table a").first.click()
    fill(technician, {"Capsules to make": "100", "Made for": "prescriptions of this week"})
    press(technician, "Work out")
    expect(technician.get_by_text("510.731 mg").first).to_be_visible()
    press(technician, "Open the batch")
    heading = technician.get_by_role("heading", level=1)
    number = re.search(r"B\d{6}-\d\d", heading.inner_text())[0]  # type: ignore[index]
    page = technician.url
    work_at_the_bench(technician, page + "/bench", lots)
    technician.goto(page + "/fill")
    fill(technician, {"Good capsules": "102", "Spoiled capsules": "1", "Appearance": "white, clean and whole"})
    technician.locator("main form button[type=submit]").first.click()
    technician.goto(page + "/test")
    fill(technician, {"Mean empty shell, mg": "48", "Weights of the sampled capsules, mg": WEIGHTS})
    technician.locator("main form button[type=submit]").first.click()
    expect(technician.get_by_text("passed").first).to_be_visible()
    in_charge.goto(page + "/release")
    sign(in_charge, "Release and sign")
    expect(in_charge.get_by_role("heading", level=1)).to_contain_text("released")
    return number


def fill_and_hand_out(technician: Page, in_charge: Page, prescription: str, batch: str) -> None:
    technician.goto(prescription)
    press(technician, "Start the first fill")
    page = technician.url
    technician.get_by_label("Batch, scanned or typed").fill(batch)
    press(technician, "Take 30 capsules")
    expect(technician.get_by_text("$40.00").first).to_be_visible()
    press(technician, "Make the label")
    technician.goto(page)
    picture = technician.locator("main img").first
    expect(picture).to_be_visible()
    address = technician.locator('a[href^="/labels/"]').first.get_attribute("href")
    found = read_back(technician.request.get(f"{address}/label.pdf").body())
    number = re.search(r"\d{7}-0", technician.get_by_role("heading", level=1).inner_text())[0]  # type: ignore[index]
    assert number in {code.payload for code in found.barcodes}
    for text in ("Rosa Delgado", "naltrexone hydrochloride 4.5 mg capsule", "Take 1 capsule at bedtime", batch):
        assert text in found.text
    in_charge.goto(page + "/check")
    in_charge.get_by_label("Label on the container, scanned").fill(number)
    sign(in_charge, "Check and sign")
    technician.goto(page)
    fill(technician, {"Handed to": "Rosa Delgado", "Counselling": "No opioid medicines"})
    press(technician, "Hand out")
    expect(technician.get_by_role("heading", level=1)).to_contain_text("dispensed")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_technician_and_pharmacists_walk_the_whole_line(sign_in: SignIn, script: bool) -> None:
    technician = sign_in("technician", script=script)
    pharmacist = sign_in("pharmacist", script=script)
    in_charge = sign_in("pharmacist-in-charge", script=script, width=768)
    add_ingredients(technician)
    approve_formula(technician, in_charge)
    register_balance(pharmacist, technician)
    lots = [
        receive_lot(technician, pharmacist, "Naltrexone hydrochloride", "25000", CERTIFICATE, "3"),
        receive_lot(
            technician, pharmacist, "Microcrystalline cellulose", "500000", {"Fills one capsule, mg": "180"}, "3"
        ),
        receive_lot(technician, pharmacist, "Hypromellose capsule", "5000", {"Mean empty shell, mg": "48"}, ""),
    ]
    prescription = enter_and_verify(technician, pharmacist)
    batch = make_batch(technician, in_charge, lots)
    fill_and_hand_out(technician, in_charge, prescription, batch)


def test_keys_open_queues_and_a_scanner_burst_opens_its_record(sign_in: SignIn) -> None:
    page = sign_in("technician")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/batches/")
    page.keyboard.press("/")
    expect(page.locator("#scan-code")).to_be_focused()
    page.goto("/")
    _burst(page, "L999999", "Nothing here has the code “L999999”")


def _burst(page: Page, code: str, answer: str) -> None:
    """A scanner's burst. It types far faster than a busy machine always does, so it is scanned up to three times."""
    for last in (False, False, True):
        page.keyboard.type(code, delay=2)
        page.keyboard.press("Enter")
        try:
            expect(page.get_by_text(answer)).to_be_visible()
        except AssertionError:
            if last:
                raise
        else:
            return
