"""Who may do what, when: one table of steps, asked by every service and by every page that draws a button.

The table is read by `allow`, which either returns the state a record moves to or refuses with a sentence, and by
`open_steps`, which lists what this person could do next. No state is assigned anywhere without passing here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS, Role
from pharmacy.domain.signature import Meaning


class Subject(StrEnum):
    PRESCRIPTION = "prescription"
    FORMULA = "formula"
    LOT = "lot"
    TRITURATION = "trituration"
    BATCH = "batch"
    FILL = "fill"


class RxState(StrEnum):
    RECEIVED = "received"
    ENTERED = "entered"
    CLARIFYING = "clarifying"
    ON_HOLD = "on hold"
    VERIFIED = "verified"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TRANSFERRED = "transferred"


class FormulaState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class LotState(StrEnum):
    QUARANTINED = "quarantined"
    RELEASED = "released"
    OPEN = "open"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    RECALLED = "recalled"
    REJECTED = "rejected"


class TriturationState(StrEnum):
    """Until it is mixed; from then on the lot that it became has states of its own."""

    PLANNED = "planned"
    WEIGHING = "weighing"
    MIXING = "mixing"
    MIXED = "mixed"
    REJECTED = "rejected"
    RECALLED = "recalled"


class BatchState(StrEnum):
    PLANNED = "planned"
    WEIGHING = "weighing"
    FILLING = "filling"
    TESTING = "testing"
    AWAITING_RELEASE = "awaiting release"
    RELEASED = "released"
    REJECTED = "rejected"
    RECALLED = "recalled"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"


class FillState(StrEnum):
    PLANNED = "planned"
    ALLOCATED = "allocated"
    LABELLED = "labelled"
    CHECKED = "checked"
    DISPENSED = "dispensed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


STATES: dict[Subject, type[StrEnum]] = {
    Subject.PRESCRIPTION: RxState,
    Subject.FORMULA: FormulaState,
    Subject.LOT: LotState,
    Subject.TRITURATION: TriturationState,
    Subject.BATCH: BatchState,
    Subject.FILL: FillState,
}

# States in which a record still waits for somebody: the work queues are made of these.
OPEN: dict[Subject, frozenset[str]] = {
    Subject.PRESCRIPTION: frozenset(
        {RxState.RECEIVED, RxState.ENTERED, RxState.CLARIFYING, RxState.ON_HOLD, RxState.VERIFIED}
    ),
    Subject.FORMULA: frozenset({FormulaState.DRAFT}),
    Subject.LOT: frozenset({LotState.QUARANTINED, LotState.RELEASED, LotState.OPEN}),
    Subject.TRITURATION: frozenset({TriturationState.PLANNED, TriturationState.WEIGHING, TriturationState.MIXING}),
    Subject.BATCH: frozenset(
        {
            BatchState.PLANNED,
            BatchState.WEIGHING,
            BatchState.FILLING,
            BatchState.TESTING,
            BatchState.AWAITING_RELEASE,
            BatchState.RELEASED,
        }
    ),
    Subject.FILL: frozenset({FillState.PLANNED, FillState.ALLOCATED, FillState.LABELLED, FillState.CHECKED}),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed move.

    sources: states it may start from. target: the state it ends in, "" for the one it was in.
    apart_from: what the doer must not have done to the same record, as the refusal says it; "" where anyone may.
    plain: nothing but a reason goes with it; every other step has a form, a check or a cause of its own.
    """

    subject: Subject
    verb: str
    label: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset[Role]
    signs: Meaning | None = None
    apart_from: str = ""
    needs_reason: bool = False
    plain: bool = False


_RX, _FORMULA, _LOT = Subject.PRESCRIPTION, Subject.FORMULA, Subject.LOT
_TRITURATION, _BATCH, _FILL = Subject.TRITURATION, Subject.BATCH, Subject.FILL
_IN_CHARGE = frozenset({Role.PHARMACIST_IN_CHARGE})
_AT_BENCH = (BatchState.PLANNED, BatchState.WEIGHING, BatchState.FILLING)
_UNMIXED = (TriturationState.PLANNED, TriturationState.WEIGHING, TriturationState.MIXING)
_MAKING = (BatchState.PLANNED, BatchState.WEIGHING, BatchState.FILLING, BatchState.TESTING)

# A table is read by its rows.
# fmt: off
STEPS: tuple[Step, ...] = (
    Step(_RX, "enter", "Enter", (RxState.RECEIVED, RxState.ENTERED), RxState.ENTERED, BENCH),
    Step(
        _RX, "verify", "Verify and sign", (RxState.ENTERED,), RxState.VERIFIED, PHARMACISTS,
        signs=Meaning.PRESCRIPTION_VERIFIED, apart_from="entered",
    ),
    Step(
        _RX, "send_back", "Send back to entry", (RxState.ENTERED,), RxState.RECEIVED, PHARMACISTS,
        needs_reason=True, plain=True,
    ),
    Step(
        _RX, "ask", "Ask the prescriber",
        (RxState.RECEIVED, RxState.ENTERED, RxState.VERIFIED, RxState.CLARIFYING), RxState.CLARIFYING, BENCH,
    ),
    Step(_RX, "answer", "Record the answer", (RxState.CLARIFYING,), RxState.CLARIFYING, BENCH),
    Step(
        _RX, "withdraw", "Withdraw a question", (RxState.CLARIFYING,), RxState.CLARIFYING, BENCH, needs_reason=True,
    ),
    # Wherever it was asked from, it is entered and verified anew: the answer may have changed what was meant.
    Step(_RX, "settle", "No question is open any more", (RxState.CLARIFYING,), RxState.RECEIVED, BENCH),
    Step(
        _RX, "hold", "Put on hold", (RxState.RECEIVED, RxState.ENTERED, RxState.VERIFIED), RxState.ON_HOLD, BENCH,
        needs_reason=True, plain=True,
    ),
    Step(_RX, "resume", "Take off hold", (RxState.ON_HOLD,), RxState.RECEIVED, BENCH, plain=True),
    Step(
        _RX, "cancel", "Cancel",
        (RxState.RECEIVED, RxState.ENTERED, RxState.CLARIFYING, RxState.ON_HOLD, RxState.VERIFIED),
        RxState.CANCELLED, PHARMACISTS, needs_reason=True, plain=True,
    ),
    Step(
        _RX, "reopen", "Verify anew", (RxState.VERIFIED,), RxState.ENTERED, PHARMACISTS,
        needs_reason=True, plain=True,
    ),
    Step(
        _RX, "transfer", "Transfer out", (RxState.VERIFIED,), RxState.TRANSFERRED, PHARMACISTS,
        needs_reason=True, plain=True,
    ),
    Step(
        _RX, "expire", "Mark as expired", (RxState.VERIFIED, RxState.ON_HOLD), RxState.EXPIRED, PHARMACISTS,
        plain=True,
    ),
    Step(_RX, "complete", "Last fill handed out", (RxState.VERIFIED,), RxState.FILLED, BENCH),
    #
    Step(_FORMULA, "change", "Change the draft", (FormulaState.DRAFT,), FormulaState.DRAFT, BENCH),
    Step(
        _FORMULA, "approve", "Approve and sign", (FormulaState.DRAFT,), FormulaState.APPROVED, _IN_CHARGE,
        signs=Meaning.FORMULA_APPROVED, apart_from="drafted",
    ),
    Step(
        _FORMULA, "retire", "Retire", (FormulaState.DRAFT, FormulaState.APPROVED), FormulaState.RETIRED, _IN_CHARGE,
        needs_reason=True,
    ),
    #
    Step(
        _LOT, "release", "Release and sign", (LotState.QUARANTINED,), LotState.RELEASED, PHARMACISTS,
        signs=Meaning.LOT_RELEASED, apart_from="received or made",
    ),
    Step(
        _LOT, "reject", "Reject", (LotState.QUARANTINED,), LotState.REJECTED, PHARMACISTS,
        needs_reason=True, plain=True,
    ),
    Step(_LOT, "draw", "Weigh from", (LotState.RELEASED, LotState.OPEN), LotState.OPEN, BENCH),
    Step(_LOT, "exhaust", "Mark as used up", (LotState.RELEASED, LotState.OPEN), LotState.EXHAUSTED, BENCH, plain=True),
    Step(
        _LOT, "expire", "Mark as expired",
        (LotState.QUARANTINED, LotState.RELEASED, LotState.OPEN), LotState.EXPIRED, BENCH,
        plain=True,
    ),
    Step(
        _LOT, "recall", "Recall",
        (LotState.QUARANTINED, LotState.RELEASED, LotState.OPEN, LotState.EXHAUSTED, LotState.EXPIRED),
        LotState.RECALLED, PHARMACISTS, needs_reason=True,
    ),
    #
    Step(
        _TRITURATION, "weigh", "Weigh", (TriturationState.PLANNED, TriturationState.WEIGHING),
        TriturationState.WEIGHING, BENCH,
    ),
    Step(
        _TRITURATION, "finish_weighing", "Weighing is complete", (TriturationState.WEIGHING,),
        TriturationState.MIXING, BENCH,
    ),
    # What it becomes is a lot, which waits in quarantine for a pharmacist who had no part in making it.
    Step(_TRITURATION, "mix", "Mix", (TriturationState.MIXING,), TriturationState.MIXED, BENCH),
    Step(
        _TRITURATION, "reject", "Reject", _UNMIXED, TriturationState.REJECTED, PHARMACISTS,
        needs_reason=True, plain=True,
    ),
    # Follows from the recall of a lot that goes into it; once mixed, the lot that it became is recalled.
    Step(
        _TRITURATION, "recall", "Recall", _UNMIXED, TriturationState.RECALLED, PHARMACISTS, needs_reason=True,
    ),
    #
    Step(_BATCH, "weigh", "Weigh", (BatchState.PLANNED, BatchState.WEIGHING), BatchState.WEIGHING, BENCH),
    # Steps of the procedure, pauses and a second lot leave a batch where it is.
    Step(_BATCH, "do_step", "Work at the bench", _AT_BENCH, "", BENCH),
    Step(_BATCH, "pause", "Pause", _AT_BENCH, "", BENCH, needs_reason=True),
    Step(_BATCH, "resume", "Go on", _AT_BENCH, "", BENCH),
    Step(_BATCH, "photograph", "Keep a photograph", (*_AT_BENCH, BatchState.TESTING), "", BENCH),
    Step(
        _BATCH, "continue", "Take a second lot", (BatchState.PLANNED, BatchState.WEIGHING), "", BENCH,
        needs_reason=True,
    ),
    Step(_BATCH, "finish_weighing", "Weighing is complete", (BatchState.WEIGHING,), BatchState.FILLING, BENCH),
    Step(_BATCH, "fill", "Capsules are filled", (BatchState.FILLING,), BatchState.TESTING, BENCH),
    Step(_BATCH, "test", "Record the weight test", (BatchState.TESTING,), BatchState.AWAITING_RELEASE, BENCH),
    Step(
        _BATCH, "release", "Release and sign", (BatchState.AWAITING_RELEASE,), BatchState.RELEASED, PHARMACISTS,
        signs=Meaning.BATCH_RELEASED, apart_from="worked on",
    ),
    Step(
        _BATCH, "reject", "Reject and sign", (*_MAKING, BatchState.AWAITING_RELEASE), BatchState.REJECTED, PHARMACISTS,
        signs=Meaning.BATCH_REJECTED, needs_reason=True,
    ),
    # Also while it is made: a recalled lot takes every batch with it. Used up and expired ones are with patients.
    Step(
        _BATCH, "recall", "Recall",
        (*_MAKING, BatchState.AWAITING_RELEASE, BatchState.RELEASED, BatchState.EXHAUSTED, BatchState.EXPIRED),
        BatchState.RECALLED, PHARMACISTS, needs_reason=True, plain=True,
    ),
    Step(_BATCH, "exhaust", "Last capsule taken", (BatchState.RELEASED,), BatchState.EXHAUSTED, BENCH),
    Step(
        _BATCH, "refund", "Capsules put back", (BatchState.RELEASED, BatchState.EXHAUSTED),
        BatchState.RELEASED, BENCH,
    ),
    Step(_BATCH, "expire", "Mark as expired", (BatchState.RELEASED,), BatchState.EXPIRED, BENCH, plain=True),
    #
    Step(_FILL, "allocate", "Take capsules from a batch", (FillState.PLANNED,), FillState.ALLOCATED, BENCH),
    Step(_FILL, "label", "Print the label", (FillState.ALLOCATED,), FillState.LABELLED, BENCH),
    Step(_FILL, "reprint", "Print again", (FillState.LABELLED,), FillState.LABELLED, BENCH, needs_reason=True),
    Step(
        _FILL, "check", "Check and sign", (FillState.LABELLED,), FillState.CHECKED, PHARMACISTS,
        signs=Meaning.FINAL_CHECK, apart_from="packed",
    ),
    Step(_FILL, "dispense", "Hand out", (FillState.CHECKED,), FillState.DISPENSED, BENCH),
    Step(
        _FILL, "cancel", "Cancel",
        (FillState.PLANNED, FillState.ALLOCATED, FillState.LABELLED, FillState.CHECKED),
        FillState.CANCELLED, PHARMACISTS, needs_reason=True,
    ),
    Step(
        _FILL, "take_back", "Returned, to be destroyed", (FillState.DISPENSED,), FillState.RETURNED, BENCH,
        needs_reason=True,
    ),
)
# fmt: on

_BY_NAME = {(step.subject, step.verb): step for step in STEPS}


def find(subject: Subject, verb: str) -> Step:
    return _BY_NAME[subject, verb]


def allow(
    subject: Subject,
    verb: str,
    *,
    name: str,
    state: str,
    role: Role,
    doer: int = 0,
    done_by: Collection[int] = (),
    alone: bool = False,
    reason: str = "",
) -> str:
    """The state that the record moves to.

    name: how the record is called, for the refusal ("Batch B261124-01").
    doer, done_by: who acts, and who did what this step must stay apart from.
    alone: a documented exception for a pharmacist alone on duty applies; it still needs a reason.
    Raises: RuleBroken, a sentence for the person who acts.
    """
    step = find(subject, verb)
    if role not in step.roles:
        raise RuleBroken(f"{step.label}: only {_listed(sorted(step.roles))} may do this; you are signed in as {role}.")
    if state not in step.sources:
        raise RuleBroken(f"{name} is {state}; “{step.label}” is possible only when it is {_listed(step.sources)}.")
    if step.needs_reason and not reason.strip():
        raise RuleBroken(f"{step.label}: write the reason; it is kept with the record.", field="reason")
    if step.apart_from and doer in done_by:
        _refuse_same_person(step, name, alone=alone, reason=reason)
    return step.target or state


def refuse_unless_plain(subject: Subject, verb: str) -> None:
    """Refuses to take a step by its name alone when more belongs to it: a signature, a weighing, a test.

    Raises: RuleBroken.
    """
    step = _BY_NAME.get((subject, verb))
    if step is None:
        raise RuleBroken(f"There is no such step for a {subject}.")
    if not step.plain:
        raise RuleBroken(f"“{step.label}” has a form of its own; it is not done by its name alone.")


def open_steps(subject: Subject, state: str, role: Role) -> tuple[Step, ...]:
    """What a person in this role could do next, in the order of the table; pages draw their buttons from it."""
    return tuple(s for s in STEPS if s.subject is subject and state in s.sources and role in s.roles)


def _refuse_same_person(step: Step, name: str, *, alone: bool, reason: str) -> None:
    if not alone:
        raise RuleBroken(f"You {step.apart_from} {name} yourself; somebody else must sign “{step.label}”.")
    if len(reason.strip()) < 10:
        raise RuleBroken(
            f"You {step.apart_from} {name} yourself: as the only pharmacist on duty, give the reason"
            " in at least 10 letters; it is kept with your signature.",
            field="reason",
        )


def _listed(names: Collection[str]) -> str:
    *most, last = [str(name) for name in names]
    return f"{', '.join(most)} or {last}" if most else last
