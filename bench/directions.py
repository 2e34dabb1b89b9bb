"""How long directions take to read: a usual text, and texts of 1,000 letters made to be slow."""

import statistics
import sys
import time

from pharmacy.domain.sig import read_directions

GATE_S = 0.05
ROUNDS = 7
LETTERS = 1000

USUAL = "Take 1 capsule by mouth at bedtime for 7 days, then take 2 capsules by mouth at bedtime for chronic pain"
# Each repeats what makes one of the patterns try again, or what every pattern nearly matches.
HOSTILE = (
    """
1 |1-|1(1)|1/|1.|.|q.1.|a.|for |for and |for a b |every |every 1 |with |week 1 |mon |mon, |monday and |one half
one hundred |do not crush or chew |max daily dose |two (2) |2 two |capscaps|poqd|a|x1|prn|at 6 am |1 to 2 |1 mg |½|-1
with breakfast and |nightly at |then take |1 capsule at bedtime for 7 days then |every 12 |once a |1 x |/|(|'
no """.strip()
    .replace("\n", " |")
    .split("|")
)


def _words(seed: int) -> str:
    """Words that are all different, so that none is looked up twice."""
    return " ".join(
        "".join(chr(97 + (i * 7 + j * 3 + i * j + seed) % 26) for j in range(5)) for i in range(LETTERS // 6)
    )


def _median(text: str) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        read_directions(text)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _growth(part: str) -> float:
    """Time for 1,000 letters over time for 500: about 2 when linear, 4 when quadratic."""
    return _median((part * LETTERS)[:LETTERS]) / _median((part * LETTERS)[: LETTERS // 2])


def main() -> bool:
    """Print the usual text, the slowest hostile one, and how its time grows with its length."""
    texts = {part: (part * LETTERS)[:LETTERS] for part in HOSTILE} | {"five-letter words": _words(0)[:LETTERS]}
    medians = {name: _median(text) for name, text in texts.items()}
    slowest = max(medians, key=lambda name: medians[name])
    print(f"  usual text            {_median(USUAL) * 1000:7.2f} ms")
    print(f"  slowest of {len(texts)} hostile {medians[slowest] * 1000:7.2f} ms ({slowest!r})")
    steepest = max(HOSTILE, key=_growth)
    print(f"  steepest growth       {_growth(steepest):7.1f} times for twice the letters ({steepest!r})")
    return medians[slowest] < GATE_S


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
