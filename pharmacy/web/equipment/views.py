"""The register of equipment, and the record of one piece. Its checks stand in a module of their own."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.capsules import SIZES
from pharmacy.domain.equipment import DEFAULT, EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS, READERS
from pharmacy.services import equipment, printer_checks, shelf_printing
from pharmacy.services.acting import get
from pharmacy.store import checks, lists
from pharmacy.store.tables import Equipment
from pharmacy.web.access import actor, allowed, database, now, reading, settings, today, transaction
from pharmacy.web.equipment import bp, checking
from pharmacy.web.equipment.chart import measured
from pharmacy.web.equipment.forms import AddForm, DescribedForm
from pharmacy.web.forms import ReasonForm, refuse, typed

__all__ = ["bp", "checking"]  # importing it puts its pages into the blueprint


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    with reading() as session:
        return render_template(
            "equipment/index.html",
            rows=equipment.survey(session, today()),
            policy=DEFAULT,
            printers=printer_checks.standing(session),
        )


@bp.get("/<int:equipment_id>")
@allowed(*READERS)
def show(equipment_id: int) -> Answer:
    return _show(equipment_id, ReasonForm(formdata=None))


@bp.post("/<int:equipment_id>/print")
@allowed(*BENCH)
def print_label(equipment_id: int) -> Answer:
    form = ReasonForm()
    try:
        label_id = shelf_printing.print_equipment(
            database(),
            equipment_id,
            zone=ZoneInfo(settings().timezone),
            actor=actor(),
            now=now(),
            reason=typed(form.reason.data),
        )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _show(equipment_id, form), 422
    return redirect(url_for("labels.show", label_id=label_id))


def _show(equipment_id: int, form: ReasonForm) -> str:
    with reading() as session:
        row = get(session, Equipment, equipment_id, "equipment")
        found = checks.checks_of(session, equipment_id)
        return render_template(
            "equipment/show.html",
            one=equipment.standing(row, equipment.last_of(session, row), today()),
            checks=found,
            measured=measured(row, found),
            batches=checks.batches_of(session, equipment_id),
            labels=lists.labels_of(session, equipment_id=equipment_id),
            form=form,
        )


@bp.get("/add")
@allowed(*PHARMACISTS)
def add_form() -> Answer:
    return _add_page(AddForm(formdata=None))


@bp.post("/add")
@allowed(*PHARMACISTS)
def add() -> Answer:
    form = AddForm()
    try:
        with transaction() as session:
            row = equipment.add(session, form.new(_kind()), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _add_page(form), 422
    flash(f"{row.title} is registered: note its first check, then print its label and stick it on.", "success")
    return redirect(url_for("equipment.show", equipment_id=row.id))


@bp.get("/<int:equipment_id>/change")
@allowed(*PHARMACISTS)
def change_form(equipment_id: int) -> Answer:
    with reading() as session:
        row = get(session, Equipment, equipment_id, "equipment")
    held = {"name": row.name, "serial": row.serial, "location": row.location}
    return _page("change", equipment_id, DescribedForm(data=held))


@bp.post("/<int:equipment_id>/change")
@allowed(*PHARMACISTS)
def change(equipment_id: int) -> Answer:
    form = DescribedForm()
    try:
        with transaction() as session:
            row = equipment.change(session, equipment_id, form.described(), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("change", equipment_id, form), 422
    flash(f"The description of {row.number} is kept.", "success")
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


@bp.get("/<int:equipment_id>/take-out")
@allowed(*BENCH)
def take_out_form(equipment_id: int) -> Answer:
    return _page("service", equipment_id, ReasonForm())


@bp.post("/<int:equipment_id>/take-out")
@allowed(*BENCH)
def take_out(equipment_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            row = equipment.take_out(session, equipment_id, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("service", equipment_id, form), 422
    flash(f"{row.title} is out of service; nothing is weighed or filled with it.", "success")
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


@bp.get("/<int:equipment_id>/return")
@allowed(*PHARMACISTS)
def return_form(equipment_id: int) -> Answer:
    return _page("service", equipment_id, ReasonForm())


@bp.post("/<int:equipment_id>/return")
@allowed(*PHARMACISTS)
def return_to_service(equipment_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            row = equipment.return_to_service(
                session, equipment_id, reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("service", equipment_id, form), 422
    flash(f"{row.title} is back in service.", "success")
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


def _kind() -> EquipmentKind:
    """Of the page that adds it: a balance unless the address says otherwise."""
    return EquipmentKind.MACHINE if request.args.get("kind") == "machine" else EquipmentKind.BALANCE


def _add_page(form: AddForm) -> str:
    return render_template("equipment/add.html", form=form, kind=_kind(), sizes=SIZES)


def _page(name: str, equipment_id: int, form: DescribedForm | ReasonForm) -> str:
    with reading() as session:
        row = get(session, Equipment, equipment_id, "equipment")
        return render_template(f"equipment/{name}.html", row=row, form=form)
