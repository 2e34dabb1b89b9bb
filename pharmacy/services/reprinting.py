"""A kept label made anew from its record as it is now: marked as a reprint when it says the same."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pharmacy.domain.errors import RuleBroken
from pharmacy.services.acting import Actor
from pharmacy.services.printing import SOURCES, print_batch, print_fill, print_made_lot, print_of
from pharmacy.services.shelf_printing import print_cover, print_equipment, print_lot
from pharmacy.store.database import Database
from pharmacy.store.tables import Label, LabelKind

PLAIN = (LabelKind.AUXILIARY, LabelKind.CARD, LabelKind.LEAFLET, LabelKind.BAG)
"""Those that are composed of their record alone."""


def made_anew(database: Database, old: Label, *, zone: ZoneInfo, actor: Actor, now: datetime, reason: str) -> int:
    """Returns the number of the new label. zone: of the pharmacy's clock.

    Raises: RuleBroken: this kind is printed from its own page alone, or its record allows no label now.
    """
    today = now.astimezone(zone).date()
    if old.kind is LabelKind.VIAL and old.fill_id:
        return print_fill(database, old.fill_id, today=today, stock=old.stock, actor=actor, now=now, reason=reason)
    if old.kind is LabelKind.BATCH and old.batch_id:
        return print_batch(database, old.batch_id, today=today, stock=old.stock, actor=actor, now=now, reason=reason)
    if old.kind is LabelKind.TRITURATION and old.lot_id:
        return print_made_lot(database, old.lot_id, today=today, stock=old.stock, actor=actor, now=now, reason=reason)
    if old.kind is LabelKind.LOT and old.lot_id:
        several = len(old.content.get("of_several", ())) or 1
        return print_lot(database, old.lot_id, zone=zone, containers=several, actor=actor, now=now, reason=reason)
    if old.kind is LabelKind.EQUIPMENT and old.equipment_id:
        return print_equipment(database, old.equipment_id, zone=zone, actor=actor, now=now, reason=reason)
    if old.kind is LabelKind.COVER and old.batch_id:
        return print_cover(database, old.batch_id, zone=zone, stock=old.stock, actor=actor, now=now, reason=reason)
    if old.kind in PLAIN:
        of_id = getattr(old, SOURCES[old.kind].column.key)
        return print_of(database, old.kind, of_id, stock=old.stock, today=today, actor=actor, now=now, reason=reason)
    raise RuleBroken(
        f"A {old.kind} is not printed again from here; print it again where it is made, then cancel this print."
    )
