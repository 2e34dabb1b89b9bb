"""The questions about a prescription as its pages show them: open ones first, then what was answered or withdrawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from pharmacy.domain.question_drafts import asked_about
from pharmacy.domain.questions import subject_of
from pharmacy.domain.workflow import RxState, Subject, open_steps
from pharmacy.store.asked import questions_of
from pharmacy.store.tables import Prescription
from pharmacy.web.access import actor

Cover = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Panel:
    """waiting, past: columns of each question, with its subject in words.

    suggested: (rule, subject in words) of the findings for which there is a draft. lost: the prescription waits, and
    nobody noted for what.
    """

    prescription_id: int
    waiting: tuple[Mapping[str, Any], ...]
    past: tuple[Mapping[str, Any], ...]
    suggested: tuple[tuple[str, str], ...]
    can_ask: bool
    can_answer: bool
    lost: bool


def panel(session: Session, row: Prescription, cover: Cover = str) -> Panel:
    """What is asked and answered about a prescription.

    cover: hides in our own words what a page must not show; answers stand as they were given, for they are a source.
    """
    questions = [_shown(one._mapping, cover) for one in questions_of(session, row.id)]
    waiting = tuple(one for one in questions if one["is_open"])
    verbs = {step.verb for step in open_steps(Subject.PRESCRIPTION, row.state, actor().role)}
    found = (row.screening or {}).get("findings", [])
    rules = asked_about((finding["rule"], finding["level"]) for finding in found)
    return Panel(
        prescription_id=row.id,
        waiting=waiting,
        past=tuple(one for one in reversed(questions) if not one["is_open"]),
        suggested=tuple((rule, subject_of(rule)) for rule in rules),
        can_ask="ask" in verbs,
        can_answer="answer" in verbs,
        lost=row.state is RxState.CLARIFYING and not waiting,
    )


def _shown(question: Mapping[str, Any], cover: Cover) -> Mapping[str, Any]:
    return {
        **question,
        "subject": subject_of(question["about"]),
        "text": cover(question["text"]),
        "withdrawn_reason": cover(question["withdrawn_reason"] or ""),
    }
