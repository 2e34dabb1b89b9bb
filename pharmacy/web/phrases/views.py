"""Phrases of other languages for labels. A text prints only over a signature that names its translator."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.roles import PHARMACISTS, READERS
from pharmacy.domain.signature import Meaning
from pharmacy.services import phrase_tables, phrases
from pharmacy.web.access import actor, allowed, now, prove, reading, transaction
from pharmacy.web.forms import refuse, typed
from pharmacy.web.phrases.forms import DraftForm, ReleaseForm, WithdrawForm

bp = Blueprint("phrases", __name__, url_prefix="/admin/phrases")


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    """Every language, and how many of its phrases are signed."""
    with reading() as session:
        rows = [(language, phrases.standing(session, language.code)) for language in phrase_tables.languages().values()]
    return render_template("phrases/index.html", rows=rows)


@bp.get("/<language>")
@allowed(*READERS)
def table(language: str) -> Answer:
    """A language's phrases, English beside translation."""
    return _table(language, ReleaseForm())


@bp.post("/<language>")
@allowed(*PHARMACISTS)
def release(language: str) -> Answer:
    """Signs the phrases that are ticked."""
    form, keys = ReleaseForm(), frozenset(request.form.getlist("key"))
    try:
        phrase_tables.language(language)
        if request.form.get("all"):
            keys = frozenset(phrase_tables.language(language).phrases)
        proof = prove(form)
        with transaction() as session:
            signed = phrases.sign(
                session,
                language,
                keys,
                translator=typed(form.translator.data),
                qualification=typed(form.qualification.data),
                proof=proof,
                actor=actor(),
                now=now(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _table(language, form, keys), _status(refusal)
    flash(f"{signed} {'phrase is' if signed == 1 else 'phrases are'} signed and may print.", "success")
    return redirect(url_for("phrases.table", language=language))


@bp.get("/<language>/<key>")
@allowed(*READERS)
def show(language: str, key: str) -> Answer:
    """One phrase with all that became of it."""
    return _page(language, key, DraftForm(), WithdrawForm())


@bp.post("/<language>/<key>/draft")
@allowed(*PHARMACISTS)
def draft(language: str, key: str) -> Answer:
    """Keeps another text, which is unsigned."""
    form = DraftForm()
    try:
        with transaction() as session:
            text = typed(form.translated.data)
            phrases.draft(session, language, key, text, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(language, key, form, WithdrawForm(formdata=None)), _status(refusal)
    flash("The new text is kept as a draft; it prints when it is signed.", "success")
    return redirect(url_for("phrases.show", language=language, key=key))


@bp.post("/<language>/<key>/withdraw")
@allowed(*PHARMACISTS)
def withdraw(language: str, key: str) -> Answer:
    """Takes a signed phrase off the labels."""
    form = WithdrawForm()
    try:
        phrase_tables.phrase(language, key)
        proof = prove(form)
        with transaction() as session:
            reason = typed(form.reason.data)
            phrases.withdraw(session, language, key, reason=reason, proof=proof, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(language, key, DraftForm(formdata=None), form), _status(refusal)
    flash("The phrase is withdrawn; labels that need it print in English alone.", "success")
    return redirect(url_for("phrases.show", language=language, key=key))


def _table(language: str, form: ReleaseForm, ticked: frozenset[str] = frozenset()) -> str:
    told = phrase_tables.language(language)
    with reading() as session:
        rows = phrases.standing(session, language)
        return render_template(
            "phrases/table.html",
            language=told,
            rows=rows,
            examples=phrases.examples(rows),
            signed=sum(row.state is phrases.PhraseState.SIGNED for row in rows),
            may_sign=actor().role in PHARMACISTS,
            meaning=Meaning.PHRASE_RELEASED.value,
            ticked=ticked,
            all_ticked=ticked >= set(told.phrases),
            form=form.showing(phrases.content(language, rows)),
        )


def _page(language: str, key: str, text: DraftForm, off: WithdrawForm) -> str:
    with reading() as session:
        phrase = phrases.find(session, language, key)
        if text.translated.data is None:
            text.translated.data = phrase.translated
        return render_template(
            "phrases/show.html",
            language=phrase_tables.language(language),
            phrase=phrase,
            history=phrases.history(session, language, key),
            may_change=actor().role in PHARMACISTS,
            meaning=Meaning.PHRASE_WITHDRAWN.value,
            form=text,
            withdrawing=off.showing(phrases.content(language, (phrase,))),
        )


def _status(refusal: RuleBroken) -> int:
    return 409 if isinstance(refusal, Conflict) else 422
