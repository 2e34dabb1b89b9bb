"""A fill says its own strength, and which bottle of a course it is: a plan is filled as one bottle for each step.

Fills of before are the only bottle of their course. Their strength is the one of the batch they were taken from, else
the one of their prescription; it stays empty for a fill that was cancelled before anybody took a capsule and whose
prescription has no single strength today. Columns are added, never a table made anew, so that its triggers stay.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

STRENGTH = """
    UPDATE fills SET strength_mg = COALESCE(
        (SELECT formulas.strength_mg FROM allocations
         JOIN batches ON batches.id = allocations.batch_id JOIN formulas ON formulas.id = batches.formula_id
         WHERE allocations.fill_id = fills.id ORDER BY allocations.id DESC LIMIT 1),
        (SELECT prescriptions.strength_mg FROM prescriptions WHERE prescriptions.id = fills.prescription_id))
"""


def upgrade() -> None:
    """Add the columns, each with what holds for a fill that is alone."""
    _add("strength_mg BIGINT")
    _add("bottles INTEGER DEFAULT '1' NOT NULL")
    _add("bottle INTEGER DEFAULT '1' NOT NULL CONSTRAINT ck_fills_bottle_of_bottles", "bottle BETWEEN 1 AND bottles")
    _add("first_day INTEGER DEFAULT '1' NOT NULL CONSTRAINT ck_fills_first_day", "first_day >= 1")
    op.get_bind().exec_driver_sql(STRENGTH)


def _add(column: str, check: str = "") -> None:
    """SQLite takes a CHECK with a new column, and only there."""
    op.get_bind().exec_driver_sql(f"ALTER TABLE fills ADD COLUMN {column}{f' CHECK ({check})' if check else ''}")
