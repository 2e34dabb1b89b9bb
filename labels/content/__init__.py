"""What a label says, one file for each kind of paper."""

from labels.content.cover import COVER_EXAMPLE, CoverPage
from labels.content.printer_test import PRINTER_TEST_EXAMPLE, PrinterTest
from labels.content.shelf import (
    BATCH_EXAMPLE,
    EQUIPMENT_EXAMPLE,
    LOT_EXAMPLE,
    NOT_FOR_DISPENSING,
    TRITURATION_EXAMPLE,
    BatchLabel,
    EquipmentLabel,
    LotLabel,
    TriturationLabel,
)
from labels.content.vial import COMPOUNDED, EXAMPLE, VialLabel, from_document, to_document
from labels.content.words import LONGEST, MAY_BE_EMPTY, NOT_PRINTED, Label, spoken, texts

__all__ = [
    "BATCH_EXAMPLE",
    "COMPOUNDED",
    "COVER_EXAMPLE",
    "EQUIPMENT_EXAMPLE",
    "EXAMPLE",
    "LONGEST",
    "LOT_EXAMPLE",
    "MAY_BE_EMPTY",
    "NOT_FOR_DISPENSING",
    "NOT_PRINTED",
    "PRINTER_TEST_EXAMPLE",
    "TRITURATION_EXAMPLE",
    "BatchLabel",
    "CoverPage",
    "EquipmentLabel",
    "Label",
    "LotLabel",
    "PrinterTest",
    "TriturationLabel",
    "VialLabel",
    "from_document",
    "spoken",
    "texts",
    "to_document",
]
