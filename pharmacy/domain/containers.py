"""What the code on a bought container says about it: GTIN, NDC, maker's lot, expiry, net weight."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pharmacy.domain import gs1, ndc
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.gs1 import Element, Reading
from pharmacy.domain.ndc import Ndc

_RETAIL = re.compile(r"\](?:E0|I1)", re.ASCII)  # symbology identifiers of EAN/UPC and ITF-14: a GTIN alone
_KG_IN_MG = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Container:
    """One way to read a code. code: the same, written so that it can be read in no other way.

    gtin: 14 digits, or "". ndcs: the NDC, or those of which the code holds one. best_before: no expiry date, shown to
    the person who decides. net_mg: what the container holds [mg]. elements: everything the code says.
    """

    code: str
    gtin: str = ""
    ndcs: tuple[Ndc, ...] = ()
    maker_lot: str = ""
    expiry: date | None = None
    best_before: date | None = None
    net_mg: Decimal | None = None
    elements: tuple[Element, ...] = ()


def read(text: str, *, today: date) -> tuple[Container, ...]:
    """Every way to read a code that was scanned on a container or typed from it.

    today: for the century of the years. Raises: InputUnusable saying why the code cannot be read.

    >>> [found] = read("]d2010030395808319517280131" + "10SC-77", today=date(2026, 11, 26))
    >>> found.gtin, found.maker_lot, found.expiry.isoformat(), len(found.ndcs)
    ('00303958083195', 'SC-77', '2028-01-31', 3)
    >>> [found] = read("0395-8083-19", today=date(2026, 11, 26))
    >>> [str(code) for code in found.ndcs]
    ['00395-8083-19']
    """
    written = text.strip(" \t\r\n")
    digits, found = _RETAIL.sub("", written, count=1), []
    refusal = InputUnusable("Code: it cannot be read; scan it again, or type the fields.", "code")
    if digits == written:
        try:
            found += [_of_reading(reading, today) for reading in gs1.read(written)]
        except InputUnusable as reason:
            refusal = reason
    found += _of_digits(digits)
    if not found:
        raise refusal
    return tuple(found)


def agreed(found: Iterable[Container]) -> Container:
    """What all ways to read a code have in common; `code` and `elements` only when there is one way."""
    first, *others = found
    for other in others:
        first = Container(
            code="",
            gtin=first.gtin if first.gtin == other.gtin else "",
            ndcs=first.ndcs if first.ndcs == other.ndcs else (),
            maker_lot=first.maker_lot if first.maker_lot == other.maker_lot else "",
            expiry=first.expiry if first.expiry == other.expiry else None,
            best_before=first.best_before if first.best_before == other.best_before else None,
            net_mg=first.net_mg if first.net_mg == other.net_mg else None,
        )
    return first


def _of_reading(reading: Reading, today: date) -> Container:
    gtin = reading.get("01")
    national = reading.get("715")
    weight = next((element for element in reading.elements if element.code[:3] == "310"), None)
    return Container(
        code=str(reading),
        gtin=gtin,
        ndcs=ndc.read(national) if national else ndc.in_gtin(gtin),
        maker_lot=reading.get("10"),
        expiry=_day(reading.get("17") or reading.get("7003")[:6], today),
        best_before=_day(reading.get("15"), today),
        net_mg=Decimal(weight.value).scaleb(-int(weight.code[3])) * _KG_IN_MG if weight else None,
        elements=reading.elements,
    )


def _day(text: str, today: date) -> date | None:
    return gs1.day(text, today=today) if text else None


def _of_digits(written: str) -> list[Container]:
    """A GTIN alone, or an NDC as people type it."""
    gtin = ndc.as_gtin(written)
    if gtin:
        return [_of_reading(Reading((Element("01", gtin),)), date.max)]
    try:
        codes = ndc.read(written)
    except InputUnusable:
        return []
    return [Container(code=str(code), ndcs=(code,)) for code in codes]
