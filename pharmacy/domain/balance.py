"""What a balance sends when it types like a keyboard, and what people type in its place."""

import re
from dataclasses import dataclass
from decimal import Decimal

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.units import clip, format_number

_LONGEST = 60  # of a line that any of these balances sends
_WEIGHT = re.compile(
    r"""
    (?P<head> (?: [A-Z]{1,2} [,\ ]\s* ){0,2} )      # S S, S D (Mettler-Toledo); N, G (Sartorius); ST,NT, (A&D, Kern)
    (?P<sign> [+-]? ) \s*
    (?P<digits> [0-9]{1,9} (?: \. [0-9]{1,9} )? )
    \s* (?P<unit> mg | g | kg )?
    \s* (?P<tail> [?^v] )?                          # Ohaus, Radwag: not at rest, above, below the range
    """,
    re.ASCII | re.VERBOSE,
)
_LINES = re.compile(r"[\n\r;]+")
_WITH_COMMA = ("ST,", "US,", "OL,")  # lines of A&D and Kern balances
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:\s+[0-9]+(?:\.[0-9]+)?)+", re.ASCII)
_UNSTEADY = {("S", "D"), ("SD",), ("D",), ("US",)}
_STEADY = {("S", "S"), ("ST",), ("S",)}
_WITHOUT_STATE = {(), ("N",), ("G",), ("NT",), ("GS",)}
_OUT_OF_RANGE = re.compile(r"S [+-]|S I|(?:OL|HI|LO),?.*|H|L|High|Low|Stat.*|Err.*", re.ASCII)
_MILLIGRAMS = {"mg": 0, "g": 3, "kg": 6}


@dataclass(frozen=True, slots=True)
class Reading:
    """One weight. mg: in milligrams. sent: the line as it came. from_balance: it has the marks of a balance's line."""

    mg: Decimal
    sent: str
    from_balance: bool


def read_balance(text: str, *, field: str, least_mg: Decimal, most_mg: Decimal, called: str = "Weighed") -> Reading:
    """A weight from a balance's line such as `S S      0.5107 g`, or from digits that somebody typed, in mg.

    Without a unit a number means milligrams. least_mg: itself not allowed; most_mg: allowed [mg].
    Raises: InputUnusable when it is no weight, when the balance had not come to rest or was out of its range, and
    outside the limits; the sentence begins with `called`.
    Sources: output formats of Mettler-Toledo (MT-SICS), Sartorius (SBI), A&D and Kern, Ohaus and Radwag manuals.

    >>> read_balance("S S      0.5107 g", field="weighed", least_mg=Decimal(0), most_mg=Decimal(5000)).mg
    Decimal('510.7')
    >>> read_balance("ST,+00000.5107  g", field="weighed", least_mg=Decimal(0), most_mg=Decimal(5000)).from_balance
    True
    """
    line = text.strip()
    match = _WEIGHT.fullmatch(line) if len(line) <= _LONGEST else None
    if match is None and _OUT_OF_RANGE.fullmatch(line):
        raise InputUnusable(f"{called}: the balance sent {clip(line)}, no weight; tare it and weigh again.", field)
    head = tuple(re.findall("[A-Z]+", match["head"])) if match else ()
    if match is None or not _is_known(head):
        raise InputUnusable(f"{called}: {clip(line)} is not a weight in mg or g.", field)
    if head in _UNSTEADY or head[:1] == ("US",) or match["tail"] == "?":
        raise InputUnusable(f"{called}: the balance had not come to rest; weigh again.", field)
    if match["tail"]:
        raise InputUnusable(f"{called}: the balance was out of its range; weigh again.", field)
    mg = Decimal(match["sign"] + match["digits"]).scaleb(_MILLIGRAMS[match["unit"] or "mg"])
    try:
        _refuse_outside(mg, line, field, least_mg, most_mg, called)
    except InputUnusable as refusal:
        if match["unit"]:
            raise
        told = f"{refusal.message} A number without a unit means mg; write g behind grams."
        raise InputUnusable(told, field) from None
    return Reading(mg, line, bool(head or match["sign"]))


def read_lines(text: str, *, field: str, most: int, most_mg: Decimal) -> tuple[Decimal, ...]:
    """Several weights [mg], one a line as a balance sends them; plain numbers may also stand in one line.

    most: weights; most_mg: of each one [mg].
    Raises: InputUnusable naming the weight that cannot be read.

    >>> [str(mg) for mg in read_lines("S S 0.2257 g\\n226.1 mg, 225 224.5", field="w", most=9, most_mg=Decimal(500))]
    ['225.7', '226.1', '225', '224.5']
    """
    pieces = [piece for line in _LINES.split(text) for piece in _pieces(line.strip())]
    if len(pieces) > most:
        raise InputUnusable(f"{len(pieces)} weights are more than {most}.", field)
    return tuple(
        read_balance(piece, field=field, least_mg=Decimal(0), most_mg=most_mg, called=f"Weight {place}").mg
        for place, piece in enumerate(pieces, start=1)
    )


def _pieces(line: str) -> list[str]:
    if line.startswith(_WITH_COMMA):
        return [line]
    pieces = [piece.strip() for piece in line.split(",") if piece.strip()]
    return [one for piece in pieces for one in (piece.split() if _NUMBERS.fullmatch(piece) else [piece])]


def _is_known(head: tuple[str, ...]) -> bool:
    if head in _STEADY | _UNSTEADY | _WITHOUT_STATE:
        return True
    return len(head) == 2 and head[0] in ("ST", "US") and head[1] in ("NT", "GS")


def _refuse_outside(mg: Decimal, line: str, field: str, least_mg: Decimal, most_mg: Decimal, called: str) -> None:
    exponent = mg.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -3:
        raise InputUnusable(f"{called}: {clip(line)} has more than 3 digits after the point of a milligram.", field)
    if not least_mg < mg <= most_mg:
        raise InputUnusable(
            f"{called}: {clip(line)} is outside its limits: more than {format_number(least_mg)} and at most"
            f" {format_number(most_mg)} mg.",
            field,
        )
