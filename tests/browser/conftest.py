"""A real Chromium on a real server: for what only a browser shows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from pharmacy.app import create_app
from pharmacy.demo.stage import served
from pharmacy.domain.roles import Role
from pharmacy.services import people
from pharmacy.services.people import OWNER
from pharmacy.settings import Settings
from pharmacy.store.database import Database, utc_now

PASSWORD = "six grey herons at dusk"
CHEAP_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chrome(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def app(sqlite_database: Database, tmp_path: Path) -> Flask:
    settings = Settings(
        data_dir=tmp_path,
        database_url="",
        secret_key="of the browser tests",
        trusted_hosts=("127.0.0.1",),
        secure_cookies=False,
    )
    with sqlite_database.transaction() as session:
        people.change_pharmacy(
            session, "Browser Test Pharmacy", "1 Test Street", "503-555-0100", actor=OWNER, now=utc_now()
        )
        for role in Role:
            person = people.add(
                session,
                username=role.value,
                full_name=f"Test {role.value.title()}",
                initials="T",
                role=role,
                actor=OWNER,
                now=utc_now(),
            )
            person.password_hash = CHEAP_HASH
    return create_app(settings, sqlite_database)


@pytest.fixture
def base(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(chrome: Browser, base: str) -> Iterator[SignIn]:
    """sign_in("technician"): a page of a browser of their own, on the work queues, after typing name and password."""
    contexts = []

    def as_role(role: str, *, script: bool = True, width: int = 1280) -> Page:
        context = chrome.new_context(
            base_url=base, java_script_enabled=script, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto("/")
        page.get_by_label("User name").fill(role)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Work queues").wait_for()
        page.wait_for_load_state()  # the keys listen once the scripts have run, after the heading is drawn
        return page

    yield as_role
    for context in contexts:
        context.close()
