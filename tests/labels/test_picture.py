"""The preview is a picture of the very PDF that prints."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from labels.content import BATCH_EXAMPLE, EXAMPLE
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
    both = render_all([EXAMPLE, BATCH_EXAMPLE]).pdf
    assert png(both, page=0) == png(PRINTED.pdf)
    assert png(both, page=1) == png(render(BATCH_EXAMPLE).pdf)


def test_a_picture_of_sixteen_shades_shows_the_same_in_half_of_the_dots_bytes() -> None:
    with Image.open(BytesIO(png(PRINTED.pdf))) as all_shades, Image.open(BytesIO(png(PRINTED.pdf, shades=16))) as few:
        assert few.size == all_shades.size
        apart = ImageChops.difference(all_shades, few.convert("L")).tobytes()
        assert max(apart) <= 8
