"""The pages of one prescription, each drawn in one place: first for reading, again when something was refused."""

import re
from collections.abc import Mapping

from flask import render_template
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.prescription import Prescription as Written
from pharmacy.domain.prescription import from_document
from pharmacy.domain.roles import BENCH, PHARMACISTS
from pharmacy.domain.screening import Screening
from pharmacy.domain.workflow import OPEN, RxState, Step, Subject, open_steps
from pharmacy.services import courses, prescriptions, reviewing
from pharmacy.services.acting import get, is_alone
from pharmacy.store import lists
from pharmacy.store.tables import Message, Prescription
from pharmacy.web.access import actor, reading, today
from pharmacy.web.forms import ReasonForm, field_name
from pharmacy.web.messages.text import readable
from pharmacy.web.prescriptions.asked import panel
from pharmacy.web.prescriptions.blind import HIDDEN, Blind
from pharmacy.web.prescriptions.checking import Checked
from pharmacy.web.prescriptions.forms import EntryForm, VerifyForm, by_field, doubts_by_field, fields_of, verify_form
from pharmacy.web.prescriptions.shown import shown_to

QUEUES = tuple(state for state in RxState if state in OPEN[Subject.PRESCRIPTION])
_LONG_PATH = re.compile(r"(?<![\w/\]])(?:[\w\[\]]+/)+(?=(?:[\w\[\]]+/){2}[\w\[\]]+)")
_WORKED_ON = (RxState.RECEIVED, RxState.ENTERED)


def steps_for(row: Prescription) -> tuple[Step, ...]:
    return open_steps(Subject.PRESCRIPTION, row.state, actor().role)


def may(row: Prescription, verb: str) -> bool:
    return any(step.verb == verb for step in steps_for(row))


def takeable() -> frozenset[str]:
    """The states in which whoever is signed in may take a prescription to work on it."""
    next_verb = {RxState.RECEIVED: "enter", RxState.ENTERED: "verify"}
    return frozenset(
        state
        for state, verb in next_verb.items()
        if any(step.verb == verb for step in open_steps(Subject.PRESCRIPTION, state, actor().role))
    )


def unseen() -> frozenset[str]:
    """The states in which strength and quantity are not shown to whoever is signed in, who may have to type them."""
    return frozenset({RxState.ENTERED}) if actor().role in PHARMACISTS else frozenset()


def show_page(prescription_id: int, form: ReasonForm | None = None, refusal: str = "") -> str:
    """Everything about one prescription; to a pharmacist who may still verify it, without strength and quantity."""
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        verbs = [step.verb for step in steps_for(row)]
        hidden = row.state in unseen()
        blind = blind_for(row) if hidden else Blind(None, None)
        held = from_document(row.document)
        found = screened(session, row) if row.entered_at else None
        return render_template(
            "prescriptions/show.html",
            row=row,
            held=held,
            plan=plan_lines(held, hidden=hidden),
            unfit=blind.both(courses.why_not(row)) if row.entered_at else "",
            has_calendar=has_calendar(row),
            source=_source(row.message),
            found=found,
            shown=shown_to(actor().role, found.findings) if found else None,
            since=reviewing.since_verification(row, found) if found else None,
            cover=blind.both,
            hidden=hidden,
            overrides=lists.overrides_of(session, row.id),
            signatures=prescriptions.signatures(session, row),
            fills=lists.fills_of(session, row.id),
            asked=panel(session, row, blind.both),
            steps=[step for step in steps_for(row) if step.plain],
            can_enter="enter" in verbs,
            can_verify="verify" in verbs,
            can_fill=row.state is RxState.VERIFIED and actor().role in BENCH and not _all_begun(session, row),
            form=form or ReasonForm(),
            refusal=refusal,
        )


def entry_page(
    prescription_id: int,
    form: EntryForm | None = None,
    checked: Checked | None = None,
    *,
    conflict: bool = False,
) -> str:
    """The source on the left, the fields on the right. conflict: somebody else saved; both values are shown."""
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        saved = fields_of(from_document(row.document))
        form = form or EntryForm(data={**saved, "revision": str(row.revision)})
        others = _differing(form, saved) if conflict else {}
        if conflict:
            form.revision.data = str(row.revision)
        message = row.message
        doubts, about_all = doubts_by_field(message.doubts if message else ())
        return render_template(
            "prescriptions/enter.html",
            row=row,
            form=form,
            checked=checked,
            shown=shown_to(actor().role, checked.screening.findings) if checked else None,
            message=message,
            source=_source(message),
            evidence=by_field((field, short(place)) for field, place in message.evidence.items()) if message else {},
            doubts={name: [short(doubt) for doubt in found] for name, found in doubts.items()},
            about_all=about_all,
            others=others,
            asked=panel(session, row),
            claimed=_claimed(row),
        )


def short(text: str) -> str:
    """A text with the last three names of each path in it: enough to find the place in the source beside.

    >>> short("NewRx/Patient/HumanPatient/Name/LastName: Doe")
    'HumanPatient/Name/LastName: Doe'
    """
    return _LONG_PATH.sub("", text)


def screened(session: Session, row: Prescription) -> Screening:
    """What the rules say today of what was entered; the signing screens by the same."""
    return reviewing.screening_for(session, row, today())


def verify_page(prescription_id: int, form: VerifyForm | None = None) -> str:
    """The source beside what was entered, without strength, doses and quantity, which are typed anew."""
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        blind = blind_for(row)
        screening = screened(session, row)
        found = screening.findings
        to_answer = prescriptions.to_answer(found)
        form = (form or verify_form(to_answer, steps_to_type(row))).showing(
            prescriptions.to_sign(session, row, today())
        )
        return render_template(
            "prescriptions/verify.html",
            number=row.number,
            prescription_id=row.id,
            message=row.message,
            source=_source(row.message),
            entered=_entered(row, from_document(row.document), blind),
            entered_by=row.entered_by.full_name if row.entered_by else "",
            form=form,
            asks_strength=row.strength_mg is not None or not form.dose_names(),
            doses=form.dose_names(),
            questions=_questions(to_answer, blind),
            shown=shown_to(actor().role, [f for f in found if f not in to_answer]),
            timeline=screening.opioid_timeline,
            cover=blind.both,
            stopped=any(f.level is Level.STOP for f in found),
            unfit=blind.both(courses.why_not(row)),
            own=actor().id in prescriptions.entered_by(session, row),
            alone=is_alone(session),
            asked=panel(session, row, blind.both),
            claimed=_claimed(row),
        )


def steps_to_type(row: Prescription) -> int:
    """How many doses of a plan a pharmacist types anew."""
    return len(courses.steps_of(row)) if courses.is_planned(row) else 0


def _all_begun(session: Session, row: Prescription) -> bool:
    """Whether every bottle of a plan has its fill, so that there is nothing to start."""
    return len(courses.steps_of(row)) > 1 and courses.fills_left(session, row) == 0


def has_calendar(row: Prescription) -> bool:
    """Whether there is a calendar sheet: of a plan that a pharmacist has signed and that bottles can be made of."""
    signed = row.state in (RxState.VERIFIED, RxState.FILLED)
    return signed and courses.is_planned(row) and not courses.why_not(row)


def blind_for(row: Prescription) -> Blind:
    """Covers what was entered into this prescription and is typed anew."""
    return Blind(row.strength_mg, row.quantity, frozenset(step.dose_mg for step in courses.steps_of(row)))


def plan_lines(held: Written, *, hidden: bool) -> list[str]:
    """The titration plan step by step; hidden: without its doses."""
    return [
        (HIDDEN if hidden else _with_unit(step.dose_mg)) + f" for {step.days} days" * bool(step.days.strip())
        for step in held.titration
    ]


def _with_unit(dose: str) -> str:
    return dose if any(letter.isalpha() for letter in dose) else f"{dose} mg"


def covered(prescription_id: int, refusal: RuleBroken) -> RuleBroken:
    """A refusal as the verification page may show it."""
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        return type(refusal)(blind_for(row).both(refusal.message), refusal.field)


def _questions(findings: tuple[Finding, ...], blind: Blind) -> list[tuple[str, list[str]]]:
    """One block of answers for each rule: (part of its fields' names, what was found)."""
    asked: dict[str, list[str]] = {}
    for finding in findings:
        asked.setdefault(field_name(finding.rule), []).append(blind.both(finding.message))
    return list(asked.items())


def _entered(row: Prescription, held: Written, blind: Blind) -> list[tuple[str, list[tuple[str, str]]]]:
    patient, prescriber = held.patient, held.prescriber
    fields = fields_of(held)
    return [
        (
            "Patient",
            [
                ("Name", f"{patient.family}, {patient.given}"),
                ("Birth date", patient.birth_date),
                ("Sex", patient.sex),
                ("Allergies", fields["patient_allergies"]),
                ("Conditions", fields["patient_conditions"]),
                ("Other medicines", fields["patient_medications"]),
                ("Pregnant", fields["patient_pregnant"]),
                ("Diet", patient.diet),
            ],
        ),
        (
            "Prescriber",
            [
                ("Name", f"{prescriber.family}, {prescriber.given}"),
                ("NPI", prescriber.npi),
                ("Phone", prescriber.phone),
            ],
        ),
        (
            "Medicine",
            [
                ("Medicine", blind.both(held.drug)),
                ("Form", held.form),
                ("Directions, as written", blind.strength(held.directions)),
                (
                    "Directions, as read" if held.titration else "Directions, for the label",
                    blind.strength(row.directions),
                ),
                ("Days' supply", held.days_supply),
                ("Refills", held.refills),
                ("Date written", held.written),
                ("Note", blind.both(held.note)),
                ("Titration plan", ", then ".join(plan_lines(held, hidden=True))),
            ],
        ),
    ]


def _source(message: Message | None) -> str:
    return readable(message.raw) if message else ""


def _differing(form: EntryForm, saved: Mapping[str, str]) -> dict[str, str]:
    """What is saved now, of the fields in which it differs from what was typed."""
    return {
        name: value or "nothing"
        for name, value in saved.items()
        if (form[name].data or "").replace("\r\n", "\n").strip() != value.strip()
    }


def _claimed(row: Prescription) -> str:
    """Who else is at it, "" when nobody is."""
    other = row.claimed_by is not None and row.claimed_by_id != actor().id
    return row.claimed_by.full_name if other and row.claimed_by and row.state in _WORKED_ON else ""
