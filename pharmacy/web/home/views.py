"""The home page: what waits, for whom, and how long; and where a scanned code leads."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.roles import BENCH, EVERYBODY, PHARMACISTS, READERS, Role
from pharmacy.domain.workflow import BatchState, FillState, FormulaState, LotState, RxState
from pharmacy.services import container_codes, equipment, scanning
from pharmacy.store import lists, prints
from pharmacy.store.asked import oldest_open
from pharmacy.store.lists import Waiting
from pharmacy.web.access import actor, allowed, public, reading, settings, today

bp = Blueprint("home", __name__)
Answer = str | Response | tuple[str, int]
Entry = tuple[str, Waiting, str, bool, Any]  # word, Waiting, address, whether this person's, the oldest question

# (heading, kind, endpoint, [(state, word, whether a pharmacist's)])
QUEUES: tuple[tuple[str, str, str, tuple[tuple[str, str, bool], ...]], ...] = (
    (
        "Prescriptions",
        "prescription",
        "prescriptions.index",
        (
            (RxState.RECEIVED, "to enter", False),
            (RxState.ENTERED, "to verify", True),
            (RxState.VERIFIED, "verified, to fill", False),
            (RxState.CLARIFYING, "waiting for the prescriber", False),
            (RxState.ON_HOLD, "on hold", False),
        ),
    ),
    (
        "Fills",
        "fill",
        "fills.index",
        (
            (FillState.PLANNED, "to take capsules for", False),
            (FillState.ALLOCATED, "to label", False),
            (FillState.LABELLED, "to check", True),
            (FillState.CHECKED, "to hand out", False),
        ),
    ),
    (
        "Batches",
        "batch",
        "batches.index",
        (
            (BatchState.PLANNED, "to weigh", False),
            (BatchState.WEIGHING, "being weighed", False),
            (BatchState.FILLING, "to fill into capsules", False),
            (BatchState.TESTING, "to test", False),
            (BatchState.AWAITING_RELEASE, "awaiting release", True),
            (BatchState.RELEASED, "released, on the shelf", False),
        ),
    ),
)


@bp.get("/")
@allowed(*EVERYBODY)
def queues() -> Answer:
    if actor().role is Role.ADMINISTRATOR:
        return redirect(url_for("people.index"))
    with reading() as session:
        counts = lists.waiting(session)
        asked = oldest_open(session)
        unfit = _equipment(session)
        undecided = _prints(session)
    pharmacist = actor().role in PHARMACISTS
    groups = [
        (
            heading,
            [
                (
                    word,
                    counts[kind].get(state, Waiting(0, None)),
                    url_for(endpoint, state=state),
                    pharmacist == theirs,
                    asked if state is RxState.CLARIFYING else None,
                )
                for state, word, theirs in states
            ],
        )
        for heading, kind, endpoint, states in QUEUES
    ]
    others = [*_others(counts), unfit, *undecided]
    return render_template("home/queues.html", queues=[*groups, ("Also waiting", others)])


@bp.get("/scan")
@allowed(*READERS)
def scan() -> Answer:
    """A code from any label, or a number typed: to the page it stands for."""
    try:
        with reading() as session:
            kind, key = scanning.scanned(session, request.args.get("code", ""))
    except NotFound as refusal:
        container = _container(request.args.get("code", ""))
        if not container:
            flash(refusal.message, "warning")
        return redirect(container or url_for("home.queues"))
    return redirect(_page_of(kind, key))


def _container(code: str) -> str:
    """Where the code of a bought container leads: to its lot, or to the receipt of a new one; "" when it is none."""
    try:
        with reading() as session:
            lot = container_codes.lot_of(session, code, today=today())
    except RuleBroken:
        return ""
    if lot is not None:
        return url_for("lots.show", lot_id=lot.id)
    return url_for("lots.receive_form", code=code) if actor().role in BENCH else ""


@bp.get("/healthz")
@public
def healthz() -> Answer:
    """The process answers."""
    return "ok\n"


@bp.get("/readyz")
@public
def readyz() -> Answer:
    """The database answers too."""
    with reading() as session:
        session.execute(text("SELECT 1 FROM pharmacy"))
    return "ok\n"


def _page_of(kind: str, key: int) -> str:
    if kind == "prescription":
        return url_for("prescriptions.show", prescription_id=key)
    if kind == "fill":
        return url_for("fills.show", fill_id=key)
    if kind == "lot":
        return url_for("lots.show", lot_id=key)
    if kind == "equipment":
        return url_for("equipment.show", equipment_id=key)
    if kind == "trituration":
        return url_for("triturations.show", trituration_id=key)
    return url_for("batches.show", batch_id=key)


def _equipment(session: Session) -> Entry:
    """Balances and machines that are not fit for use, or due soon; each is due at the end of its last day."""
    waiting = [one for one in equipment.survey(session, today()) if one.waits]
    zone = ZoneInfo(settings().timezone)
    ends = [
        datetime.combine(one.due_on + timedelta(days=1), time(), zone) if one.due_on else one.row.added_at
        for one in waiting
    ]
    found = Waiting(len(waiting), min(ends, default=None))
    return "equipment due or not fit for use", found, url_for("equipment.index"), actor().role in BENCH, None


def _prints(session: Session) -> list[Entry]:
    """Labels of which a person says whether they came out; no entry where the server has no printer and none waits."""
    count, oldest = prints.to_decide(session)
    if not count and not settings().printers:
        return []
    word = "prints that did not come out for sure"
    return [(word, Waiting(count, oldest), url_for("printers.queue"), actor().role in BENCH, None)]


def _others(counts: dict[str, dict[str, Waiting]]) -> list[Entry]:
    nothing, pharmacist = Waiting(0, None), actor().role in PHARMACISTS
    in_charge = actor().role is Role.PHARMACIST_IN_CHARGE
    lots = counts["lot"].get(LotState.QUARANTINED, nothing)
    drafts = counts["formula"].get(FormulaState.DRAFT, nothing)
    return [
        ("messages nobody could read", counts["message"]["review"], url_for("messages.index"), not pharmacist, None),
        ("triturations to make", counts["trituration"]["open"], url_for("triturations.index"), not pharmacist, None),
        ("lots in quarantine", lots, url_for("lots.index"), pharmacist, None),
        ("formulas to approve", drafts, url_for("formulas.index"), in_charge, None),
    ]
