"""What intake gives: a prescription, or problems with the place of each; never half of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pharmacy.domain.prescription import Prescription

MOST_BYTES = 1024 * 1024  # a full NewRx is some 10 kB; what is a hundred times larger is not a prescription
LONGEST_NAME = 100  # letters of a message number or sender; SCRIPT allows 35


class Format(StrEnum):
    NCPDP_SCRIPT = "ncpdp-script"
    MORTAR_JSON = "mortar-json"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Problem:
    """path: place in the message, "" for the whole. message: a sentence a person can act on."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A message that was read, or why it was not.

    sender, message_id: together they tell a repeated message; "" when the message does not say.
    evidence: field of the prescription -> path in the message, or "path: the words it was taken from".
    doubts: sentences "field: ..." for what was found in an unusual place or contradicts itself.
    envelope: what a reply has to repeat or turn round, in the words of the format; nothing of the patient.
    """

    format: Format
    message_id: str = ""
    sender: str = ""
    prescription: Prescription | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    envelope: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.prescription is None) is not bool(self.problems):
            raise ValueError("a reading holds either a prescription or problems")


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer as it goes back to the sender."""

    content_type: str
    body: bytes


def unread(format: Format, path: str, message: str) -> Reading:
    """A message of which nothing could be read."""
    return Reading(format, problems=(Problem(path, message),))
