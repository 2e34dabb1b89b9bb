"""Batches: the queue, the plan, the bench, the release, and the compounding record."""

from flask import Blueprint

bp = Blueprint("batches", __name__, url_prefix="/batches")
