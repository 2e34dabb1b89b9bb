"""What is kept for ever: the database itself refuses to change or delete it, whoever asks.

Three rules. Some rows are only ever added. Others may change, but are never deleted. And of some, a part
never changes: the message as it came in, a master formulation record once it is approved.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

ADDED_ONLY = {
    "audit_entries": "An entry of the audit trail",
    "lot_movements": "A line of a lot's ledger",
    "signatures": "A signature",
    "weigh_ins": "A weighing",
    "weight_tests": "A weight test",
    "allocations": "An allocation",
    "labels": "A label",
    "overrides": "A decision about a finding",
}
NEVER_DELETED = {
    "people": "A person",
    "patients": "A patient",
    "prescribers": "A prescriber",
    "prescriptions": "A prescription",
    "messages": "A message",
    "formulas": "A master formulation record",
    "lots": "A lot",
    "batches": "A batch",
    "batch_inputs": "A component of a batch",
    "fills": "A fill",
}
MESSAGE_AS_IT_CAME = ("raw", "sha256", "received_at", "sender")
APPROVED_FORMULA = (
    "id",
    "code",
    "version",
    "name",
    "strength_mg",
    "basis",
    "form",
    "capsule_size",
    "overage",
    "container",
    "equipment",
    "steps",
    "description",
    "storage",
    "limit_days",
    "reference",
    "quality",
    "drafted_by_id",
    "drafted_at",
    "approved_by_id",
    "approved_at",
    "replaces_id",
)
FIXED_COMPONENTS = "The components of a formula are fixed once it is approved; draft a new version."

# On PostgreSQL a trigger calls a function, and its condition looks into another table through one.
# The share lock makes whoever changes components wait for an approval on its way, and the reverse.
POSTGRES_FUNCTIONS = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE FUNCTION formula_is_fixed(number bigint) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
        found_state text;
    BEGIN
        SELECT state INTO found_state FROM formulas WHERE id = number FOR SHARE;
        RETURN coalesce(found_state <> 'draft', false);
    END $$
    """,
)


def upgrade() -> None:
    """Put the triggers in place."""
    if _on_postgres():
        for function in POSTGRES_FUNCTIONS:
            op.get_bind().exec_driver_sql(function)
    for table, name in ADDED_ONLY.items():
        _refuse("UPDATE", table, f"{name} is never changed; add another one.")
    for table, name in (ADDED_ONLY | NEVER_DELETED).items():
        _refuse("DELETE", table, f"{name} is never deleted.")
        _refuse_truncate(table, f"{name} is never deleted.")
    _refuse(
        "UPDATE",
        "messages",
        "A message is kept as it came in; its bytes, their digest, its sender and its time never change.",
        when=_changed(MESSAGE_AS_IT_CAME),
    )
    _keep_approved_formulas()


def _keep_approved_formulas() -> None:
    _refuse(
        "UPDATE",
        "formulas",
        "An approved formula never changes; it can only be retired, and a new version drafted.",
        when=f"OLD.state <> 'draft' AND ({_changed(APPROVED_FORMULA)} OR NOT {_STAYS_OR_RETIRES})",
    )
    table = "formula_components"
    _refuse("INSERT", table, FIXED_COMPONENTS, when=_fixed("NEW"))
    _refuse("UPDATE", table, FIXED_COMPONENTS, when=f"{_fixed('OLD')} OR {_fixed('NEW')}")
    _refuse("DELETE", table, FIXED_COMPONENTS, when=_fixed("OLD"))
    _refuse_truncate(table, FIXED_COMPONENTS)


_STAYS_OR_RETIRES = "(NEW.state = OLD.state OR (OLD.state = 'approved' AND NEW.state = 'retired'))"


def _refuse(act: str, table: str, sentence: str, *, when: str = "") -> None:
    quoted = sentence.replace("'", "''")
    condition = f"WHEN ({when})" if when else ""
    if _on_postgres():
        body = f"FOR EACH ROW {condition} EXECUTE FUNCTION refuse_change('{quoted}')"
    else:
        body = f"FOR EACH ROW {condition} BEGIN SELECT RAISE(ABORT, '{quoted}'); END"
    _create(act, table, body)


def _refuse_truncate(table: str, sentence: str) -> None:
    """PostgreSQL can empty a table without asking its rows; SQLite has no such command."""
    if _on_postgres():
        quoted = sentence.replace("'", "''")
        _create("TRUNCATE", table, f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{quoted}')")


def _create(act: str, table: str, body: str) -> None:
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {table}_keep_{act.lower()} BEFORE {act} ON {table} {body}")


def _changed(columns: tuple[str, ...]) -> str:
    """Whether any of these columns changes. Compared as text, since PostgreSQL cannot compare JSON itself."""
    differs = "IS DISTINCT FROM" if _on_postgres() else "IS NOT"
    tests = (f"CAST(OLD.{name} AS TEXT) {differs} CAST(NEW.{name} AS TEXT)" for name in columns)
    return f"({' OR '.join(tests)})"


def _fixed(row: str) -> str:
    """Whether the formula that this component belongs to is a draft no longer."""
    if _on_postgres():
        return f"formula_is_fixed({row}.formula_id)"
    return f"(SELECT state FROM formulas WHERE id = {row}.formula_id) <> 'draft'"  # noqa: S608 - OLD or NEW


def _on_postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
