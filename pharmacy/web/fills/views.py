"""Fills: capsules for a verified prescription, their label, the final check, and the hand that takes them."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS, READERS, Role
from pharmacy.domain.workflow import FillState
from pharmacy.services import fills, patient_papers, prices, printing
from pharmacy.store import lists
from pharmacy.store.tables import LabelKind
from pharmacy.web.access import actor, allowed, database, now, prove, reading, today, transaction
from pharmacy.web.fills import pages
from pharmacy.web.fills.forms import AllocateForm, CheckForm, DispenseForm, PaperForm, PriceForm, PrintForm
from pharmacy.web.forms import Form, ReasonForm, refuse, typed
from pharmacy.web.prescriptions.pages import show_page as prescription_page
from pharmacy.web.printers.browser import remember_vial_stock, vial_stock

bp = Blueprint("fills", __name__, url_prefix="/fills")
Answer = str | Response | tuple[str, int]


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    """What waits, the one due first in front. ?state= shows one queue."""
    name = request.args.get("state", "")
    if name and name not in pages.QUEUES:
        abort(404)
    state = FillState(name) if name else None
    with reading() as session:
        page = lists.fills(session, state, request.args.get("after", ""))
    return render_template("fills/index.html", page=page, chosen=state, states=pages.QUEUES)


@bp.get("/closed")
@allowed(*READERS)
def closed() -> Answer:
    """What was handed out, cancelled or returned, the newest first."""
    with reading() as session:
        page = lists.closed(session, "fill", request.args.get("after", ""))
    return render_template("fills/closed.html", page=page)


@bp.post("/start/<int:prescription_id>")
@allowed(*BENCH)
def start(prescription_id: int) -> Answer:
    """Opens the first fill of a prescription or the next refill; of a plan all its bottles, and shows the first."""
    try:
        with transaction() as session:
            fill = fills.start(session, prescription_id, actor=actor(), now=now(), today=today())
    except RuleBroken as refusal:
        return prescription_page(prescription_id, refusal=refusal.message), 422
    return _to_show(fill.id)


@bp.get("/<int:fill_id>")
@allowed(*READERS)
def show(fill_id: int) -> Answer:
    pages.note_reading(fill_id)
    return pages.show_page(fill_id)


@bp.post("/<int:fill_id>/allocate")
@allowed(*BENCH)
def allocate(fill_id: int) -> Answer:
    """Takes the capsules from the batch that was scanned, and prices the fill."""
    form = AllocateForm()
    try:
        with transaction() as session:
            batch = typed(form.batch.data)
            fills.allocate(session, fill_id, batch_scanned=batch, actor=actor(), now=now(), today=today())
    except RuleBroken as refusal:
        return _refused(fill_id, form, refusal)
    flash("The capsules are taken and the fill is priced. Print its label.", "success")
    return _to_show(fill_id)


@bp.post("/<int:fill_id>/label")
@allowed(*BENCH)
def label(fill_id: int) -> Answer:
    """Makes the container label, reads it back and keeps it; another one asks the reason."""
    form = PrintForm()
    stock = typed(form.stock.data) or vial_stock()
    try:
        label_id = printing.print_fill(
            database(),
            fill_id,
            actor=actor(),
            now=now(),
            today=today(),
            reason=typed(form.reason.data),
            stock=stock,
        )
    except RuleBroken as refusal:
        return _refused(fill_id, form, refusal)
    response = redirect(url_for("labels.show", label_id=label_id))
    remember_vial_stock(response, stock)
    return response


@bp.post("/<int:fill_id>/papers/<kind>")
@allowed(*BENCH)
def paper(fill_id: int, kind: str) -> Answer:
    """Makes a paper for the patient, reads it back and keeps it; another that says the same asks the reason."""
    if kind not in patient_papers.NAMES:
        abort(404)
    form = PaperForm(prefix=kind)
    try:
        label_id = printing.print_of(
            database(),
            LabelKind(kind),
            fill_id,
            actor=actor(),
            now=now(),
            today=today(),
            reason=typed(form.reason.data),
            stock=typed(form.stock.data),
            given=patient_papers.given(LabelKind(kind), typed(form.day.data), today=today()),
        )
    except RuleBroken as refusal:
        return _refused(fill_id, form, refusal)
    return redirect(url_for("labels.show", label_id=label_id))


@bp.get("/<int:fill_id>/check")
@allowed(*PHARMACISTS)
def check(fill_id: int) -> Answer:
    pages.note_reading(fill_id)
    with reading() as session:
        moved_on = pages.moved_on(session, fill_id, "check")
    if moved_on:
        flash(moved_on, "warning")
        return _to_show(fill_id)
    return pages.check_page(fill_id, CheckForm())


@bp.post("/<int:fill_id>/check")
@allowed(*PHARMACISTS)
def check_now(fill_id: int) -> Answer:
    form = CheckForm()
    try:
        proof = prove(form)
        with transaction() as session:
            fill = fills.check(
                session,
                fill_id,
                scanned=typed(form.scanned.data),
                proof=proof,
                reason=typed(form.reason.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return pages.check_page(fill_id, form), _status(refusal)
    flash(f"Fill {fill.number} is checked and signed.", "success")
    return _to_next(FillState.LABELLED, fill_id)


@bp.post("/<int:fill_id>/dispense")
@allowed(*BENCH)
def dispense(fill_id: int) -> Answer:
    form = DispenseForm()
    try:
        with transaction() as session:
            fill = fills.dispense(
                session,
                fill_id,
                handed_to=typed(form.handed_to.data),
                counselling=typed(form.counselling.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        return _refused(fill_id, form, refusal)
    flash(f"Fill {fill.number} was handed out to {fill.handed_to}.", "success")
    with reading() as session:
        following = pages.next_bottle(session, fill_id)
    return _to_show(following or fill_id)


@bp.post("/<int:fill_id>/accept-price")
@allowed(Role.PHARMACIST_IN_CHARGE)
def accept_price(fill_id: int) -> Answer:
    """A price outside the usual is right, for all fills like this one."""
    form = PriceForm()
    try:
        with transaction() as session:
            row = prices.accept(session, fill_id, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        return _refused(fill_id, form, refusal)
    flash(f"{row.contents} for ${row.total}: accepted, for every fill like it.", "success")
    return _to_show(fill_id)


@bp.post("/<int:fill_id>/cancel")
@allowed(*PHARMACISTS)
def cancel(fill_id: int) -> Answer:
    """Nothing left the pharmacy: the capsules go back to their batch."""
    form = ReasonForm()
    try:
        with transaction() as session:
            fill = fills.cancel(session, fill_id, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        return _refused(fill_id, form, refusal)
    flash(f"Fill {fill.number} is cancelled; its capsules are back in their batch.", "success")
    return _to_show(fill_id)


@bp.post("/<int:fill_id>/take-back")
@allowed(*BENCH)
def take_back(fill_id: int) -> Answer:
    """What was handed out came back, to be destroyed."""
    form = ReasonForm()
    try:
        with transaction() as session:
            fill = fills.take_back(session, fill_id, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        return _refused(fill_id, form, refusal)
    flash(f"Fill {fill.number} came back; it is to be destroyed.", "success")
    return _to_show(fill_id)


def _refused(fill_id: int, form: Form, refusal: RuleBroken) -> tuple[str, int]:
    refuse(form, refusal)
    return pages.show_page(fill_id, form), _status(refusal)


def _status(refusal: RuleBroken) -> int:
    return 409 if isinstance(refusal, Conflict) else 422


def _to_show(fill_id: int) -> Response:
    return redirect(url_for("fills.show", fill_id=fill_id))


def _to_next(state: FillState, done: int) -> Response:
    """The next fill to be checked; the page of the one just done when none waits."""
    with reading() as session:
        rows = lists.fills(session, state, limit=1).rows
    if rows:
        return redirect(url_for("fills.check", fill_id=rows[0].id))
    return _to_show(done)
