"""Questions to the prescriber: what one must say, what its answer must say, and when each may be recorded.

The words are people's own. Nothing here reads an answer: what it says is entered by a person and verified by another.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from pharmacy.domain.errors import RuleBroken


class How(StrEnum):
    """The way a question or an answer took."""

    PHONE = "phone"
    FAX = "fax"
    MESSAGE = "electronic message"
    IN_PERSON = "in person"


# What a question can be about; a finding belongs to the subject before the point of its rule.
SUBJECTS: dict[str, str] = {
    "dose": "the daily dose",
    "drug": "the medicine",
    "strength": "the strength",
    "form": "the form",
    "directions": "the directions",
    "quantity": "the quantity",
    "days-supply": "the days' supply",
    "refills": "the refills",
    "titration": "the titration plan",
    "written": "the date written",
    "patient": "the patient",
    "profile": "the patient's other medicines",
    "condition": "the patient's conditions",
    "allergy": "the patient's allergies",
    "excipient": "an inactive ingredient",
    "diet": "the patient's diet",
    "prescriber": "the prescriber",
    "other": "something else",
}
LEAST_TEXT, MOST_TEXT = 10, 1000  # letters of a question; a page of fax holds them
MOST_ANSWER = 2000
LEAST_NAME, MOST_NAME = 2, 120
LEAST_REASON, MOST_REASON = 5, 500

_RULE = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?", re.ASCII)
_MOST_RULE = 64
# Control signs, and those that turn the direction of writing round and so show another text than is there.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LOCAL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as it is asked.

    about: a subject ("strength") or the rule of a finding ("dose.too-high"). whom: name or role at the
    prescriber's office.
    """

    about: str
    text: str
    how: str
    whom: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was given: by whom, how, when, and whether it was read back and confirmed."""

    text: str
    by: str
    how: str
    at: datetime
    read_back: bool = False


def subject_of(about: str) -> str:
    """What a question is about, in words.

    >>> subject_of("dose.too-high"), subject_of("strength")
    ('the daily dose', 'the strength')
    """
    return SUBJECTS.get(about.partition(".")[0], SUBJECTS["other"])


def check_asking(asking: Asking) -> Asking:
    """The question without the spaces around its texts.

    Raises: RuleBroken naming the field and its limit.
    """
    about = asking.about.strip()
    if len(about) > _MOST_RULE or not _RULE.fullmatch(about) or about.partition(".")[0] not in SUBJECTS:
        raise RuleBroken("About: choose what the question is about.", field="about")
    text = _text("Question", asking.text, field="text", least=LEAST_TEXT, most=MOST_TEXT)
    whom = _text("Asked of", _one_line(asking.whom), field="asked_whom", least=LEAST_NAME, most=MOST_NAME)
    return replace(asking, about=about, text=text, whom=whom, how=_how(asking.how, "asked_how"))


def check_reply(reply: Reply, *, asked_at: datetime, now: datetime) -> Reply:
    """The answer without the spaces around its texts.

    asked_at, now: moments; the time of an answer is typed to the minute and compared to the minute.
    Raises: RuleBroken naming the field and its limit.
    """
    text = _text("Answer", reply.text, field="answer", least=1, most=MOST_ANSWER)
    by = _text("Answered by", _one_line(reply.by), field="answered_by_name", least=LEAST_NAME, most=MOST_NAME)
    how = _how(reply.how, "answered_how")
    if reply.at > now:
        raise RuleBroken("Answered at: it lies in the future.", field="answered_at")
    if reply.at < asked_at.replace(second=0, microsecond=0):
        raise RuleBroken("Answered at: it lies before the question was asked.", field="answered_at")
    if how == How.PHONE and not reply.read_back:
        raise RuleBroken(
            "Read back: read an answer by phone back to whoever gave it, and mark that it was confirmed.",
            field="read_back",
        )
    return replace(reply, text=text, by=by, how=how)


def check_withdrawal(reason: str) -> str:
    """Why a question needs no answer any more.

    Raises: RuleBroken.
    """
    return _text("Reason", reason, field="reason", least=LEAST_REASON, most=MOST_REASON)


def read_moment(text: str, zone: tzinfo, *, not_before: datetime) -> datetime:
    """A moment typed as the pharmacy's clock shows it, "2026-11-24 15:04".

    not_before: chooses between the two readings of the hour that comes twice when clocks go back.
    Raises: RuleBroken for what is no date and time, and for an hour that clocks going forward left out.

    >>> read_moment("2026-11-24T15:04", UTC, not_before=datetime(2026, 11, 24, tzinfo=UTC)).isoformat()
    '2026-11-24T15:04:00+00:00'
    """
    found = _LOCAL.fullmatch(text.strip())
    try:
        local = datetime.fromisoformat(f"{found[1]}T{found[2]}") if found else None
    except ValueError:
        local = None
    if local is None:
        raise RuleBroken("Answered at: write date and time as 2026-11-24 15:04.", field="answered_at")
    try:
        readings = _readings(local, zone)
    except OverflowError:
        raise RuleBroken("Answered at: it is no time of this pharmacy.", field="answered_at") from None
    if not readings:
        raise RuleBroken("Answered at: clocks went forward over this hour; it was not there.", field="answered_at")
    least = not_before.replace(second=0, microsecond=0)
    return next((moment for moment in readings if moment >= least), readings[-1])


def _readings(local: datetime, zone: tzinfo) -> list[datetime]:
    """The moments at which a clock in this zone showed this: one as a rule, two or none when clocks change."""
    moments = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return [m for m in sorted(set(moments)) if m.astimezone(zone).replace(tzinfo=None) == local]


def _how(how: str, field: str) -> How:
    if how not in set(How):
        raise RuleBroken(f"How: choose one of {', '.join(How)}.", field=field)
    return How(how)


def _text(name: str, text: str, *, field: str, least: int, most: int) -> str:
    written = text.replace("\r\n", "\n").strip()
    hidden = _HIDDEN.search(written)
    if hidden:
        raise RuleBroken(f"{name}: it holds the sign U+{ord(hidden[0]):04X}, which nobody sees; remove it.", field)
    if len(written) < least:
        needed = "this is needed" if least == 1 else f"at least {least} letters are needed"
        raise RuleBroken(f"{name}: {needed}.", field)
    if len(written) > most:
        raise RuleBroken(f"{name}: {len(written)} letters are more than the {most} that are kept.", field)
    return written


def _one_line(name: str) -> str:
    return " ".join(name.split())


def seen(text: str) -> str:
    """A text with every sign to be seen: what would hide or turn others round is a mark."""
    return _HIDDEN.sub("\ufffd", text.replace("\r\n", "\n"))


def subjects(rules: Iterable[str]) -> tuple[str, ...]:
    """The rules of which each is about a subject of its own, in their order."""
    first: dict[str, str] = {}
    for rule in rules:
        first.setdefault(rule.partition(".")[0], rule)
    return tuple(first.values())
