"""A formula says what its labels have to say, and which results its tests are to give.

Older records have neither, and what was signed then still holds. Columns are added, never a table made anew, so that
its triggers stay; another trigger keeps the new columns of an approved formula as the first one keeps the others.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

COLUMNS = ("expected_results", "labelling")
SENTENCE = "An approved formula never changes; it can only be retired, and a new version drafted."


def upgrade() -> None:
    """Add the columns, and keep them."""
    for column in COLUMNS:
        _do(f"ALTER TABLE formulas ADD COLUMN {column} TEXT DEFAULT '' NOT NULL")
    changed = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in COLUMNS)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    if op.get_bind().dialect.name == "postgresql":
        refuse = f"EXECUTE FUNCTION refuse_change('{SENTENCE}')"
    _do(
        "CREATE TRIGGER formulas_keep_later_fields BEFORE UPDATE ON formulas FOR EACH ROW"
        f" WHEN (OLD.state <> 'draft' AND ({changed})) {refuse}"
    )


def _do(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)
