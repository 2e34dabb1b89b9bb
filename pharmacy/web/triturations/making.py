"""A trituration at the bench: each part weighed, the portions mixed in, or the whole of it rejected."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS
from pharmacy.domain.workflow import Subject, TriturationState, find
from pharmacy.services import second_readings, triturations
from pharmacy.services.acting import get
from pharmacy.store.tables import Part, Trituration
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.forms import ReasonForm, refuse, typed
from pharmacy.web.triturations import bp
from pharmacy.web.triturations.forms import MixForm, WeighForm


@bp.get("/<int:trituration_id>/weigh")
@allowed(*BENCH)
def weigh_form(trituration_id: int) -> Answer:
    return _weigh_page(trituration_id, WeighForm())


@bp.post("/<int:trituration_id>/weigh")
@allowed(*BENCH)
def weigh(trituration_id: int) -> Answer:
    form = WeighForm()
    try:
        weighing = form.weighing()
        with transaction() as session:
            triturations.weigh(session, trituration_id, weighing, actor=actor(), now=now(), today=today())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _weigh_page(trituration_id, form, 422)
    if weighing.part is Part.ACTIVE:
        flash("Taken. Now the diluent:", "success")
        return redirect(url_for("triturations.weigh_form", trituration_id=trituration_id))
    flash("Both are weighed: mix them.", "success")
    return redirect(url_for("triturations.mix_form", trituration_id=trituration_id))


@bp.get("/<int:trituration_id>/mix")
@allowed(*BENCH)
def mix_form(trituration_id: int) -> Answer:
    return _mix_page(trituration_id, MixForm())


@bp.post("/<int:trituration_id>/mix")
@allowed(*BENCH)
def mix(trituration_id: int) -> Answer:
    form = MixForm()
    mixed_in = len(set(request.form.getlist("portion")))
    try:
        with transaction() as session:
            lot = triturations.mix(session, trituration_id, mixed_in=mixed_in, actor=actor(), now=now(), today=today())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _mix_page(trituration_id, form, 422)
    flash(f"It is lot {lot.number} now, in quarantine: make its label, and have a pharmacist release it.", "success")
    return redirect(url_for("triturations.show", trituration_id=trituration_id))


@bp.get("/<int:trituration_id>/reject")
@allowed(*PHARMACISTS)
def reject_form(trituration_id: int) -> Answer:
    return _reject_page(trituration_id, ReasonForm())


@bp.post("/<int:trituration_id>/reject")
@allowed(*PHARMACISTS)
def reject(trituration_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            made = triturations.advance(
                session, trituration_id, "reject", reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _reject_page(trituration_id, form), 422
    flash(f"Trituration {made.number} is rejected.", "success")
    return redirect(url_for("triturations.show", trituration_id=trituration_id))


def _weigh_page(trituration_id: int, form: WeighForm, status: int = 200) -> Answer:
    with reading() as session:
        made = get(session, Trituration, trituration_id, "trituration")
        part = triturations.next_part(made)
        if part is None or not made.is_open:
            flash(f"Trituration {made.number} is {made.state}; there is nothing to weigh.", "warning")
            return redirect(url_for("triturations.show", trituration_id=made.id))
        form.part.data = part.value
        shown = {
            "limits": triturations.tolerance(made, part, made.target(part)),
            "read_twice": second_readings.is_read_twice(session, made.source(part).ingredient.kind),
        }
        return render_template("triturations/weigh.html", made=made, form=form, part=part, **shown), status


def _mix_page(trituration_id: int, form: MixForm, status: int = 200) -> Answer:
    with reading() as session:
        made = get(session, Trituration, trituration_id, "trituration")
        if made.state is not TriturationState.MIXING:
            flash(f"Trituration {made.number} is {made.state}; there is nothing to mix.", "warning")
            return redirect(url_for("triturations.show", trituration_id=made.id))
        shown = {"portions": triturations.mixing_mg(made), "readings": second_readings.of_triturations(session, made)}
        return render_template("triturations/mix.html", made=made, form=form, **shown), status


def _reject_page(trituration_id: int, form: ReasonForm) -> str:
    with reading() as session:
        made = get(session, Trituration, trituration_id, "trituration")
        return render_template("triturations/step.html", made=made, form=form, step=find(Subject.TRITURATION, "reject"))
