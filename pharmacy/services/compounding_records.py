"""The compounding record of a batch as paper: everything on file, in finished strings, with the head of its trail."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from labels import document
from labels.document import Document, Facts, Prose, Rows
from labels.errors import LabelRefused
from labels.printing import Printed
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_measure, format_number, format_strength
from pharmacy.services import batches, bench, components, releasing, second_readings, weigh_ins
from pharmacy.services.acting import get
from pharmacy.services.label_texts import DEMONSTRATION, day
from pharmacy.services.signing import Standing
from pharmacy.store import quality
from pharmacy.store.tables import (
    AuditEntry,
    Batch,
    BatchInput,
    BenchActKind,
    Part,
    Pharmacy,
    PotencyAssay,
    Trituration,
    WeighIn,
    WeightTest,
)

_INTERRUPTED = (BenchActKind.PAUSED, BenchActKind.RESUMED)
Clock = Callable[[datetime | None], str]


def draw(session: Session, batch_id: int, zone: ZoneInfo) -> Printed:
    """The record as a PDF; the same bytes for as long as nothing was added to it. zone: of the pharmacy's clock.

    Raises: RuleBroken when a character cannot be printed.
    """
    try:
        return document.render(compose(session, get(session, Batch, batch_id, "batch"), zone))
    except LabelRefused as refusal:
        raise RuleBroken(f"The record cannot be printed: {refusal}") from refusal


def compose(session: Session, batch: Batch, zone: ZoneInfo) -> Document:
    """What the record says."""

    def clock(moment: datetime | None) -> str:
        if moment is None:
            return ""
        local = moment.astimezone(zone)
        return f"{day(local.date())} {local:%H:%M}"

    pharmacy = get(session, Pharmacy, 1, "pharmacy")
    read_by = second_readings.of_batch(session, batch)
    return Document(
        title=f"Compounding record {batch.number}: {batch.state}",
        pharmacy=(pharmacy.name, f"{pharmacy.address}, {pharmacy.phone}"),
        sections=(
            _formula(batch),
            _batch(batch),
            Rows(
                "Components",
                ("Component", "Supplier, maker's lot", "Our lot, expiry", "Target, allowed", "Weighed", "Who and how"),
                tuple(_component(batch, taken, read_by, clock) for taken in components.in_order(batch)),
                (0.18, 0.17, 0.14, 0.17, 0.15, 0.19),
            ),
            *_triturations(session, batch, clock),
            _equipment(batch, clock),
            Rows("Worksheet", ("What", "Formula", "With", "Result"), tuple(_steps(batch)), (0.2, 0.28, 0.34, 0.18)),
            *_procedure(batch, clock),
            *(_weights(test, place, clock) for place, test in enumerate(batch.tests, start=1)),
            _assays(quality.assays_of(session, batch.id), clock),
            _people(batch, clock),
            _signatures("Signatures", releasing.signatures(session, batch), clock),
            *_deviations(session, batch, clock),
        ),
        foot=_head(session, batch),
        mark=DEMONSTRATION if pharmacy.demonstration else "",
    )


def _formula(batch: Batch) -> Facts:
    formula = batch.formula
    return Facts(
        "Master formulation record",
        (
            ("Formula", f"{formula.title}, {formula.name}"),
            ("Strength", f"{format_strength(formula.strength_mg)} as the {formula.basis}"),
            ("Form", f"{formula.form}, size {formula.capsule_size}"),
            ("Container", formula.container),
            ("Equipment", formula.equipment),
            ("Description", formula.description),
            ("Storage", formula.storage),
            ("Reference", formula.reference),
            ("Quality tests", formula.quality),
            ("Steps", "\n".join(f"{place}. {step}" for place, step in enumerate(formula.steps, start=1))),
        ),
    )


def _batch(batch: Batch) -> Facts:
    handed = "" if batch.released_at is None else str((batch.made or 0) - (batch.samples or 0) - batch.on_hand)
    return Facts(
        "Batch",
        (
            ("Compounded", day(batch.compounded)),
            ("Use by", day(batch.beyond_use_date)),
            ("Because of", batch.beyond_use_rule),
            ("Made for", batch.purpose),
            ("Planned", f"{batch.capsules} capsules"),
            ("Balance", f"weighed at least {format_number(batch.minimum_mg)} mg when planned"),
            ("Good capsules", _count(batch.made)),
            ("Spoiled", _count(batch.wasted)),
            ("To laboratories", _count(batch.samples)),
            ("Handed to fills", handed),
            ("On hand", "" if batch.released_at is None else str(batch.on_hand)),
            ("Powder in capsules", _yield(batch)),
            ("Appearance", batch.description),
            ("Note", batch.note),
        ),
    )


def _equipment(batch: Batch, clock: Clock) -> Prose | Rows:
    """What it was weighed on and filled with, as it stood when it was chosen."""
    rows = tuple(
        (
            str(one.kind),
            f"{one.equipment.title}\n{one.equipment.serial}" if one.equipment else "by hand",
            "" if one.minimum_mg is None else f"{format_number(one.minimum_mg)} mg",
            "" if one.due_on is None else day(one.due_on),
            f"{one.person.full_name}, {clock(one.at)}" + (f"\nAnother one: {one.reason}" if one.reason else ""),
        )
        for one in batch.equipment
    )
    if not rows:
        return Prose("Equipment", ("None is named: the batch was planned before equipment was registered.",))
    heads = ("What", "Which, serial number", "Weighs at least", "Checks held until", "Chosen by")
    return Rows("Equipment", heads, rows, (0.15, 0.3, 0.15, 0.15, 0.25))


def _count(number: int | None) -> str:
    return "" if number is None else str(number)


def _yield(batch: Batch) -> str:
    percent = batches.powder_in_capsules_percent(batch)
    return "" if percent is None else f"{format_number(percent)} % of what was weighed"


def _component(batch: Batch, taken: BatchInput, read_by: Mapping[int, Standing], clock: Clock) -> tuple[str, ...]:
    lot, ingredient = taken.lot, taken.lot.ingredient
    low, high = weigh_ins.allowed_range(taken)
    allowed = (
        "until it ran out" if components.is_left(batch, taken) else f"{format_number(low)} to {format_number(high)}"
    )
    weighed = "not weighed"
    if taken.weigh_ins:
        weighed = _amount(components.weighed(taken), ingredient.unit)
    if components.is_finished(taken):
        weighed += f"\n{format_number(weigh_ins.off_percent(taken))} % off"
    return (
        f"{ingredient.name}, {ingredient.grade}",
        f"{lot.supplier}, {lot.maker_lot}",
        f"{lot.number}\n{day(lot.expiry)}",
        f"{_amount(taken.target, ingredient.unit)}\n{allowed}",
        weighed,
        "\n".join(_who(one, len(taken.weigh_ins) > 1, ingredient.unit, read_by, clock) for one in taken.weigh_ins),
    )


def _who(weigh_in: WeighIn, several: bool, unit: str, read_by: Mapping[int, Standing], clock: Clock) -> str:
    told = f"{weigh_in.person.full_name}, {clock(weigh_in.at)}, {weigh_in.source.value}"
    if weigh_in.balance:
        told += f", on {weigh_in.balance.number}"
    if several:
        told = f"{_amount(weigh_in.weighed, unit)}: {told}"
    told += _read_by(read_by.get(weigh_in.id))
    return told if weigh_in.within else f"{told}\nDeviation: {weigh_in.deviation}"


def _read_by(reading: Standing | None) -> str:
    """A line of its own for the second person; nothing where nobody read twice."""
    if reading is None:
        return ""
    return f"\nRead by {reading.printed_name}{'' if reading.holds else ': VOID, it was changed after signing'}"


def _procedure(batch: Batch, clock: Clock) -> tuple[Rows, ...]:
    """The steps as they were confirmed, with pauses and photographs; nothing for a batch from before they were kept."""
    at = bench.progress(batch)
    lines = [(act, step.number, step.detail or step.text) for step in at.steps if (act := at.done.get(step.number))]
    lines += [(act, act.step, act.kind.value.capitalize()) for act in batch.bench_acts if act.kind in _INTERRUPTED]
    shown = [(act.at, number, text, act.person, act.note) for act, number, text in lines]
    shown += [(one.at, one.step, f"Photograph {one.sha256[:16]}", one.person, one.note) for one in batch.bench_photos]
    rows = tuple(
        (str(number), text, f"{person.full_name}, {clock(moment)}", note)
        for moment, number, text, person, note in sorted(shown, key=lambda one: one[:2])
    )
    headings = ("Step", "What was done", "By", "Note")
    return (Rows("Procedure", headings, rows, (0.06, 0.44, 0.32, 0.18)),) if rows else ()


def _triturations(session: Session, batch: Batch, clock: Clock) -> tuple[Rows, ...]:
    """What went into the components that were made here, one table for each."""
    made = components.triturations(batch)
    read_by = second_readings.of_triturations(session, *made)
    return tuple(
        Rows(
            f"Trituration {one.number}, use by {day(one.beyond_use_date)}",
            ("Part", "Supplier, maker's lot", "Our lot, expiry", "Target", "Weighed", "Who and how"),
            tuple(_part(one, part, read_by, clock) for part in Part),
            (0.18, 0.17, 0.14, 0.17, 0.15, 0.19),
        )
        for one in made
    )


def _part(made: Trituration, part: Part, read_by: Mapping[int, Standing], clock: Clock) -> tuple[str, ...]:
    lot, row = made.source(part), made.weighed(part)
    who = ""
    if row:
        who = f"{row.person.full_name}, {clock(row.at)}, {row.source.value}{_read_by(read_by.get(row.id))}"
    return (
        f"{part}: {lot.ingredient.name}",
        f"{lot.supplier}, {lot.maker_lot}",
        f"{lot.number}\n{day(lot.expiry)}",
        format_measure(made.target(part), "mg"),
        format_measure(row.weighed, "mg") if row else "not weighed",
        who,
    )


def _amount(value: Decimal, unit: str) -> str:
    return format_measure(value, unit) if unit == "mg" else f"{format_number(value)} {unit}"


def _steps(batch: Batch) -> Iterable[tuple[str, ...]]:
    later = [step for taken in batch.inputs for step in (taken.worked_out or {}).get("steps", ())]
    for step in [*batch.worksheet["steps"], *later]:
        inputs = "; ".join(f"{symbol} = {value}" for symbol, value in step["inputs"].items())
        yield step["name"], step["formula"], inputs, f"{step['result']} {step['unit']}".strip()


def _weights(test: WeightTest, place: int, clock: Clock) -> Facts:
    return Facts(
        f"Weight test {place}: {'passed' if test.passed else 'failed'}",
        (
            ("Weights", ", ".join(test.weights_mg) + " mg"),
            ("Shell and fill", f"{format_number(test.shell_mg)} + {format_number(test.fill_mg)} mg"),
            ("Mean", f"{format_number(test.mean_mg)} mg"),
            ("Spread (RSD)", f"{format_number(test.rsd_percent)} %"),
            ("Acceptance value", format_number(test.acceptance_value)),
            ("Weighed by", f"{test.person.full_name}, {clock(test.at)}"),
            *([("Reasons", " ".join(test.reasons))] if test.reasons else []),
        ),
    )


def _assays(assays: Iterable[PotencyAssay], clock: Clock) -> Prose | Rows:
    rows = tuple(
        (
            f"{one.laboratory}, {one.method}",
            f"{one.capsules} capsules by {one.sent_by.full_name}, {clock(one.sent_at)}",
            "no answer yet"
            if one.percent is None
            else f"{format_number(one.percent)} % of the label, {'passed' if one.passed else 'failed'}",
            f"{one.certificate}, {day(one.reported_on)}" if one.reported_on else "",
        )
        for one in assays
    )
    if not rows:
        return Prose("Potency assays", ("None was sent.",))
    return Rows("Potency assays", ("Laboratory", "Sent", "Found", "Certificate"), rows, (0.25, 0.3, 0.25, 0.2))


def _people(batch: Batch, clock: Clock) -> Facts:
    return Facts(
        "People",
        (
            ("Planned by", f"{batch.planned_by.full_name}, {clock(batch.planned_at)}"),
            ("Filled by", f"{batch.filled_by.full_name}, {clock(batch.filled_at)}" if batch.filled_by else ""),
            ("Released by", f"{batch.released_by.full_name}, {clock(batch.released_at)}" if batch.released_by else ""),
        ),
    )


def _signatures(heading: str, standing: Iterable[Standing], clock: Clock) -> Prose | Rows:
    rows = tuple(
        (
            f"{one.printed_name}, {one.role}\n{clock(one.at)}",
            f"“{one.meaning}”" + (f"\n{one.reason}" if one.reason else ""),
            one.digest + ("" if one.holds else "\nVOID: the record was changed after signing"),
        )
        for one in standing
    )
    if not rows:
        return Prose(heading, ("Not signed.",))
    return Rows(heading, ("Signed by", "Meaning", "Digest of the record"), rows, (0.25, 0.35, 0.4))


def _deviations(session: Session, batch: Batch, clock: Clock) -> tuple[Prose | Rows, ...]:
    standing = weigh_ins.deviations(session, batch)
    return (_signatures("Deviations", standing, clock),) if standing else ()


def _head(session: Session, batch: Batch) -> str:
    """The last entry about this batch in the audit trail: whoever holds this paper can find it there again."""
    last = session.execute(
        select(AuditEntry.sequence, AuditEntry.hash)
        .where(AuditEntry.subject == "batch", AuditEntry.subject_id == batch.id)
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    ).one()
    return f"Audit trail of this batch up to {last.sequence}:{last.hash}"
