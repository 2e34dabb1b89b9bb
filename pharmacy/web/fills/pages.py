"""The pages of one fill, each drawn in one place: first for reading, again when something was refused."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import render_template
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.prescription import from_document
from pharmacy.domain.roles import BENCH, Role
from pharmacy.domain.workflow import OPEN, FillState, Subject, open_steps
from pharmacy.services import (
    allocating,
    courses,
    fills,
    label_texts,
    patient_papers,
    phrase_tables,
    prescriptions,
    prices,
)
from pharmacy.services.acting import get, is_alone
from pharmacy.services.phrases import Spoken
from pharmacy.store import lists
from pharmacy.store.tables import Fill, LabelKind
from pharmacy.web.access import actor, now, reading, today, transaction
from pharmacy.web.fills.forms import CheckForm, Forms
from pharmacy.web.forms import Form
from pharmacy.web.printers.browser import vial_stock


class Translated(NamedTuple):
    """The name of the patient's language, and what a label says in it."""

    language: str
    spoken: Spoken


QUEUES = tuple(state for state in FillState if state in OPEN[Subject.FILL])


def note_reading(fill_id: int) -> None:
    """A fill's page shows the patient's record, and the trail says who looked."""
    with transaction() as session:
        fill = get(session, Fill, fill_id, "fill")
        prescriptions.note_reading(session, fill.prescription_id, actor=actor(), now=now())


def moved_on(session: Session, fill_id: int, verb: str) -> str:
    """Why this step is not possible any more, or not yet; "" when it is."""
    fill = get(session, Fill, fill_id, "fill")
    return "" if verb in _verbs(fill) else f"Fill {fill.number} is {fill.state} by now."


def show_page(fill_id: int, refused: Form | None = None) -> str:
    """Everything about one fill, and the form of its next step."""
    with reading() as session:
        fill = get(session, Fill, fill_id, "fill")
        verbs, labels = _verbs(fill), lists.labels_of(session, fill_id=fill.id)
        return render_template(
            "fills/show.html",
            fill=fill,
            rx=fill.prescription,
            held=from_document(fill.prescription.document),
            directions=_directions(fill),
            translated=_translated(session, fill) if {"label", "reprint"} & verbs else None,
            bottle=courses.name_of(fill),
            course=courses.live(session, fill.prescription) if fill.bottles > 1 else (),
            suitable=allocating.batches_for(session, fill, today()) if "allocate" in verbs else (),
            labels=_on_the_container(labels),
            papers=patient_papers.offers(session, fill, labels),
            no_papers=patient_papers.why_none(session, fill),
            may_print=actor().role in BENCH,
            today=today(),
            signatures=fills.signatures(session, fill),
            verbs=verbs,
            forms=Forms(refused, stock=vial_stock()),
            price_waits=prices.waits_for(session, fill),
            accepted=prices.accepted(session, fill) if fill.price is not None else (),
            may_accept=actor().role is Role.PHARMACIST_IN_CHARGE,
            left=fills.fills_left(session, fill.prescription),
        )


def check_page(fill_id: int, form: CheckForm) -> str:
    """The facts of the prescription beside the picture of the label that is on the container."""
    with reading() as session:
        fill = get(session, Fill, fill_id, "fill")
        packers = {fill.started_by_id, *(taken.person_id for taken in fill.allocations)}
        return render_template(
            "fills/check.html",
            fill=fill,
            rx=fill.prescription,
            held=from_document(fill.prescription.document),
            directions=_directions(fill),
            bottle=courses.name_of(fill),
            label=_last(_on_the_container(lists.labels_of(session, fill_id=fill.id))),
            form=form.showing(fills.content(session, fill)),
            own=actor().id in packers,
            alone=is_alone(session),
        )


def _translated(session: Session, fill: Fill) -> Translated | None:
    """What the next label says in the patient's language, or why it is in English alone; None for English."""
    try:
        spoken = label_texts.spoken_on(session, fill)
    except RuleBroken:  # directions in words that no bottle can have; the label says so itself
        return None
    return Translated(phrase_tables.language(spoken.language).name, spoken) if spoken.language else None


def _directions(fill: Fill) -> str:
    """What its label says; "" when the prescription was entered anew since, in words that no bottle can have."""
    try:
        return courses.directions_of(fill)
    except RuleBroken:
        return ""


def next_bottle(session: Session, fill_id: int) -> int | None:
    """The bottle of the same course that is checked and goes out next, none when there is none."""
    fill = get(session, Fill, fill_id, "fill")
    following = (one for one in courses.live(session, fill.prescription) if one.bottle == fill.bottle + 1)
    return next((one.id for one in following if one.state is FillState.CHECKED), None)


def _verbs(fill: Fill) -> frozenset[str]:
    return frozenset(step.verb for step in open_steps(Subject.FILL, fill.state, actor().role))


def _on_the_container(labels: Sequence[Any]) -> list[Any]:
    return [label for label in labels if label.kind is LabelKind.VIAL]


def _last(rows: Any) -> Any:
    return rows[-1] if rows else None
