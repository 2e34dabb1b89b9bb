"""Lots: receipt, certificates, measurements, release, counts, and what is to be ordered."""

from flask import Blueprint

bp = Blueprint("lots", __name__, url_prefix="/lots")
