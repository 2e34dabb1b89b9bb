"""A picture of the very PDF that prints, for previews."""

import struct
import zlib

import pypdfium2

from labels.raster import PDFIUM_LOCK, grey


def png(pdf: bytes, dpi: int = 203, page: int = 0) -> bytes:
    """One page as a grey PNG of `dpi` dots an inch."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        try:
            width, height, pixels = grey(document[page], dpi=dpi)
        finally:
            document.close()
    rows = b"".join(b"\x00" + pixels[row * width : (row + 1) * width] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    density = struct.pack(">IIB", round(dpi / 0.0254), round(dpi / 0.0254), 1)
    parts = ((b"IHDR", head), (b"pHYs", density), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


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
