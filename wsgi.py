"""The application for any WSGI server: `waitress-serve wsgi:app`."""

from config import from_env
from pharmacy.app import create_app

app = create_app(from_env())
