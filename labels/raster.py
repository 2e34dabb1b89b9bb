"""PDF pages as dots. PDFium is not made for several threads: whoever calls it holds the lock."""

from threading import Lock

import pypdfium2

from labels.stock import POINTS_PER_INCH

PDFIUM_LOCK = Lock()


def grey(page: pypdfium2.PdfPage, *, dpi: int) -> tuple[int, int, bytes]:
    """Width and height in dots, and one byte a dot from 0 (black) to 255 (white), rows from the top."""
    # A page of 3,300 dots and a rounding error would be stretched over 3,301.
    bitmap = page.render(scale=dpi / POINTS_PER_INCH * (1 - 1e-9), grayscale=True)
    try:
        whole = bytes(bitmap.buffer)
        stride, width, height = bitmap.stride, bitmap.width, bitmap.height
    finally:
        bitmap.close()
    if stride == width:
        return width, height, whole
    return width, height, b"".join(whole[row * stride : row * stride + width] for row in range(height))


BLACK_OR_WHITE = bytes(0 if value < 128 else 255 for value in range(256))


def one_bit(pixels: bytes) -> bytes:
    """The dots as a thermal head prints them: black or not.

    >>> one_bit(bytes([0, 127, 128, 255])).hex()
    '0000ffff'
    """
    return pixels.translate(BLACK_OR_WHITE)
