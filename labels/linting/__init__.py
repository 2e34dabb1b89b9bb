"""The label linter: rules with ids and citations, in dated packs, that judge what a label says and how it is set."""

from labels.linting.findings import Finding, Level, Told, told
from labels.linting.judging import judge
from labels.linting.packs import PackUnusable, pack_from, packs
from labels.linting.rules import Pack, Rule

__all__ = ["Finding", "Level", "Pack", "PackUnusable", "Rule", "Told", "judge", "pack_from", "packs", "told"]
