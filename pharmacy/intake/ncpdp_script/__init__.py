"""NCPDP SCRIPT 2017071 NewRx, read tolerantly. No conformance is claimed: its schemas are licensed."""

from xml.etree.ElementTree import Element

from pharmacy.domain.errors import InputUnusable
from pharmacy.intake.ncpdp_script.found import Found, leaf
from pharmacy.intake.ncpdp_script.newrx import read_newrx
from pharmacy.intake.ncpdp_script.replies import VERSIONS, reply
from pharmacy.intake.ncpdp_script.xml import parse
from pharmacy.intake.reading import LONGEST_NAME, Format, Problem, Reading, unread

__all__ = ["read", "recognises", "reply"]

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_MOST_DOUBTS = 100
_KNOWN_VERSIONS = ("2017071", "20170715")  # the second is what several vendors write for the first


def recognises(raw: bytes) -> bool:
    for mark in _MARKS:
        raw = raw.removeprefix(mark)
    return raw[:200].lstrip(b"\x00 \t\r\n").startswith(b"<")


def read(raw: bytes, content_type: str) -> Reading:
    """Reads a message; never raises."""
    try:
        message = parse(raw, content_type)
    except InputUnusable as refusal:
        return unread(Format.NCPDP_SCRIPT, "", refusal.message)
    if message.tag != "Message":
        sentence = f"The document is <{message.tag[:60]}>, not an NCPDP SCRIPT <Message>."
        return unread(Format.UNKNOWN, "", sentence)
    envelope = _envelope(message)
    found = Found()
    message_id, sender = envelope.get("message_id", ""), envelope.get("from", "")
    for path, name in (("Header/MessageID", message_id), ("Header/From", sender)):
        if len(name) > LONGEST_NAME:
            problem = Problem(path, f"{path}: {len(name)} letters; at most {LONGEST_NAME} are read.")
            return Reading(Format.NCPDP_SCRIPT, problems=(problem,))
    _doubt_envelope(message, envelope, found)
    transaction = _transaction(message, envelope, found)
    prescription = None if transaction is None else read_newrx(transaction, found)
    return Reading(
        Format.NCPDP_SCRIPT,
        message_id,
        sender,
        prescription,
        found.evidence if prescription else {},
        tuple(dict.fromkeys(found.doubts))[:_MOST_DOUBTS],
        tuple(found.problems),
        envelope,
    )


def _transaction(message: Element, envelope: dict[str, str], found: Found) -> Element | None:
    """The one NewRx of the body, or None with the problem noted."""
    kinds = [child for body in message.iterfind("Body") for child in body]
    if len(kinds) == 1:
        envelope["transaction"] = kinds[0].tag[:40]
    if [child.tag for child in kinds] == ["NewRx"]:
        return kinds[0]
    names = ", ".join(child.tag[:40] for child in kinds[:5])
    if not kinds:
        found.problem("Body", "The message has no transaction in its Body.")
    elif len(kinds) > 1:
        found.problem("Body", f"The message carries {len(kinds)} transactions ({names}); one NewRx is read.")
    else:
        found.problem(f"Body/{names}", f"This is {names}; only NewRx messages are read here.")
    return None


def _envelope(message: Element) -> dict[str, str]:
    """What the reply repeats or turns round: message_id, from, from_qualifier, to, to_qualifier, versions."""
    kept = (*VERSIONS, "version", "xmlns")
    envelope = {key: message.attrib[key][:200] for key in kept if key in message.attrib}
    header = message.find("Header")
    if header is None:
        return envelope
    for key, name in (("message_id", "MessageID"), ("from", "From"), ("to", "To")):
        element = header.find(name)
        if element is None:
            continue
        envelope[key] = leaf(element)
        if "Qualifier" in element.attrib:
            envelope[f"{key}_qualifier"] = element.attrib["Qualifier"][:20]
    return envelope


def _doubt_envelope(message: Element, envelope: dict[str, str], found: Found) -> None:
    version = envelope.get("TransactionVersion") or envelope.get("version", "")
    if not version:
        found.doubts.append("version: the message does not say its SCRIPT version; it is read as 2017071.")
    elif version not in _KNOWN_VERSIONS:
        found.doubts.append(f"version: the message is SCRIPT {version[:20]}, read by the rules of 2017071.")
    if not envelope.get("message_id"):
        found.doubts.append("message_id: there is none, so a repeat of this message cannot be recognised.")
    if (message.findtext("Header/TestMessage") or "").strip().lower() in ("true", "1", "y"):
        found.doubts.append("message: the sender marks this as a test message; do not fill it.")
