"""How long `pharmacy --help` takes, beside an interpreter that does nothing and one that imports click."""

import statistics
import subprocess
import sys
import time

GATE_S = 0.5
ROUNDS = 15

PROCESSES = {
    "python, nothing": ["-c", "pass"],
    "python, import click": ["-c", "import click"],
    "pharmacy --help": ["-m", "pharmacy", "--help"],
}


def _seconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> bool:
    """Print the median of each, taken in turns so that a busy moment touches all alike."""
    taken: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for _ in range(ROUNDS):
        for name, arguments in PROCESSES.items():
            taken[name].append(_seconds(arguments))
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, seconds in medians.items():
        print(f"  {name:<22}{seconds * 1000:7.0f} ms")
    return medians["pharmacy --help"] < GATE_S


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
