"""What a lot that was made here consists of: the lots that went into a trituration, what was weighed of each, and what
that makes of its strength and of the room it takes.
"""

from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from pharmacy.domain.trituration import mixed_packing_mg
from pharmacy.domain.weighing import ActiveLot, AssayBasis, Dilution
from pharmacy.domain.weighing_fractions import lot_factor
from pharmacy.services import packing
from pharmacy.store.tables import Lot, Part, Trituration

_ON_CERTIFICATE = ("number", "maker_lot", "assay", "assay_basis", "water", "solvents")


def content(made: Trituration) -> dict[str, object]:
    """What the signature under the lot covers of its making: both parents with what their certificates state, the
    weights, the mixing and the people."""
    return {
        "number": made.number,
        "formula": made.formula.title,
        "beyond_use_rule": made.beyond_use_rule,
        "mixing_mg": made.mixing_mg,
        "mixed_by": made.mixed_by_id,
        "parts": {
            part.value: {
                "lot": {name: getattr(made.source(part), name) for name in _ON_CERTIFICATE},
                "target": made.target(part),
                "weighed": weighed_mg(made, part),
                "weighed_by": [row.person_id for row in made.weighings if row.part is part],
            }
            for part in Part
        },
    }


def made_by(made: Trituration) -> frozenset[int]:
    """Everybody who planned, weighed or mixed it."""
    people = {made.planned_by_id, made.mixed_by_id, *(row.person_id for row in made.weighings)}
    return frozenset(person for person in people if person is not None)


def weighed_mg(made: Trituration, part: Part) -> Decimal:
    """What was weighed of a part [mg]; 0 before it."""
    row = made.weighed(part)
    return row.weighed if row else Decimal(0)


def purity(lot: Lot) -> Fraction:
    """Pure active in one part of a lot, from its certificate, or from what it was made of [fraction]."""
    return diluted(lot.trituration) if lot.trituration else _factor(lot)


def diluted(made: Trituration) -> Fraction:
    """Pure active in one part of a trituration, exactly, from what was weighed [fraction].

    Formula: P x W / (W + D), P the lot factor of its active.
    """
    return _factor(made.active_lot, (weighed_mg(made, Part.ACTIVE), weighed_mg(made, Part.DILUENT)))


def _factor(lot: Lot, weighed: tuple[Decimal, Decimal] | None = None) -> Fraction:
    return lot_factor(
        assay=lot.assay or Decimal(0),
        as_is=lot.assay_basis == AssayBasis.AS_IS,
        water=lot.water or Decimal(0),
        solvents=lot.solvents or Decimal(0),
        diluted=weighed,
    )


def packing_mg(session: Session, lot: Lot, size: str) -> Decimal | None:
    """What fills one capsule of this size [mg]: as it was measured, or computed from what a trituration was made of.

    None when nobody measured the lot, or one of those that went into it.
    """
    measured = packing.packing_mg(session, lot, size)
    if measured is not None or lot.trituration is None:
        return measured
    alone = _packings_mg(session, lot.trituration, size)
    if alone is None:
        return None
    return mixed_packing_mg(
        active_mg=weighed_mg(lot.trituration, Part.ACTIVE),
        diluent_mg=weighed_mg(lot.trituration, Part.DILUENT),
        active_packing_mg=alone[0],
        diluent_packing_mg=alone[1],
    )


def active_lot(session: Session, lot: Lot, size: str, packed_mg: Decimal) -> ActiveLot | None:
    """The lot as the worksheet reckons with it; a trituration with the certificate of its active and its dilution.

    packed_mg: its packing statistic [mg]. None when the certificate states no assay or no water.
    """
    made = lot.trituration
    certified = made.active_lot if made else lot
    if certified.assay is None or certified.water is None:
        return None
    return ActiveLot(
        assay=certified.assay,
        assay_basis=AssayBasis(certified.assay_basis),
        water=certified.water,
        packing_mg=packed_mg,
        solvents=certified.solvents or Decimal(0),
        dilution=_dilution(session, lot, made, size) if made else None,
    )


def _dilution(session: Session, lot: Lot, made: Trituration, size: str) -> Dilution:
    measured = packing.packing_mg(session, lot, size) is not None
    return Dilution(
        active_mg=weighed_mg(made, Part.ACTIVE),
        diluent_mg=weighed_mg(made, Part.DILUENT),
        packings_mg=None if measured else _packings_mg(session, made, size),
    )


def _packings_mg(session: Session, made: Trituration, size: str) -> tuple[Decimal, Decimal] | None:
    """The packing statistics of both parents; None when one was never measured in this size."""
    active, diluent = (packing.packing_mg(session, made.source(part), size) for part in Part)
    return None if active is None or diluent is None else (active, diluent)
