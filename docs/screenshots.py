"""Draws the pictures of the documents anew: `make screenshots`.

The label is the example that `pharmacy label --example` prints, drawn as a 203 dpi printer prints it.
"""

import json
import subprocess
import sys
from pathlib import Path

from labels.content import from_document
from labels.picture import png
from labels.printing import render

IMAGES = Path(__file__).parent / "images"


def vial_label() -> bytes:
    """The example label as a PNG."""
    command = [sys.executable, "-m", "pharmacy", "label", "--example"]
    example = subprocess.run(command, capture_output=True, check=True).stdout
    return png(render(from_document(json.loads(example))).pdf)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    picture = IMAGES / "vial-label.png"
    picture.write_bytes(vial_label())
    sys.stdout.write(f"{picture}\n")
