"""Quality across batches: control charts of the weight tests, and potency assays that are due or out."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy import Row

from pharmacy.domain.control_chart import DEFAULT, ControlChart, control_chart
from pharmacy.domain.errors import NotFound
from pharmacy.domain.roles import READERS
from pharmacy.domain.units import clip
from pharmacy.services import assays
from pharmacy.store import quality
from pharmacy.web.access import allowed, reading
from pharmacy.web.batches.chart import Picture, draw_control

bp = Blueprint("quality", __name__, url_prefix="/reports/quality")


@dataclass(frozen=True, slots=True)
class Charted:
    """One chart. what: the figure, in words."""

    id: str
    what: str
    chart: ControlChart
    picture: Picture


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    """Every formula that was made, whether an assay of its next batch is due, and the assays that are out."""
    with reading() as session:
        rows = quality.formulas_made(session)
        due = {row.code for row in rows if assays.due(session, row.code)}
        return render_template("quality/index.html", rows=rows, due=due, out=quality.assays_out(session))


@bp.get("/charts")
@allowed(*READERS)
def charts() -> Answer:
    """The control charts of one formula: ?code=."""
    code = request.args.get("code", "")
    with reading() as session:
        rows = quality.tested(session, code, DEFAULT.most)
    if not rows:
        raise NotFound(f"No batch of a formula {clip(code)} was weight-tested yet.")
    means, spreads = [_percent(row) for row in rows], [row.rsd_percent for row in rows]
    drawn = [
        Charted(name, what, found, draw_control(found))
        for name, what, found in (
            ("mean", "Mean weight, per cent of the target", control_chart(means)),
            ("rsd", "Spread (RSD), per cent", control_chart(spreads, only_above=True)),
        )
        if found is not None
    ]
    return render_template("quality/charts.html", code=code, rows=rows, means=means, drawn=drawn, policy=DEFAULT)


def _percent(row: Row[Any]) -> Decimal:
    """The mean of a weight test against shell and fill [%]."""
    return Decimal(100 * row.mean_mg / (row.shell_mg + row.fill_mg)).quantize(Decimal("0.001"))
