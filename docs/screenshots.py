"""Draws the pictures of the documents anew: `make screenshots`.

The demonstration is played once, and each page is photographed in Chromium at the moment somebody works on it.
The labels are the examples, and the one that the demonstration printed, as a 203 dpi printer prints them.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from labels import gallery
from pharmacy.demo import stage
from pharmacy.demo.browser import Browser
from pharmacy.demo.play import Play, today
from pharmacy.services import people
from pharmacy.settings import Settings
from pharmacy.store.database import utc_now
from tests.conftest import chromium_path

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDE, TABLET = 1280, 768
ON_A_TABLET = {"queues", "prescription-enter", "batch-weigh", "fill-check"}


@dataclass
class Camera:
    """Photographs pages as the person sees them who is signed in at a browser of the play."""

    chromium: Chromium
    directory: Path

    def look(self, name: str, screen: Browser, address: str) -> None:
        self._photograph(name, screen, address, WIDE)
        if name in ON_A_TABLET:
            self._photograph(f"{name}-tablet", screen, address, TABLET)

    def _photograph(self, name: str, screen: Browser, address: str, width: int) -> None:
        context = self.chromium.new_context(base_url=screen.base, viewport={"width": width, "height": 800})
        for cookie in screen.cookies:
            context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": screen.base}])
        page = context.new_page()
        page.goto(address)
        page.screenshot(path=self.directory / f"{name}.png", full_page=True)
        sys.stdout.write(f"{name}\n")
        context.close()


@contextmanager
def camera(directory: Path) -> Iterator[Camera]:
    found = chromium_path()
    if found is None:
        sys.exit("screenshots: no Chromium or Chrome found")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(found), args=FLAGS)
        yield Camera(chromium, directory)
        chromium.close()


def main(directory: Path = IMAGES) -> None:
    """Every picture into one directory."""
    directory.mkdir(parents=True, exist_ok=True)
    gallery.write_gallery(directory / "labels", directory.parent / "gallery.md")
    with tempfile.TemporaryDirectory() as place, camera(directory) as photographs:
        chosen = stage.settings(Settings(Path(place), "", ""), Path(place))
        app = stage.build(chosen)
        database = app.extensions["mortar_database"]
        token = database.run(
            lambda session: people.make_link(session, person_id=None, actor=people.OWNER, now=utc_now())
        )
        with stage.served(app) as base:
            Play(base, token, Path(place), lambda _: None, today(), photographs.look).run()
        database.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
