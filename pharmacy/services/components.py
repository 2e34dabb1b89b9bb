"""The components of a batch, each with the lots that serve it one after the other."""

from decimal import Decimal

from pharmacy.store.tables import Batch, BatchInput, IngredientKind, Trituration


def chain(batch: Batch, position: int) -> tuple[BatchInput, ...]:
    """The lots of one component: the planned one, then whatever took over from it. position: in the worksheet."""
    following = {taken.continues: taken for taken in batch.inputs if taken.continues}
    found = [next(taken for taken in batch.inputs if taken.position == position)]
    while (after := following.get(found[-1].position)) is not None:
        found.append(after)
    return tuple(found)


def planned(batch: Batch) -> tuple[BatchInput, ...]:
    """The components as the worksheet lists them."""
    return tuple(taken for taken in batch.inputs if taken.continues is None)


def current(batch: Batch, position: int) -> BatchInput:
    """The lot that a component is weighed from now."""
    return chain(batch, position)[-1]


def weighed(taken: BatchInput) -> Decimal:
    """What was weighed from this lot, all containers together [mg, capsules for shells]."""
    return sum((weigh_in.weighed for weigh_in in taken.weigh_ins), Decimal(0))


def is_finished(taken: BatchInput) -> bool:
    """Whether the last container of this lot was weighed."""
    return bool(taken.weigh_ins) and not taken.weigh_ins[-1].more


def is_complete(batch: Batch, position: int) -> bool:
    """Whether nothing more is weighed of a component."""
    return is_finished(current(batch, position))


def is_left(batch: Batch, taken: BatchInput) -> bool:
    """Whether another lot took over from this one."""
    return any(other.continues == taken.position for other in batch.inputs)


def in_use(batch: Batch) -> tuple[BatchInput, ...]:
    """What the batch is made of: every lot that was weighed from, or still will be."""
    return tuple(taken for taken in batch.inputs if taken.weigh_ins or not is_left(batch, taken))


def in_order(batch: Batch) -> tuple[BatchInput, ...]:
    """What the batch is made of, component by component, each lot behind the one that it took over from."""
    used = {taken.position for taken in in_use(batch)}
    rows = (taken for first in planned(batch) for taken in chain(batch, first.position))
    return tuple(taken for taken in rows if taken.position in used)


def of_kind(batch: Batch, kind: IngredientKind) -> tuple[BatchInput, ...]:
    """The lots of one kind of ingredient, in the order in which they are weighed."""
    return tuple(taken for taken in in_use(batch) if taken.lot.ingredient.kind is kind)


def triturations(batch: Batch) -> tuple[Trituration, ...]:
    """Of what the batch is made of: what was made here, in the order in which it is weighed."""
    made = (taken.lot.trituration for taken in in_order(batch))
    return tuple(dict.fromkeys(one for one in made if one is not None))
