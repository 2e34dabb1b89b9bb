"""Printing in a real browser: set up, a test page sent to a printer and scanned back, no fault that axe knows."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import expect

from labels.read_back import decode
from pharmacy.services.print_sender import Sender
from pharmacy.store.database import Database
from tests.browser.conftest import SignIn
from tests.browser.test_titration import without_faults
from tests.labels.zpl_reading import printed
from tests.services.fake_printers import TcpPrinter, tcp_printer


@pytest.fixture
def zebra(app: Flask, sqlite_database: Database) -> Iterator[TcpPrinter]:
    """A printer of the server, and the sender that `pharmacy serve` runs."""
    with tcp_printer() as fake:
        settings = app.extensions["mortar_settings"]
        app.extensions["mortar_settings"] = replace(settings, printers=(fake.printer(),))
        failed = threading.Event()
        with Sender(sqlite_database, [fake.printer()], on_defect=lambda *_: failed.set()):
            yield fake
        assert not failed.is_set()


def test_a_printer_is_set_up_and_certified(zebra: TcpPrinter, sign_in: SignIn) -> None:
    page = sign_in("technician")
    page.goto("/labels/setup")
    page.get_by_label("Labels go to").select_option("zebra")
    page.get_by_label("The scanner at this computer").fill("Honeywell at the counter")
    page.get_by_role("button", name="Keep for this browser").click()
    page.get_by_role("button", name="Print a test page on zebra").click()
    page.get_by_text("Handed over whole").wait_for()  # the page looks again by itself
    [paper] = printed(zebra.got[0])
    scanned = [code.payload for code in decode(paper.pixels(), width=paper.width, height=paper.length)]
    page.get_by_label("The ruler across").fill("90")
    page.get_by_label("The ruler down").fill("30.0")
    page.get_by_label("First code").focus()
    page.keyboard.type(f"{scanned[0]}\n{scanned[1]}\n")  # as a scanner types, with Enter at the end of each
    expect(page.get_by_label("Scanner")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Passed: printer and scanner are certified.").wait_for()
    for address in (page.url, "/labels/setup", "/labels/queue"):
        page.goto(address)
        without_faults(page)
    page.goto("/labels/setup")
    expect(page.get_by_text("by Test Technician, with Honeywell at the counter")).to_be_visible()
