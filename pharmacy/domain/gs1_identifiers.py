"""GS1 application identifiers: how each element's value is written, as the GS1 General Specifications list them."""

import re
from dataclasses import dataclass
from functools import cache

SOURCE = "GS1 General Specifications, figure 3.2-1 (application identifiers), figure 7.8.5-2 (fixed length)"
LETTERS = r"[!-\"%-?A-Z_a-z]"  # GS1 AI encodable character set 82
_CLASSES = {"N": "[0-9]", "X": LETTERS, "Y": r"[#\-/0-9A-Z]", "Z": r"[0-9A-Za-z_\-=]"}
_PART = re.compile(r"(\[)?([NXYZ])(\.\.)?([0-9]+)(c)?\]?", re.ASCII)
_DAY = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])(0[0-9]|[12][0-9]|3[01])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One application identifier. fixed: its value has a predefined length, so that no FNC1 has to follow.

    pattern: of the whole value; its group `checked` holds digits of which the last is a check digit. is_day: YYMMDD.
    least, most: letters of the value.
    """

    code: str
    title: str
    pattern: re.Pattern[str]
    fixed: bool
    is_day: bool
    least: int
    most: int


def find(text: str) -> Identifier | None:
    """The identifier that a text begins with; None when no identifier does. No code is the beginning of another.

    >>> find("17271231").title, find("3103000025").title, find("05901234123457")
    ('expiry date', 'net weight, kg', None)
    """
    table = _table()
    return next((table[text[:size]] for size in (2, 3, 4) if text[:size] in table), None)


def every() -> tuple[Identifier, ...]:
    """All identifiers, by code."""
    return tuple(_table()[code] for code in sorted(_table()))


# code or codes, how the value is written, title. N digits, X any letter of the set, Y and Z smaller sets; ".." up to;
# c: its last digit is a check digit; [ ] may be absent; * no FNC1 has to follow; D a day.
_ROWS = """
00|*N18c|serial shipping container code
01|*N14c|GTIN
02|*N14c|GTIN of the content
03|*N14c|GTIN of a made-to-order item
10|X..20|lot
11|*DN6|production date
12|*DN6|due date
13|*DN6|packing date
15|*DN6|best before
16|*DN6|sell by
17|*DN6|expiry date
20|*N2|variant
21|X..20|serial number
22|X..20|consumer product variant
235|X..28|controlled serial number
240-241|X..30|additional identification
242|N..6|made-to-order variation
243|X..20|packaging component
250-251|X..30|further identification
253|N13c [X..17]|document
254|X..20|location extension
255|N13c [N..12]|coupon
30|N..8|count of items
3100-3105|*N6|net weight, kg
3110-3115 3120-3125 3130-3135 3140-3145 3150-3155 3160-3165|*N6|measure
3200-3205|*N6|net weight, lb
3210-3215 3220-3225 3230-3235 3240-3245 3250-3255 3260-3265 3270-3275 3280-3285 3290-3295|*N6|measure
3300-3305|*N6|gross weight, kg
3310-3315 3320-3325 3330-3335 3340-3345 3350-3355 3360-3365 3370-3375|*N6|measure
3400-3405|*N6|gross weight, lb
3410-3415 3420-3425 3430-3435 3440-3445 3450-3455 3460-3465 3470-3475 3480-3485 3490-3495|*N6|measure
3500-3505 3510-3515 3520-3525 3530-3535 3540-3545 3550-3555|*N6|measure
3560-3565|*N6|net weight, troy ounces
3570-3575|*N6|measure
3600-3605 3610-3615 3620-3625 3630-3635 3640-3645 3650-3655 3660-3665 3670-3675 3680-3685 3690-3695|*N6|measure
37|N..8|count of contained items
3900-3909|N..15|amount to pay
3910-3919|N3 N..15|amount to pay
3920-3929|N..15|price
3930-3939|N3 N..15|price
3940-3943|N4|per cent off
3950-3955|N6|price of a unit
400|X..30|order number
401|X..30|consignment
402|N17c|shipment
403|X..30|route
410-417|*N13c|location or party
420|X..20|ship to postal code
421|N3 X..9|ship to postal code
422|N3|country of origin
423|N3 [N3] [N3] [N3] [N3]|countries
424|N3|country
425|N3 [N3] [N3] [N3] [N3]|countries
426|N3|country
427|X..3|part of the country
4300-4301|X..35|ship to
4302-4306|X..70|ship to
4307|X2|ship to country
4308|X..30|ship to telephone
4309|N20|ship to place
4310-4311|X..35|return to
4312-4316|X..70|return to
4317|X2|return to country
4318|X..20|return to postal code
4319|X..30|return to telephone
4320|X..35|service
4321-4323|N1|flag
4324-4325|DN6 N4|delivery
4326|DN6|release date
4330-4333|N6 [X1]|temperature
7001|N13|NATO stock number
7002|X..30|meat cut
7003|DN6 N4|expiry date and time
7004|N..4|active potency
7005|X..12|catch area
7006|DN6|first freeze date
7007|DN6 [N6]|harvest date
7008|X..3|species
7009|X..10|fishing gear
7010|X..2|production method
7011|DN6 [N4]|test by
7020-7022|X..20|refurbishment
7023|X..30|assembly
7030-7039|N3 X..27|processor
7040|N1 X3|extension
7041|X..4|unit type
710|X..20|PZN, Germany
711|X..20|CIP, France
712|X..20|CN, Spain
713|X..20|DRN, Brazil
714|X..20|AIM, Portugal
715|X..20|NDC, United States
716|X..20|AIC, Italy
717|X..20|SRN, Costa Rica
7230-7239|X2 X..28|certificate
7240|X..20|protocol
7241|N2|media type
7242|X..25|version
7250|N8|date of birth
7251|N12|time of birth
7252|N1|sex
7253-7254|X..40|name
7255|X..10|suffix
7256|X..90|name
7257|X..70|address
7258|X3|birth sequence
7259|X..40|name
8001|N14|roll
8002|X..20|mobile telephone
8003|N1 N13c [X..16]|returnable asset
8004|X..30|asset
8005|N6|price of a unit
8006|N14c N4|piece of an item
8007|X..34|IBAN
8008|DN6 N2 [N2] [N2]|production time
8009|X..50|sensor
8010|Y..30|part
8011|N..12|part serial
8012|X..20|software version
8013|X..25|model
8014|X..25|device
8017-8018|N18c|service relation
8019|N..10|service instance
8020|X..25|payment slip
8026|N14c N4|pieces contained
8030|Z..90|signature
8040-8041|N15|IMEI
8042|N32|eSIM
8043|N18 [N..2]|physical SIM
8110|X..70|coupon
8111|N4|points
8112|X..70|coupon
8200|X..70|page of the product
90|X..30|internal
91-99|X..90|internal
"""


@cache
def _table() -> dict[str, Identifier]:
    found = {}
    for row in _ROWS.split("\n"):
        if row:
            codes, written, title = row.split("|")
            for code in _codes(codes):
                found[code] = _identifier(code, written, title)
    return found


def _codes(text: str) -> tuple[str, ...]:
    """The codes of a row, one by one."""
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += [str(code).zfill(len(first)) for code in range(int(first), int(last or first) + 1)]
    return tuple(found)


def _identifier(code: str, written: str, title: str) -> Identifier:
    pattern, least, most = "", 0, 0
    for optional, kind, up_to, size, checked in _PART.findall(written):
        few = 1 if up_to else int(size)
        part = f"{_CLASSES[kind]}{{{few},{size}}}"
        pattern += f"(?P<checked>{part})" if checked else f"(?:{part})?" if optional else part
        least += 0 if optional else few
        most += int(size)
    return Identifier(
        code, title, re.compile(pattern, re.ASCII), written.startswith("*"), "DN6" in written, least, most
    )


def is_day(text: str) -> bool:
    """Whether six digits are a day YYMMDD; the day 00 stands for the last one of the month.

    >>> is_day("270200"), is_day("271332")
    (True, False)
    """
    return _DAY.fullmatch(text) is not None
