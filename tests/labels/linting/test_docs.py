"""docs/labels.md lists the rules as they are."""

import re
from pathlib import Path

from labels.linting import packs
from labels.linting.__main__ import table

DOCS = Path(__file__).parents[3] / "docs"


def test_the_rules_in_the_documentation_are_those_that_judge() -> None:
    written = (DOCS / "labels.md").read_text(encoding="utf-8").partition("<!-- rules -->\n\n")[2]
    assert written.strip() == table().strip(), "write it anew with python -m labels.linting"


def test_the_part_of_the_documentation_that_a_rule_of_ours_names_is_there() -> None:
    headings = set(re.findall(r"^#+ (.+)$", (DOCS / "labels.md").read_text(encoding="utf-8"), re.MULTILINE))
    spoken = {heading.lower() for heading in headings}
    for pack in packs():
        for rule in pack.rules:
            for part in re.findall(r"docs/labels\.md, ([^;(]+)", rule.source):
                assert part.strip() in spoken, rule.id
    assert "the rules" in spoken
