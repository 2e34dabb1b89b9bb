"""Ingredients and master formulation records: drafted, approved with a signature, replaced by new versions."""

from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.capsules import SIZES, refuse_blocked_filler
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.formula import BASES as BASES
from pharmacy.domain.formula import LATER_FIELDS, refuse_unless_sound, tidy, tidy_text
from pharmacy.domain.formula import Draft as Draft
from pharmacy.domain.signature import Meaning
from pharmacy.domain.workflow import FormulaState
from pharmacy.services import signing
from pharmacy.services.acting import Actor, changes, get, get_to_change, move, record, same_revision, who_did
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Formula, FormulaComponent, Ingredient, IngredientKind, Person, Pharmacy


def add_ingredient(
    session: Session,
    *,
    name: str,
    kind: IngredientKind,
    grade: str,
    basis: str = "",
    capsule_size: str = "",
    actor: Actor,
    now: datetime,
) -> Ingredient:
    """An ingredient that formulas and lots can name.

    Raises: RuleBroken naming the field.
    """
    name = tidy_text(name)
    if not name or len(name) > 120 or not name.isprintable():
        raise RuleBroken("Ingredient name: one line of 1 to 120 characters that can be printed.", field="name")
    if kind is IngredientKind.ACTIVE and basis not in BASES:
        raise RuleBroken(f"Salt form: an active is {' or '.join(BASES)}.", field="basis")
    if kind is IngredientKind.SHELL and capsule_size not in SIZES:
        raise RuleBroken(f"Capsule size: one of {', '.join(SIZES)}.", field="capsule_size")
    if ingredient(session, name) is not None:
        raise RuleBroken(f"Ingredient name: “{name}” is there already.", field="name")
    row = Ingredient(
        name=name,
        kind=kind,
        grade=grade.strip()[:120],
        basis=basis if kind is IngredientKind.ACTIVE else "",
        capsule_size=capsule_size if kind is IngredientKind.SHELL else "",
    )
    session.add(row)
    session.flush()
    record(
        session,
        Event.INGREDIENT_ADDED,
        actor=actor,
        now=now,
        subject="ingredient",
        subject_id=row.id,
        name=row.name,
        kind=kind.value,
        grade=row.grade,
    )
    return row


def ingredient(session: Session, name: str) -> Ingredient | None:
    """The ingredient of this name; of one that was added with odd spaces, the name with plain ones will do."""
    rows = session.scalars(select(Ingredient).order_by(Ingredient.id)).all()
    exact = (row for row in rows if row.name == name)
    return next(exact, None) or next((row for row in rows if tidy_text(row.name) == tidy_text(name)), None)


def draft(session: Session, typed: Draft, *, origin: str = "", actor: Actor, now: datetime) -> Formula:
    """Version 1 of a new formula, or the next version of one that is there.

    origin: where it comes from when nobody typed it, for the trail.
    Raises: RuleBroken naming the field.
    """
    typed = tidy(typed)
    refuse_unless_sound(typed)
    in_turn(session)
    versions = session.scalars(select(Formula).where(Formula.code == typed.code).order_by(Formula.version.desc())).all()
    latest = versions[0] if versions else None
    if latest is not None and latest.state is FormulaState.DRAFT:
        raise RuleBroken(f"{latest.title} is still a draft; change that one.", field="code")
    row = Formula(
        version=latest.version + 1 if latest else 1,
        state=FormulaState.DRAFT,
        drafted_by_id=actor.id,
        drafted_at=now,
        # Neither a draft that was given up, or the version before it would stay in force beside the new one; nor a
        # version that was retired, or its batches, which were stopped, would count as replaced and could be finished.
        replaces_id=next((version.id for version in versions if version.state is FormulaState.APPROVED), None),
        **_columns(typed),
    )
    session.add(row)
    session.flush()
    _put_components(session, row, typed)
    record(
        session,
        Event.FORMULA_DRAFTED,
        actor=actor,
        now=now,
        subject="formula",
        subject_id=row.id,
        **_plain(typed),
        **({"origin": origin} if origin else {}),
    )
    return row


def in_turn(session: Session) -> None:
    """From here on to the end of the transaction nobody else begins a draft, so that no two take the same version."""
    session.execute(select(Pharmacy.id).with_for_update())


def change(
    session: Session,
    formula_id: int,
    typed: Draft,
    *,
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> Formula:
    """Another wording of a draft. An approved version is never changed: draft the next one.

    Raises: RuleBroken naming the field.
    """
    row = get_to_change(session, Formula, formula_id, "formula")
    same_revision(revision, row.revision, row.title)
    move(session, row, "change", actor=actor, now=now)
    typed = tidy(typed)
    refuse_unless_sound(typed)
    before = _plain(as_draft(row))
    for name, value in _columns(replace(typed, code=row.code)).items():
        setattr(row, name, value)
    for component in list(row.components):
        session.delete(component)
    session.flush()
    session.expire(row, ["components"])
    _put_components(session, row, typed)
    record(
        session,
        Event.FORMULA_CHANGED,
        actor=actor,
        now=now,
        subject="formula",
        subject_id=row.id,
        **changes(before, _plain(as_draft(row))),
    )
    return row


def approve(
    session: Session, formula_id: int, *, proof: Proof, reason: str = "", actor: Actor, now: datetime
) -> Formula:
    """The pharmacist-in-charge, who did not draft it, approves and signs; the version before it is retired.

    Raises: RuleBroken.
    """
    row = get_to_change(session, Formula, formula_id, "formula")
    state = move(session, row, "approve", actor=actor, now=now, reason=reason, done_by=_written_by(session, row))
    if row.replaces_id:
        get_to_change(session, Formula, row.replaces_id, "formula")  # nobody retires it meanwhile
    replaced = replaced_by(session, row)
    if replaced is None:
        row.replaces_id = None  # what it was to replace was retired in the meantime, and its batches stay stopped
    row.state = FormulaState(state)
    row.approved_by_id, row.approved_at = actor.id, now
    session.flush()
    signing.sign(
        session,
        signing.by_actor(proof, actor),
        Meaning.FORMULA_APPROVED,
        subject="formula",
        subject_id=row.id,
        content=content(row),
        now=now,
        reason=reason,
    )
    record(session, Event.FORMULA_APPROVED, actor=actor, now=now, subject="formula", subject_id=row.id)
    if replaced is not None:
        retire(session, replaced.id, reason=f"replaced by version {row.version}", actor=actor, now=now)
    return row


def replaced_by(session: Session, row: Formula) -> Formula | None:
    """The version that this one replaced, or will when it is approved."""
    if row.replaces_id is None:
        return None
    replaced = session.get_one(Formula, row.replaces_id)
    return replaced if row.approved_at or replaced.state is FormulaState.APPROVED else None


def retire(session: Session, formula_id: int, *, reason: str, actor: Actor, now: datetime) -> Formula:
    """No batch is planned from it any more.

    Raises: RuleBroken.
    """
    row = get_to_change(session, Formula, formula_id, "formula")
    row.state = FormulaState(move(session, row, "retire", actor=actor, now=now, reason=reason))
    record(
        session,
        Event.FORMULA_MOVED,
        actor=actor,
        now=now,
        subject="formula",
        subject_id=row.id,
        step="retire",
        reason=reason.strip(),
    )
    return row


def as_draft(row: Formula) -> Draft:
    """The record as it would be typed: what a change or the next version starts from."""
    named = {c.ingredient.kind: c.ingredient.name for c in row.components}
    return Draft(
        code=row.code,
        name=row.name,
        strength_mg=row.strength_mg,
        basis=row.basis,
        form=row.form,
        capsule_size=row.capsule_size,
        overage=row.overage,
        container=row.container,
        equipment=row.equipment,
        steps=tuple(row.steps),
        description=row.description,
        storage=row.storage,
        limit_days=row.limit_days,
        reference=row.reference,
        quality=row.quality,
        active=named.get(IngredientKind.ACTIVE, ""),
        filler=named.get(IngredientKind.FILLER, ""),
        shell=named.get(IngredientKind.SHELL, ""),
        labelling=row.labelling,
        expected_results=row.expected_results,
    )


def content(row: Formula) -> dict[str, object]:
    """What the approval's signature covers. A later field only when it says something: older signatures still hold."""
    plain = _plain(as_draft(row))
    return {
        "version": row.version,
        **{name: value for name, value in plain.items() if value or name not in LATER_FIELDS},
    }


def signatures(session: Session, row: Formula) -> tuple[Standing, ...]:
    return signing.standing(session, "formula", row.id, content(row))


def approved(session: Session, formula_id: int) -> Formula:
    """The formula, when batches may be made from it.

    Raises: RuleBroken.
    """
    row = get(session, Formula, formula_id, "formula")
    if row.state is not FormulaState.APPROVED:
        raise RuleBroken(f"{row.title} is {row.state}; batches are made from approved formulas only.", field="formula")
    approver = session.get_one(Person, row.approved_by_id or 0)
    if not any(signature.holds for signature in signatures(session, row)[-1:]):
        raise RuleBroken(f"{row.title} is not what {approver.full_name} signed; it must be approved anew.")
    return row


def refuse_unless_in_force(session: Session, row: Formula, *, begun: bool = True) -> None:
    """Refuses to go on with a batch whose formula was retired. A version that a newer one replaced is finished.

    begun: whether the batch is being made already.
    Raises: RuleBroken.
    """
    if row.state is not FormulaState.RETIRED:
        return
    newer = session.scalars(select(Formula).where(Formula.replaces_id == row.id, Formula.approved_at.is_not(None)))
    successor = newer.first()
    if successor is None:
        raise RuleBroken(f"{row.title} was retired; a batch made from it is not gone on with. Reject the batch.")
    if not begun:
        raise RuleBroken(
            f"{row.title} was replaced by version {successor.version} before weighing began; reject this batch and"
            " plan it anew."
        )


def _written_by(session: Session, row: Formula) -> frozenset[int]:
    """Whoever drafted this version or changed the draft, as the trail tells."""
    return frozenset({row.drafted_by_id}) | who_did(session, "formula", row.id, Event.FORMULA_CHANGED)


def _columns(typed: Draft) -> dict[str, object]:
    values = {name: value for name, value in asdict(typed).items() if name not in {"active", "filler", "shell"}}
    return {**values, "steps": list(typed.steps)}


def _plain(typed: Draft) -> dict[str, object]:
    return {**asdict(typed), "steps": list(typed.steps)}


def _put_components(session: Session, row: Formula, typed: Draft) -> None:
    wanted = (
        (IngredientKind.ACTIVE, typed.active, "active"),
        (IngredientKind.FILLER, typed.filler, "filler"),
        (IngredientKind.SHELL, typed.shell, "shell"),
    )
    for position, (kind, name, field) in enumerate(wanted, start=1):
        named = ingredient(session, name)
        if named is None or named.kind is not kind:
            raise RuleBroken(f"{field.capitalize()}: there is no {kind} called “{name}”.", field=field)
        _check_component(named, typed, field)
        session.add(FormulaComponent(formula_id=row.id, position=position, ingredient_id=named.id))
    session.flush()
    session.expire(row, ["components"])


def _check_component(named: Ingredient, typed: Draft, field: str) -> None:
    if named.kind is IngredientKind.FILLER:
        refuse_blocked_filler(named.name)
    if named.kind is IngredientKind.SHELL and named.capsule_size != typed.capsule_size:
        raise RuleBroken(
            f"Shell: “{named.name}” is size {named.capsule_size}, the formula says {typed.capsule_size}.",
            field=field,
        )


def for_strength(session: Session, strength_mg: Decimal) -> tuple[Formula, ...]:
    """Approved formulas of this strength."""
    statement = select(Formula).where(Formula.state == FormulaState.APPROVED, Formula.strength_mg == strength_mg)
    return tuple(session.scalars(statement.order_by(Formula.code, Formula.version)))
