"""Set-up of this browser, and test pages: printed the way labels are, measured and scanned back."""

from zoneinfo import ZoneInfo

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.printer_check import Found
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import print_queue, printer_checks
from pharmacy.services.acting import get
from pharmacy.services.print_payloads import Paper, find_paper
from pharmacy.services.printer_checks import Tested
from pharmacy.settings import Printer
from pharmacy.store import prints
from pharmacy.store.tables import PrinterPage, Via
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, database, now, reading, settings, transaction
from pharmacy.web.forms import refuse, typed
from pharmacy.web.printers import bp
from pharmacy.web.printers.browser import keep, set_up
from pharmacy.web.printers.forms import CheckForm, SendForm, SetUpForm
from pharmacy.web.printers.queue import named
from pharmacy.web.printers.shown import others, shown, standings


@bp.get("/setup")
@allowed(*BENCH)
def setup() -> Answer:
    mine = set_up()
    fields = ("printer", "own", "scanner", "stock", "right_mm", "down_mm")
    return _setup_page(SetUpForm(data={name: getattr(mine, name) for name in fields}))


@bp.post("/setup")
@allowed(*BENCH)
def keep_setup() -> Answer:
    form = SetUpForm().offering(settings().printers)
    try:
        chosen = form.chosen()
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _setup_page(form), 422
    flash("Kept for this browser.", "success")
    answer = make_response(redirect(url_for("printers.setup")))
    keep(answer, chosen)
    return answer


@bp.post("/test-pages")
@allowed(*BENCH)
def make_test_page() -> Answer:
    """For a printer of the server it is queued at once; for this browser's own, the next page opens it."""
    name = typed(SendForm().printer.data)
    try:
        page_id = _made_for(named(name)) if name else _made_here()
    except RuleBroken as refusal:
        flash(refusal.message, "danger")
        return redirect(url_for("printers.setup"))
    return redirect(url_for("printers.test_page", page_id=page_id))


@bp.get("/test-pages/<int:page_id>")
@allowed(*READERS)
def test_page(page_id: int) -> Answer:
    return _test_page(page_id, CheckForm(data={"scanner": set_up().scanner}))


@bp.post("/test-pages/<int:page_id>")
@allowed(*BENCH)
def check_test_page(page_id: int) -> Answer:
    form = CheckForm()
    try:
        found = Found(
            values.decimal(form.across_mm, places=1),
            values.decimal(form.down_mm, places=1),
            (typed(form.first.data), typed(form.second.data)),
        )
        scanner = typed(form.scanner.data)
        with transaction() as session:
            row = printer_checks.check(session, page_id, found, scanner=scanner, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _test_page(page_id, form), 422
    if row.passed:
        flash("Passed: printer and scanner are certified.", "success")
    else:
        flash("Not passed; below stands what to do.", "danger")
    return redirect(url_for("printers.test_page", page_id=page_id))


@bp.get("/test-pages/<int:page_id>/page.pdf")
@allowed(*BENCH)
def test_page_pdf(page_id: int) -> Answer:
    """The very bytes that were kept."""
    with reading() as session:
        response = make_response(find_paper(session, Paper(page_id=page_id)).pdf)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="test-page-{page_id}.pdf"'
    return response


def _made_for(printer: Printer) -> int:
    """A test page that is on its way to a printer of the server."""
    page_id = _made(Tested(printer.name, Via.QUEUE, printer.stock))
    print_queue.queue(database(), Paper(page_id=page_id), printer, actor=actor(), now=now(), offset=set_up().offset)
    return page_id


def _made_here() -> int:
    """A test page for the printer that this browser's dialog prints on."""
    mine = set_up()
    if not mine.own:
        raise RuleBroken("Give the printer at this computer a name first, and keep it.", field="own")
    return _made(Tested(mine.own, Via.BROWSER, mine.stock))


def _made(tested: Tested) -> int:
    return printer_checks.make_page(database(), tested, actor=actor(), now=now(), zone=ZoneInfo(settings().timezone))


def _setup_page(form: SetUpForm) -> str:
    with reading() as session:
        rows = standings(session)
        return render_template(
            "printers/setup.html", form=form.offering(settings().printers), rows=rows, others=others(session, rows)
        )


def _test_page(page_id: int, form: CheckForm) -> str:
    with reading() as session:
        page = get(session, PrinterPage, page_id, "test page")
        return render_template(
            "printers/test_page.html",
            page=page,
            form=form,
            checks=printer_checks.checks_of(session, page_id),
            prints=[shown(job) for job in prints.prints_of(session, page_id=page_id)],
        )
