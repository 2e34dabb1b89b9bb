"""Whether a printer and a scanner pass: what was measured and scanned on a test page, against what stands on it."""

from dataclasses import dataclass
from decimal import Decimal

TOLERANCE = Decimal("0.01")
LEAST_TOLERANCE_MM = Decimal("0.5")
"""How far a ruler may be off: a hundredth of its length, and never less than half a millimetre, which a steel rule
shows. General practice; a pharmacy's policy may be stricter."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What stands on the page. across_mm, down_mm: lengths of the rulers [mm]; by_server: not printed by a browser."""

    title: str
    across_mm: int
    down_mm: int
    line_code: str
    token: str
    by_server: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a person measured [mm] and scanned, in any order."""

    across_mm: Decimal
    down_mm: Decimal
    scanned: tuple[str, ...]


def faults(wanted: Expected, found: Found) -> tuple[str, ...]:
    """Each thing that is wrong, as a sentence that says what to do; none when printer and scanner pass."""
    measured = (
        _ruler("across", wanted.across_mm, found.across_mm, by_server=wanted.by_server),
        _ruler("down", wanted.down_mm, found.down_mm, by_server=wanted.by_server),
    )
    codes = {code.strip() for code in found.scanned} - {""}
    missing = {"bars": wanted.line_code, "squares": wanted.token}
    strange = sorted(codes - set(missing.values()))
    read = [_strange(code, wanted) for code in strange]
    if not strange:
        read = [_unread(name) for name, code in missing.items() if code not in codes]
    return tuple(fault for fault in (*measured, *read) if fault)


def _ruler(which: str, wanted: int, measured: Decimal, *, by_server: bool) -> str:
    off = measured - wanted
    if abs(off) <= max(wanted * TOLERANCE, LEAST_TOLERANCE_MM):
        return ""
    percent = (100 * measured / wanted).quantize(Decimal("0.1"))
    told = f"The ruler {which} is {measured.normalize():f} mm long and should be {wanted} mm ({percent} %): "
    if by_server and which == "down":
        advice = (
            "the paper slips or stretches; clean the roller, see that the roll is seated, and check dpi= in the setting"
        )
    elif by_server:
        advice = "the printer has other dots than dpi= of its setting says, or its driver scales; correct that"
    else:
        advice = "the page is scaled; choose “Actual size” or 100 % in the print dialog, and no “Fit to page”"
    return f"{told}{advice}. Then print another test page."


def _strange(code: str, wanted: Expected) -> str:
    known = {one.casefold(): one for one in (wanted.line_code, wanted.token)}
    shown = code[:40]
    letters = {_letters(one): one for one in known}
    if code.casefold() in known or _letters(code.casefold()) in letters:
        meant = known.get(code.casefold()) or known[letters[_letters(code.casefold())]]
        return (
            f"The scanner typed “{shown}” for “{meant}”: its keyboard language is not this computer's, or Caps Lock is"
            " on; set the scanner up for this keyboard, then scan again."
        )
    return f"“{shown}” is no code of {wanted.title.lower()}; scan the two codes of this very page."


def _letters(code: str) -> str:
    return "".join(letter for letter in code if letter.isalnum())


def _unread(name: str) -> str:
    if name == "bars":
        return (
            "The bars were not scanned: if they look blurred or broken, print darker or slower and clean the head; if"
            " they look clean, switch Code 128 on in the scanner."
        )
    return (
        "The square was not scanned: a scanner that reads bars alone cannot; switch DataMatrix on, or take a scanner"
        " that reads it. If its squares run together, print lighter or slower."
    )
