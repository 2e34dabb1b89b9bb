"""Equipment: balances and capsule machines, what was checked on them, and whether they may be used."""

from flask import Blueprint

bp = Blueprint("equipment", __name__, url_prefix="/equipment")
