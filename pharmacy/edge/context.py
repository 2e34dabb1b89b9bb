"""The clock, the settings and the transactions of a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g, request
from sqlalchemy.orm import Session

from pharmacy.settings import Settings
from pharmacy.store.database import Database, utc_now


def settings() -> Settings:
    return cast(Settings, current_app.extensions["mortar_settings"])


def database() -> Database:
    return cast(Database, current_app.extensions["mortar_database"])


def now() -> datetime:
    """The moment of this request: the same however often it is asked."""
    if "now" not in g:
        g.now = utc_now()
    return cast(datetime, g.now)


def today() -> date:
    """The pharmacy's calendar day at this moment."""
    return now().astimezone(ZoneInfo(settings().timezone)).date()


@contextmanager
def transaction() -> Iterator[Session]:
    """The one write transaction of a view."""
    with database().transaction() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    with database().reading() as session:
        yield session


def address() -> str:
    return request.remote_addr or "unknown"
