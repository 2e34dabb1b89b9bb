"""Directions: read as prescribers write them, written as patients can read them.

What cannot be read is a doubt and never a guess: where a word that may change the dose is left over, no
phase is returned at all. Wording: USP <17> (digits, the dose apart from its time, "at bedtime" and not
"every 24 hours") and California 16 CCR 1707.5(a)(4).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.sig_phases import Phase, phases_of
from pharmacy.domain.sig_readers import Kind, Token
from pharmacy.domain.sig_tokens import even, tokens
from pharmacy.domain.sig_understood import Frequency, Understood, understood
from pharmacy.domain.units import format_number

__all__ = ["Directions", "Frequency", "Phase", "Understood", "read_directions", "write_directions"]

_MOST_LETTERS = 1000  # SCRIPT SigText; a longer text is not directions


@dataclass(frozen=True, slots=True)
class Directions:
    """text: plain English, "" when nothing could be read. written: as it came. doubts: sentences for a
    person.

    purpose: "pain" from "for pain". milligrams: doses named in the directions [mg], to compare with the
    strength.
    codes: error-prone abbreviations that were used.
    understood: what each step says, also where it is no phase (a range, a weekly dose); for a person only.
    at_most_a_day: the most capsules in a day, at_most_mg_a_day: the most milligrams; None when not named or not clear.
    """

    text: str
    phases: tuple[Phase, ...]
    doubts: tuple[str, ...]
    written: str = ""
    purpose: str = ""
    milligrams: tuple[Decimal, ...] = ()
    codes: tuple[str, ...] = ()
    understood: tuple[Understood, ...] = ()
    as_needed: bool = False
    at_most_a_day: Decimal | None = None
    at_most_mg_a_day: Decimal | None = None

    def to_document(self) -> dict[str, object]:
        return {
            "text": self.text,
            "written": self.written,
            "phases": [
                {
                    "units_per_dose": format_number(phase.units_per_dose),
                    "doses_per_day": format_number(phase.doses_per_day),
                    "days": phase.days,
                    "timing": phase.timing,
                }
                for phase in self.phases
            ],
            "timing": self.phases[0].timing if self.phases else "",
            "purpose": self.purpose,
            "doubts": list(self.doubts),
            "understood": [step.to_document() for step in self.understood],
            "as_needed": self.as_needed,
            "at_most_a_day": None if self.at_most_a_day is None else format_number(self.at_most_a_day),
            "at_most_mg_a_day": None if self.at_most_mg_a_day is None else format_number(self.at_most_mg_a_day),
        }


def read_directions(text: str) -> Directions:
    """The phases of written directions, or the doubts why there are none.

    >>> read_directions("1CQHS").text
    'Take 1 capsule at bedtime'
    >>> read_directions("1-2 caps at bedtime").phases
    ()
    """
    if len(text) > _MOST_LETTERS:
        return Directions("", (), (f"The directions have more than {_MOST_LETTERS} letters.",), text[:_MOST_LETTERS])
    found = tokens(text)
    phases, doubts = phases_of(found)
    at_most = _at_most(found, "capsule")
    if at_most is not None and any(phase.units_per_day > at_most for phase in phases):
        doubts.append(f"The directions take more than the {format_number(at_most)} a day that they allow.")
    return Directions(
        text=_sentence(phases) if phases else "",
        phases=phases,
        doubts=tuple(dict.fromkeys(doubts)),
        written=text,
        purpose="; ".join(token.text for token in found if token.kind is Kind.PURPOSE),
        milligrams=tuple(t.value for t in found if t.kind is Kind.MILLIGRAMS and t.value is not None),
        codes=_codes(text),
        understood=understood(found),
        as_needed=any(token.kind is Kind.AS_NEEDED for token in found),
        at_most_a_day=at_most,
        at_most_mg_a_day=_at_most(found, "mg"),
    )


def _at_most(found: list[Token], unit: str) -> Decimal | None:
    named = {token.value for token in found if token.kind is Kind.AT_MOST and token.unit == unit}
    return named.pop() if len(named) == 1 else None


def write_directions(phases: tuple[Phase, ...]) -> str:
    """Plain English for the label.

    Raises: RuleBroken when the sentence would not be read back as the same phases.

    >>> write_directions((Phase(Decimal(2), Decimal(1), 7, "at bedtime"),))
    'Take 2 capsules at bedtime for 7 days'
    """
    text = _sentence(phases) if phases else ""
    if not text or read_directions(text).phases != tuple(phases):
        raise RuleBroken(f"These directions cannot be put into plain words: {list(phases)}.", "directions")
    return text


def _sentence(phases: tuple[Phase, ...]) -> str:
    parts = [_phase_words(phase) for phase in phases]
    first, *rest = parts
    return ", then ".join([first[0].upper() + first[1:], *rest])


def _phase_words(phase: Phase) -> str:
    capsules = "capsule" if phase.units_per_dose <= 1 else "capsules"
    days = "" if phase.days is None else f" for {phase.days} {'day' if phase.days == 1 else 'days'}"
    return f"take {format_number(phase.units_per_dose)} {capsules} {_when(phase)}{days}"


def _when(phase: Phase) -> str:
    if phase.says_how_often:
        return phase.timing
    if phase.doses_per_day == Decimal("0.5"):
        often = "every other day"
    elif phase.doses_per_day == 1:
        often = "every day"
    else:
        often = f"{format_number(phase.doses_per_day)} times a day"
    return f"{often} {phase.timing}".rstrip()


# ISMP, List of Error-Prone Abbreviations, 2021: each is read here and still shown to a person.
_ERROR_PRONE = re.compile(r"\b(qd|qod|qhs|hs|od|bid|tid|qid|biw|tiw|ud|q ?\d+ ?h|d/c|ss|qam|qpm|u)\b")
_WORTH_FLAGGING = frozenset({"qd", "qod", "qhs", "hs", "od", "biw", "tiw", "ud", "d/c", "ss", "u"})


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c for c in _ERROR_PRONE.findall(even(text[:_MOST_LETTERS])) if c in _WORTH_FLAGGING))
