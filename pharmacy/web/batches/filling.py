"""After the bench: the capsules are counted, and a sample of them is weighed."""

from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.quality import sample_size
from pharmacy.domain.roles import BENCH
from pharmacy.domain.units import format_number
from pharmacy.services import batches, components, releasing
from pharmacy.services import bench as acts
from pharmacy.services.acting import get
from pharmacy.store.tables import Batch, IngredientKind
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.batches import bp
from pharmacy.web.batches.forms import FillForm, WeightsForm
from pharmacy.web.forms import refuse, typed


@bp.get("/<int:batch_id>/fill")
@allowed(*BENCH)
def fill_form(batch_id: int) -> Answer:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        if batch.state in acts.AT_BENCH and acts.progress(batch).now is not None:
            flash("Some steps are not done yet; the capsules are counted after the last.", "warning")
            return redirect(url_for("batches.bench", batch_id=batch_id))
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
        shells = components.of_kind(batch, IngredientKind.SHELL)[-1].lot
        shell_mg = shells.shell_mg or Decimal(batch.worksheet["shell_mg"])
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


def _fill_page(batch_id: int, form: FillForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        return render_template("batches/fill.html", batch=batch, form=form)


def _test_page(batch_id: int, form: WeightsForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        least = sample_size(batch.made) if batch.made and batch.made > 1 else 2
        return render_template("batches/test.html", batch=batch, form=form, least=least)
