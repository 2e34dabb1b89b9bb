"""The preview is a picture of the very PDF that prints."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from labels.content import EXAMPLE
from labels.gallery import GALLERY, write_gallery
from labels.papers import paper_of
from labels.picture import png
from labels.printing import render, render_all
from labels.read_back import decode

PRINTED = render(EXAMPLE)


@pytest.mark.parametrize(("dpi", "size"), [(203, (812, 406)), (300, (1200, 600))])
def test_a_picture_has_one_pixel_for_each_dot(dpi: int, size: tuple[int, int]) -> None:
    with Image.open(BytesIO(png(PRINTED.pdf, dpi))) as image:
        assert image.size == size
        assert image.mode == "L"
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)


def test_both_codes_scan_from_the_picture() -> None:
    with Image.open(BytesIO(png(PRINTED.pdf))) as image:
        assert decode(image.tobytes(), width=image.width, height=image.height) == PRINTED.barcodes


def test_each_page_has_a_picture_of_its_own() -> None:
    both = render_all([EXAMPLE, GALLERY["batch-label"]]).pdf
    assert png(both, page=0) == png(PRINTED.pdf)
    assert png(both, page=1) == png(render(GALLERY["batch-label"]).pdf)


def test_the_gallery_writes_one_picture_for_each_example(tmp_path: Path) -> None:
    paths = write_gallery(tmp_path / "images")
    assert [path.name for path in paths] == [f"{name}.png" for name in GALLERY]
    for path, label in zip(paths, GALLERY.values(), strict=True):
        stock = paper_of(label).stock()
        inches = [length / 25.4 for length in (stock.width_mm, stock.height_mm)]
        with Image.open(path) as image:
            assert image.size == pytest.approx([300 * length for length in inches], abs=1)
