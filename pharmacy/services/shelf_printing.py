"""Papers of the shelf: printed as their record is today, by the pharmacy's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pharmacy.services.acting import Actor, get
from pharmacy.services.printing import print_made_lot, print_of
from pharmacy.services.shelf_label_texts import Asked
from pharmacy.store.database import Database
from pharmacy.store.tables import LabelKind, Lot


def print_lot(
    database: Database,
    lot_id: int,
    *,
    zone: ZoneInfo,
    containers: int = 1,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Makes the labels of a lot as its state is now, one for each container; of one that was made here the label of
    a trituration. Returns the label's number. zone: of the pharmacy's clock.

    Raises: RuleBroken, like `print_of`; or there are more containers than labels are made for.
    """
    with database.reading() as session:
        bought = get(session, Lot, lot_id, "lot").trituration is None
    today = now.astimezone(zone).date()
    if not bought:
        return print_made_lot(database, lot_id, actor=actor, now=now, today=today, reason=reason)
    given = {"asked": Asked(now, zone, containers)}
    return print_of(database, LabelKind.LOT, lot_id, actor=actor, now=now, today=today, reason=reason, given=given)


def print_equipment(
    database: Database, equipment_id: int, *, zone: ZoneInfo, actor: Actor, now: datetime, reason: str = ""
) -> int:
    """Makes the label that is stuck on a balance or a machine, as it stands today; returns the label's number.

    Raises: RuleBroken, like `print_of`.
    """
    given = {"asked": Asked(now, zone)}
    kind, today = LabelKind.EQUIPMENT, now.astimezone(zone).date()
    return print_of(database, kind, equipment_id, actor=actor, now=now, today=today, reason=reason, given=given)


def print_cover(
    database: Database,
    batch_id: int,
    *,
    zone: ZoneInfo,
    stock: str = "",
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Makes the cover of a batch's paper record as it stands today; returns the label's number. stock: the page.

    Raises: RuleBroken, like `print_of`.
    """
    given = {"asked": Asked(now, zone)}
    kind, today = LabelKind.COVER, now.astimezone(zone).date()
    return print_of(
        database, kind, batch_id, actor=actor, now=now, today=today, reason=reason, stock=stock, given=given
    )
