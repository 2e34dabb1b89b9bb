"""The tables of the bench: what is made, of what, and for whom.

Every constraint has its name, so that later migrations can find it. Imports no models: this text stays as
it is when they change. Amounts are whole numbers of their smallest unit: thousandths of a milligram,
millionths of a fraction, cents.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"

# SQLite numbers rows by itself only in an INTEGER key.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXACT = sa.BigInteger()
MOMENT = sa.DateTime(timezone=True)
LINE = sa.String(120)
CODE = sa.String(64)
Kind = TypeEngine[Any]

LOTS_STATE = ("quarantined", "released", "open", "exhausted", "expired", "recalled", "rejected")
BATCHES_STATE = (
    "planned",
    "weighing",
    "filling",
    "testing",
    "awaiting release",
    "released",
    "rejected",
    "recalled",
    "exhausted",
    "expired",
)
FILLS_STATE = ("planned", "allocated", "labelled", "checked", "dispensed", "cancelled", "returned")


def upgrade() -> None:
    """Make them, each after those that it refers to."""
    _formulas()
    _batches()
    _fills()


def _numbered(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", KEY, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _all(kind: Kind, *names: str) -> list[sa.Column[object]]:
    """Columns of one kind that every row fills."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def _maybe(kind: Kind, *names: str) -> list[sa.Column[object]]:
    """Columns of one kind that may stay empty."""
    return [sa.Column(name, kind, nullable=True) for name in names]


def _to(other: str, table: str, column: str, *, nullable: bool = False) -> sa.Column[int]:
    """A column that holds the number of a row of another table."""
    reference = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, KEY, reference, nullable=nullable)


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    """A choice kept as text."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


def _formulas() -> None:
    """What is made, and of what."""
    op.create_table(
        "ingredients",
        *_numbered("ingredients"),
        *_all(LINE, "name", "kind", "grade"),
        *_all(CODE, "basis"),
        *_all(sa.String(4), "capsule_size"),
        _one_of("ingredients", "kind", "active", "filler", "capsule shell"),
        sa.UniqueConstraint("name", name="uq_ingredients_name"),
    )
    op.create_table(
        "formulas",
        *_numbered("formulas"),
        *_all(CODE, "code"),
        *_all(sa.Integer(), "version"),
        *_all(LINE, "state"),
        *_all(sa.Boolean(), "is_open"),
        *_all(LINE, "name"),
        *_all(EXACT, "strength_mg"),
        *_all(CODE, "basis"),
        *_all(LINE, "form"),
        *_all(sa.String(4), "capsule_size"),
        *_all(EXACT, "overage"),
        *_all(LINE, "container"),
        *_all(sa.Text(), "equipment"),
        *_all(sa.JSON(), "steps"),
        *_all(LINE, "description", "storage"),
        *_all(sa.Integer(), "limit_days"),
        *_all(sa.Text(), "reference", "quality"),
        _to("people", "formulas", "drafted_by_id"),
        *_all(MOMENT, "drafted_at"),
        _to("people", "formulas", "approved_by_id", nullable=True),
        *_maybe(MOMENT, "approved_at"),
        _to("formulas", "formulas", "replaces_id", nullable=True),
        *_all(sa.Integer(), "revision"),
        _one_of("formulas", "state", "draft", "approved", "retired"),
        sa.UniqueConstraint("code", "version", name="uq_formulas_code_version"),
    )
    op.create_index("ix_formulas_state", "formulas", ["state", "strength_mg"])
    op.create_table(
        "formula_components",
        *_numbered("formula_components"),
        _to("formulas", "formula_components", "formula_id"),
        *_all(sa.Integer(), "position"),
        _to("ingredients", "formula_components", "ingredient_id"),
        sa.UniqueConstraint("formula_id", "position", name="uq_formula_components_formula_id_position"),
    )
    op.create_table(
        "lots",
        *_numbered("lots"),
        *_all(CODE, "number"),
        _to("ingredients", "lots", "ingredient_id"),
        *_all(LINE, "supplier", "maker_lot", "state"),
        *_all(sa.Boolean(), "is_open"),
        *_all(MOMENT, "received_at"),
        _to("people", "lots", "received_by_id"),
        *_all(EXACT, "received_amount", "on_hand"),
        *_all(sa.Date(), "expiry"),
        *_maybe(EXACT, "assay"),
        *_all(CODE, "assay_basis"),
        *_maybe(EXACT, "water", "solvents", "packing_mg"),
        *_all(sa.String(4), "packing_size"),
        *_maybe(EXACT, "shell_mg"),
        *_all(LINE, "certificate"),
        _to("people", "lots", "released_by_id", nullable=True),
        *_maybe(MOMENT, "released_at"),
        *_all(sa.Text(), "note"),
        *_all(sa.Integer(), "revision"),
        _one_of("lots", "state", *LOTS_STATE),
        sa.CheckConstraint("on_hand >= 0", name="ck_lots_never_below_zero"),
        sa.UniqueConstraint("number", name="uq_lots_number"),
    )
    op.create_index("ix_lots_ingredient_id", "lots", ["ingredient_id", "is_open", "expiry"])
    op.create_index("ix_lots_queue", "lots", ["is_open", "expiry", "id"])


def _batches() -> None:
    """The compounding record, and the ledger that it draws from."""
    op.create_table(
        "batches",
        *_numbered("batches"),
        *_all(CODE, "number"),
        _to("formulas", "batches", "formula_id"),
        *_all(LINE, "state"),
        *_all(sa.Boolean(), "is_open"),
        *_all(MOMENT, "planned_at"),
        _to("people", "batches", "planned_by_id"),
        *_all(MOMENT, "due_at"),
        *_all(sa.Integer(), "capsules"),
        *_all(sa.Text(), "purpose"),
        *_all(sa.Date(), "compounded", "beyond_use_date"),
        *_all(sa.Text(), "beyond_use_rule"),
        *_all(sa.JSON(), "worksheet"),
        *_all(EXACT, "minimum_mg"),
        *_maybe(sa.Integer(), "made", "samples", "wasted"),
        *_all(sa.Integer(), "on_hand"),
        *_all(sa.Text(), "description"),
        _to("people", "batches", "filled_by_id", nullable=True),
        *_maybe(MOMENT, "filled_at"),
        _to("people", "batches", "released_by_id", nullable=True),
        *_maybe(MOMENT, "released_at"),
        *_all(sa.Text(), "note"),
        *_all(sa.Integer(), "revision"),
        _one_of("batches", "state", *BATCHES_STATE),
        sa.CheckConstraint("on_hand >= 0", name="ck_batches_never_below_zero"),
        sa.UniqueConstraint("number", name="uq_batches_number"),
    )
    op.create_index("ix_batches_formula_id", "batches", ["formula_id", "state"])
    op.create_index("ix_batches_queue", "batches", ["is_open", "due_at", "id"])
    op.create_index("ix_batches_state", "batches", ["is_open", "state", "due_at", "id"])
    op.create_table(
        "batch_inputs",
        *_numbered("batch_inputs"),
        _to("batches", "batch_inputs", "batch_id"),
        *_all(sa.Integer(), "position"),
        _to("lots", "batch_inputs", "lot_id"),
        *_all(EXACT, "target"),
        sa.UniqueConstraint("batch_id", "position", name="uq_batch_inputs_batch_id_position"),
    )
    op.create_index("ix_batch_inputs_lot_id", "batch_inputs", ["lot_id", "batch_id"])
    op.create_table(
        "lot_movements",
        *_numbered("lot_movements"),
        _to("lots", "lot_movements", "lot_id"),
        *_all(MOMENT, "at"),
        *_all(LINE, "kind"),
        *_all(EXACT, "amount"),
        _to("batches", "lot_movements", "batch_id", nullable=True),
        _to("people", "lot_movements", "person_id"),
        *_all(sa.Text(), "reason"),
        _one_of("lot_movements", "kind", "received", "weighed", "adjusted", "wasted"),
    )
    op.create_index("ix_lot_movements_lot_id", "lot_movements", ["lot_id", "id"])
    op.create_table(
        "weigh_ins",
        *_numbered("weigh_ins"),
        _to("batch_inputs", "weigh_ins", "input_id"),
        *_all(EXACT, "weighed"),
        *_all(LINE, "source"),
        *_all(CODE, "lot_scanned"),
        *_all(sa.Boolean(), "within"),
        *_all(sa.Text(), "deviation"),
        _to("people", "weigh_ins", "person_id"),
        *_all(MOMENT, "at"),
        _one_of("weigh_ins", "source", "balance", "typed"),
    )
    op.create_index("ix_weigh_ins_input_id", "weigh_ins", ["input_id"])
    op.create_table(
        "weight_tests",
        *_numbered("weight_tests"),
        _to("batches", "weight_tests", "batch_id"),
        *_all(EXACT, "shell_mg", "fill_mg"),
        *_all(sa.JSON(), "weights_mg"),
        *_all(EXACT, "mean_mg", "rsd_percent", "acceptance_value"),
        *_all(sa.Boolean(), "passed"),
        *_all(sa.JSON(), "reasons"),
        _to("people", "weight_tests", "person_id"),
        *_all(MOMENT, "at"),
    )
    op.create_index("ix_weight_tests_batch_id", "weight_tests", ["batch_id"])


def _fills() -> None:
    """What goes to a patient."""
    op.create_table(
        "fills",
        *_numbered("fills"),
        *_all(CODE, "number"),
        _to("prescriptions", "fills", "prescription_id"),
        *_all(sa.Integer(), "fill_number"),
        *_all(LINE, "state"),
        *_all(sa.Boolean(), "is_open"),
        *_all(MOMENT, "started_at"),
        _to("people", "fills", "started_by_id"),
        *_all(MOMENT, "due_at"),
        *_all(sa.Date(), "filled_on"),
        *_all(sa.Integer(), "quantity", "days_supply"),
        *_maybe(EXACT, "price"),
        *_maybe(sa.JSON(), "price_lines"),
        _to("people", "fills", "checked_by_id", nullable=True),
        *_maybe(MOMENT, "checked_at"),
        *_all(LINE, "handed_to"),
        *_all(sa.Text(), "counselling"),
        _to("people", "fills", "dispensed_by_id", nullable=True),
        *_maybe(MOMENT, "dispensed_at"),
        *_all(sa.Text(), "note"),
        *_all(sa.Integer(), "revision"),
        _one_of("fills", "state", *FILLS_STATE),
        sa.UniqueConstraint("number", name="uq_fills_number"),
        sa.UniqueConstraint("prescription_id", "fill_number", name="uq_fills_prescription_id_fill_number"),
    )
    op.create_index("ix_fills_queue", "fills", ["is_open", "due_at", "id"])
    op.create_index("ix_fills_state", "fills", ["is_open", "state", "due_at", "id"])
    op.create_table(
        "allocations",
        *_numbered("allocations"),
        _to("fills", "allocations", "fill_id"),
        _to("batches", "allocations", "batch_id"),
        *_all(sa.Integer(), "quantity"),
        _to("people", "allocations", "person_id"),
        *_all(MOMENT, "at"),
        *_all(sa.Text(), "reason"),
        sa.CheckConstraint("quantity <> 0", name="ck_allocations_not_nothing"),
    )
    op.create_index("ix_allocations_batch_id", "allocations", ["batch_id", "fill_id"])
    op.create_index("ix_allocations_fill_id", "allocations", ["fill_id"])
    op.create_table(
        "labels",
        *_numbered("labels"),
        *_all(LINE, "kind"),
        _to("fills", "labels", "fill_id", nullable=True),
        _to("batches", "labels", "batch_id", nullable=True),
        *_all(sa.Integer(), "copy"),
        *_all(sa.Text(), "reason"),
        *_all(CODE, "token"),
        *_all(sa.JSON(), "content"),
        *_all(sa.LargeBinary(), "pdf"),
        *_all(CODE, "sha256"),
        *_all(sa.JSON(), "read_back"),
        _to("people", "labels", "made_by_id"),
        *_all(MOMENT, "made_at"),
        _one_of("labels", "kind", "vial", "batch"),
    )
    op.create_index("ix_labels_batch_id", "labels", ["batch_id"])
    op.create_index("ix_labels_fill_id", "labels", ["fill_id"])
    op.create_index("ix_labels_token", "labels", ["token"])
