"""JSON for other programs, over the same services as the pages."""

from flask import Flask

from pharmacy.api.views import bp


def register(app: Flask) -> None:
    """Puts the API into the application."""
    app.register_blueprint(bp)
