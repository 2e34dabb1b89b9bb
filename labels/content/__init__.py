"""What a label says, one file for each kind of paper."""

from labels.content.auxiliary import AUXILIARY_EXAMPLE, AuxiliaryStrip
from labels.content.bag import BAG_EXAMPLE, BagLabel
from labels.content.calendar import CALENDAR_EXAMPLE, CourseCalendar
from labels.content.card import CARD_EXAMPLE, WalletCard
from labels.content.cover import COVER_EXAMPLE, CoverPage
from labels.content.leaflet import LEAFLET_EXAMPLE, Leaflet
from labels.content.printer_test import PRINTER_TEST_EXAMPLE, PrinterTest
from labels.content.receipt import RECEIPT_EXAMPLE, Receipt
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
    "AUXILIARY_EXAMPLE",
    "BAG_EXAMPLE",
    "BATCH_EXAMPLE",
    "CALENDAR_EXAMPLE",
    "CARD_EXAMPLE",
    "COMPOUNDED",
    "COVER_EXAMPLE",
    "EQUIPMENT_EXAMPLE",
    "EXAMPLE",
    "LEAFLET_EXAMPLE",
    "LONGEST",
    "LOT_EXAMPLE",
    "MAY_BE_EMPTY",
    "NOT_FOR_DISPENSING",
    "NOT_PRINTED",
    "PRINTER_TEST_EXAMPLE",
    "RECEIPT_EXAMPLE",
    "TRITURATION_EXAMPLE",
    "AuxiliaryStrip",
    "BagLabel",
    "BatchLabel",
    "CourseCalendar",
    "CoverPage",
    "EquipmentLabel",
    "Label",
    "Leaflet",
    "LotLabel",
    "PrinterTest",
    "Receipt",
    "TriturationLabel",
    "VialLabel",
    "WalletCard",
    "from_document",
    "spoken",
    "texts",
    "to_document",
]
