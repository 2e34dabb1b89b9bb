"""The layout of every example on every stock as it was when somebody last looked: `python -m tests.labels.golden`.

Run it after a change of a layout, look at the pictures (`make screenshots`), and commit both: the files say what has
moved, and only the eye says whether that is better.
"""

import json
import sys
import zlib
from pathlib import Path
from typing import Any

import reportlab

from labels.content import Label
from labels.imposition import SHEETS, impose, lay_out_on
from labels.papers import PAPERS
from labels.printing import Printed, lay_out, render
from labels.sheet import Sheet

DIRECTORY = Path(__file__).parent / "golden"
CASES = [(paper.name, place) for paper in PAPERS.values() for place in (*paper.stocks, *SHEETS) if (
    place in paper.stocks or SHEETS[place].like in paper.stocks
)]  # fmt: skip


def made_with() -> dict[str, str]:
    """What the bytes of a PDF depend on beside our own code."""
    return {"reportlab": reportlab.__version__, "zlib": zlib.ZLIB_RUNTIME_VERSION}


def path_of(kind: str, place: str) -> Path:
    """The file of a kind on a stock, or on a sheet of paper."""
    return DIRECTORY / f"{kind.replace(' ', '-')}-{place}.json"


def document(kind: str, place: str) -> dict[str, Any]:
    """What stands where on each part [pt, to a thousandth], and the SHA-256 of the PDF."""
    sheets, printed = _made(PAPERS[kind].example, place)
    return {
        "sha256": printed.sha256,
        "made_with": made_with(),
        "parts": [
            {
                "size": [sheet.stock.width, sheet.stock.height],
                "texts": [[t.field, t.string, _pt(t.x), _pt(t.baseline), t.font, t.size] for t in sheet.texts],
                "codes": [
                    [m.modules.barcode.kind, m.modules.barcode.payload, *map(_pt, (m.x, m.top, m.width, m.height))]
                    for m in sheet.masks
                ],
                "zones": {name: [*map(_pt, zone)] for name, zone in sheet.zones.items()},
            }
            for sheet in sheets
        ],
    }


def _made(label: Label, place: str) -> tuple[tuple[Sheet, ...], Printed]:
    if place in SHEETS:
        return lay_out_on(label, place), impose([label], place).printed
    return lay_out(label, stock=place), render(label, stock=place)


def _pt(distance: float) -> float:
    return round(distance, 3)


def text_of(told: dict[str, Any]) -> str:
    """The document, a line for each text, so that a difference shows what has moved."""
    parts = []
    for part in told["parts"]:
        lists = {
            name: "[\n" + ",\n".join(f"   {json.dumps(one, ensure_ascii=False)}" for one in part[name]) + "\n  ]"
            for name in ("texts", "codes")
        }
        parts.append(
            f'  {{"size": {json.dumps(part["size"])}, "zones": {json.dumps(part["zones"])},\n'
            f'  "texts": {lists["texts"]},\n  "codes": {lists["codes"]}}}'
        )
    head = f' "sha256": {json.dumps(told["sha256"])},\n "made_with": {json.dumps(told["made_with"])}'
    return "{\n" + head + ',\n "parts": [\n' + ",\n".join(parts) + "\n ]\n}\n"


def main() -> None:
    """Write every file, and take away those of stocks that are no more."""
    DIRECTORY.mkdir(exist_ok=True)
    written = {path_of(*case) for case in CASES}
    for case in CASES:
        path_of(*case).write_text(text_of(document(*case)), encoding="utf-8")
    for path in set(DIRECTORY.glob("*.json")) - written:
        path.unlink()
    sys.stdout.write(f"{len(written)} files in {DIRECTORY}\n")


if __name__ == "__main__":
    main()
