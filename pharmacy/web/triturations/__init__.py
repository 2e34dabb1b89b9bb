"""Triturations: active diluted with filler for batches that need less than the balance weighs."""

from flask import Blueprint

bp = Blueprint("triturations", __name__, url_prefix="/triturations")
