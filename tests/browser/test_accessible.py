"""Every page of the line, looked at by axe at the moment somebody works on it (WCAG 2.2 A and AA)."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium

from pharmacy.demo import stage
from pharmacy.demo.browser import Browser
from pharmacy.demo.play import Play, today
from pharmacy.services import people
from pharmacy.settings import Settings
from pharmacy.store.database import utc_now

# Of what passes, axe would otherwise describe every element of the page, which took a quarter of the time.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
NARROW = 768


class Auditor:
    """Opens each page of the play in Chromium and notes what is wrong with it."""

    def __init__(self, chrome: Chromium) -> None:
        self.chrome, self.axe = chrome, Axe()
        self.faults: list[str] = []
        self.seen: set[str] = set()

    def look(self, name: str, screen: Browser, address: str) -> None:
        self.seen.add(name)
        context = self.chrome.new_context(base_url=screen.base, viewport={"width": NARROW, "height": 1000})
        for cookie in screen.cookies:
            context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": screen.base}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        found = self.axe.run(page, options=RULES).response["violations"]
        self.faults += [f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
        self.faults += [f"{name}: {complaint}" for complaint in complaints]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > NARROW:
            self.faults.append(f"{name}: {wide} pixels wide on a screen of {NARROW}")
        context.close()


def test_no_page_has_a_fault_that_axe_knows_or_scrolls_sideways_on_a_tablet(chrome: Chromium, tmp_path: Path) -> None:
    chosen = stage.settings(Settings(tmp_path, "", ""), tmp_path)
    app = stage.build(chosen)
    database = app.extensions["mortar_database"]
    token = database.run(lambda session: people.make_link(session, person_id=None, actor=people.OWNER, now=utc_now()))
    auditor = Auditor(chrome)
    with stage.served(app) as base:
        Play(base, token, tmp_path, lambda _: None, today(), auditor.look).run()
    database.close()
    assert len(auditor.seen) > 30
    assert not auditor.faults, "\n".join(auditor.faults)
