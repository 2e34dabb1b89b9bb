"""Recalls: one page for a lot or a batch that shows both directions, blocks stock, practises, and writes letters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import PHARMACISTS, READERS
from pharmacy.domain.workflow import Subject, open_steps
from pharmacy.services import recall_letters, recalls, releasing
from pharmacy.services.recalls import Walk
from pharmacy.store import recalled
from pharmacy.store.tables import Searched
from pharmacy.web.access import actor, allowed, database, now, reading, settings, today, transaction
from pharmacy.web.forms import ReasonForm, refuse, typed
from pharmacy.web.recalls.forms import LettersForm

bp = Blueprint("recalls", __name__)
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Start:
    """What a page is about, and the addresses of what can be done from it."""

    subject: Subject
    key: int
    walk: Callable[[Session, int], Walk]

    def find(self, session: Session) -> Walk:
        return self.walk(session, self.key)

    def url(self, act: str = "") -> str:
        endpoint = f"recalls.{self.subject}{f'_{act}' if act else ''}"
        numbers: dict[str, Any] = {f"{self.subject}_id": self.key}
        return url_for(endpoint, **numbers)


def _lot(lot_id: int) -> Start:
    return Start(Subject.LOT, lot_id, recalls.walk_lot)


def _batch(batch_id: int) -> Start:
    return Start(Subject.BATCH, batch_id, recalls.walk_batch)


@bp.get("/lots/<int:lot_id>/recall")
@allowed(*READERS)
def lot(lot_id: int) -> Answer:
    return _page(_lot(lot_id))


@bp.post("/lots/<int:lot_id>/recall")
@allowed(*PHARMACISTS)
def lot_now(lot_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            recalls.recall_lot(session, lot_id, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(_lot(lot_id), reason=form), 422
    flash("The lot is recalled, and every batch made from it is blocked.", "success")
    return redirect(_lot(lot_id).url())


@bp.post("/lots/<int:lot_id>/recall/drill")
@allowed(*PHARMACISTS)
def lot_drill(lot_id: int) -> Answer:
    return _drill(_lot(lot_id))


@bp.post("/lots/<int:lot_id>/recall/letters")
@allowed(*PHARMACISTS)
def lot_letters(lot_id: int) -> Answer:
    return _letters(_lot(lot_id))


@bp.get("/batches/<int:batch_id>/recall")
@allowed(*READERS)
def batch(batch_id: int) -> Answer:
    return _page(_batch(batch_id))


@bp.post("/batches/<int:batch_id>/recall")
@allowed(*PHARMACISTS)
def batch_now(batch_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            releasing.advance(session, batch_id, "recall", reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(_batch(batch_id), reason=form), 422
    flash("The batch is recalled and blocked.", "success")
    return redirect(_batch(batch_id).url())


@bp.post("/batches/<int:batch_id>/recall/drill")
@allowed(*PHARMACISTS)
def batch_drill(batch_id: int) -> Answer:
    return _drill(_batch(batch_id))


@bp.post("/batches/<int:batch_id>/recall/letters")
@allowed(*PHARMACISTS)
def batch_letters(batch_id: int) -> Answer:
    return _letters(_batch(batch_id))


def _drill(start: Start) -> Answer:
    """Walks with a clock, and changes nothing but the record of it."""
    with transaction() as session:
        _, kept = recalls.drill(session, lambda: start.find(session), actor=actor(), now=now())
    flash(f"Drill: {kept.patients} patients found in {kept.took_ms} ms. Nothing was recalled.", "success")
    return redirect(start.url())


def _letters(start: Start) -> Answer:
    """The letters as a file; what was refused stands on the page beside what was typed."""
    form = LettersForm()
    try:
        order = form.order()
        printed = recall_letters.make(
            database(), start.find, order, actor=actor(), now=now(), today=today(), zone=ZoneInfo(settings().timezone)
        )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(start, letters=form), 422
    response = make_response(printed.pdf)
    response.content_type = "application/pdf"
    name = f"recall-{start.subject}-{start.key}-{order.to}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(start: Start, *, reason: ReasonForm | None = None, letters: LettersForm | None = None) -> str:
    """Both directions on one page; the trail notes whose records were read."""
    with reading() as session:
        found = start.find(session)
        practised = recalled.drills(session, _codes(found))
    with transaction() as session:
        recalls.note_reading(session, found, actor=actor(), now=now())
    state = found.batches[0].state if start.subject is Subject.BATCH else found.lots[0].state
    may = actor().role in PHARMACISTS
    return render_template(
        "recalls/show.html",
        start=start,
        found=found,
        drills=practised,
        reason=reason or ReasonForm(formdata=None),
        letters=letters or LettersForm(formdata=None),
        may_recall=any(step.verb == "recall" for step in open_steps(start.subject, state, actor().role)),
        may_drill=may,
        may_write=may and found.is_recalled and bool(found.handed_out),
    )


def _codes(found: Walk) -> list[tuple[Searched, str]]:
    """Under which names drills of this were kept."""
    own = [(found.searched, found.code)]
    if found.searched is Searched.LOT:
        own += [(Searched.MAKER_LOT, one.maker_lot) for one in found.lots]
    return own
