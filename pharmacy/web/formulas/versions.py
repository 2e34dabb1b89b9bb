"""Two versions of a formula side by side, and whom the new one meets."""

from flask import render_template, request
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy.orm import Session

from pharmacy.domain.roles import READERS
from pharmacy.domain.units import read_whole
from pharmacy.domain.workflow import FormulaState
from pharmacy.services import formula_versions
from pharmacy.services.acting import get
from pharmacy.store import stock
from pharmacy.store.tables import Formula
from pharmacy.web.access import allowed, reading
from pharmacy.web.formulas import bp

MOST_VERSIONS = 1_000_000


@bp.get("/<int:formula_id>/difference")
@allowed(*READERS)
def difference(formula_id: int) -> Answer:
    wanted = request.args.get("with", "").strip()
    version = read_whole(wanted, field="with", least=1, most=MOST_VERSIONS) if wanted else None
    with reading() as session:
        formula = get(session, Formula, formula_id, "formula")
        return render_template(
            "formulas/difference.html",
            formula=formula,
            all_versions=stock.versions(session, formula.code),
            **meets(session, formula, version),
        )


def meets(session: Session, formula: Formula, version: int | None = None) -> dict[str, object]:
    """What the fragments of the difference and of the impact take; the impact only beside the version replaced."""
    pair = formula_versions.compared(session, formula, version)
    older, newer = pair or (None, None)
    is_of_approval = pair == formula_versions.compared(session, formula)
    return {
        "older": older,
        "newer": newer,
        "difference": formula_versions.difference(*pair) if pair else None,
        "impact": formula_versions.impact(session, formula)
        if is_of_approval and formula.state is not FormulaState.RETIRED
        else None,
    }
