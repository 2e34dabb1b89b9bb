"""What the papers of the shelf say, in finished strings: lots, equipment, and the cover of a batch's paper record.

Their dates are those of the pharmacy's clock, and what is past its day says so although nobody moved its state yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from labels.content import CoverPage, EquipmentLabel, LotLabel
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_measure, format_number, format_strength
from pharmacy.services import components, equipment
from pharmacy.services.acting import get
from pharmacy.services.label_keeping import same_before, token_of
from pharmacy.services.label_texts import active_of, batch_status, day, lot_status, made_of, mark_of, pharmacy_of
from pharmacy.store import quality
from pharmacy.store.checks import Last
from pharmacy.store.tables import (
    Batch,
    BatchInput,
    BenchActKind,
    Equipment,
    Ingredient,
    Label,
    LabelKind,
    Lot,
    Part,
    PotencyAssay,
    Trituration,
)

MOST_CONTAINERS = 50
OUT_OF_SERVICE, DO_NOT_USE = "OUT OF SERVICE", "DO NOT USE"


@dataclass(frozen=True, slots=True)
class Asked:
    """When and for how many containers a label is asked for. zone: of the pharmacy's clock."""

    now: datetime
    zone: ZoneInfo
    containers: int = 1

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def day(self, moment: datetime) -> str:
        """The day of a moment, as labels write it."""
        return day(moment.astimezone(self.zone).date())


def compose_lot(session: Session, lot_id: int, *, asked: Asked) -> LotLabel:
    """What the label of a received lot says now: QUARANTINE until a pharmacist released it.

    Raises: RuleBroken when the lot was made here, or for too many containers.
    """
    lot, pharmacy = get(session, Lot, lot_id, "lot"), pharmacy_of(session)
    if lot.trituration is not None:
        raise RuleBroken(f"Lot {lot.number} was made here; its label is that of a trituration.")
    if not 1 <= asked.containers <= MOST_CONTAINERS:
        raise RuleBroken(f"Containers: from 1 to {MOST_CONTAINERS}.", field="containers")
    several = range(1, asked.containers + 1) if asked.containers > 1 else ()
    mine = Label.lot_id == lot_id
    label = LotLabel(
        pharmacy_name=pharmacy.name,
        ingredient=_ingredient(lot.ingredient),
        lot_number=lot.number,
        quantity=_amount(lot.received_amount, lot.ingredient),
        supplier=lot.supplier,
        maker_lot=lot.maker_lot,
        expires=day(lot.expiry),
        received=asked.day(lot.received_at),
        certificate=_certificate(lot),
        of_several=tuple(f"Container {place} of {asked.containers}" for place in several),
        status=lot_status(lot, asked.today),
        token=token_of(session, mine),
    )
    return replace(label, mark=mark_of(pharmacy, same_before(session, LabelKind.LOT, mine, label)))


def compose_equipment(session: Session, equipment_id: int, *, asked: Asked) -> EquipmentLabel:
    """What the label on a balance or a machine says: its number, the check due first, whether it may be used."""
    row, pharmacy = get(session, Equipment, equipment_id, "equipment"), pharmacy_of(session)
    last, mine = equipment.last_of(session, row), Label.equipment_id == equipment_id
    check, due = _due_first(row, last)
    label = EquipmentLabel(
        pharmacy_name=pharmacy.name,
        equipment_number=row.number,
        name=row.name,
        check=check,
        due=due,
        standing=_standing(row, last, asked.today),
        token=token_of(session, mine),
    )
    return replace(label, mark=mark_of(pharmacy, same_before(session, LabelKind.EQUIPMENT, mine, label)))


def compose_cover(session: Session, batch_id: int, *, asked: Asked) -> CoverPage:
    """What the cover of a batch's paper record says now, with the papers that belong behind it."""
    batch, pharmacy = get(session, Batch, batch_id, "batch"), pharmacy_of(session)
    formula, mine = batch.formula, Label.batch_id == batch_id
    cover = CoverPage(
        pharmacy_name=pharmacy.name,
        drug=active_of(batch),
        formula=formula.title,
        strength=format_strength(formula.strength_mg),
        form=f"{formula.form}, size {formula.capsule_size}",
        batch_number=batch.number,
        quantity=made_of(batch),
        compounded=day(batch.compounded),
        use_by=day(batch.beyond_use_date),
        storage=formula.storage,
        lots=tuple(_taken(taken) for taken in components.in_order(batch)),
        made_by=", ".join(_makers(batch)) or "nobody yet",
        released_by=_released(batch, asked),
        enclosed=_enclosed(batch, quality.assays_of(session, batch_id)),
        status=batch_status(batch, asked.today),
        token=token_of(session, mine),
    )
    return replace(cover, mark=mark_of(pharmacy, same_before(session, LabelKind.COVER, mine, cover)))


def _ingredient(row: Ingredient) -> str:
    return f"{row.name}, {row.grade}" if row.grade else row.name


def _amount(value: Decimal, row: Ingredient) -> str:
    return format_measure(value, row.unit) if row.unit == "mg" else f"{format_number(value)} {row.unit}"


def _certificate(lot: Lot) -> str:
    """What the certificate states, in one line; nothing where there is none."""
    measured = (("assay", lot.assay), ("water", lot.water), ("residual solvents", lot.solvents))
    stated = {name: f"{name} {format_number(value * 100)} %" for name, value in measured if value is not None}
    if "assay" in stated and lot.assay_basis:
        stated["assay"] += f" {lot.assay_basis}"
    line = ", ".join((*stated.values(), *([f"certificate {lot.certificate}"] if lot.certificate else [])))
    return line[:1].upper() + line[1:]


def _due_first(row: Equipment, last: Last) -> tuple[str, str]:
    """The check that is missing or due first, and the last day on which it holds."""
    missing = [kind for kind in equipment.needs(row) if kind not in last]
    if missing:
        return missing[0].value.capitalize(), "none on record"
    dated = [(check.due_on, kind) for kind, check in last.items() if check.due_on is not None]
    if not dated:
        return "Next check", "no day set"
    due_on, kind = min(dated)
    return f"{kind.value.capitalize()} due", day(due_on)


def _standing(row: Equipment, last: Last, today: date) -> str:
    if row.out_of_service:
        return OUT_OF_SERVICE
    return DO_NOT_USE if equipment.faults(row, last, today) else ""


def _taken(taken: BatchInput) -> str:
    """One lot of a batch with its origin, and how much of it was weighed."""
    lot = taken.lot
    if lot.trituration is None:
        origin = f"{lot.supplier} {lot.maker_lot}"
    else:
        origin = f"trituration of {' and '.join(lot.trituration.source(part).number for part in Part)}"
    weighed = _amount(components.weighed(taken), lot.ingredient) if taken.weigh_ins else "not weighed yet"
    return f"{lot.number} {lot.ingredient.name}, {origin}, expires {day(lot.expiry)}: {weighed}"


def _makers(batch: Batch) -> tuple[str, ...]:
    """Who weighed, worked at the bench, or filled, each once."""
    people = [one.person for taken in components.in_order(batch) for one in taken.weigh_ins]
    people += [act.person for act in batch.bench_acts if act.kind is BenchActKind.DONE]
    people += [batch.filled_by] if batch.filled_by else []
    return tuple(dict.fromkeys(person.full_name for person in people))


def _released(batch: Batch, asked: Asked) -> str:
    if batch.released_by is None or batch.released_at is None:
        return "not released"
    return f"{batch.released_by.full_name}, {asked.day(batch.released_at)}"


def _enclosed(batch: Batch, assays: Sequence[PotencyAssay]) -> tuple[str, ...]:
    """The papers of a record: formula, record, certificates, what was made for it, and what laboratories answered."""
    lots = [taken.lot for taken in components.in_order(batch)]
    made = [lot.trituration for lot in lots if lot.trituration is not None]
    bought = [lot for lot in lots if lot.trituration is None] + [one.source(part) for one in made for part in Part]
    tests = [f"Weight test {place}, {'passed' if one.passed else 'failed'}" for place, one in enumerate(batch.tests, 1)]
    return (
        f"Master formulation record {batch.formula.title}",
        f"Compounding record {batch.number}",
        *(_record_of(one) for one in made),
        *(_paper_of(lot) for lot in {lot.id: lot for lot in bought}.values()),
        *tests,
        *(f"Certificate {one.certificate} of {one.laboratory}" for one in assays if one.certificate),
        *([f"Photographs of the bench: {len(batch.bench_photos)}"] if batch.bench_photos else []),
    )


def _record_of(made: Trituration) -> str:
    return f"Record of trituration {made.number}"


def _paper_of(lot: Lot) -> str:
    said = f": {lot.certificate}" if lot.certificate else ""
    return f"Certificate of analysis of {lot.number}{said}"
