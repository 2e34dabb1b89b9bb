"""Bench mode in a real Chromium: a scanner and a balance that type like keyboards, a timer, a photograph, a pause."""

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from pharmacy.domain.roles import Role
from pharmacy.services import bench
from pharmacy.services.lots import Certificate, Packing
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import Batch, BenchAct, IngredientKind, Lot, Person, Pharmacy, SecondReading, WeighIn
from tests.services.line import DRAFT, add_formula
from tests.web.counter import Counter, open_counter

PASSWORD = "six grey herons at dusk"
SignIn = Callable[..., Page]
STEPS = (
    "Clear the bench.",
    "Weigh the active; a second person reads the balance.",
    "Weigh the filler.",
    "Mix in a closed jar (5 min).",
    "Count the capsules.",
    "Fill them and look at every one.",
)


@pytest.fixture
def counter(app: Flask, sqlite_database: Database) -> Counter:
    with sqlite_database.reading() as session:
        staff = {Role(person.role): person.id for person in session.scalars(select(Person))}
    found = open_counter(sqlite_database, staff).furnish()
    found.formula = found.run(lambda s: add_formula(s, found, replace(DRAFT, code="BENCH", steps=STEPS)))
    return found


def burst(page: Page, text: str) -> None:
    """A device that types far faster than a person, and ends with Enter."""
    page.keyboard.type(text, delay=1)
    page.keyboard.press("Enter")


def balance(page: Page, line: str) -> None:
    """A balance's line. It types far faster than a busy machine always does, so it is sent up to three times."""
    for last in (False, False, True):
        page.get_by_label("Weighed", exact=True).fill("")
        page.get_by_label("Weighed", exact=True).focus()
        burst(page, line)
        try:
            expect(page.get_by_label("The value was")).to_have_value("balance", timeout=2000)
        except AssertionError:
            if last:
                raise
        else:
            return


def number_of(counter: Counter, lot: int) -> str:
    return str(counter.row(Lot, lot).number)


def step(page: Page, number: int) -> None:
    expect(page.locator(".bench-where")).to_contain_text(f"step {number} of {len(STEPS)}")
    page.wait_for_load_state()


def weigh_ins(counter: Counter) -> list[Any]:
    return counter.read(lambda s: s.scalars(select(WeighIn).order_by(WeighIn.id)).all())


@pytest.mark.parametrize("keys", [["5"], ["5", "1", "0", "Backspace", "0"]])
def test_a_few_keys_pressed_by_hand_are_not_marked_as_the_balances(
    sign_in: SignIn, counter: Counter, keys: list[str]
) -> None:
    page, batch = sign_in("technician"), counter.planned()
    counter.run(lambda s: bench.confirm(s, batch, 1, **counter.by))
    page.goto(f"/batches/{batch}/bench")
    page.get_by_label("Weighed", exact=True).focus()
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_label("The value was")).to_have_value("typed")


def test_a_batch_is_worked_with_scanner_and_balance_alone(sign_in: SignIn, counter: Counter) -> None:
    page, batch = sign_in("technician"), counter.planned()
    active, filler, shell = (number_of(counter, counter.lots[kind]) for kind in IngredientKind)
    page.goto(f"/batches/{batch}/bench")
    step(page, 1)
    page.keyboard.press("Enter")  # “Done” has the focus

    step(page, 2)
    burst(page, filler)  # the wrong container
    expect(page.get_by_label("Weighed", exact=True)).to_be_focused()
    balance(page, "S S      0.5107 g")
    expect(page.locator("[data-arrow]")).to_have_text("✓ within the range")
    page.get_by_label("Second person's user name").fill("pharmacist")
    page.get_by_label("Second person's password, to sign the reading").fill(PASSWORD)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"you scanned {filler}")).to_be_visible()
    expect(page.get_by_label("Weighed", exact=True)).to_have_value("S S      0.5107 g")  # nothing typed is lost
    assert weigh_ins(counter) == []

    page.get_by_label("Scan the lot").fill("")
    page.get_by_label("Scan the lot").focus()
    burst(page, active)
    page.get_by_label("Second person's password, to sign the reading").fill(PASSWORD)
    page.keyboard.press("Control+Enter")
    step(page, 3)
    [first] = weigh_ins(counter)
    assert (first.weighed, first.source, first.reading) == (Decimal("510.7"), "balance", "S S      0.5107 g")

    burst(page, filler)
    balance(page, "S D     17.9270 g")  # not at rest
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("the balance had not come to rest")).to_be_visible()
    balance(page, "S S     17.9270 g")
    page.keyboard.press("Control+Enter")

    step(page, 4)
    page.keyboard.press("Enter")  # “Start the timer” has the focus
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"[45]:\d\d left"))
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("are left of 5 min")).to_be_visible()
    five_minutes_pass(counter)
    page.get_by_role("button", name="Done").click()

    step(page, 5)
    burst(page, shell)
    page.get_by_label("Weighed", exact=True).fill("104")
    page.get_by_label("The value was").select_option("typed")
    page.keyboard.press("Control+Enter")
    step(page, 6)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_label("Good capsules")).to_be_focused()
    assert counter.row(Batch, batch).state == "filling"


def five_minutes_pass(counter: Counter) -> None:
    """The timer is put five minutes back, past the trigger that keeps its row."""

    def put_back(session: Any) -> None:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER bench_acts_keep_update")
        for act in session.scalars(select(BenchAct).where(BenchAct.kind == "timer started")):
            act.at = act.at - timedelta(minutes=5)

    counter.run(put_back)


def test_a_typed_weight_is_marked_as_typed(sign_in: SignIn, counter: Counter) -> None:
    batch = counter.planned()
    counter.work(batch)
    page = sign_in("technician")
    page.goto(f"/batches/{batch}/bench")
    page.get_by_label("Weighed", exact=True).focus()
    page.keyboard.type("510.7", delay=90)
    page.keyboard.press("Enter")
    expect(page.get_by_label("The value was")).to_have_value("typed")
    page.get_by_label("Weighed", exact=True).fill("480")
    expect(page.locator("[data-arrow]")).to_have_text("↑ add 30.731 mg")


def test_a_line_of_a_slow_balance_leaves_the_list_as_it_is(sign_in: SignIn, counter: Counter) -> None:
    batch = counter.planned()
    counter.work(batch)
    page = sign_in("technician")
    page.goto(f"/batches/{batch}/bench")
    page.get_by_label("Weighed", exact=True).focus()
    page.keyboard.type("S S 0.5107 g", delay=60)
    page.keyboard.press("Enter")
    expect(page.get_by_label("The value was")).to_have_value("")
    page.get_by_label("The value was").select_option("typed")
    page.get_by_role("button", name="Take it", exact=True).click()
    expect(page.get_by_text("is a balance's line, but typed by hand is chosen")).to_be_visible()


def test_a_second_lot_gives_the_rest_after_two_containers(sign_in: SignIn, counter: Counter) -> None:
    batch = counter.planned()
    counter.work(batch)
    other = counter.lot(
        IngredientKind.ACTIVE,
        maker_lot="OTHER",
        certificate=Certificate("COA 2", Decimal("0.9"), "as is", Decimal(0)),
        packing=Packing("3", Decimal(140)),
    )
    page = sign_in("technician")
    page.goto(f"/batches/{batch}/bench")
    burst(page, number_of(counter, counter.lots[IngredientKind.ACTIVE]))
    balance(page, "S S      0.3000 g")
    page.get_by_label("Second person's user name").fill("pharmacist")
    page.get_by_label("Second person's password, to sign the reading").fill(PASSWORD)
    page.get_by_role("button", name="Take it, and the rest from another container").click()
    expect(page.locator(".bench-figure")).to_contain_text("210.731")
    page.get_by_role("link", name="This lot is not enough: take another lot").click()
    row = page.get_by_role("row").filter(has_text=number_of(counter, other))
    expect(row).to_contain_text("212.493")  # as worked out by hand in tests/domain/test_second_lot.py
    page.get_by_label("Scan the other lot").focus()
    burst(page, number_of(counter, other))
    page.keyboard.type("the first container is empty")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bench-figure")).to_contain_text("212.493")


def test_a_pause_and_a_photograph_are_kept_with_the_batch(sign_in: SignIn, counter: Counter) -> None:
    batch = counter.planned()
    page = sign_in("technician")
    page.goto(f"/batches/{batch}/bench")
    page.get_by_text("Photograph", exact=True).first.click()
    page.get_by_label("Photograph").set_input_files(
        {"name": "IMG_1.png", "mimeType": "image/png", "buffer": large_png()}
    )
    expect(page.get_by_text("Made smaller")).to_be_visible()
    page.get_by_label("What it shows").fill("the empty bench")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Pause", exact=True).click()
    page.get_by_label("Reason", exact=True).fill("called to the counter")
    page.get_by_role("button", name="Pause here").click()
    picture = page.get_by_alt_text("the empty bench")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1600
    page.goto(f"/batches/{batch}/bench")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paused")
    expect(page.get_by_text("called to the counter")).to_be_visible()
    page.keyboard.press("Enter")
    step(page, 1)


def large_png() -> bytes:
    """2400 x 1200 dots of noise-free grey."""
    width, height = 2400, 1200
    rows = b"".join(b"\x00" + bytes([row % 251]) * width for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def test_the_bench_works_without_javascript(sign_in: SignIn, counter: Counter) -> None:
    batch = counter.planned()
    counter.now = utc_now()
    page = sign_in("technician", script=False)
    page.goto(f"/batches/{batch}/bench")
    page.get_by_role("button", name="Done").click()
    page.get_by_label("Scan the lot").fill(number_of(counter, counter.lots[IngredientKind.ACTIVE]))
    page.get_by_label("Weighed", exact=True).fill("510.7")
    page.get_by_label("The value was").select_option("typed")
    page.get_by_label("Second person's user name").fill("pharmacist")
    page.get_by_label("Second person's password, to sign the reading").fill(PASSWORD)
    page.get_by_role("button", name="Take it", exact=True).click()
    step(page, 3)
    assert [one.source for one in weigh_ins(counter)] == ["typed"]


def long_steps(counter: Counter) -> None:
    """From now on batches have a step as long as one may be, with a word that no line holds."""
    steps = (f"Look at https://example.org/{'procedures/' * 16} first: {'as it says there, ' * 20}"[:500], *STEPS[1:])
    counter.formula = counter.run(lambda s: add_formula(s, counter, replace(DRAFT, code="LONG", steps=steps)))


def test_on_a_phone_no_page_of_the_bench_is_wider_than_the_screen(sign_in: SignIn, counter: Counter) -> None:
    long_steps(counter)
    counter.run(lambda s: s.execute(update(Pharmacy).values(second_reading=SecondReading.NONE)))
    page, batch = sign_in("technician", width=390), counter.planned()
    page.goto(f"/batches/{batch}/bench")
    expect(page.get_by_role("heading", level=1)).to_contain_text("procedures/procedures")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    counter.run(lambda s: bench.confirm(s, batch, 1, **counter.by))
    counter.weigh(batch, 1, Decimal(300), more=True)
    counter.lot(IngredientKind.ACTIVE, maker_lot="SC-2")
    for address in (f"/batches/{batch}/bench", f"/batches/{batch}/bench/another-lot", f"/batches/{batch}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_a_batch_is_weighed_paused_and_gone_on_with_where_no_script_runs(sign_in: SignIn, counter: Counter) -> None:
    counter.run(lambda s: s.execute(update(Pharmacy).values(second_reading=SecondReading.NONE)))
    page, batch = sign_in("technician", script=False, width=390), counter.planned()
    page.goto(f"/batches/{batch}/bench")
    page.get_by_role("button", name="Done").click()
    page.get_by_text("Pause", exact=True).click()
    page.get_by_label("Reason", exact=True).fill("called to the counter")
    page.get_by_role("button", name="Pause here").click()
    page.goto(f"/batches/{batch}/bench")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Scan the lot").fill(number_of(counter, counter.lots[IngredientKind.ACTIVE]))
    page.get_by_label("Weighed", exact=True).fill("0.5107")
    page.get_by_label("The value was").select_option("typed")
    page.get_by_role("button", name="Take it", exact=True).click()
    expect(page.get_by_text("more than 3 digits after the point of a milligram")).to_be_visible()
    page.get_by_label("Weighed", exact=True).fill("510.7")
    page.get_by_role("button", name="Take it, and the rest").click()
    expect(page.get_by_text("take it as the last container")).to_be_visible()
    page.get_by_role("button", name="Take it", exact=True).click()
    step(page, 3)
