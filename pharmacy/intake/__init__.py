"""Prescriptions from outside: bytes in; a prescription, or problems with paths, out.

One folder per format. A format is one row of READERS: how it is recognised, read and answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pharmacy.intake import mortar_json, ncpdp_script
from pharmacy.intake.reading import MOST_BYTES, Format, Problem, Reading, Reply, unread

__all__ = ["READERS", "Format", "Problem", "Reader", "Reading", "Reply", "read", "reply"]


@dataclass(frozen=True, slots=True)
class Reader:
    """recognises: a quick look at the bytes. read: never raises, whatever the bytes are."""

    format: Format
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, str], Reading]
    reply: Callable[[Reading, str, tuple[Problem, ...], datetime | None], Reply]


READERS = (
    Reader(Format.NCPDP_SCRIPT, ncpdp_script.recognises, ncpdp_script.read, ncpdp_script.reply),
    Reader(Format.MORTAR_JSON, mortar_json.recognises, mortar_json.read, mortar_json.reply),
)


def read(raw: bytes, *, content_type: str = "") -> Reading:
    """Reads a message of any known format; the bytes decide which, content_type only names their encoding.

    Never raises: what cannot be read becomes a Reading with problems.
    """
    if not raw.strip(b"\x00\t\n\r "):
        return unread(Format.UNKNOWN, "", "The message is empty.")
    if len(raw) > MOST_BYTES:
        size = f"The message has {len(raw):,} bytes; at most {MOST_BYTES:,} are read."
        return unread(Format.UNKNOWN, "", size)
    for reader in READERS:
        if reader.recognises(raw):
            return reader.read(raw, content_type)
    return unread(Format.UNKNOWN, "", "The message is neither XML nor JSON; a person has to look at it.")


def reply(reading: Reading, *, outcome: str, problems: tuple[Problem, ...] = (), sent: datetime | None = None) -> Reply:
    """The answer to a message in the sender's own format.

    outcome: "received" or "answered" say yes; anything else, or any problem, says no.
    problems: what was found wrong after reading, in addition to the reading's own.
    sent: moment of the answer, with its time zone; SCRIPT wants it.
    """
    answer = next((reader.reply for reader in READERS if reader.format is reading.format), mortar_json.reply)
    return answer(reading, outcome, (*reading.problems, *problems), sent)
