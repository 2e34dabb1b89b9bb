"""The answer to a SCRIPT message: Status or Error, in the sender's own shape, To and From turned round."""

import hashlib
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from pharmacy.intake.reading import Problem, Reading, Reply

VERSIONS = (
    "DatatypesVersion",
    "TransportVersion",
    "TransactionDomain",
    "TransactionVersion",
    "StructuresVersion",
    "ECLVersion",
)
_OWN_VERSIONS = {name: "SCRIPT" if name == "TransactionDomain" else "2017071" for name in VERSIONS}

ACCEPTED = ("received", "answered")
ANSWERS = ("Status", "Error", "Verify")
STATUS_SUCCESSFUL = "000"
ERROR_REJECTED = "900"
# Description codes from general professional knowledge: the external code list itself is licensed.
UNREADABLE = "1000"  # cannot be identified from what was sent
NOT_VALID_HERE = "2000"  # well formed, but the content does not do in this place
LONGEST_DESCRIPTION = 70
LONGEST_MESSAGE_ID = 35


def reply(reading: Reading, outcome: str, problems: tuple[Problem, ...], sent: datetime | None) -> Reply:
    """Status 000 when the message was taken and nothing is wrong with it, else Error 900 and what is wrong.

    A message that is itself an answer gets Status 000: an error in return could go back and forth for ever.
    """
    message = Element("Message", _versions(reading))
    _header(message, reading, outcome, sent)
    body = SubElement(message, "Body")
    is_answer = reading.envelope.get("transaction") in ANSWERS
    if is_answer or (outcome in ACCEPTED and not problems):
        SubElement(SubElement(body, "Status"), "Code").text = STATUS_SUCCESSFUL
    else:
        _error(body, reading, problems)
    text: bytes = tostring(message, encoding="utf-8", xml_declaration=True)
    return Reply("application/xml; charset=utf-8", text)


def _versions(reading: Reading) -> dict[str, str]:
    known = {key: _plain(reading.envelope[key]) for key in (*VERSIONS, "version") if key in reading.envelope}
    namespace = {"xmlns": _plain(reading.envelope["xmlns"])} if reading.envelope.get("xmlns") else {}
    return (known or _OWN_VERSIONS) | namespace


def _header(message: Element, reading: Reading, outcome: str, sent: datetime | None) -> None:
    header = SubElement(message, "Header")
    for name, key in (("To", "from"), ("From", "to")):
        address = SubElement(header, name)
        address.text = _plain(reading.envelope.get(key, "")) or None
        if f"{key}_qualifier" in reading.envelope:
            address.set("Qualifier", _plain(reading.envelope[f"{key}_qualifier"]))
    SubElement(header, "MessageID").text = _own_message_id(reading, outcome)
    if reading.message_id:
        SubElement(header, "RelatesToMessageID").text = _plain(reading.message_id)
    if sent is not None:
        moment = sent.astimezone(UTC).isoformat(timespec="seconds")
        SubElement(header, "SentTime").text = moment.replace("+00:00", "Z")


def _error(body: Element, reading: Reading, problems: tuple[Problem, ...]) -> None:
    error = SubElement(body, "Error")
    SubElement(error, "Code").text = ERROR_REJECTED
    SubElement(error, "DescriptionCode").text = NOT_VALID_HERE if reading.message_id else UNREADABLE
    sentence = problems[0].message if problems else "The message waits for a person at the pharmacy."
    SubElement(error, "Description").text = _clipped(_plain(sentence))


def _own_message_id(reading: Reading, outcome: str) -> str:
    """The same message with the same outcome is answered under the same number: an answer can be repeated."""
    facts = (reading.sender, reading.message_id, outcome, *(problem.message for problem in reading.problems))
    digest = hashlib.sha256("\n".join(facts).encode("utf-8", "replace")).hexdigest()
    return f"MTR{digest}"[:LONGEST_MESSAGE_ID]


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[: LONGEST_DESCRIPTION - 3]}..."


def _plain(text: str) -> str:
    """Only letters XML can carry."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
