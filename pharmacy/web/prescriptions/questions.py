"""Questions to the prescriber: the forms to ask, to record an answer, to withdraw, and the sheet that is faxed."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy.orm import Session
from wtforms import BooleanField, StringField, TextAreaField

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.prescription import from_document
from pharmacy.domain.question_drafts import Draft, drafts
from pharmacy.domain.questions import SUBJECTS, Asking, How, Reply, read_moment, subject_of
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import prescriptions, questions
from pharmacy.services.acting import get
from pharmacy.store.asked import questions_of
from pharmacy.store.tables import Pharmacy, Prescription, Question
from pharmacy.web.access import actor, allowed, now, reading, settings, transaction
from pharmacy.web.forms import ChoiceField, Form, ReasonForm, refuse, typed
from pharmacy.web.prescriptions import pages

bp = Blueprint("questions", __name__, url_prefix="/prescriptions/<int:prescription_id>/questions")
_WAYS = [(how.value, how.value) for how in How]


class AskForm(Form):
    about = ChoiceField("About")
    text = TextAreaField("Question")
    asked_how = ChoiceField("How it is asked", choices=_WAYS, default=How.PHONE.value)
    asked_whom = StringField("Asked of")

    def asking(self) -> Asking:
        return Asking(
            typed(self.about.data), typed(self.text.data), typed(self.asked_how.data), typed(self.asked_whom.data)
        )


class AnswerForm(Form):
    answer = TextAreaField("Answer, word for word")
    answered_by_name = StringField("Answered by")
    answered_how = ChoiceField("How it came", choices=_WAYS)
    answered_at = StringField("When")
    read_back = BooleanField("I read it back, and it was confirmed")

    def reply(self, question: Question) -> Reply:
        """What was typed.

        Raises: RuleBroken naming the field.
        """
        zone = ZoneInfo(settings().timezone)
        return Reply(
            text=typed(self.answer.data),
            by=typed(self.answered_by_name.data),
            how=typed(self.answered_how.data),
            at=read_moment(typed(self.answered_at.data), zone, not_before=question.asked_at),
            read_back=bool(self.read_back.data),
        )


@bp.get("/ask")
@allowed(*BENCH)
def ask(prescription_id: int) -> Answer:
    """The form, filled in with the draft for ?about= a rule, or for the gravest finding."""
    _note_reading(prescription_id)
    return _ask_page(prescription_id)


@bp.post("/ask")
@allowed(*BENCH)
def ask_now(prescription_id: int) -> Answer:
    form = AskForm()
    try:
        with transaction() as session:
            question = questions.ask(session, prescription_id, form.asking(), actor=actor(), now=now())
            key, faxed = question.id, question.asked_how is How.FAX
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _ask_page(prescription_id, form), 422
    flash("The question is kept; the prescription waits for its answer.", "success")
    if faxed:
        return redirect(url_for("questions.sheet", prescription_id=prescription_id, question_id=key))
    return _to_prescription(prescription_id)


@bp.get("/<int:question_id>/answer")
@allowed(*BENCH)
def answer(prescription_id: int, question_id: int) -> Answer:
    _note_reading(prescription_id)
    with reading() as session:
        question = _of(session, prescription_id, question_id)
    local = now().astimezone(ZoneInfo(settings().timezone))
    form = AnswerForm(
        data={
            "answered_by_name": question.asked_whom,
            "answered_how": question.asked_how.value,
            "answered_at": f"{local:%Y-%m-%dT%H:%M}",
        }
    )
    return _question_page("answer", prescription_id, question_id, form)


@bp.post("/<int:question_id>/answer")
@allowed(*BENCH)
def answer_now(prescription_id: int, question_id: int) -> Answer:
    form = AnswerForm()
    try:
        with transaction() as session:
            reply = form.reply(_of(session, prescription_id, question_id))
            questions.answer(session, prescription_id, question_id, reply, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _question_page("answer", prescription_id, question_id, form), 422
    flash("The answer is kept. It changes nothing by itself: enter what it says.", "success")
    return _to_prescription(prescription_id)


@bp.get("/<int:question_id>/withdraw")
@allowed(*BENCH)
def withdraw(prescription_id: int, question_id: int) -> Answer:
    return _question_page("withdraw", prescription_id, question_id, ReasonForm())


@bp.post("/<int:question_id>/withdraw")
@allowed(*BENCH)
def withdraw_now(prescription_id: int, question_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            questions.withdraw(
                session, prescription_id, question_id, reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _question_page("withdraw", prescription_id, question_id, form), 422
    flash("The question is withdrawn; the reason is kept with it.", "success")
    return _to_prescription(prescription_id)


@bp.get("/<int:question_id>/sheet")
@allowed(*READERS)
def sheet(prescription_id: int, question_id: int) -> Answer:
    """One plain page to fax or to lay before the prescriber, with room for the answer."""
    _note_reading(prescription_id)
    with reading() as session:
        question = _of(session, prescription_id, question_id)
        row = get(session, Prescription, prescription_id, "prescription")
        return render_template(
            "questions/sheet.html",
            row=row,
            held=from_document(row.document),
            question=question,
            pharmacy=session.get_one(Pharmacy, 1),
        )


def _ask_page(prescription_id: int, form: AskForm | None = None) -> str:
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        held = from_document(row.document)
        offered = _drafts(session, row)
        if form is None:
            chosen = next((one for one in offered if one.about == request.args.get("about")), None)
            form = _filled_in(chosen or next(iter(offered), None), f"{held.prescriber.given} {held.prescriber.family}")
        form.about.choices = _abouts(offered, typed(form.about.data))
        return render_template(
            "questions/ask.html", row=row, held=held, drafts=offered, form=form, may_ask=pages.may(row, "ask")
        )


def _filled_in(draft: Draft | None, prescriber: str) -> AskForm:
    about, text = (draft.about, draft.text) if draft else ("other", "")
    return AskForm(data={"about": about, "text": text, "asked_how": How.PHONE.value, "asked_whom": prescriber.strip()})


def _drafts(session: Session, row: Prescription) -> tuple[Draft, ...]:
    """From what the rules say today; none for a prescription of which nothing is written yet."""
    if not row.document:
        return ()
    found = pages.screened(session, row)
    return drafts(from_document(row.document), found.findings, daily_dose_mg=found.daily_dose_mg)


def _abouts(offered: Iterable[Draft], chosen: str) -> list[tuple[str, str]]:
    """The findings with a draft, then every subject; what was chosen stays among them."""
    found = [(draft.about, f"{draft.subject}, as found: {draft.about}") for draft in offered]
    choices = [*found, *SUBJECTS.items()]
    if chosen and chosen not in dict(choices):
        choices.insert(0, (chosen, subject_of(chosen)))
    return choices


def _question_page(name: str, prescription_id: int, question_id: int, form: AnswerForm | ReasonForm) -> str:
    with reading() as session:
        row = get(session, Prescription, prescription_id, "prescription")
        question = next((q._mapping for q in questions_of(session, row.id) if q.id == question_id), None)
        if question is None:
            raise NotFound("There is no question with this number.")
        shown: Mapping[str, Any] = {**question, "subject": subject_of(question["about"])}
        return render_template(f"questions/{name}.html", row=row, question=shown, form=form)


def _of(session: Session, prescription_id: int, question_id: int) -> Question:
    """The question of this very prescription.

    Raises: NotFound.
    """
    question = get(session, Question, question_id, "question")
    if question.prescription_id != prescription_id:
        raise NotFound("There is no question with this number.")
    return question


def _note_reading(prescription_id: int) -> None:
    with transaction() as session:
        prescriptions.note_reading(session, prescription_id, actor=actor(), now=now())


def _to_prescription(prescription_id: int) -> Answer:
    return redirect(url_for("prescriptions.show", prescription_id=prescription_id) + "#t-questions")
