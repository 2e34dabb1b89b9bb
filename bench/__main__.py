"""Runs every comparison in the order of its name, or those named on the command line.

A module of this package with a `main()` that returns True when its gates hold is a comparison.
"""

import importlib
import platform
import sys
from os import cpu_count
from pathlib import Path


def comparisons() -> list[str]:
    """The names of all comparisons, in order."""
    return sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py"))


def run(names: list[str]) -> bool:
    """Run them one after the other, so that none disturbs another; True when every gate held."""
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cpu_count()} cores")
    held = True
    for name in names:
        print(f"\n{name}")
        if not importlib.import_module(f"bench.{name}").main():
            print(f"  a gate of {name} was MISSED")
            held = False
    return held


if __name__ == "__main__":
    chosen = sys.argv[1:] or comparisons()
    unknown = sorted(set(chosen) - set(comparisons()))
    if unknown:
        sys.exit(f"bench: no comparison called {', '.join(unknown)}; there are {', '.join(comparisons())}")
    sys.exit(0 if run(chosen) else 1)
