"""The one place where the parts meet: settings, database, pages and API become an application."""

from datetime import timedelta

from flask import Flask
from jinja2 import StrictUndefined

from labels import fonts
from labels.errors import FontRefused
from pharmacy import api, paths, web
from pharmacy.api.views import bp as api_views
from pharmacy.edge.keys import KeyConverter
from pharmacy.settings import ConfigError, Settings
from pharmacy.store import schema
from pharmacy.store.database import Database
from pharmacy.store.schema import SchemaRefused


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The application on a database that is there and of the right schema.

    Raises: SchemaRefused, or ConfigError for a font that no label could be set in; one sentence for whoever starts it.
    """
    _add_fonts(settings)
    if database is None:
        database = _open(settings.database_url)
    app = Flask("pharmacy", template_folder=str(paths.templates()), static_folder=str(paths.static()))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        SESSION_COOKIE_NAME="mortar",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        WTF_CSRF_TIME_LIMIT=None,  # a form left open is not thrown away; its token ends with the session
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.jinja_env.undefined = StrictUndefined
    app.url_map.converters["int"] = KeyConverter
    app.extensions["mortar_settings"] = settings
    app.extensions["mortar_database"] = database
    web.register(app)
    api.register(app)
    web.csrf.exempt(api_views)  # a token admits there, never a cookie, so no other site can borrow it
    return app


def _add_fonts(settings: Settings) -> None:
    try:
        fonts.use(settings.fonts)
    except FontRefused as refusal:
        raise ConfigError(f"PHARMACY_FONTS: {refusal}") from refusal


def _open(url: str) -> Database:
    database = Database(url)
    try:
        schema.check(database)
    except SchemaRefused:
        database.close()
        raise
    return database
