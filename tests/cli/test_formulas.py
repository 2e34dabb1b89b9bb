"""`pharmacy formulas`, as typed: out as JSON, in as drafts."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.cli.main import cli
from pharmacy.domain.roles import Role
from pharmacy.services import people
from pharmacy.settings import Settings
from pharmacy.store.database import Database
from pharmacy.store.tables import AuditEntry, Person

Pharmacy = Callable[..., Result]
CODES = [f"LDN-{mg}-MCC-{shell}" for mg in ("1.5", "3", "4.5") for shell in ("GEL", "HPMC")]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, now: datetime) -> str:
    """The address of a database with a technician, tess, and an auditor, otto."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    for username, role in (("tess", Role.TECHNICIAN), ("otto", Role.AUDITOR)):
        given_names: dict[str, Any] = {"username": username, "full_name": username.title(), "initials": "X"}
        database.run(
            lambda s, given=given_names, role=role: people.add(s, **given, role=role, actor=people.OWNER, now=now)
        )
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def pharmacy(url: str, tmp_path: Path) -> Pharmacy:
    own = Settings(data_dir=tmp_path, database_url=url, secret_key="x" * 40)

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli, ("formulas", *words), obj=lambda: own, input=typed)

    return run


def refused(result: Result) -> str:
    """The one line on standard error."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_the_shipped_drafts_are_added_once_in_the_name_of_whoever_is_named(pharmacy: Pharmacy, url: str) -> None:
    first = pharmacy("add-shipped", "--by", "tess")
    assert json.loads(first.stdout) == {"added": [f"{code} version 1" for code in CODES], "here": []}
    assert json.loads(pharmacy("add-shipped", "--by", "tess").stdout) == {"added": [], "here": CODES}
    with closing(Database(url)) as database, database.reading() as session:
        who = session.scalars(
            sa.select(Person.username)
            .join(AuditEntry, AuditEntry.actor_id == Person.id)
            .where(AuditEntry.event == "formula.drafted")
        )
        assert who.all() == ["tess"] * 6


def test_an_export_is_taken_in_under_another_code_and_is_the_same(pharmacy: Pharmacy, tmp_path: Path) -> None:
    pharmacy("add-shipped", "--by", "tess")
    document = json.loads(pharmacy("export", CODES[3]).stdout)
    file = tmp_path / "formula.json"
    file.write_text(json.dumps(document | {"code": "OWN"}), encoding="utf-8")
    said = pharmacy("import", str(file), "--by", "tess")
    assert json.loads(said.stdout) == {"code": "OWN", "version": 1, "state": "draft"}
    assert json.loads(pharmacy("export", "OWN", "--version", "1").stdout) == document | {"code": "OWN"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("export", "NONE"), "There is no formula “NONE”."),
        (("export", CODES[0], "--version", "2"), "in version 2"),
        (("export", CODES[0], "--version", "0"), "--version"),
        (("add-shipped",), "--by"),
        (("add-shipped", "--by", "nobody"), "by: There is nobody at work with the user name “nobody”."),
        (("add-shipped", "--by", "otto"), "Otto is auditor"),
        (("import", "absent.json", "--by", "tess"), "absent.json cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_2(pharmacy: Pharmacy, words: tuple[str, ...], sentence: str) -> None:
    pharmacy("add-shipped", "--by", "tess")
    assert sentence in refused(pharmacy(*words))


def test_a_document_that_is_no_formula_is_refused_by_its_place(pharmacy: Pharmacy) -> None:
    pharmacy("add-shipped", "--by", "tess")
    document = json.loads(pharmacy("export", CODES[0]).stdout) | {"code": "OWN"}
    del document["components"][1]["grade"]
    said = refused(pharmacy("import", "-", "--by", "tess", typed=json.dumps(document)))
    assert said == "pharmacy: components[1].grade: is missing.\n"
    assert "“OWN”" in refused(pharmacy("export", "OWN"))


KEYS = ["code", "name", "strength_mg", "steps", "components", "limit_days", "labelling"]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_any_json_whatever_gives_a_draft_or_one_line(pharmacy: Pharmacy) -> None:
    pharmacy("add-shipped", "--by", "tess")
    good = json.loads(pharmacy("export", CODES[0]).stdout)
    codes = iter(range(10_000))

    @settings(max_examples=40)
    @given(st.sampled_from(KEYS), ANY, st.booleans())
    def taken(key: str, value: object, whole: bool) -> None:
        document = value if whole else good | {"code": f"N{next(codes)}", key: value}
        result = pharmacy("import", "-", "--by", "tess", typed=json.dumps(document))
        if result.exit_code == 0:
            assert json.loads(result.stdout)["state"] == "draft"
        else:
            refused(result)

    taken()
