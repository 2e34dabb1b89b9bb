"""Formulas as JSON documents: written out, taken in as drafts, and the drafts that are shipped with the software."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy import paths
from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.formula_document import Component, Written, from_document, to_document
from pharmacy.domain.json_text import parse_json
from pharmacy.domain.units import clip
from pharmacy.domain.workflow import FormulaState
from pharmacy.services import formulas
from pharmacy.services.acting import Actor
from pharmacy.store.tables import Formula, Ingredient, IngredientKind

_PLACES = {"active": 0, "filler": 1, "shell": 2}


@dataclass(frozen=True, slots=True)
class Shipped:
    """What became of the shipped drafts: titles of those that were added, codes of those that were here already."""

    added: tuple[str, ...]
    here: tuple[str, ...]


def export(row: Formula) -> dict[str, object]:
    """The document of one version."""
    first, second, third = (_as_component(component.ingredient) for component in row.components)
    return to_document(Written(formulas.as_draft(row), (first, second, third)))


def find(session: Session, code: str, version: int | None = None) -> Formula:
    """One version of a formula; without a number the approved one, else the newest.

    Raises: NotFound.
    """
    versions = session.scalars(select(Formula).where(Formula.code == code).order_by(Formula.version.desc())).all()
    if version is None:
        wanted = [row for row in versions if row.state is FormulaState.APPROVED] or list(versions)
    else:
        wanted = [row for row in versions if row.version == version]
    if not wanted:
        named = f" in version {version}" if version is not None and versions else ""
        raise NotFound(f"There is no formula {clip(code)}{named}.", "code")
    return wanted[0]


def take_in(session: Session, document: object, *, actor: Actor, now: datetime) -> Formula:
    """A draft from a document. Ingredients that are not here yet are added; one that is here must be the same.

    Raises: RuleBroken naming the path.
    """
    return _draft(session, from_document(document), origin="document", actor=actor, now=now)


def shipped() -> tuple[Written, ...]:
    """The drafts that come with the software, by code."""
    files = sorted(paths.formulas().glob("*.json"))
    return tuple(from_document(parse_json(file.read_bytes(), name=file.name)) for file in files)


def add_shipped(session: Session, *, actor: Actor, now: datetime) -> Shipped:
    """Drafts each shipped formula whose code is not here yet; what is here stays as it is.

    An ingredient of the same name keeps the grade that this pharmacy gave it.
    Raises: RuleBroken when an ingredient of the same name is something else here.
    """
    formulas.in_turn(session)
    added, here = [], []
    for written in shipped():
        code = written.draft.code
        if session.scalars(select(Formula.id).where(Formula.code == code)).first():
            here.append(code)
            continue
        row = _draft(session, written, own_grades=True, origin="shipped", actor=actor, now=now)
        added.append(row.title)
    return Shipped(tuple(added), tuple(here))


def _draft(
    session: Session, written: Written, *, own_grades: bool = False, origin: str, actor: Actor, now: datetime
) -> Formula:
    formulas.in_turn(session)
    for place, component in enumerate(written.components):
        _ingredient(session, component, f"components[{place}]", own_grades=own_grades, actor=actor, now=now)
    try:
        return formulas.draft(session, written.draft, origin=origin, actor=actor, now=now)
    except RuleBroken as refusal:
        if refusal.field in _PLACES:
            at = f"components[{_PLACES[refusal.field]}].name"
            raise RuleBroken(f"{at}: {refusal.message}", at) from refusal
        raise


def _ingredient(
    session: Session, component: Component, field: str, *, own_grades: bool, actor: Actor, now: datetime
) -> None:
    row = formulas.ingredient(session, component.name)
    if row is None:
        formulas.add_ingredient(
            session,
            name=component.name,
            kind=IngredientKind(component.kind),
            grade=component.grade,
            basis=component.basis,
            capsule_size=component.capsule_size,
            actor=actor,
            now=now,
        )
        return
    held = _as_component(row)
    if own_grades:
        component = replace(component, grade=held.grade)
    for name in ("kind", "grade", "basis", "capsule_size"):
        wanted, has = getattr(component, name), getattr(held, name)
        if wanted != has:
            at = f"{field}.{name}"
            raise RuleBroken(
                f"{at}: the ingredient {clip(component.name)} is here with {clip(has)}, the document says"
                f" {clip(wanted)}.",
                at,
            )


def _as_component(row: Ingredient) -> Component:
    return Component(row.kind.value, row.name, row.grade, row.basis, row.capsule_size)
