"""The level below which an ingredient is ordered again."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.units import read_decimal
from pharmacy.services.acting import Actor, changes, get_to_change, record
from pharmacy.services.lots import MOST_MG
from pharmacy.store.tables import Ingredient, IngredientKind


def set_level(
    session: Session, ingredient_id: int, level: Decimal | None, *, actor: Actor, now: datetime
) -> Ingredient:
    """Sets the level in mg, or in capsules for shells; None: nobody watches over this ingredient.

    Raises: RuleBroken.
    """
    row = get_to_change(session, Ingredient, ingredient_id, "ingredient")
    if level is not None:
        read_decimal(level, field="level", places=3)
        if not 0 < level <= MOST_MG:
            raise RuleBroken(f"Level: more than 0 and at most {MOST_MG} {row.unit}; empty for none.", field="level")
        if row.kind is IngredientKind.SHELL and level != level.to_integral_value():
            raise RuleBroken("Level: shells are counted in whole capsules.", field="level")
    changed = changes({"reorder_level": row.reorder_level}, {"reorder_level": level})
    if not changed:
        raise RuleBroken(f"Level: that is the level of {row.name} already.", field="level")
    row.reorder_level = level
    record(session, Event.INGREDIENT_CHANGED, actor=actor, now=now, subject="ingredient", subject_id=row.id, **changed)
    return row
