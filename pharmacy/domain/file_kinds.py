"""Which kind of file some bytes are, told by the bytes and never by the name."""

from enum import StrEnum

from pharmacy.domain.errors import RuleBroken


class FileKind(StrEnum):
    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"

    @property
    def suffix(self) -> str:
        return {FileKind.PDF: "pdf", FileKind.PNG: "png", FileKind.JPEG: "jpg"}[self]


_BEGINS = ((b"%PDF-", FileKind.PDF), (b"\x89PNG\r\n\x1a\n", FileKind.PNG), (b"\xff\xd8\xff", FileKind.JPEG))


def kind_of(content: bytes, *, field: str) -> FileKind:
    """The kind of a scanned document. Source: ISO 32000-1 7.5.2; ISO/IEC 15948 5.2; ISO/IEC 10918-1 B.1.

    Raises: RuleBroken when it is none of the kinds that are kept.

    >>> kind_of(b"%PDF-1.7 ...", field="file")
    <FileKind.PDF: 'application/pdf'>
    """
    for begin, kind in _BEGINS:
        if content.startswith(begin):
            return kind
    raise RuleBroken("File: only a PDF, a PNG or a JPEG is kept; this is none of them, whatever its name.", field)
