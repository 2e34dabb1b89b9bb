"""A picture of the very PDF that prints, for previews."""

import struct
import zlib

import pypdfium2

from labels.raster import PDFIUM_LOCK, grey


def png(pdf: bytes, dpi: int = 203, page: int = 0, *, shades: int = 256) -> bytes:
    """One page as a grey PNG of `dpi` dots an inch. shades: of grey, 256, or 16 for half of the bytes."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            width, height, pixels = grey(document[page], dpi=dpi)
        finally:
            document.close()
    lines = [pixels[row * width : (row + 1) * width] for row in range(height)]
    if shades == 16:
        lines = [_halved(line) for line in lines]
    rows = b"".join(b"\x00" + line for line in lines)
    head = struct.pack(">IIBBBBB", width, height, 4 if shades == 16 else 8, 0, 0, 0, 0)
    density = struct.pack(">IIB", round(dpi / 0.0254), round(dpi / 0.0254), 1)
    parts = ((b"IHDR", head), (b"pHYs", density), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _halved(line: bytes) -> bytes:
    """Two dots in a byte.

    >>> _halved(bytes([0, 255, 130])).hex()
    '0f80'
    """
    even = line + b"\x00" * (len(line) % 2)
    return bytes((left + 8) // 17 << 4 | (right + 8) // 17 for left, right in zip(even[::2], even[1::2], strict=True))


def pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
