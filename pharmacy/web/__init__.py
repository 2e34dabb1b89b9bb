"""Pages: each view reads, calls a service, tells, and goes on. Rules, queries and arithmetic live elsewhere."""

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from pharmacy.edge import logs
from pharmacy.web import access, errors, filters, security
from pharmacy.web.audit.views import bp as audit
from pharmacy.web.auth.views import bp as auth
from pharmacy.web.batches.views import bp as batches
from pharmacy.web.equipment.views import bp as equipment
from pharmacy.web.fills.views import bp as fills
from pharmacy.web.formulas.views import bp as formulas
from pharmacy.web.help.views import bp as help_pages
from pharmacy.web.home.views import bp as home
from pharmacy.web.labels.views import bp as labels
from pharmacy.web.lots.views import bp as lots
from pharmacy.web.messages.views import bp as messages
from pharmacy.web.patients.views import bp as patients
from pharmacy.web.people.views import bp as people
from pharmacy.web.phrases.views import bp as phrases
from pharmacy.web.prescriptions.questions import bp as questions
from pharmacy.web.prescriptions.views import bp as prescriptions
from pharmacy.web.printers.views import bp as printers
from pharmacy.web.quality.views import bp as quality
from pharmacy.web.recalls.views import bp as recalls
from pharmacy.web.rules.views import bp as rules
from pharmacy.web.triturations.views import bp as triturations

BLUEPRINTS = (
    auth, home, prescriptions, questions, patients, messages, formulas, lots, triturations, equipment, batches, fills,
    labels, printers, people, phrases, rules, recalls, quality, audit, help_pages,
)  # fmt: skip
csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Puts every page into the application."""
    Bootstrap5(app)
    csrf.init_app(app)
    logs.register(app)
    access.register(app)
    security.register(app)
    filters.register(app)
    errors.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
