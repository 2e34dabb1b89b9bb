"""What a lot packs to: ten capsules weighed one by one, or a figure that was measured elsewhere."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.packing import DEFAULT, Measured
from pharmacy.domain.roles import BENCH
from pharmacy.domain.units import format_number
from pharmacy.services import lots, packing
from pharmacy.services.acting import get
from pharmacy.store.tables import Lot
from pharmacy.web.access import actor, allowed, now, reading, transaction
from pharmacy.web.forms import refuse, typed
from pharmacy.web.lots import bp
from pharmacy.web.lots.forms import MeasureForm, PackingForm


@bp.get("/<int:lot_id>/packing")
@allowed(*BENCH)
def packing_form(lot_id: int) -> Answer:
    with reading() as session:
        lot = get(session, Lot, lot_id, "lot")
    return _page("packing", lot_id, PackingForm(data={"size": lot.packing_size}))


@bp.post("/<int:lot_id>/packing")
@allowed(*BENCH)
def weigh_packing(lot_id: int) -> Answer:
    form = PackingForm()
    try:
        filled_mg, shells_mg = form.weights()
        with transaction() as session:
            found = packing.weigh(
                session,
                lot_id,
                size=typed(form.size.data),
                filled_mg=filled_mg,
                shells_mg=shells_mg,
                reason=typed(form.reason.data),
                actor=actor(),
                now=now(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("packing", lot_id, form), 422
    flash(_told(found), "success")
    return redirect(url_for("lots.show", lot_id=lot_id))


@bp.get("/<int:lot_id>/measure")
@allowed(*BENCH)
def measure_form(lot_id: int) -> Answer:
    with reading() as session:
        lot = get(session, Lot, lot_id, "lot")
    held = {"packing_mg": lot.packing_mg, "packing_size": lot.packing_size, "shell_mg": lot.shell_mg}
    return _page("measure", lot_id, MeasureForm(data=held))


@bp.post("/<int:lot_id>/measure")
@allowed(*BENCH)
def measure(lot_id: int) -> Answer:
    form = MeasureForm()
    try:
        with transaction() as session:
            lot = lots.measure(
                session, lot_id, form.packing(), reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("measure", lot_id, form), 422
    flash(f"The measurement of lot {lot.number} is kept.", "success")
    return redirect(url_for("lots.show", lot_id=lot_id))


def _told(found: Measured) -> str:
    """What was measured, with its spread, in one sentence."""
    shells = f"an empty shell weighs {format_number(found.shells.mean_mg)} mg, spread {found.shells.rsd_percent} %"
    if found.filled is None or found.packing_mg is None or found.error_mg is None:
        return f"Kept: {shells}."
    return (
        f"Kept: {format_number(found.packing_mg)} mg fill a size {found.size} capsule, give or take"
        f" {format_number(found.error_mg)} mg; spread of the filled ones {found.filled.rsd_percent} %; {shells}."
    )


def _page(name: str, lot_id: int, form: MeasureForm | PackingForm) -> str:
    with reading() as session:
        lot = get(session, Lot, lot_id, "lot")
        return render_template(f"lots/{name}.html", lot=lot, form=form, policy=DEFAULT)
