"""Packs: dated, cited, and refused when they are not as they should be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from labels.content import EXAMPLE
from labels.linting import Level, PackUnusable, judge, pack_from, packs, told
from labels.linting.checks import CHECKS
from labels.linting.packs import ORDER
from labels.papers import PAPERS
from labels.printing import lay_out
from pharmacy.store.tables import LabelKind
from tests.labels.linting.broken import CASES, TODAY

RULES = [rule for pack in packs() for rule in pack.rules]

DOCUMENT: dict[str, Any] = {
    "name": "wa",
    "title": "Washington",
    "jurisdiction": "Washington",
    "effective": date(2027, 1, 1),
    "as_of": date(2026, 11, 24),
    "source": "a regulation",
    "wording": "as read",
    "rule": [
        {
            "id": "wa.purpose",
            "level": "refuse",
            "says": "The purpose stands on the label.",
            "source": "a section",
            "check": "present",
            "papers": ["vial"],
            "fields": ["purpose"],
        }
    ],
}


def test_every_pack_says_where_and_from_when_it_holds_and_how_its_source_is_known() -> None:
    for pack in packs():
        assert pack.effective <= pack.as_of <= date(2026, 11, 27), pack.name
        assert all((pack.title, pack.jurisdiction, pack.source, pack.wording)), pack.name
    assert [pack.name for pack in packs()] == list(ORDER)
    states = {"ca": "California", "or": "Oregon", "tx": "Texas", "nj": "New Jersey"}
    assert {name: pack.jurisdiction for pack in packs() if (name := pack.name) in states} == states


def test_ids_are_unique_and_every_rule_has_a_sentence_and_a_source() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) >= 40
    for rule in RULES:
        assert rule.says[0].isupper(), rule.id
        assert rule.says.endswith("."), rule.id
        assert rule.source, rule.id


def test_a_rule_is_for_kinds_of_labels_that_there_are() -> None:
    kinds = {kind.value for kind in LabelKind} | set(PAPERS)
    for rule in RULES:
        assert rule.papers <= kinds, rule.id


def test_every_check_is_used() -> None:
    assert {rule.check for rule in RULES} == set(CHECKS)


def test_a_pack_judges_from_its_effective_day_on() -> None:
    pack = pack_from(DOCUMENT)
    label = replace(EXAMPLE, purpose="")
    sheets = lay_out(label)
    day = DOCUMENT["effective"]
    assert judge(label, sheets, today=day - timedelta(days=1), packs=[pack]) == ()
    (finding,) = judge(label, sheets, today=day, packs=[pack])
    assert (finding.rule, finding.level, finding.field) == ("wa.purpose", Level.REFUSE, "purpose")
    assert finding.message == "the purpose is missing"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda pack: pack.pop("effective"), "the pack 'wa' lacks effective"),
        (lambda pack: pack.update(until=1), "the pack 'wa' has what nobody asks for: until"),
        (lambda pack: pack["rule"][0].pop("source"), "the rule 'wa.purpose' lacks source"),
        (lambda pack: pack["rule"][0].update(feilds=[]), "has what nobody asks for: feilds"),
        (lambda pack: pack["rule"][0].update(check="magic"), "names no check that there is: 'magic'"),
        (lambda pack: pack["rule"][0].update(check="absent"), "the rule 'wa.purpose' lacks instead, pattern"),
        (lambda pack: pack["rule"][0].update(id="or.purpose"), "does not begin with the name of its pack, 'wa'"),
        (lambda pack: pack["rule"].append(pack["rule"][0]), "has two rules of one id"),
    ],
)
def test_a_pack_that_is_not_as_it_should_be_is_refused_by_name(
    spoil: Callable[[dict[str, Any]], object], said: str
) -> None:
    document = DOCUMENT | {"rule": [dict(rule) for rule in DOCUMENT["rule"]]}
    spoil(document)
    with pytest.raises(PackUnusable, match=said):
        pack_from(document)


def test_what_several_sources_demand_is_told_once_with_all_of_them() -> None:
    case = CASES["or.description"]
    (missing,) = told(judge(case.label, case.sheets, today=TODAY), Level.REFUSE)
    assert str(missing) == ("the physical description is missing (house.vial-fields, ca.fields, or.description)")
    assert any("855-041-1130(1)(k)" in source for source in missing.sources)
