"""JSON for other programs, over the same services as the pages."""

from flask import Flask

from pharmacy.api.views import bp
from pharmacy.web import csrf


def register(app: Flask) -> None:
    """Puts the API into the application. It signs nobody in by cookie, so it needs no form token."""
    csrf.exempt(bp)
    app.register_blueprint(bp)
