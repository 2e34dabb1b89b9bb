"""Bytes to an XML tree, or one sentence why not. No DTD, no entity, nothing fetched, everything bounded."""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from pharmacy.domain.errors import InputUnusable

DEEPEST = 40  # a NewRx is some ten elements deep
MOST_ELEMENTS = 20_000  # a NewRx with 25 ingredients has some hundreds
MOST_ATTRIBUTES = 100
LONGEST_NAMESPACE = 500  # expat repeats it in the name of every element, so a long one multiplies

_ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _BoundedTree(TreeBuilder):
    """Builds the tree with local names: real SCRIPT has no namespace, and senders who write one disagree."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start_ns(self, prefix: str, uri: str) -> None:
        if len(uri) > LONGEST_NAMESPACE:
            raise InputUnusable(f"A namespace of the message has more than {LONGEST_NAMESPACE} letters.")

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST:
            raise InputUnusable(f"The message is nested more than {DEEPEST} elements deep.")
        if self._elements > MOST_ELEMENTS:
            raise InputUnusable(f"The message has more than {MOST_ELEMENTS:,} elements.")
        if len(attrs) > MOST_ATTRIBUTES:
            raise InputUnusable(f"An element of the message has more than {MOST_ATTRIBUTES} attributes.")
        namespace, _, name = tag.rpartition("}")
        local = {key.rpartition("}")[2]: value for key, value in attrs.items()}
        if self._elements == 1 and namespace:
            local["xmlns"] = namespace.lstrip("{")  # a reply repeats it
        return super().start(name, local)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])


def parse(raw: bytes, content_type: str) -> Element:
    """The root element. Names are local names; the root's own namespace stands in its attribute "xmlns".

    Raises: InputUnusable.
    """
    text = _decoded(raw, content_type)
    parser = DefusedXMLParser(target=_BoundedTree(), forbid_dtd=True)
    try:
        parser.feed(text)
        root = parser.close()
    except DefusedXmlException as refusal:
        raise InputUnusable("The message declares a document type or an entity; none is read.") from refusal
    except ParseError as problem:
        line, column = problem.position
        raise InputUnusable(
            f"The message is not well-formed XML: it goes wrong at line {line}, column {column + 1}."
        ) from problem
    if not isinstance(root, Element):
        raise InputUnusable("The message holds no XML element.")
    return root


def _decoded(raw: bytes, content_type: str) -> str:
    """The text, decoded here so that only known encodings are ever tried.

    A byte-order mark decides, then the charset of the transport, then the XML declaration (RFC 7303).
    """
    if raw.startswith(_WIDE_MARKS):
        name = "utf-16"
    else:
        charset = _CHARSET.search(content_type)
        declared = _DECLARED.search(raw[:300])
        name = charset[1] if charset else declared[1].decode() if declared else "utf-8"
        if name.lower().startswith("utf-16") and b"\x00" not in raw[:100]:
            name = "utf-8"  # built as UTF-16 in memory, sent as UTF-8: a common slip, and unambiguous
    codec = _ENCODINGS.get(name.lower())
    if codec is None:
        raise InputUnusable(f"The message is in the encoding {name}, which is not read here; UTF-8 is.")
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as problem:
        sentence = f"The message says it is {name.upper()}, but byte {problem.start} is not."
        raise InputUnusable(sentence) from problem
