"""The same thousand vial labels by ours and by others: how much slower each is than a writer by hand.

One run, the quickest of the rounds of each. A file of every tool is read again: each patient's name, medicine,
directions and lot can be extracted from it, and the codes of every tenth label are decoded.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec

import pypdfium2

from bench import _label_peers
from bench._label_by_hand import by_hand
from bench._label_records import records
from labels.barcodes import Barcode
from labels.content import VialLabel
from labels.printing import render_all
from labels.raster import PDFIUM_LOCK, grey
from labels.read_back import decode, plain

COUNT, ROUNDS = 1000, 5
SLOW_COUNT = 100
"""Labels for WeasyPrint, which takes a minute for a thousand; its time is per label as well."""

AT_MOST_BY_HAND = 2.5
AT_LEAST = {"platypus": 15.0, "platypus_zxing": 1.0, "typst": 3.0, "weasyprint": 100.0}
"""Times: ours of the writer by hand; the others of ours. Platypus with ReportLab's own squares is the plain way."""

MOST_MEMORY_MB, MOST_COLD_S = 200, 0.5
NEEDS = {"typst": "typst", "weasyprint": "weasyprint"}


def ours(labels: list[VialLabel]) -> bytes:
    """What the pharmacy prints."""
    return render_all(labels).pdf


def main() -> bool:
    """Print microseconds a label, and hold the gates."""
    peers: dict[str, Callable[[list[VialLabel]], bytes]] = {"by hand": by_hand, "ours": ours}
    peers |= {name: getattr(_label_peers, name) for name in AT_LEAST if _there(name)}
    labels = {name: records(SLOW_COUNT if name == "weasyprint" else COUNT) for name in peers}
    # ReportLab's own squares are wrong for a colon.
    labels["platypus"] = [replace(label, token=label.token.replace(":", "A")) for label in labels["platypus"]]
    for name, write in peers.items():
        some = labels[name][:: 1 if name == "ours" else 10]
        _refuse_unless_right(name, write(some), some)
    taken = {name: _quickest(name, write, labels[name]) for name, write in peers.items()}
    for name, seconds in taken.items():
        print(f"  {name:<15}{seconds * 1e6:9.0f} us a label{seconds / taken['by hand']:9.1f} of by hand")
    ratio = taken["ours"] / taken["by hand"]
    print(f"  ours is {ratio:.2f} of by hand (gate {AT_MOST_BY_HAND})")
    held = [ratio <= AT_MOST_BY_HAND, len(taken) == len(AT_LEAST) + 2]
    for name in AT_LEAST.keys() & taken.keys():
        times = taken[name] / taken["ours"]
        print(f"  {name} takes {times:.1f} times ours (gate {AT_LEAST[name]:g})")
        held.append(times >= AT_LEAST[name])
    return all([*held, _memory(), _cold()])


def _there(name: str) -> bool:
    package = NEEDS.get(name)
    if package and find_spec(package) is None:
        print(f"  NOT MEASURED, MISSING: {package}; install requirements/bench.txt")
        return False
    return True


def _quickest(name: str, write: Callable[[list[VialLabel]], bytes], labels: list[VialLabel]) -> float:
    """Processor time of one label [s]."""
    times = []
    for _ in range(ROUNDS if name in ("by hand", "ours", "typst") else 1):
        start = time.process_time()
        write(labels)
        times.append(time.process_time() - start)
    return min(times) / len(labels)


def _refuse_unless_right(name: str, pdf: bytes, labels: Sequence[VialLabel]) -> None:
    """Stop when a file does not say, in text and in codes, what its labels say."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(pdf)
        if len(document) != len(labels):
            raise SystemExit(f"bench: {name} made {len(document)} pages of {len(labels)} labels")
        for number, (page, label) in enumerate(zip(document, labels, strict=True)):
            text = plain(page.get_textpage().get_text_range())
            for said in (label.patient, label.drug, label.directions, label.lot):
                if plain(said) not in text:
                    raise SystemExit(f"bench: {said!r} cannot be extracted from page {number + 1} of {name}")
            if number % 10 == 0:
                _refuse_unless_scans(name, page, label)
        document.close()


def _refuse_unless_scans(name: str, page: pypdfium2.PdfPage, label: VialLabel) -> None:
    width, height, pixels = grey(page, dpi=300)
    if set(decode(pixels, width=width, height=height)) != {Barcode(*code) for code in label.codes}:
        raise SystemExit(f"bench: the codes of {label.rx_number} cannot be read from what {name} made")


def _memory() -> bool:
    """Ten thousand labels in a process of their own."""
    # The kernel's own count of this program; getrusage would count what its parent had when it was started.
    code = (
        "from bench._label_records import records; from labels.printing import render_all;"
        "render_all(records(1000) * 10);"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    kilobytes = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    print(f"  10,000 labels in {kilobytes / 1024:.0f} MB (gate {MOST_MEMORY_MB})")
    return kilobytes / 1024 < MOST_MEMORY_MB


def _cold() -> bool:
    """The first label of a process, from its start to its end."""
    code = "from labels.content import EXAMPLE; from labels.printing import render; render(EXAMPLE)"
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - start)
    print(f"  first label of a cold process in {min(times):.2f} s (gate {MOST_COLD_S})")
    return min(times) < MOST_COLD_S


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
