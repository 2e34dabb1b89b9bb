"""A patient's record. Entry adds lines to it; only a pharmacist takes one off, with the reason."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS, READERS
from pharmacy.services import profiles
from pharmacy.services.acting import get
from pharmacy.store import lists
from pharmacy.store.tables import Patient
from pharmacy.web.access import actor, allowed, now, reading, transaction
from pharmacy.web.forms import refuse, typed
from pharmacy.web.patients.forms import LanguageForm, StrikeForm, lines_of

bp = Blueprint("patients", __name__, url_prefix="/patients")
Answer = str | Response | tuple[str, int]


@bp.get("/<int:patient_id>")
@allowed(*READERS)
def show(patient_id: int) -> Answer:
    with transaction() as session:
        profiles.note_reading(session, patient_id, actor=actor(), now=now())
    return _page(patient_id, StrikeForm())


@bp.post("/<int:patient_id>/strike-out")
@allowed(*PHARMACISTS)
def strike_out(patient_id: int) -> Answer:
    """Takes a line off the record."""
    form = StrikeForm()
    kind, _, line = typed(form.line.data).partition(": ")
    try:
        with transaction() as session:
            patient = profiles.strike_out(
                session, patient_id, kind, line, reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(patient_id, form), 422
    flash(f"The line is off the record of {patient.name}; the trail keeps it with your reason.", "success")
    return redirect(url_for("patients.show", patient_id=patient_id))


@bp.post("/<int:patient_id>/language")
@allowed(*BENCH)
def choose_language(patient_id: int) -> Answer:
    """In which language labels speak to the patient, beside English."""
    form = LanguageForm()
    try:
        with transaction() as session:
            code = typed(form.language.data)
            patient = profiles.choose_language(session, patient_id, code, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(patient_id, StrikeForm(formdata=None), form), 422
    flash(f"Labels for {patient.name}: {dict(form.language.choices)[code]}.", "success")
    return redirect(url_for("patients.show", patient_id=patient_id))


def _page(patient_id: int, form: StrikeForm, language: LanguageForm | None = None) -> str:
    with reading() as session:
        patient = get(session, Patient, patient_id, "patient")
        return render_template(
            "patients/show.html",
            patient=patient,
            prescriptions=lists.prescriptions_of_patient(session, patient.id),
            form=form.offer(lines_of(patient)),
            language=language or LanguageForm(formdata=None, language=patient.language),
            may_choose=actor().role in BENCH,
            may_strike=actor().role in PHARMACISTS,
        )
