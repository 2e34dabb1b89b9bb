"""The gallery shows every kind of label on every stock, and its page shows every picture that is there."""

import re
from pathlib import Path

import pytest
from PIL import Image

from labels.gallery import LABEL_DPI, VARIANTS, pictures, write_gallery
from labels.imposition import SHEETS
from labels.papers import PAPERS
from labels.stock import STOCKS

DOCS = Path(__file__).parents[2] / "docs"
DRAWN = {picture.name: picture for picture in pictures()}


@pytest.mark.parametrize("kind", PAPERS)
def test_every_stock_of_a_kind_is_drawn(kind: str) -> None:
    told = [picture.told for picture in DRAWN.values() if picture.kind == kind]
    for stock in PAPERS[kind].stocks:
        assert any(f" on {STOCKS[stock].words}" in one for one in told), stock


def test_every_part_every_sheet_and_every_variant_is_drawn() -> None:
    assert {"vial-2.25x1.25-part-1", "vial-2.25x1.25-part-2", *(f"vial-{name}" for name in SHEETS)} <= set(DRAWN)
    for word, _, _ in VARIANTS:
        assert any(word in name for name in DRAWN), word


def test_the_page_shows_every_picture_and_every_picture_is_there() -> None:
    shown = re.findall(r"\]\(images/labels/(.+)\.png\)", (DOCS / "gallery.md").read_text(encoding="utf-8"))
    assert shown == list(DRAWN)
    there = {path.stem for path in (DOCS / "images" / "labels").glob("*.png")}
    assert there == set(DRAWN)


def test_the_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in (DOCS / "images" / "labels").glob("*.png")]
    assert max(sizes) < 80_000
    assert sum(sizes) < 3_000_000


def test_each_picture_is_as_large_as_its_label_and_the_page_names_its_place(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    paths = write_gallery(tmp_path / "docs" / "pictures", page)
    assert [path.stem for path in paths] == list(DRAWN)
    for name in ("vial-4x2", "vial-2.25x1.25-part-2", "vial-4x3-600dpi"):
        stock = STOCKS[name.removesuffix("-part-2")]
        with Image.open(tmp_path / "docs" / "pictures" / f"{name}.png") as image:
            inches = [length / 25.4 for length in (stock.width_mm, stock.height_mm)]
            assert image.size == pytest.approx([LABEL_DPI * length for length in inches], abs=1)
    assert "](pictures/vial-4x2.png)" in page.read_text(encoding="utf-8")
