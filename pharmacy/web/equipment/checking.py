"""What is checked on equipment: a calibration, ten weighings of a test weight, a cleaning."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.equipment import DEFAULT
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.roles import BENCH
from pharmacy.domain.units import format_number
from pharmacy.services import equipment_checks
from pharmacy.services.acting import get
from pharmacy.store.tables import Equipment, EquipmentCheck
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.equipment import bp
from pharmacy.web.equipment.forms import CalibrateForm, MaintainForm, MeasureForm
from pharmacy.web.forms import Form, refuse, typed


@bp.get("/<int:equipment_id>/calibrate")
@allowed(*BENCH)
def calibrate_form(equipment_id: int) -> Answer:
    return _page("calibrate", equipment_id, CalibrateForm(data={"done_on": today().isoformat()}))


@bp.post("/<int:equipment_id>/calibrate")
@allowed(*BENCH)
def calibrate(equipment_id: int) -> Answer:
    form = CalibrateForm()
    try:
        done_on, due_on, passed = values.day(form.done_on), values.day(form.due_on), _passed(form)
        with transaction() as session:
            equipment_checks.calibrate(
                session,
                equipment_id,
                done_on=done_on,
                due_on=due_on,
                certificate=typed(form.certificate.data),
                passed=passed,
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("calibrate", equipment_id, form), 422
    flash("The calibration is kept.", "success")
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


@bp.get("/<int:equipment_id>/measure")
@allowed(*BENCH)
def measure_form(equipment_id: int) -> Answer:
    return _page("measure", equipment_id, MeasureForm())


@bp.post("/<int:equipment_id>/measure")
@allowed(*BENCH)
def measure(equipment_id: int) -> Answer:
    form = MeasureForm()
    try:
        test_mg, weights_mg, heavier = values.decimal(form.test_mg, most=None), form.weights_mg(), form.heavier()
        with transaction() as session:
            found = equipment_checks.measure(
                session,
                equipment_id,
                test_mg=test_mg,
                weights_mg=weights_mg,
                accuracy=heavier,
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("measure", equipment_id, form), 422
    flash(*_told(found))
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


@bp.get("/<int:equipment_id>/maintain")
@allowed(*BENCH)
def maintain_form(equipment_id: int) -> Answer:
    return _page("maintain", equipment_id, MaintainForm(data={"done_on": today().isoformat()}))


@bp.post("/<int:equipment_id>/maintain")
@allowed(*BENCH)
def maintain(equipment_id: int) -> Answer:
    form = MaintainForm()
    try:
        done_on, due_on = values.day(form.done_on), form.next_due()
        with transaction() as session:
            equipment_checks.maintain(
                session,
                equipment_id,
                done_on=done_on,
                due_on=due_on,
                what=typed(form.what.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("maintain", equipment_id, form), 422
    flash("The cleaning or maintenance is kept.", "success")
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


def _passed(form: CalibrateForm) -> bool:
    if typed(form.passed.data) not in ("yes", "no"):
        raise InputUnusable("As it was left: choose what the certificate says.", "passed")
    return bool(form.passed.data == "yes")


def _told(found: EquipmentCheck) -> tuple[str, str]:
    """What was measured, in one sentence, and how it is shown."""
    least = format_number(found.minimum_mg) if found.minimum_mg is not None else ""
    spread = f"Kept: spread s = {found.found['deviation_mg']} mg; the balance weighs at least {least} mg from now on."
    if found.passed:
        return spread, "success"
    return f"{spread} It is {found.found['accuracy_off_percent']} % off and did not pass; it is not used.", "danger"


def _page(name: str, equipment_id: int, form: Form) -> str:
    with reading() as session:
        row = get(session, Equipment, equipment_id, "equipment")
        return render_template(f"equipment/{name}.html", row=row, form=form, policy=DEFAULT)
