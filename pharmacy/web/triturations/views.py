"""The list of triturations, their plan and their record, and the label of what they became."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.equipment import EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.domain.signature import digest
from pharmacy.domain.workflow import Subject
from pharmacy.services import batch_equipment, printing, second_readings, triturations
from pharmacy.services.acting import get
from pharmacy.services.triturations import Prepared
from pharmacy.store import lists
from pharmacy.store import triturations as stored
from pharmacy.store.tables import Formula, Trituration
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, database, now, reading, today, transaction
from pharmacy.web.batches.views import usable
from pharmacy.web.forms import ReasonForm, refuse, typed
from pharmacy.web.steps import buttons
from pharmacy.web.triturations import bp, making
from pharmacy.web.triturations.forms import PlanForm

__all__ = ["bp", "making"]  # importing it puts its pages into the blueprint

PAGES = {
    "weigh": "triturations.weigh_form",
    "mix": "triturations.mix_form",
    "reject": "triturations.reject_form",
}
PREFILLED = ("capsules", "lot_active", "lot_filler", "balance_id", "purpose")


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    with reading() as session:
        waiting, recent = stored.waiting(session), stored.recent(session)
    return render_template("triturations/index.html", waiting=waiting, recent=recent)


@bp.get("/plan")
@allowed(*BENCH)
def plan_form() -> Answer:
    """The plan for a batch that the address names, worked out."""
    if not request.args.get("formula_id"):
        flash("Plan a batch: its page offers a trituration when the balance cannot weigh the active.", "info")
        return redirect(url_for("batches.plan_form"))
    given = {name: request.args[name] for name in PREFILLED if name in request.args}
    form = PlanForm(formdata=None, formula_id=request.args["formula_id"], **given)
    return _plan_page(form, work_out=bool(given))


@bp.post("/plan")
@allowed(*BENCH)
def plan() -> Answer:
    """Works the plan out and shows it (button work_out), or opens the trituration when it is the one that was seen."""
    form = PlanForm()
    try:
        formula_id, planned = values.chosen(form.formula_id), form.plan(today())
        with reading() as session:
            seen = _fingerprint(triturations.prepare(session, formula_id, planned, today=today()))
        if "work_out" in request.form or form.seen.data != seen:
            return _plan_page(form, work_out=True, changed="work_out" not in request.form)
        with transaction() as session:
            made = triturations.plan(session, formula_id, planned, actor=actor(), now=now(), today=today())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _plan_page(form), 422
    flash(f"Trituration {made.number} is open: weigh the active.", "success")
    return redirect(url_for("triturations.show", trituration_id=made.id))


@bp.get("/<int:trituration_id>")
@allowed(*READERS)
def show(trituration_id: int) -> Answer:
    return _show(trituration_id, ReasonForm())


@bp.post("/<int:trituration_id>/print")
@allowed(*BENCH)
def print_label(trituration_id: int) -> Answer:
    form = ReasonForm()
    try:
        reason = typed(form.reason.data)
        label_id = printing.print_trituration(
            database(), trituration_id, actor=actor(), now=now(), today=today(), reason=reason
        )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _show(trituration_id, form), 422
    return redirect(url_for("labels.show", label_id=label_id))


def _show(trituration_id: int, form: ReasonForm) -> str:
    with reading() as session:
        made = get(session, Trituration, trituration_id, "trituration")
        shown = {
            "readings": second_readings.of_triturations(session, made),
            "labels": lists.labels_of(session, lot_id=made.lot_id) if made.lot_id else (),
            "steps": buttons(Subject.TRITURATION, made.state, PAGES, trituration_id=made.id),
        }
        return render_template("triturations/show.html", made=made, form=form, **shown)


def _plan_page(form: PlanForm, *, work_out: bool = False, changed: bool = False) -> str:
    """changed: what was asked to be opened is not what was on the screen."""
    with reading() as session:
        formula = get(session, Formula, values.chosen(form.formula_id), "formula")
        balances = batch_equipment.offers(session, EquipmentKind.BALANCE, size=formula.capsule_size, on=today())
        form.offer(usable(session, formula)).offer_balances(balances)
        prepared = None
        if work_out:
            try:
                prepared = triturations.prepare(session, formula.id, form.plan(today()), today=today())
                form.seen.data = _fingerprint(prepared)
            except RuleBroken as refusal:
                refuse(form, refusal)
        shown = {"form": form, "formula": formula, "prepared": prepared, "changed": changed}
        return render_template("triturations/plan.html", **shown)


def _fingerprint(prepared: Prepared) -> str:
    """Names what the page showed, so that no other plan is opened in its place."""
    return digest(
        {
            "plan": prepared.plan.to_document(),
            "lots": [prepared.active.number, prepared.diluent.number],
            "balance": prepared.balance.number,
            "beyond_use_date": prepared.beyond_use.date,
        }
    )
