"""The packs of rules that are shipped: one dated file each, read once a process."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from labels.linting.checks import CHECKS
from labels.linting.findings import Level
from labels.linting.rules import Pack, Rule

ORDER = ("house", "usp17", "usp795", "ismp", "ca", "nj", "or", "tx")
"""The packs in the order they judge and are listed: ours, the general ones, the states."""

_HEAD = frozenset({"name", "title", "jurisdiction", "effective", "as_of", "source", "wording", "rule"})
_COMMON = frozenset({"id", "level", "says", "source", "check", "papers", "fields", "but"})
_NEEDED = frozenset({"id", "level", "says", "source", "check"})


class PackUnusable(Exception):
    """A pack is not as it should be; the message names the pack, the rule and what is wrong."""


@cache
def packs() -> tuple[Pack, ...]:
    """All shipped packs. Together they are what the pharmacy prints by: the union of every state's rules.

    Raises:
        PackUnusable: a file is not as it should be.
    """
    return tuple(pack_from(tomllib.loads(_text(name))) for name in ORDER)


def _text(name: str) -> str:
    return (files("labels.linting") / "packs" / f"{name}.toml").read_text(encoding="utf-8")


def pack_from(document: Mapping[str, Any]) -> Pack:
    """A pack from its document.

    Raises:
        PackUnusable: a key is missing or unknown, or a rule names no check.
    """
    name = str(document.get("name", ""))
    _refuse_keys(f"the pack {name!r}", set(document), needed=_HEAD, known=_HEAD)
    rules = tuple(_rules(name, document["rule"]))
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise PackUnusable(f"the pack {name!r} has two rules of one id")
    head = {key: document[key] for key in _HEAD - {"rule"}}
    return Pack(rules=rules, **head)


def _rules(pack: str, documents: list[dict[str, Any]]) -> Iterator[Rule]:
    for document in documents:
        which = f"the rule {document.get('id', '')!r}"
        check = CHECKS.get(document.get("check", ""))
        if check is None:
            raise PackUnusable(f"{which} names no check that there is: {document.get('check')!r}")
        known = _COMMON | check.needs | check.may
        _refuse_keys(which, set(document), needed=_NEEDED | check.needs, known=known)
        if not str(document["id"]).startswith(f"{pack}."):
            raise PackUnusable(f"{which} does not begin with the name of its pack, {pack!r}")
        yield Rule(
            id=document["id"],
            pack=pack,
            level=Level(document["level"]),
            says=document["says"],
            source=document["source"],
            check=document["check"],
            papers=frozenset(document.get("papers", ())),
            fields=tuple(document.get("fields", ())),
            but=frozenset(document.get("but", ())),
            given={key: value for key, value in document.items() if key not in _COMMON},
        )


def _refuse_keys(which: str, there: set[str], *, needed: frozenset[str], known: frozenset[str]) -> None:
    if missing := sorted(needed - there):
        raise PackUnusable(f"{which} lacks {', '.join(missing)}")
    if unknown := sorted(there - known):
        raise PackUnusable(f"{which} has what nobody asks for: {', '.join(unknown)}")
