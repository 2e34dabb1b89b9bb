"""A scanner's burst at a receipt: Enter reads the code, FNC1 arrives as a key, and nothing typed gets lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from pharmacy.domain.roles import Role
from pharmacy.services import formulas
from pharmacy.services.acting import Actor
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import IngredientKind

SignIn = Callable[..., Page]
GTIN = "00303958083195"  # NDC 0395-8083-19 behind 3, with its check digit


def expiry() -> str:
    return (datetime.now(UTC) + timedelta(days=400)).date().isoformat()


def short(day: str) -> str:
    return day.replace("-", "")[2:]


def open_receipt(page: Page, database: Database) -> Page:
    technician = Actor(1, "Test Technician", Role.TECHNICIAN)
    database.run(
        lambda session: formulas.add_ingredient(
            session, name="Lactose", kind=IngredientKind.FILLER, grade="NF", actor=technician, now=utc_now()
        )
    )
    page.goto("/lots/receive")
    return page


def burst(page: Page, text: str) -> None:
    """As a scanner types: letter by letter, FNC1 as Ctrl+], Enter at the end."""
    for part in text.split("\x1d"):
        if part is not text.split("\x1d")[0]:
            page.keyboard.press("Control+]")
        page.keyboard.type(part)
    page.keyboard.press("Enter")


def test_a_burst_into_the_scan_field_fills_the_form_and_goes_on_to_what_is_missing(
    sign_in: SignIn, sqlite_database: Database
) -> None:
    page = open_receipt(sign_in("technician"), sqlite_database)
    expect(page.get_by_label("Code on the container")).to_be_focused()
    # A lot that would swallow the expiry date, were FNC1 lost on its way through the browser.
    burst(page, f"01{GTIN}10SC77\x1d17{short(expiry())}")
    expect(page.get_by_label("Maker's lot")).to_have_value("SC77")
    expect(page.get_by_label("Expiry", exact=True)).to_have_value(expiry())
    expect(page.get_by_label("GTIN")).to_have_value(GTIN)
    expect(page.get_by_label("Ingredient")).to_be_focused()


def test_a_container_scanned_on_any_page_opens_its_receipt_with_fnc1_intact(
    sign_in: SignIn, sqlite_database: Database
) -> None:
    page = open_receipt(sign_in("technician"), sqlite_database)
    page.goto("/lots/stock")
    burst(page, f"01{GTIN}10SC77\x1d17{short(expiry())}")
    expect(page.get_by_label("Maker's lot")).to_have_value("SC77")
    expect(page.get_by_label("Expiry", exact=True)).to_have_value(expiry())


def test_a_code_whose_fnc1_got_lost_is_chosen_by_hand_and_the_lot_is_received(
    sign_in: SignIn, sqlite_database: Database
) -> None:
    page = open_receipt(sign_in("technician"), sqlite_database)
    page.get_by_label("Supplier").fill("Sample Chemicals")
    page.get_by_label("Code on the container").focus()
    burst(page, f"01{GTIN}10SC77" + f"17{short(expiry())}")
    expect(page.get_by_text("more than one way")).to_be_visible()
    expect(page.get_by_label("Maker's lot")).to_have_value("")
    page.get_by_role("button", name=f"lot SC77, expiry date {expiry()}").click()
    expect(page.get_by_label("Maker's lot")).to_have_value("SC77")
    expect(page.get_by_label("Supplier")).to_have_value("Sample Chemicals")
    page.get_by_label("Ingredient").select_option(label="Lactose")
    page.get_by_label("Amount, mg or capsules").fill("25000")
    page.get_by_role("button", name="Receive into quarantine").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("quarantined")
    expect(page.get_by_text(GTIN)).to_be_visible()


def test_the_same_receipt_works_without_a_script(sign_in: SignIn, sqlite_database: Database) -> None:
    page = open_receipt(sign_in("technician", script=False), sqlite_database)
    page.get_by_label("Code on the container").fill(f"(01){GTIN}(17){short(expiry())}(10)SC77")
    page.get_by_role("button", name="Read the code").click()
    expect(page.get_by_label("Maker's lot")).to_have_value("SC77")


def test_a_balance_types_ten_weights_into_the_page_line_by_line(sign_in: SignIn, sqlite_database: Database) -> None:
    page = open_receipt(sign_in("technician"), sqlite_database)
    page.get_by_label("Ingredient").select_option(label="Lactose")
    for label, text in (("Supplier", "S"), ("Maker's lot", "L"), ("Amount, mg or capsules", "9000")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Expiry", exact=True).fill(expiry())
    page.get_by_role("button", name="Receive into quarantine").click()
    page.get_by_role("link", name="Weigh capsules").click()
    page.get_by_label("Capsule size").select_option("3")
    for label, weights in (("Ten filled capsules, mg", ("0.2275", "0.2285")), ("Ten empty shells, mg", ("48", "48"))):
        page.get_by_label(label).focus()
        for weight in weights * 5:
            page.keyboard.type(f"S S      {weight} g" if "." in weight else weight)
            page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep the weighing").click()
    expect(page.get_by_text("180 mg fill a size 3 capsule")).to_be_visible()


def test_the_pages_of_receipt_fit_a_phone(sign_in: SignIn, sqlite_database: Database) -> None:
    page = open_receipt(sign_in("technician", width=390), sqlite_database)
    for address in ("/lots/receive", "/lots/stock", "/lots/stock/1/level"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
