"""The database itself refuses to change what is kept for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pharmacy.store.database import Database
from pharmacy.store.tables import Base, Formula
from tests.store.rows import a_row, fill_every_table, tables_of

ADDED_ONLY = (
    "audit_entries",
    "lot_movements",
    "signatures",
    "weigh_ins",
    "weight_tests",
    "allocations",
    "labels",
    "overrides",
    "rule_changes",
    "phrase_signatures",
    "price_acceptances",
    "certificate_files",
    "packing_measurements",
    "recall_drills",
    "bench_acts",
    "bench_photos",
    "equipment_checks",
    "batch_equipment",
    "trituration_weighings",
    "printer_pages",
    "printer_checks",
)
NEVER_DELETED = (
    "people",
    "patients",
    "prescribers",
    "prescriptions",
    "messages",
    "formulas",
    "lots",
    "batches",
    "batch_inputs",
    "fills",
    "potency_assays",
    "questions",
    "equipment",
    "triturations",
    "print_jobs",
)
MAY_GO = (
    "answers",
    "api_tokens",
    "counters",
    "formula_components",  # of a draft
    "ingredients",
    "lockouts",
    "pharmacy",
    "sessions",
    "set_up_links",
)
FREE_AFTER_APPROVAL = {"state", "is_open", "revision"}


@pytest.fixture(scope="module")
def read_before() -> dict[bool, sa.MetaData]:
    """The tables of each kind of database, all of which are copies of one: reading them took half of every test."""
    return {}


@pytest.fixture
def tables(database: Database, read_before: dict[bool, sa.MetaData]) -> sa.MetaData:
    """The tables of a database with one row in each."""
    if database.is_sqlite not in read_before:
        read_before[database.is_sqlite] = tables_of(database)
    found = read_before[database.is_sqlite]
    with database.transaction() as session:
        fill_every_table(session, found)
    return found


@pytest.fixture
def fixed_formula(database: Database, tables: sa.MetaData) -> sa.Table:
    """The formulas, with number 1 approved."""
    formulas = tables.tables["formulas"]
    do(database, sa.update(formulas).values(state="approved"))
    return formulas


def do(database: Database, statement: sa.Executable) -> None:
    with database.transaction() as session:
        session.execute(statement)


def refused(database: Database, statement: sa.Executable, sentence: str) -> None:
    with pytest.raises(IntegrityError, match=sentence):
        do(database, statement)


def test_for_every_table_it_is_decided_whether_its_rows_may_go() -> None:
    assert sorted(Base.metadata.tables) == sorted({*ADDED_ONLY, *NEVER_DELETED, *MAY_GO})


def test_what_is_only_added_is_never_changed(database: Database, tables: sa.MetaData) -> None:
    for name in ADDED_ONLY:
        for column in tables.tables[name].columns:
            refused(database, sa.update(tables.tables[name]).values({column.name: column}), "is never changed")


def test_what_is_kept_is_never_deleted(database: Database, tables: sa.MetaData) -> None:
    for name in (*ADDED_ONLY, *NEVER_DELETED):
        refused(database, sa.delete(tables.tables[name]), "is never deleted")


def test_inserting_over_a_kept_row_does_not_replace_it(
    sqlite_database: Database,
) -> None:
    tables = tables_of(sqlite_database)
    with sqlite_database.transaction() as session:
        fill_every_table(session, tables)
    for name in (*ADDED_ONLY, *NEVER_DELETED):
        over = sa.insert(tables.tables[name]).prefix_with("OR REPLACE").values(a_row(tables.tables[name], id=1))
        if name == "audit_entries":
            over = sa.insert(tables.tables[name]).prefix_with("OR REPLACE").values(a_row(tables.tables[name]))
        refused(sqlite_database, over, "is never deleted")


def test_a_kept_table_is_not_emptied_at_once(postgres_database: Database) -> None:
    for name in (*ADDED_ONLY, *NEVER_DELETED):
        refused(postgres_database, sa.text(f"TRUNCATE {name} CASCADE"), "is never deleted")
    refused(postgres_database, sa.text("TRUNCATE formula_components"), "fixed once it is approved")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("raw", b"other bytes"),
        ("sha256", "0" * 64),
        ("sender", "somebody else"),
        ("received_at", sa.null()),
    ],
)
def test_a_message_stays_as_it_came_in(database: Database, tables: sa.MetaData, column: str, value: object) -> None:
    refused(database, sa.update(tables.tables["messages"]).values({column: value}), "kept as it came in")


def test_what_became_of_a_message_may_be_noted(database: Database, tables: sa.MetaData) -> None:
    messages = tables.tables["messages"]
    do(database, sa.update(messages).values(outcome="settled", is_open=False, reply=b"answer"))
    with database.reading() as session:
        assert session.execute(sa.select(messages.c.outcome, messages.c.raw)).one() == ("settled", b"bytes")


AS_ASKED = ("id", "prescription_id", "about", "text", "asked_how", "asked_whom", "asked_by_id", "asked_at")
ANSWERED = {
    "is_open": False,
    "answer": "4.5 mg",
    "answered_by_name": "nurse Kim",
    "answered_how": "fax",
    "read_back": False,
    "answered_at": sa.func.now(),
    "recorded_by_id": 1,
    "recorded_at": sa.func.now(),
}
WITHDRAWN = {"is_open": False, "withdrawn_reason": "no need", "withdrawn_by_id": 1, "withdrawn_at": sa.func.now()}


def test_a_question_stays_as_it_was_asked(database: Database, tables: sa.MetaData) -> None:
    questions = tables.tables["questions"]
    assert {column.name for column in questions.columns} == {*AS_ASKED, *ANSWERED, *WITHDRAWN}
    for name in AS_ASKED:
        other = "fax" if name == "asked_how" else _another(questions.columns[name])
        refused(database, sa.update(questions).values({name: other}), "once asked .* are never changed")
        refused(database, sa.update(questions).values({name: other} | ANSWERED), "once asked .* are never changed")


@pytest.mark.parametrize("settled", [ANSWERED, WITHDRAWN], ids=["answered", "withdrawn"])
def test_a_settled_question_is_never_changed(
    database: Database, tables: sa.MetaData, settled: dict[str, object]
) -> None:
    questions = tables.tables["questions"]
    do(database, sa.update(questions).values(settled))
    for column in questions.columns:
        refused(database, sa.update(questions).values({column.name: column}), "once recorded are never changed")


@pytest.mark.parametrize(
    "half",
    [
        {"is_open": False},
        ANSWERED | {"is_open": True},
        ANSWERED | WITHDRAWN,
        *(ANSWERED | {name: sa.null()} for name in ANSWERED if name not in ("is_open", "answer")),
        *(WITHDRAWN | {name: sa.null()} for name in ("withdrawn_reason", "withdrawn_by_id")),
    ],
)
def test_a_question_is_settled_once_and_wholly(
    database: Database, tables: sa.MetaData, half: dict[str, object]
) -> None:
    refused(database, sa.update(tables.tables["questions"]).values(half), "ck_questions_")


SENT = ("id", "batch_id", "capsules", "laboratory", "method", "sent_by_id", "sent_at")
ASSAYED = {
    "is_open": False,
    "percent": 9980,
    "passed": True,
    "reported_on": date(2026, 11, 24),
    "certificate": "L-1",
    "recorded_by_id": 1,
    "recorded_at": sa.func.now(),
}


def test_an_assay_stays_as_it_was_sent_and_its_answer_as_it_was_recorded(
    database: Database, tables: sa.MetaData
) -> None:
    assays = tables.tables["potency_assays"]
    assert {column.name for column in assays.columns} == {*SENT, *ASSAYED}
    for name in SENT:
        refused(database, sa.update(assays).values({name: _another(assays.columns[name])}), "never changed")
    do(database, sa.update(assays).values(ASSAYED))
    for column in assays.columns:
        refused(database, sa.update(assays).values({column.name: column}), "never changed")


@pytest.mark.parametrize(
    "missing", ["percent", "passed", "reported_on", "certificate", "recorded_by_id", "recorded_at"]
)
def test_an_assay_is_answered_wholly(database: Database, tables: sa.MetaData, missing: str) -> None:
    half = ASSAYED | {missing: sa.null()}
    refused(database, sa.update(tables.tables["potency_assays"]).values(half), "ck_potency_assays_")


MAY_CHANGE = ("state", "is_open", "note", "revision")
MIXED = ("mixing_mg", "mixed_by_id", "mixed_at", "lot_id")


def test_a_trituration_stays_as_it_was_planned_and_as_it_was_mixed(database: Database, tables: sa.MetaData) -> None:
    made = tables.tables["triturations"]
    for name in {column.name for column in made.columns} - {*MAY_CHANGE, *MIXED}:
        other = date(2027, 1, 1) if isinstance(made.columns[name].type, sa.Date) else _another(made.columns[name])
        refused(database, sa.update(made).values({name: other}), "The plan of a trituration never changes")
    do(database, sa.update(made).values(state="mixed", is_open=False, lot_id=1, mixed_by_id=1, mixing_mg=["1.000"]))
    for name, other in {"mixing_mg": ["2.000"], "mixed_by_id": sa.null(), "lot_id": sa.null()}.items():
        refused(database, sa.update(made).values({name: other}), "was mixed never changes")
    do(database, sa.update(made).values(note="seen", revision=3))


def test_a_draft_may_be_reworded(database: Database, tables: sa.MetaData) -> None:
    do(database, sa.update(tables.tables["formulas"]).values(name="another name", steps=["weigh", "mix"]))
    do(database, sa.delete(tables.tables["formula_components"]))
    do(database, sa.insert(tables.tables["formula_components"]).values(a_row(tables.tables["formula_components"])))


def test_no_column_of_an_approved_formula_changes_but_its_state(database: Database, fixed_formula: sa.Table) -> None:
    protected = {column.name for column in fixed_formula.columns} - FREE_AFTER_APPROVAL
    assert protected == set(Formula.__table__.columns.keys()) - FREE_AFTER_APPROVAL
    for name in sorted(protected):
        other = {"steps": ["another"], "approved_by_id": 1, "replaces_id": 1}.get(name)
        if other is None:
            other = _another(fixed_formula.columns[name])
        refused(database, sa.update(fixed_formula).values({name: other}), "An approved formula never changes")


def _another(column: sa.Column[object]) -> object:
    if isinstance(column.type, sa.DateTime):
        return sa.func.now()
    return "new" if isinstance(column.type, sa.String) else 77


def test_an_approved_formula_may_only_be_retired(database: Database, fixed_formula: sa.Table) -> None:
    refused(database, sa.update(fixed_formula).values(state="draft"), "it can only be retired")
    do(database, sa.update(fixed_formula).values(state="retired", is_open=False, revision=2))
    for state in ("approved", "draft"):
        refused(database, sa.update(fixed_formula).values(state=state), "it can only be retired")


@pytest.mark.parametrize("state", ["approved", "retired"])
def test_the_components_of_an_approved_formula_are_fixed(
    database: Database, tables: sa.MetaData, fixed_formula: sa.Table, state: str
) -> None:
    do(database, sa.update(fixed_formula).values(state=state))
    components = tables.tables["formula_components"]
    another = a_row(components, id=2, position=2)
    for statement in (
        sa.insert(components).values(another),
        sa.update(components).values(position=3),
        sa.delete(components),
    ):
        refused(database, statement, "fixed once it is approved")


def test_a_component_is_not_moved_into_an_approved_formula(
    database: Database, tables: sa.MetaData, fixed_formula: sa.Table
) -> None:
    components = tables.tables["formula_components"]
    do(database, sa.insert(fixed_formula).values(a_row(fixed_formula, id=2, version=2)))
    do(database, sa.insert(components).values(a_row(components, id=2, formula_id=2)))
    move = sa.update(components).where(components.c.id == 2).values(formula_id=1, position=2)
    refused(database, move, "fixed once it is approved")


def test_a_component_put_in_during_the_approval_waits_for_it_and_is_refused(postgres_database: Database) -> None:
    tables = tables_of(postgres_database)
    with postgres_database.transaction() as session:
        fill_every_table(session, tables)
    components = tables.tables["formula_components"]
    another = sa.insert(components).values(a_row(components, id=2, position=2))
    with ThreadPoolExecutor(1) as pool:
        with postgres_database.transaction() as approving:
            approving.execute(sa.update(tables.tables["formulas"]).values(state="approved"))
            late = pool.submit(do, postgres_database, another)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.5)
        with pytest.raises(IntegrityError, match="fixed once it is approved"):
            late.result(timeout=10)


PRINT_PROGRESS = {
    "state": "sent",
    "is_open": False,
    "attempts": 2,
    "next_try_at": sa.func.now(),
    "taken_at": sa.func.now(),
    "error": "nobody answered",
    "settled_at": sa.func.now(),
    "settled_by_id": 1,
    "reason": "it lies here",
}
PRINT_AS_QUEUED = {
    "id": 2,
    "printer": "another",
    "label_id": sa.null(),
    "page_id": 1,
    "form": "zpl",
    "zpl": b"^XA^XZ",
    "sha256": "0" * 64,
    "queued_by_id": 2,
    "queued_at": sa.func.now(),
}


def test_what_was_queued_for_a_printer_stays_and_its_progress_is_noted_until_it_was_sent(
    database: Database, tables: sa.MetaData
) -> None:
    jobs = tables.tables["print_jobs"]
    assert {column.name for column in jobs.columns} == {*PRINT_AS_QUEUED, *PRINT_PROGRESS}
    for name, other in PRINT_AS_QUEUED.items():
        refused(database, sa.update(jobs).values({name: other}), "queued for a printer is never changed")
    do(database, sa.update(jobs).values(PRINT_PROGRESS))
    for column in jobs.columns:
        refused(database, sa.update(jobs).values({column.name: column}), "once it was sent or cancelled")


@pytest.mark.parametrize("half", [{"state": "sent"}, {"is_open": False}, {"state": "lost"}])
def test_a_print_is_open_until_it_was_sent_or_cancelled(
    database: Database, tables: sa.MetaData, half: dict[str, object]
) -> None:
    refused(database, sa.update(tables.tables["print_jobs"]).values(half), "ck_print_jobs_")
