"""Messages from outside: what came, what was read of it, and what a person did with it."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import messages
from pharmacy.services.acting import get
from pharmacy.store import lists
from pharmacy.store.tables import Message
from pharmacy.web.access import actor, allowed, now, reading, transaction
from pharmacy.web.forms import ReasonForm, refuse, typed
from pharmacy.web.messages.text import readable

bp = Blueprint("messages", __name__, url_prefix="/messages")
Answer = str | Response | tuple[str, int]


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    """Those that wait for a person, the oldest first; below them all, the newest first."""
    after = request.args.get("after", "")
    with reading() as session:
        waiting = None if after else lists.messages(session, review_only=True)
        page = lists.messages(session, after=after)
    return render_template("messages/index.html", waiting=waiting, page=page)


@bp.get("/review")
@allowed(*READERS)
def review() -> Answer:
    """Only those that wait for a person, the oldest first."""
    with reading() as session:
        page = lists.messages(session, review_only=True, after=request.args.get("after", ""))
    return render_template("messages/review.html", page=page)


@bp.get("/<int:message_id>")
@allowed(*READERS)
def show(message_id: int) -> Answer:
    _note_reading(message_id)
    return _show(message_id, ReasonForm())


@bp.get("/<int:message_id>/raw")
@allowed(*READERS)
def raw(message_id: int) -> Answer:
    """The message byte for byte. Always text to be saved: nothing from outside is run or drawn."""
    _note_reading(message_id)
    with reading() as session:
        message = get(session, Message, message_id, "message")
    response = make_response(message.raw)
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="message-{message_id}.txt"'
    return response


@bp.post("/<int:message_id>/enter")
@allowed(*BENCH)
def enter(message_id: int) -> Answer:
    """Starts a prescription for a message that could not be read, and opens its entry page beside the message."""
    try:
        with transaction() as session:
            row = messages.enter_by_hand(session, message_id, actor=actor(), now=now())
    except RuleBroken as refusal:
        form = ReasonForm()
        refuse(form, refusal)
        return _show(message_id, form), 422
    return redirect(url_for("prescriptions.enter", prescription_id=row.id))


@bp.post("/<int:message_id>/close")
@allowed(*BENCH)
def close(message_id: int) -> Answer:
    """Closes a message that needs no prescription, and opens the next that waits."""
    form = ReasonForm()
    try:
        with transaction() as session:
            messages.close(session, message_id, reason=typed(form.reason.data), actor=actor(), now=now())
            following = lists.messages(session, review_only=True, limit=1).rows
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _show(message_id, form), 422
    flash(f"Message {message_id} is closed; it is kept.", "success")
    if following:
        return redirect(url_for("messages.show", message_id=following[0].id))
    return redirect(url_for("messages.index"))


def _show(message_id: int, form: ReasonForm) -> str:
    with reading() as session:
        message = get(session, Message, message_id, "message")
        return render_template(
            "messages/show.html",
            message=message,
            source=readable(message.raw),
            answer=readable(message.reply),
            entered=lists.prescriptions_of(session, message.id),
            form=form,
        )


def _note_reading(message_id: int) -> None:
    with transaction() as session:
        messages.note_reading(session, message_id, actor=actor(), now=now())
