"""Pictures of the example labels: `python -m labels.gallery DIRECTORY`."""

import sys
from dataclasses import replace
from pathlib import Path

from labels.content import (
    BATCH_EXAMPLE,
    COVER_EXAMPLE,
    EQUIPMENT_EXAMPLE,
    EXAMPLE,
    LOT_EXAMPLE,
    TRITURATION_EXAMPLE,
    Label,
)
from labels.picture import png
from labels.printing import render

GALLERY: dict[str, Label] = {
    "vial-label": EXAMPLE,
    "vial-label-bottle": replace(
        EXAMPLE,
        drug="naltrexone hydrochloride 3 mg capsule",
        directions="Take 1 capsule at bedtime on days 8 to 14",
        bottle="Bottle 2 of 3",
        quantity="7 capsules",
        fill="1",
        refills="none",
    ),
    "batch-label": BATCH_EXAMPLE,
    "batch-label-released": replace(BATCH_EXAMPLE, status="RELEASED"),
    "trituration-label": TRITURATION_EXAMPLE,
    "lot-label": LOT_EXAMPLE,
    "lot-label-released": replace(LOT_EXAMPLE, status="RELEASED", of_several=()),
    "equipment-label": EQUIPMENT_EXAMPLE,
    "equipment-label-out": replace(EQUIPMENT_EXAMPLE, standing="OUT OF SERVICE"),
    "record-cover": COVER_EXAMPLE,
}

DPI = 300


def write_gallery(directory: Path) -> tuple[Path, ...]:
    """Write one PNG for each example into the directory, which is made when it is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, label in GALLERY.items():
        path = directory / f"{name}.png"
        path.write_bytes(png(render(label).pdf, DPI))
        paths.append(path)
    return tuple(paths)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m labels.gallery DIRECTORY")
    sys.stdout.writelines(f"{path}\n" for path in write_gallery(Path(sys.argv[1])))
