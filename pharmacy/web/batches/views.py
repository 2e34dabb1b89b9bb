"""The queue of batches, their plan, and their record. The bench and the release stand in modules of their own."""

from zoneinfo import ZoneInfo

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy.orm import Session

from pharmacy.domain.equipment import EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.domain.signature import digest
from pharmacy.domain.workflow import OPEN, BatchState, Subject
from pharmacy.services import (
    batch_equipment,
    batches,
    compounding_records,
    lots,
    printing,
    shelf_printing,
    triturations,
)
from pharmacy.services.acting import get
from pharmacy.services.batches import Plan, Prepared, TriturationNeeded
from pharmacy.store import lists, stock
from pharmacy.store.tables import Batch, Formula, IngredientKind, Lot
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, database, now, reading, settings, today, transaction
from pharmacy.web.batches import assays, bench, bp, deciding, exchange, filling, record
from pharmacy.web.batches.forms import CoverForm, PlanForm
from pharmacy.web.forms import ReasonForm, refuse, typed

# importing them puts their pages into the blueprint
__all__ = ["assays", "bench", "bp", "deciding", "exchange", "filling"]

ACTIVE = IngredientKind.ACTIVE
QUEUE = [state for state in BatchState if state in OPEN[Subject.BATCH]]


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    wanted = request.args.get("state", "")
    state = BatchState(wanted) if wanted in QUEUE else None
    with reading() as session:
        page = lists.batches(session, state, request.args.get("after", ""))
    return render_template("batches/index.html", page=page, state=state, states=QUEUE)


@bp.get("/closed")
@allowed(*READERS)
def closed() -> Answer:
    with reading() as session:
        page = lists.closed(session, "batch", request.args.get("after", ""))
    return render_template("batches/closed.html", page=page)


@bp.get("/<int:batch_id>/record.pdf")
@allowed(*READERS)
def record_pdf(batch_id: int) -> Answer:
    """The compounding record as paper."""
    with reading() as session:
        printed = compounding_records.draw(session, batch_id, ZoneInfo(settings().timezone))
    response = make_response(printed.pdf)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="batch-{batch_id}.pdf"'
    return response


@bp.get("/<int:batch_id>")
@allowed(*READERS)
def show(batch_id: int) -> Answer:
    return _show(batch_id, ReasonForm())


@bp.get("/plan")
@allowed(*BENCH)
def plan_form() -> Answer:
    """The formulas to choose from; with ?formula_id= the plan of a batch of that formula."""
    if not request.args.get("formula_id"):
        with reading() as session:
            return render_template("batches/choose.html", formulas=stock.approved_formulas(session))
    form = PlanForm(formdata=None, formula_id=request.args["formula_id"], compounded=today().isoformat())
    return _plan_page(form)


@bp.post("/plan")
@allowed(*BENCH)
def plan() -> Answer:
    """Works the plan out and shows it (button work_out), or opens the batch."""
    form = PlanForm()
    try:
        formula_id, planned = values.chosen(form.formula_id), form.plan()
        with reading() as session:
            prepared = batches.prepare(session, formula_id, planned, today=today())
            changed = bool(form.seen.data) and form.seen.data != _fingerprint(prepared)
            if "work_out" in request.form or changed:
                form.seen.data = _fingerprint(prepared)
                return _plan_page(form, prepared, changed=changed and "work_out" not in request.form)
        with transaction() as session:
            batch = batches.plan(session, formula_id, planned, actor=actor(), now=now(), today=today())
    except TriturationNeeded as refusal:
        refuse(form, refusal)
        return _plan_page(form, too_little=planned), 422
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _plan_page(form), 422
    flash(f"Batch {batch.number} is open: work it at the bench.", "success")
    return redirect(url_for("batches.show", batch_id=batch.id))


@bp.post("/<int:batch_id>/print")
@allowed(*BENCH)
def print_label(batch_id: int) -> Answer:
    form = ReasonForm()
    try:
        label_id = printing.print_batch(
            database(), batch_id, actor=actor(), now=now(), today=today(), reason=typed(form.reason.data)
        )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _show(batch_id, form), 422
    return redirect(url_for("labels.show", label_id=label_id))


@bp.post("/<int:batch_id>/cover")
@allowed(*BENCH)
def print_cover(batch_id: int) -> Answer:
    form = CoverForm(prefix="cover")
    try:
        label_id = shelf_printing.print_cover(
            database(),
            batch_id,
            zone=ZoneInfo(settings().timezone),
            stock=typed(form.stock.data),
            actor=actor(),
            now=now(),
            reason=typed(form.reason.data),
        )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _show(batch_id, ReasonForm(formdata=None), form), 422
    return redirect(url_for("labels.show", label_id=label_id))


def _show(batch_id: int, form: ReasonForm, cover: CoverForm | None = None) -> str:
    cover = cover or CoverForm(formdata=None, prefix="cover")
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        return render_template("batches/show.html", form=form, cover=cover, **record.context(session, batch))


def _plan_page(
    form: PlanForm, prepared: Prepared | None = None, *, changed: bool = False, too_little: Plan | None = None
) -> str:
    """changed: what was asked to be opened is not what was on the screen. too_little: what the balance cannot weigh."""
    with reading() as session:
        formula = get(session, Formula, values.chosen(form.formula_id), "formula")
        balances, machines = (
            batch_equipment.offers(session, kind, size=formula.capsule_size, on=today()) for kind in EquipmentKind
        )
        held = usable(session, formula)
        diluted, enough = _diluted(session, formula, held, too_little) if too_little else (None, ())
        form.offer(held if not enough else held | {ACTIVE: (*enough, *(x for x in held[ACTIVE] if x not in enough))})
        form.offer_equipment(balances, machines)
        return render_template(
            "batches/plan.html",
            form=form,
            formula=formula,
            balances=balances,
            machines=machines,
            prepared=prepared,
            sizes=batches.capsule_sizes(session, prepared) if prepared else (),
            changed=changed,
            trituration=diluted,
            enough=enough,
        )


def _diluted(
    session: Session, formula: Formula, held: dict[IngredientKind, tuple[Lot, ...]], planned: Plan
) -> tuple[triturations.Prepared | None, tuple[Lot, ...]]:
    """The trituration that such a batch takes, and those that are there already and are enough for it."""
    try:
        found = triturations.prepare(session, formula.id, planned, today=today())
    except RuleBroken:  # the refusal of the batch says enough
        return None, ()
    return found, triturations.enough(held[ACTIVE], found)


def usable(session: Session, formula: Formula) -> dict[IngredientKind, tuple[Lot, ...]]:
    """The lots of every component, the one that expires first in front; triturations behind what was bought."""
    found = {
        component.ingredient.kind: lots.first_expired_first_out(session, component.ingredient_id, today())
        for component in formula.components
    }
    return {kind: tuple(sorted(held, key=lambda lot: lot.trituration is not None)) for kind, held in found.items()}


def _fingerprint(prepared: Prepared) -> str:
    """Names what the worksheet page showed, so that no other plan is opened in its place."""
    return digest(
        {
            "worksheet": prepared.worksheet.to_document(),
            "lots": [prepared.active.number, prepared.filler.number, prepared.shell.number],
            "balance": prepared.equipment.balance.number,
            "machine": prepared.equipment.machine.number if prepared.equipment.machine else "by hand",
            "beyond_use_date": prepared.beyond_use.date,
        }
    )
