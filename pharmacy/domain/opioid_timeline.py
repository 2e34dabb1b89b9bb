"""From the last dose of each opioid to the earliest day on which low-dose naltrexone may start.

Two rules stand side by side. The product label asks for 7 to 10 days after short-acting opioids and up to 14 after
methadone and buprenorphine; about other long-acting ones it is silent, and the policy takes the longer figure.
Low-dose practice keeps short-acting opioids at least six hours apart and never gives naltrexone beside long-acting
ones. The pharmacy's policy says by which of the two a start goes; after a long-acting opioid it is always the label.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pharmacy.domain.citations import LABEL, SPACING
from pharmacy.domain.dose_policy import DosePolicy, OpioidRule
from pharmacy.domain.drug_names import UNNAMED, Group, Match, is_opioid
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.medicine_list import Line, shown_name
from pharmacy.domain.prescription import Medication
from pharmacy.domain.units import clip, read_date

# An opioid without a name may be one of these.
_SLOW_TO_LEAVE = frozenset({"methadone", "buprenorphine", "levomethadone", "levomethadyl", UNNAMED})
_HOURS_OF_A_DAY = 24


class Action(StrEnum):
    SHORT = "short-acting"
    LONG = "long-acting"
    DEPOT = "depot"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One opioid of the medicine list.

    name: as it is shown. last_taken: a local calendar date, None when it is not stated or could not be read.
    washout_days: without it before naltrexone [days]; basis: who says so. by_label, by_practice: the earliest start
    by each rule, None when it cannot be told, or never. note: what is not known about it, a sentence or "".
    """

    name: str
    ingredient: str
    action: Action
    last_taken: date | None
    washout_days: int
    basis: str
    by_label: date | None
    by_practice: date | None
    note: str

    def start(self, rule: OpioidRule) -> date | None:
        """The earliest start by the rule that the policy goes by; by the label where practice gives no day."""
        return self.by_practice if rule is OpioidRule.PRACTICE and self.by_practice else self.by_label

    def to_document(self) -> dict[str, object]:
        return {
            "name": self.name,
            "ingredient": self.ingredient,
            "action": self.action.value,
            "last_taken": _iso(self.last_taken),
            "washout_days": self.washout_days,
            "basis": self.basis,
            "by_label": _iso(self.by_label),
            "by_practice": _iso(self.by_practice),
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """What all opioids together mean for the start; the latest date counts.

    by_label, by_practice, start: None when one opioid gives no date by that rule. goes_by: the policy's rule, of
    which start is the date. wallet_card, auxiliary_label: due because a short-acting opioid may be taken beside
    naltrexone. notes: what is not known, in sentences.
    """

    exposures: tuple[Exposure, ...]
    by_label: date | None
    by_practice: date | None
    start: date | None
    goes_by: OpioidRule
    wallet_card: bool
    auxiliary_label: bool
    notes: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        return {
            "opioids": [one.to_document() for one in self.exposures],
            "by_label": {"earliest_start": _iso(self.by_label), "source": LABEL},
            "by_practice": {"earliest_start": _iso(self.by_practice), "source": SPACING},
            "goes_by": self.goes_by.value,
            "earliest_start": _iso(self.start),
            "wallet_card": self.wallet_card,
            "auxiliary_label": self.auxiliary_label,
            "notes": list(self.notes),
        }


def timeline_of(listed: Iterable[Line], *, today: date, policy: DosePolicy) -> Timeline | None:
    """The timeline of a medicine list; None when no opioid stands on it. Opioids of the bowel alone do not count.

    today: the pharmacy's local calendar date.

    >>> from pharmacy.domain.medicine_list import read_list
    >>> listed = read_list((Medication("oxycodone 5 mg", "", "2026-11-20"),))
    >>> timeline_of(listed, today=date(2026, 11, 24), policy=DosePolicy()).start
    datetime.date(2026, 11, 30)
    """
    exposures = tuple(
        _exposure(match, line.medication, today, policy)
        for line in listed
        for match in line.matches
        if is_opioid(match)
    )
    if not exposures:
        return None
    rule = policy.opioid_rule
    beside = any(one.action is Action.SHORT and (one.by_label is None or today < one.by_label) for one in exposures)
    return Timeline(
        exposures,
        by_label=_latest([one.by_label for one in exposures]),
        by_practice=_latest([one.by_practice for one in exposures]),
        start=_latest([one.start(rule) for one in exposures]),
        goes_by=rule,
        wallet_card=beside,
        auxiliary_label=beside,
        notes=tuple(dict.fromkeys(one.note for one in exposures if one.note)),
    )


def _exposure(match: Match, medication: Medication, today: date, policy: DosePolicy) -> Exposure:
    """What one opioid of the list means for the start."""
    action = Action.DEPOT if match.depot else Action.SHORT
    if action is Action.SHORT and match.group is Group.LONG_ACTING_OPIOID:
        action = Action.LONG
    last = _last_taken(medication)
    days, basis = _washout(match, action, policy)
    spaced = action is Action.SHORT and match.ingredient != UNNAMED
    gap = timedelta(days=-(-policy.opioid_gap_hours // _HOURS_OF_A_DAY))  # the hour is unknown: the next whole day
    name = shown_name(match, medication)
    return Exposure(
        name=name,
        ingredient=match.ingredient,
        action=action,
        last_taken=last,
        washout_days=days,
        basis=basis,
        by_label=None if last is None or action is Action.DEPOT else last + timedelta(days=days),
        by_practice=last + gap if last is not None and spaced else None,
        note=_note(name, action, medication.last_taken.strip(), last, today),
    )


def _washout(match: Match, action: Action, policy: DosePolicy) -> tuple[int, str]:
    if match.ingredient in _SLOW_TO_LEAVE:
        return policy.long_washout_days, "product label"
    if action is Action.SHORT:
        return policy.washout_days, "product label"
    return policy.other_long_washout_days, "pharmacy policy"


def _note(name: str, action: Action, written: str, last: date | None, today: date) -> str:
    if action is Action.DEPOT:
        return f"{name} goes on acting for weeks after the last dose: only the prescriber can name a day."
    if last is None and written:
        return f"When {name} was last taken, {clip(written)}, could not be read as a day: ask the patient."
    if last is None:
        return f"When {name} was last taken is not stated: ask the patient."
    if last > today:
        return f"{name} was last taken on {last.isoformat()}, a date in the future: check it."
    return ""


def _last_taken(medication: Medication) -> date | None:
    if not medication.last_taken.strip():
        return None
    try:
        last = read_date(medication.last_taken, field="last_taken")
    except InputUnusable:
        return None
    return None if last.year == date.max.year else last  # no room is left for a washout


def _latest(days: Sequence[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
