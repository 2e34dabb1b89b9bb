"""A label on its way to a printer: the states, and what a person may do about each.

A printer answers nothing. What failed before a byte left is tried again; once one has left, only a person who
looks at the paper can say what came out.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pharmacy.domain.errors import RuleBroken


class PrintState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    SENT = "sent"
    CANCELLED = "cancelled"


OPEN = frozenset({PrintState.QUEUED, PrintState.SENDING, PrintState.DOUBTFUL, PrintState.FAILED})
"""Those that still ask for something, of the software or of a person."""

MAY_HAVE_COME_OUT = frozenset({PrintState.QUEUED, PrintState.SENDING, PrintState.DOUBTFUL, PrintState.SENT})
"""While a label has such a job, another paper of it is a reprint."""

MOST_ATTEMPTS = 8
LEASE = timedelta(minutes=3)
"""Longer than any sending lasts; a job that is being sent for longer was left by a program that ended."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 5, 300


@dataclass(frozen=True, slots=True)
class Step:
    """What a person may do: its label, the states in which it is possible, and the state that follows."""

    verb: str
    label: str
    sources: tuple[PrintState, ...]
    target: PrintState
    needs_reason: bool = False


STEPS = (
    Step("came-out", "It came out", (PrintState.DOUBTFUL,), PrintState.SENT),
    Step("reprint", "Print again as a reprint", (PrintState.DOUBTFUL,), PrintState.CANCELLED),
    Step("again", "Try again", (PrintState.FAILED,), PrintState.QUEUED),
    Step(
        "cancel",
        "Cancel",
        (PrintState.QUEUED, PrintState.FAILED, PrintState.DOUBTFUL),
        PrintState.CANCELLED,
        needs_reason=True,
    ),
)


def steps(state: PrintState, *, is_label: bool) -> tuple[Step, ...]:
    """What may be done about a job; a test page is not reprinted, one makes another."""
    return tuple(step for step in STEPS if state in step.sources and (is_label or step.verb != "reprint"))


def allow(verb: str, state: PrintState, *, reason: str = "") -> PrintState:
    """The state that follows.

    Raises: RuleBroken when it is not possible, or the reason is missing.
    """
    step = next(step for step in STEPS if step.verb == verb)
    if state not in step.sources:
        known = " or ".join(step.sources)
        raise RuleBroken(f"The print is {state}; “{step.label}” is possible only while it is {known}.")
    if step.needs_reason and not reason.strip():
        raise RuleBroken(f"{step.label}: write the reason; it is kept with the print.", field="reason")
    return step.target


def wait_after(attempts: int) -> timedelta:
    """How long until the next try after so many that failed: longer each time, never over five minutes.

    >>> [wait_after(number).seconds for number in range(1, 8)]
    [5, 15, 45, 135, 300, 300, 300]
    """
    return timedelta(seconds=min(_FIRST_WAIT_S * 3 ** (attempts - 1), _LONGEST_WAIT_S))
