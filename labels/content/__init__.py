"""What a label says, one file for each kind of paper."""

from labels.content.printer_test import PRINTER_TEST_EXAMPLE, PrinterTest
from labels.content.shelf import (
    BATCH_EXAMPLE,
    NOT_FOR_DISPENSING,
    TRITURATION_EXAMPLE,
    BatchLabel,
    TriturationLabel,
)
from labels.content.vial import COMPOUNDED, EXAMPLE, VialLabel, from_document, to_document
from labels.content.words import LONGEST, MAY_BE_EMPTY, NOT_PRINTED, Label, spoken, texts

__all__ = [
    "BATCH_EXAMPLE",
    "COMPOUNDED",
    "EXAMPLE",
    "LONGEST",
    "MAY_BE_EMPTY",
    "NOT_FOR_DISPENSING",
    "NOT_PRINTED",
    "PRINTER_TEST_EXAMPLE",
    "TRITURATION_EXAMPLE",
    "BatchLabel",
    "Label",
    "PrinterTest",
    "TriturationLabel",
    "VialLabel",
    "from_document",
    "spoken",
    "texts",
    "to_document",
]
