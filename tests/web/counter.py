"""The line of the services' tests, with the people that the browsers of these tests are signed in as.

It works at the real moment, as the application does, so every day it uses is counted from today.
"""

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from pharmacy.domain.roles import Role
from pharmacy.services.acting import Actor
from pharmacy.store import trail
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import Equipment, Formula, IngredientKind, Lot, Person
from tests.copying import copy, copy_file
from tests.services.line import DRAFT, Line, add_balance, add_formula, add_ingredients, add_lot, message, order

_ROLES = {
    "tess": Role.TECHNICIAN,
    "pia": Role.PHARMACIST,
    "ines": Role.PHARMACIST_IN_CHARGE,
}


@dataclass
class Counter(Line):
    """Usual people: "tess" is the technician, "pia" the pharmacist, "ines" the pharmacist-in-charge."""

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo("America/Los_Angeles")).date()

    def received(self, number: str = "", raw: bytes = b"") -> int:
        number = number or f"M-{utc_now().timestamp()}"
        got = self.receive(raw or message(number, written=self.written)).prescription
        assert got is not None
        return got.id

    def entered(self, by: str = "tess", rx: int = 0, **changed: object) -> int:
        return super().entered(by, rx, **{"written": self.written, **changed})

    @property
    def written(self) -> str:
        return (self.today - timedelta(days=4)).isoformat()

    def lot(self, kind: IngredientKind, **changed: Any) -> int:
        return super().lot(kind, **{"expiry": self.today + timedelta(days=700), **changed})

    def furnish(self) -> "Counter":
        """Does it once a day for pharmacies with the same past, and copies the outcome."""
        with self.database.reading() as session:
            past = (trail.head(session), self.today)
        if past in _FURNISHED:
            copy(_FURNISHED[past], self.database)
        else:
            self._furnish()
            if self.database.is_sqlite:
                _FURNISHED[past] = _kept(self.database)
        with self.database.reading() as session:
            self.balance = session.scalars(select(Equipment.id)).one()
            self.formula = session.scalars(select(Formula.id)).one()
            self.lots = {lot.ingredient.kind: lot.id for lot in session.scalars(select(Lot).order_by(Lot.id))}
        return self

    def _furnish(self) -> None:
        with self.database.transaction() as session:
            add_balance(session, self)
            add_ingredients(session, self)
            add_formula(session, self, DRAFT)
            expiry = self.today + timedelta(days=700)
            for kind in IngredientKind:
                add_lot(session, self, kind, expiry=expiry)


_DIRECTORY = TemporaryDirectory()
_FURNISHED: dict[tuple[trail.Head, date], Database] = {}


def _kept(database: Database) -> Database:
    kept = Database(f"sqlite:///{_DIRECTORY.name}/{len(_FURNISHED)}.db")
    database.close()  # with its last connection, what it logged is in the file
    copy_file(Path(str(database.url.database)), kept)
    return kept


def open_counter(database: Database, staff: dict[Role, int]) -> Counter:
    with database.reading() as session:
        who = {name: Actor.of(session.get_one(Person, staff[role])) for name, role in _ROLES.items()}
    return Counter(database, utc_now(), who)


def typed_plan(counter: Counter, **changed: str) -> dict[str, str]:
    """The fields of a batch's plan, each lot by its kind."""
    return {
        "formula_id": str(counter.formula),
        "capsules": "100",
        "lot_active": str(counter.lots[IngredientKind.ACTIVE]),
        "lot_filler": str(counter.lots[IngredientKind.FILLER]),
        "lot_shell": str(counter.lots[IngredientKind.SHELL]),
        "balance_id": str(counter.balance),
        "compounded": counter.today.isoformat(),
        "purpose": "prescriptions of this week",
        **changed,
    }


def typed_order(**changed: str) -> dict[str, str]:
    """The fields of the entry form for an order that is in order."""
    document = order()
    patient, prescriber = document["patient"], document["prescriber"]
    plain = ("drug", "strength", "form", "directions", "quantity", "days_supply", "refills", "note")
    return {
        **{f"patient_{name}": patient[name] for name in ("family", "given", "birth_date", "sex", "diet")},
        "patient_allergies": "none known",
        "patient_conditions": "fibromyalgia | M79.7",
        "patient_medications": "",
        "patient_pregnant": "no",
        **{f"prescriber_{name}": prescriber[name] for name in ("family", "given", "npi", "phone")},
        **{name: document[name] for name in plain},
        "written": (utc_now().date() - timedelta(days=4)).isoformat(),
        "titration": "",
        **changed,
    }


def shown(answer: Any) -> str:
    """What a reader sees of a page: its words, without marks, and what stands in its fields."""
    page = re.sub(r"<(script|style)\b.*?</\1>", "", answer.get_data(as_text=True), flags=re.DOTALL)
    page = re.sub(r'<input[^>]*type="hidden"[^>]*>', "", page)
    page = re.sub(r'<input[^>]*\bvalue="([^"]*)"[^>]*>', r" \1 ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def field_error(answer: Any, name: str) -> str:
    """The sentence beside a field, "" when there is none."""
    found = re.search(rf'id="{name}-error">(.*?)</div>', answer.get_data(as_text=True), re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""
