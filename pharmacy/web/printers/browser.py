"""How this browser prints: kept in a signed cookie of its own, so that it outlives signing in and out.

It names a printer, a stock and two distances; nothing about anybody, and no address.
"""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from pharmacy.edge.context import settings
from pharmacy.services import print_payloads
from pharmacy.services.print_payloads import Offset

COOKIE = "mortar_printing"
KEPT_FOR = timedelta(days=400)  # browsers keep none for longer


@dataclass(frozen=True, slots=True)
class SetUp:
    """printer: of the server's, "" for this browser's own print dialog. own: what the printer at this computer is
    called. stock: "" for the usual one of each label. right_mm, down_mm: offset of the ink, as typed. vial: stock of
    the container label that was made here last, until printing is set up anew."""

    printer: str = ""
    own: str = ""
    scanner: str = ""
    stock: str = ""
    right_mm: str = "0"
    down_mm: str = "0"
    vial: str = ""

    @property
    def offset(self) -> Offset:
        """How far the ink moves on the paper."""
        return Offset(float(Decimal(self.right_mm)), float(Decimal(self.down_mm)))


def set_up() -> SetUp:
    """Of this browser; the usual one when it has none, or when its cookie is not ours."""
    try:
        told: Any = _signer().loads(request.cookies.get(COOKIE, ""))
        return SetUp(**told)
    except (BadSignature, TypeError):
        return SetUp()


def keep(response: Response, chosen: SetUp) -> None:
    """Sends the set-up to be kept by this browser."""
    response.set_cookie(
        COOKIE,
        _signer().dumps(asdict(chosen)),
        max_age=KEPT_FOR,
        httponly=True,
        secure=settings().secure_cookies,
        samesite="Lax",
    )


def stock_for(kind: str) -> str:
    """What a label of this kind is drawn for here: the labels in the printer that this browser uses."""
    mine = set_up()
    held = next((printer.stock for printer in settings().printers if printer.name == mine.printer), mine.stock)
    return print_payloads.stock_for(kind, held)


def vial_stock() -> str:
    """What the next container label is drawn for here, unless somebody chooses: as the last one, or as set up."""
    last = print_payloads.stock_for("vial", set_up().vial)
    return last or stock_for("vial") or print_payloads.FIRST_STOCK


def remember_vial_stock(response: Response, stock: str) -> None:
    """Has this browser offer the same stock for the next container label."""
    if stock != vial_stock():
        keep(response, replace(set_up(), vial=stock))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="how this browser prints")
