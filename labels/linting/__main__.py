"""The rules as the table of docs/labels.md: `python -m labels.linting`."""

import sys
from collections.abc import Iterator

from labels.linting.packs import packs
from labels.linting.rules import Pack, Rule


def table() -> str:
    """All packs, each with its dates, its source and a table of its rules, as Markdown."""
    return "\n".join(line for pack in packs() for line in _lines(pack))


def _lines(pack: Pack) -> Iterator[str]:
    yield f"### {pack.title}"
    yield ""
    yield f"Pack `{pack.name}`, for {pack.jurisdiction}, in effect from {pack.effective}; read on {pack.as_of}."
    yield f"Source: {pack.source}. {pack.wording}"
    yield ""
    yield "| Rule | Level | What it asks | For | Source |"
    yield "|---|---|---|---|---|"
    yield from (_row(rule) for rule in pack.rules)
    yield ""


def _row(rule: Rule) -> str:
    papers = ", ".join(sorted(rule.papers)) or "all"
    return f"| `{rule.id}` | {rule.level} | {_cell(rule.says)} | {papers} | {_cell(rule.source)} |"


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
