"""Printers: the queue of labels on their way, the set-up of a browser, test pages and what they showed."""

from flask import Blueprint

bp = Blueprint("printers", __name__, url_prefix="/labels")
