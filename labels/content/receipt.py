"""What the receipt of a fill says, with the pharmacy's price list."""

from dataclasses import dataclass

from labels.content.words import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Label):
    """What a fill costs, line by line, and what the pharmacy's capsules cost.

    number: of the prescription and fill. contents: capsules, strength and days. lines: (name, amount) of the price.
    paid: the date, or nothing where it is written in by hand. price_head, prices: the columns and rows of the list,
    every row as long as the head.
    """

    pharmacy_name: str
    pharmacy_address: str
    pharmacy_phone: str
    title: str
    patient: str
    prescriber: str
    number: str
    medicine: str
    contents: str
    date_filled: str
    lines: tuple[tuple[str, str], ...]
    total: str
    paid: str = ""
    price_title: str
    price_head: tuple[str, ...]
    prices: tuple[tuple[str, ...], ...]
    price_note: str
    mark: str = ""


RECEIPT_EXAMPLE = Receipt(
    pharmacy_name="Harbor Compounding Pharmacy",
    pharmacy_address="120 Harbor Street, Portland, OR 97205",
    pharmacy_phone="(503) 555-0142",
    title="Receipt",
    patient="Rosa Delgado",
    prescriber="Maria Lindqvist, MD",
    number="7000017-0",
    medicine="naltrexone hydrochloride capsules",
    contents="30 × 4.5 mg for 30 days",
    date_filled="24 Nov 2026",
    lines=(
        ("active", "$6.89"),
        ("filler", "$0.22"),
        ("capsule shells", "$0.60"),
        ("container and label", "$0.95"),
        ("bench", "$7.20"),
        ("dispensing", "$7.20"),
        ("overhead", "$4.61"),
        ("professional fee", "$12.00"),
        ("rounding", "$0.33"),
    ),
    total="$40.00",
    paid="24 Nov 2026",
    price_title="What our capsules cost",
    price_head=("Strength", "30 capsules", "90 capsules"),
    prices=(("1.5 mg", "$34.50", "$59.00"), ("3 mg", "$37.00", "$67.50"), ("4.5 mg", "$40.00", "$75.50")),
    price_note="By our price schedule of 1 Jan 2025, for one container.",
    mark="DEMONSTRATION",
)
