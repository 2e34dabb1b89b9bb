"""The picture of ten weighings, drawn as those of capsules are."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pharmacy.store.tables import Equipment, EquipmentCheck
from pharmacy.web.batches.chart import Picture, draw_around


@dataclass(frozen=True, slots=True)
class Measured:
    """Ten weighings and their picture."""

    check: EquipmentCheck
    chart: Picture


def measured(row: Equipment, checks: Sequence[EquipmentCheck]) -> Measured | None:
    """The last weighings of a balance, None when nobody measured it."""
    check = next((one for one in checks if one.weights_mg), None)
    if check is None or row.readability_mg is None:
        return None
    weights = tuple(Decimal(weight) for weight in check.weights_mg)
    return Measured(check, draw_around(Decimal(check.found["mean_mg"]), Decimal(check.found["deviation_mg"]), weights))
