"""Prescriptions: the queue, entry beside the source, blind verification, and the steps between."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS, READERS
from pharmacy.domain.units import read_date, read_whole
from pharmacy.domain.workflow import RxState
from pharmacy.services import prescriptions, reviewing
from pharmacy.services.acting import get
from pharmacy.store import lists
from pharmacy.store.asked import open_by_prescription
from pharmacy.store.tables import Prescription
from pharmacy.web.access import actor, allowed, now, prove, reading, today, transaction
from pharmacy.web.forms import ReasonForm, refuse, typed
from pharmacy.web.prescriptions import pages
from pharmacy.web.prescriptions.calendar import calendar_page
from pharmacy.web.prescriptions.checking import check as check_document
from pharmacy.web.prescriptions.checking import expand
from pharmacy.web.prescriptions.forms import EntryForm, verify_form

bp = Blueprint("prescriptions", __name__, url_prefix="/prescriptions")
Answer = str | Response | tuple[str, int] | dict[str, object]


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    """What waits, the one due first in front. ?state= shows one queue."""
    state = _state(request.args.get("state", ""))
    with reading() as session:
        page = lists.prescriptions(session, state, request.args.get("after", ""))
        asked = open_by_prescription(session, (row.id for row in page.rows if row.state is RxState.CLARIFYING))
    return render_template(
        "prescriptions/index.html",
        page=page,
        chosen=state,
        states=pages.QUEUES,
        takeable=pages.takeable(),
        unseen=pages.unseen(),
        asked=asked,
    )


@bp.get("/closed")
@allowed(*READERS)
def closed() -> Answer:
    """What is done with, the newest first."""
    with reading() as session:
        page = lists.closed(session, "prescription", request.args.get("after", ""))
    return render_template("prescriptions/closed.html", page=page)


@bp.post("/new")
@allowed(*BENCH)
def new() -> Answer:
    """An empty prescription for what came by phone or fax."""
    with transaction() as session:
        row = prescriptions.start(session, None, message=None, actor=actor(), now=now())
        prescriptions.claim(session, row.id, actor=actor(), now=now())
    return redirect(url_for("prescriptions.enter", prescription_id=row.id))


@bp.get("/<int:prescription_id>")
@allowed(*READERS)
def show(prescription_id: int) -> Answer:
    _note_reading(prescription_id)
    return pages.show_page(prescription_id)


@bp.post("/<int:prescription_id>/claim")
@allowed(*BENCH)
def claim(prescription_id: int) -> Answer:
    """Puts the name of whoever is signed in on it, and opens the page of its next step."""
    with transaction() as session:
        row = prescriptions.claim(session, prescription_id, actor=actor(), now=now())
    for verb in ("verify", "enter"):
        if pages.may(row, verb):
            return redirect(url_for(f"prescriptions.{verb}", prescription_id=prescription_id))
    return _to_show(prescription_id)


@bp.get("/<int:prescription_id>/enter")
@allowed(*BENCH)
def enter(prescription_id: int) -> Answer:
    _note_reading(prescription_id)
    return _unless_moved_on(prescription_id, "enter") or pages.entry_page(prescription_id)


@bp.post("/<int:prescription_id>/enter")
@allowed(*BENCH)
def enter_now(prescription_id: int) -> Answer:
    form = EntryForm()
    try:
        with transaction() as session:
            row = prescriptions.enter(
                session,
                prescription_id,
                form.document(),
                actor=actor(),
                now=now(),
                today=today(),
                revision=_revision(form),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        conflict = isinstance(refusal, Conflict)
        return pages.entry_page(prescription_id, form, conflict=conflict), 409 if conflict else 422
    flash(f"Prescription {row.number} is entered and waits for a pharmacist.", "success")
    return _to_next(RxState.RECEIVED, "enter")


@bp.post("/<int:prescription_id>/check")
@allowed(*BENCH)
def check(prescription_id: int) -> Answer:
    """Screens what is typed, and saves nothing."""
    form = EntryForm()
    try:
        document = form.document()
        with reading() as session:
            checked = check_document(document, reviewing.screen_typed(session, document, today()))
    except RuleBroken as refusal:
        refuse(form, refusal)
        return pages.entry_page(prescription_id, form), 422
    return pages.entry_page(prescription_id, form, checked)


@bp.post("/directions")
@allowed(*BENCH)
def directions() -> Answer:
    """Directions in plain words, for the entry page while one types: {text, doubts, doses}."""
    return expand(request.form.get("directions", "")[:2000], request.form.get("strength", "")[:200])


@bp.get("/<int:prescription_id>/verify")
@allowed(*PHARMACISTS)
def verify(prescription_id: int) -> Answer:
    _note_reading(prescription_id)
    return _unless_moved_on(prescription_id, "verify") or pages.verify_page(prescription_id)


@bp.post("/<int:prescription_id>/verify")
@allowed(*PHARMACISTS)
def verify_now(prescription_id: int) -> Answer:
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        asked = prescriptions.to_answer(pages.screened(session, row).findings)
        form = verify_form(asked, pages.steps_to_type(row))
    try:
        proof = prove(form)
        with transaction() as session:
            prescriptions.verify(
                session,
                prescription_id,
                strength_again=typed(form.strength_again.data),
                doses_again=form.doses(),
                quantity_again=typed(form.quantity_again.data),
                answers=form.answers(finding.rule for finding in asked),
                proof=proof,
                actor=actor(),
                now=now(),
                today=today(),
                reason=typed(form.reason.data),
            )
    except RuleBroken as refusal:
        refuse(form, pages.covered(prescription_id, refusal))
        return pages.verify_page(prescription_id, form), 409 if isinstance(refusal, Conflict) else 422
    flash(f"Prescription {row.number} is verified and signed.", "success")
    return _to_next(RxState.ENTERED, "verify")


@bp.get("/<int:prescription_id>/calendar")
@allowed(*READERS)
def calendar(prescription_id: int) -> Answer:
    """The sheet that goes with the bottles of a plan: each day's dose and bottle. ?first= is the first day."""
    _note_reading(prescription_id)
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        ready = pages.has_calendar(row)
    if not ready:
        flash("A calendar sheet is made of a titration plan that a pharmacist has verified.", "warning")
        return _to_show(prescription_id)
    try:
        first = read_date(request.args.get("first") or today(), field="first")
        return calendar_page(prescription_id, first)
    except RuleBroken as refusal:
        return calendar_page(prescription_id, today(), refusal.message), 422


@bp.post("/<int:prescription_id>/steps/<verb>")
@allowed(*BENCH)
def step(prescription_id: int, verb: str) -> Answer:
    """A plain step, which asks for nothing but a reason: send_back, reopen, hold, resume, cancel, transfer, expire."""
    form = ReasonForm()
    try:
        with transaction() as session:
            row = prescriptions.advance(
                session, prescription_id, verb, reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return pages.show_page(prescription_id, form), 422
    flash(f"Prescription {row.number} is now {row.state}.", "success")
    return _to_show(prescription_id)


def _state(name: str) -> RxState | None:
    if name and name not in pages.QUEUES:
        abort(404)
    return RxState(name) if name else None


def _revision(form: EntryForm) -> int | None:
    seen = typed(form.revision.data)
    return read_whole(seen, field="revision") if seen else None


def _note_reading(prescription_id: int) -> None:
    with transaction() as session:
        prescriptions.note_reading(session, prescription_id, actor=actor(), now=now())


def _unless_moved_on(prescription_id: int, verb: str) -> Response | None:
    """To its page when the prescription is past this step."""
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        if pages.may(row, verb):
            return None
    flash(f"Prescription {row.number} is {row.state} by now.", "warning")
    return _to_show(prescription_id)


def _to_show(prescription_id: int) -> Response:
    return redirect(url_for("prescriptions.show", prescription_id=prescription_id))


def _to_next(state: RxState, verb: str) -> Response:
    """The next one that waits for the same step; the list when none does."""
    with reading() as session:
        following = lists.next_prescription(session, state, actor().id)
    if following is None:
        return redirect(url_for("prescriptions.index"))
    return redirect(url_for(f"prescriptions.{verb}", prescription_id=following))
