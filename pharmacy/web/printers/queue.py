"""The print queue: what is on its way, what failed, and what only a person who looks at the paper can decide."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy.orm import Session

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import print_queue
from pharmacy.services.acting import get
from pharmacy.services.print_payloads import Paper
from pharmacy.settings import Printer
from pharmacy.store import prints
from pharmacy.store.tables import Label, PrintJob
from pharmacy.web.access import actor, allowed, database, now, reading, settings, transaction
from pharmacy.web.forms import ReasonForm, typed
from pharmacy.web.printers import bp
from pharmacy.web.printers.browser import set_up
from pharmacy.web.printers.forms import SendForm
from pharmacy.web.printers.shown import shown


@bp.get("/queue")
@allowed(*READERS)
def queue() -> Answer:
    with reading() as session:
        waiting = [shown(job) for job in prints.open_prints(session)]
        settled = [shown(job) for job in prints.settled_prints(session)]
        return render_template(
            "printers/queue.html", waiting=waiting, settled=settled, known={one.name for one in settings().printers}
        )


@bp.get("/<int:label_id>/prints")
@allowed(*READERS)
def of_label(label_id: int) -> Answer:
    """The prints of a label, which its page shows and looks at again; they name no patient."""
    with reading() as session:
        found = [shown(job) for job in prints.prints_of(session, label_id=get(session, Label, label_id, "label").id)]
        return render_template("printers/_of_label.html", label_id=label_id, prints=found)


@bp.post("/<int:label_id>/send")
@allowed(*BENCH)
def send(label_id: int) -> Answer:
    """Queues a kept label for a printer of the settings, by its name."""
    form = SendForm()
    try:
        printer = named(typed(form.printer.data))
        paper = Paper(label_id=label_id)
        print_queue.queue(database(), paper, printer, actor=actor(), now=now(), offset=set_up().offset)
        flash(f"The label is on its way to {printer.name}.", "success")
    except NotFound:
        raise
    except RuleBroken as refusal:
        flash(refusal.message, "danger")
    return redirect(url_for("labels.show", label_id=label_id))


@bp.post("/queue/<int:job_id>/cancel")
@allowed(*BENCH)
def cancel(job_id: int) -> Answer:
    reason = typed(ReasonForm().reason.data)

    def work(session: Session) -> object:
        return print_queue.cancel(session, job_id, reason=reason, actor=actor(), now=now())

    return _settle(work, "The print is cancelled.")


@bp.post("/queue/<int:job_id>/again")
@allowed(*BENCH)
def again(job_id: int) -> Answer:
    def work(session: Session) -> object:
        named(get(session, PrintJob, job_id, "print").printer)
        return print_queue.again(session, job_id, actor=actor(), now=now())

    return _settle(work, "The print is tried again.")


@bp.post("/queue/<int:job_id>/came-out")
@allowed(*BENCH)
def came_out(job_id: int) -> Answer:
    def work(session: Session) -> object:
        return print_queue.came_out(session, job_id, actor=actor(), now=now())

    return _settle(work, "Kept: it came out.")


@bp.post("/queue/<int:job_id>/reprint")
@allowed(*BENCH)
def reprint(job_id: int) -> Answer:
    """Makes the label anew, marked as a reprint, and sends that one."""
    try:
        with reading() as session:
            printer = named(get(session, PrintJob, job_id, "print").printer)
        zone = ZoneInfo(settings().timezone)
        label_id = print_queue.reprint(
            database(), job_id, printer, actor=actor(), now=now(), zone=zone, offset=set_up().offset
        )
    except NotFound:
        raise
    except RuleBroken as refusal:
        flash(refusal.message, "danger")
        return redirect(url_for("printers.queue"))
    flash(f"A reprint is on its way to {printer.name}; destroy the first paper if it is found.", "success")
    return redirect(url_for("labels.show", label_id=label_id))


def named(name: str) -> Printer:
    """The printer of the settings with this name; there are no others.

    Raises: RuleBroken.
    """
    for printer in settings().printers:
        if printer.name == name:
            return printer
    known = ", ".join(printer.name for printer in settings().printers) or "none is set up"
    raise RuleBroken(f"Printer: there is no printer called “{name[:40]}” here; there are: {known}.", field="printer")


def _settle(work: Callable[[Session], object], told: str) -> Answer:
    try:
        with transaction() as session:
            work(session)
        flash(told, "success")
    except NotFound:
        raise
    except RuleBroken as refusal:
        flash(refusal.message, "danger")
    return redirect(url_for("printers.queue"))
