"""Master formulation records: the list, the record, its versions side by side, and its way out and in as JSON."""

from flask import Blueprint

bp = Blueprint("formulas", __name__, url_prefix="/formulas")
