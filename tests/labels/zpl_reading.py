"""A ZPL printer for the tests: it follows the programming guide, sets the dots, and refuses what it does not know.

Written from the guide's pages on ^GF and on the compression of hexadecimal data, not from our writer.
"""

import re
from dataclasses import dataclass

KNOWN = {"XA", "FX", "FS", "CI", "PW", "LL", "LH", "FO", "GF", "PQ", "XZ"}
REPEATS = {letter: number for number, letter in enumerate("GHIJKLMNOPQRSTUVWXY", 1)}
REPEATS |= {letter: number * 20 for number, letter in enumerate("ghijklmnopqrstuvwxyz", 1)}


@dataclass
class Paper:
    """One label as it comes out. dots: (x, y) of the black ones."""

    width: int = 0
    length: int = 0
    copies: int = 0
    comment: str = ""
    dots: frozenset[tuple[int, int]] = frozenset()

    def pixels(self) -> bytes:
        """One byte a dot, 0 black, rows from the top."""
        return bytes(0 if (x, y) in self.dots else 255 for y in range(self.length) for x in range(self.width))


def printed(data: bytes) -> list[Paper]:
    """The labels that a printer makes of these bytes."""
    assert data.isascii()
    assert b"~" not in data  # a command that acts at once
    papers: list[Paper] = []
    at = (0, 0)
    for command, rest in re.findall(r"\^([A-Z]{2})([^^]*)", data.decode("ascii")):
        assert command in KNOWN, command
        if command == "XA":
            papers.append(Paper())
        paper = papers[-1]
        if command == "PW":
            paper.width = int(rest)
        elif command == "LL":
            paper.length = int(rest)
        elif command == "PQ":
            paper.copies = int(rest)
        elif command == "FX":
            paper.comment = rest.strip()
        elif command == "FO":
            across, down = rest.split(",")
            at = (int(across), int(down))
        elif command == "GF":
            paper.dots |= graphic(rest, at)
    return papers


def graphic(rest: str, at: tuple[int, int]) -> frozenset[tuple[int, int]]:
    """The black dots of one ^GFA field."""
    kind, sent, size, across, data = rest.split(",", 4)
    assert kind == "A"
    assert 1 <= int(sent) == int(size) <= 99_999
    assert not data.startswith(":")  # that begins another encoding
    rows = list(_rows(data.replace("\r", "").replace("\n", ""), int(across) * 2))
    assert len(rows) * int(across) == int(size)
    return frozenset(
        (at[0] + x, at[1] + y)
        for y, row in enumerate(rows)
        for x, bit in enumerate(f"{int(row, 16):0{int(across) * 8}b}")
        if bit == "1"
    )


def _rows(data: str, length: int) -> list[str]:
    rows: list[str] = []
    row, times = "", 0
    for sign in data:
        if sign in REPEATS:
            times += REPEATS[sign]
        elif sign == ":":
            assert not row
            rows.append(rows[-1])
        elif sign in ",!":
            row = row.ljust(length, "0" if sign == "," else "F")
        else:
            assert sign in "0123456789ABCDEF", sign
            row += sign * (times or 1)
            times = 0
        assert len(row) <= length
        if len(row) == length:
            rows.append(row)
            row = ""
    assert not row
    return rows
