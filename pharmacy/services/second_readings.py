"""A second person reads the balance: which weights, who may, and the signature. For batches and triturations alike."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH
from pharmacy.domain.signature import Meaning
from pharmacy.services import signing
from pharmacy.services.acting import Actor
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import (
    Batch,
    IngredientKind,
    Person,
    Pharmacy,
    SecondReading,
    Trituration,
    TriturationWeighing,
    WeighIn,
)

READ_TWICE: dict[SecondReading, frozenset[IngredientKind]] = {
    SecondReading.NONE: frozenset(),
    SecondReading.ACTIVE: frozenset({IngredientKind.ACTIVE}),
    SecondReading.POWDERS: frozenset({IngredientKind.ACTIVE, IngredientKind.FILLER}),
}
WEIGH_IN, TRITURATION_WEIGHING = "weigh-in", "trituration-weighing"


def is_read_twice(session: Session, kind: IngredientKind) -> bool:
    """Whether this pharmacy wants a second person to read the weight of such an ingredient."""
    policy = session.scalar(select(Pharmacy.second_reading))
    return kind in READ_TWICE[policy or SecondReading.NONE]


def refuse_unread(session: Session, kind: IngredientKind, reader: Proof | None, actor: Actor) -> None:
    """Refuses a weight that a second person has to read and did not. actor: who weighed.

    Raises: RuleBroken naming the field `reader`.
    """
    if reader is None:
        if is_read_twice(session, kind):
            raise RuleBroken(
                "Second person: somebody else reads the weight on the balance and gives user name and password.",
                field="reader",
            )
        return
    if reader.person_id == actor.id:
        raise RuleBroken("Second person: you weighed this; somebody else reads it.", field="reader")
    if session.get_one(Person, reader.person_id).role not in BENCH:
        raise RuleBroken("Second person: only somebody who works at the bench reads weights.", field="reader")


def sign_weigh_in(session: Session, batch: Batch, row: WeighIn, reader: Proof, *, now: datetime) -> None:
    """Signs for a weighing of a batch, whose weight the signature covers.

    Raises: RuleBroken when the reader has left.
    """
    _sign(session, WEIGH_IN, row.id, _of_weigh_in(batch, row), reader, now)


def sign_trituration(
    session: Session, made: Trituration, row: TriturationWeighing, reader: Proof, *, now: datetime
) -> None:
    """Signs for a weighing of a trituration, whose weight the signature covers.

    Raises: RuleBroken when the reader has left.
    """
    _sign(session, TRITURATION_WEIGHING, row.id, _of_trituration(made, row), reader, now)


def of_batch(session: Session, batch: Batch) -> dict[int, Standing]:
    """{weighing: the signature of the second person who read it}."""
    rows = {one.id: _of_weigh_in(batch, one) for taken in batch.inputs for one in taken.weigh_ins}
    return _standing(session, WEIGH_IN, rows)


def of_triturations(session: Session, *made: Trituration) -> dict[int, Standing]:
    """{weighing: the signature of the second person who read it}, of each of these triturations."""
    rows = {row.id: _of_trituration(one, row) for one in made for row in one.weighings}
    return _standing(session, TRITURATION_WEIGHING, rows)


def _of_weigh_in(batch: Batch, row: WeighIn) -> dict[str, object]:
    return {"batch": batch.number, "lot": row.lot_scanned, "weighed": row.weighed}


def _of_trituration(made: Trituration, row: TriturationWeighing) -> dict[str, object]:
    return {"trituration": made.number, "lot": row.lot_scanned, "weighed": row.weighed}


def _sign(
    session: Session, subject: str, subject_id: int, content: dict[str, object], reader: Proof, now: datetime
) -> None:
    signing.sign(session, reader, Meaning.WEIGHT_READ, subject=subject, subject_id=subject_id, content=content, now=now)


def _standing(session: Session, subject: str, rows: Mapping[int, Mapping[str, object]]) -> dict[int, Standing]:
    return {key: one for key, content in rows.items() for one in signing.standing(session, subject, key, content)}
