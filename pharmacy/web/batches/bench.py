"""The bench: one component weighed at a time, capsules filled, the sampled ones weighed."""

from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.quality import sample_size
from pharmacy.domain.roles import BENCH
from pharmacy.domain.units import format_number
from pharmacy.domain.workflow import BatchState
from pharmacy.services import batches, releasing
from pharmacy.services.acting import get
from pharmacy.services.batches import Weighing
from pharmacy.services.signing import Proof
from pharmacy.store.tables import Batch, WeighSource
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, prove_other, reading, today, transaction
from pharmacy.web.batches import bp
from pharmacy.web.batches.forms import FillForm, WeighForm, WeightsForm
from pharmacy.web.batches.record import component
from pharmacy.web.forms import refuse, typed

WEIGHED = (BatchState.PLANNED, BatchState.WEIGHING)


@bp.get("/<int:batch_id>/weigh")
@allowed(*BENCH)
def weigh_form(batch_id: int) -> Answer:
    return _weigh_page(batch_id, WeighForm())


@bp.post("/<int:batch_id>/weigh")
@allowed(*BENCH)
def weigh(batch_id: int) -> Answer:
    form = WeighForm()
    try:
        witness = _witness(form)
        weighing = Weighing(
            position=values.chosen(form.position),
            lot_scanned=typed(form.lot_scanned.data),
            weighed=values.decimal(form.weighed),
            source=values.choice(form.source, WeighSource),
            deviation=typed(form.deviation.data),
            witness=witness,
        )
        with transaction() as session:
            batches.weigh(session, batch_id, weighing, actor=actor(), now=now(), today=today())
            state = get(session, Batch, batch_id, "batch").state
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _weigh_page(batch_id, form, 422)
    if state in WEIGHED:
        flash("Taken. The next component:", "success")
        return redirect(url_for("batches.weigh_form", batch_id=batch_id))
    flash("Everything is weighed: fill the capsules.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.get("/<int:batch_id>/fill")
@allowed(*BENCH)
def fill_form(batch_id: int) -> Answer:
    return _fill_page(batch_id, FillForm())


@bp.post("/<int:batch_id>/fill")
@allowed(*BENCH)
def fill(batch_id: int) -> Answer:
    form = FillForm()
    try:
        with transaction() as session:
            batches.fill(
                session,
                batch_id,
                made=values.whole(form.made),
                wasted=values.whole(form.wasted),
                description=typed(form.description.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _fill_page(batch_id, form), 422
    flash("The capsules are noted: weigh the sample.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.get("/<int:batch_id>/test")
@allowed(*BENCH)
def test_form(batch_id: int) -> Answer:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        shell_mg = batch.inputs[-1].lot.shell_mg or Decimal(batch.worksheet["shell_mg"])
        form = WeightsForm(data={"shell_mg": format_number(shell_mg)})
    return _test_page(batch_id, form)


@bp.post("/<int:batch_id>/test")
@allowed(*BENCH)
def test(batch_id: int) -> Answer:
    form = WeightsForm()
    try:
        shell_mg, weights_mg = values.decimal(form.shell_mg), form.weights_mg()
        with transaction() as session:
            found = releasing.test_weights(
                session, batch_id, shell_mg=shell_mg, weights_mg=weights_mg, actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refusal.field = "weights" if refusal.field == "weights_mg" else refusal.field
        refuse(form, refusal)
        return _test_page(batch_id, form), 422
    if found.passed:
        flash("The weight test passed: a pharmacist reviews the record and releases it.", "success")
    else:
        flash("The weight test failed; a pharmacist decides what becomes of the batch.", "danger")
    return redirect(url_for("batches.show", batch_id=batch_id))


def _witness(form: WeighForm) -> Proof | None:
    """The proof of the pharmacist who signs a deviation, when one is named."""
    if not typed(form.witness.data):
        return None
    try:
        return prove_other(typed(form.witness.data), form.witness_password.data or "")
    except RuleBroken as refusal:
        raise RuleBroken(refusal.message, field="witness_password") from None


def _weigh_page(batch_id: int, form: WeighForm, status: int = 200) -> Answer:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        components = [component(taken) for taken in batch.inputs]
        waiting = next((one for one in components if one.weigh_in is None), None)
        if waiting is None or batch.state not in WEIGHED:
            flash(f"Batch {batch.number} is {batch.state}; there is nothing to weigh.", "warning")
            return redirect(url_for("batches.show", batch_id=batch_id))
        form.position.data = str(waiting.input.position)
        shown = render_template("batches/weigh.html", batch=batch, form=form, components=components, waiting=waiting)
        return shown, status


def _fill_page(batch_id: int, form: FillForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        return render_template("batches/fill.html", batch=batch, form=form)


def _test_page(batch_id: int, form: WeightsForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        least = sample_size(batch.made) if batch.made and batch.made > 1 else 2
        return render_template("batches/test.html", batch=batch, form=form, least=least)
