"""Drug-use review: the medicine list against naltrexone."""

import re
from collections.abc import Iterable
from datetime import date

from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.drug_names import Group
from pharmacy.domain.findings import Finding
from pharmacy.domain.medicine_list import Line, shown_name
from pharmacy.domain.opioid_timeline import Action, Exposure, Timeline
from pharmacy.domain.rules import found
from pharmacy.domain.units import clip

_STOPPED = re.compile(r"\b(stopped|discontinued|d/c|no longer|former(ly)?|quit|previous(ly)?|history of|past)\b")


def review_medications(
    listed: tuple[Line, ...], timeline: Timeline | None, *, today: date, policy: DosePolicy
) -> tuple[Finding, ...]:
    """What the medicine list holds against naltrexone: one finding for each rule, naming every medicine.

    timeline: of the same list.
    """
    return (
        *(_of_opioids(timeline, today, policy) if timeline else ()),
        *_of_others(listed),
        *_unread(listed),
    )


def _of_others(listed: tuple[Line, ...]) -> Iterable[Finding]:
    names: dict[Group, list[str]] = {}
    for line in listed:
        for match in line.matches:
            names.setdefault(match.group, []).append(shown_name(match, line.medication))
    if antagonists := names.get(Group.ANTAGONIST):
        message = f"On the medicine list already: {_and(antagonists)}. No second opioid antagonist; ask the prescriber."
        yield found("profile.antagonist", message)
    if bowel := names.get(Group.PERIPHERAL_OPIOID):
        message = f"On the medicine list, an opioid that acts on the bowel: {_and(bowel)}. Naltrexone may undo it."
        yield found("profile.opioid-peripheral", message)
    if thyroid := names.get(Group.THYROID):
        message = f"Thyroid replacement: {_and(thyroid)}. Counsel to have TSH checked again after the start."
        yield found("profile.thyroid", message)


def _unread(listed: tuple[Line, ...]) -> Iterable[Finding]:
    nameless = [not line.matches and not line.medication.text.strip() for line in listed]
    unnamed = [str(place) for place, without in enumerate(nameless, start=1) if without]
    if unnamed:
        message = f"No readable name has line {_and(unnamed)} of the medicine list; find out what is taken."
        yield found("profile.unnamed", message)
    slips = [
        f"“{match.spelled}” in {clip(line.medication.text)} for {match.how}"
        for line in listed
        for match in line.matches
        if match.spelled
    ]
    if slips:
        yield found("profile.spelling", f"Taken on the medicine list: {_and(slips)}; check the spelling.")


def _of_opioids(timeline: Timeline, today: date, policy: DosePolicy) -> Iterable[Finding]:
    """Long-acting ones that may still be taken stop, recent ones stop until a day, the others are asked about."""
    groups: dict[str, list[Exposure]] = {}
    for one in timeline.exposures:
        groups.setdefault(_standing(one, today, policy), []).append(one)
    if always := groups.get("profile.opioid-long"):
        message = (
            f"Long-acting opioid: {_and([one.name for one in always])}. Naltrexone must not be given, it would bring"
            f" on withdrawal. Ask the prescriber.{_also(always)}"
        )
        yield found("profile.opioid-long", message)
    if recent := groups.get("profile.opioid-recent"):
        until = max(start for one in recent if (start := one.start(policy.opioid_rule)) is not None)
        message = (
            f"Opioid taken not long ago: {_and([_when(one) for one in recent])}; stop until {until.isoformat()}."
            f"{_also(recent)}"
        )
        yield found("profile.opioid-recent", message)
    if stopped := groups.get("profile.opioid-stopped"):
        message = (
            f"Long-acting opioid: {_and([_when(one) for one in stopped])}. Confirm with the prescriber that it was"
            " stopped, and record it."
        )
        yield found("profile.opioid-stopped", message)
    if spaced := groups.get("profile.opioid"):
        yield found("profile.opioid", _spaced(spaced, timeline, policy))


def _standing(one: Exposure, today: date, policy: DosePolicy) -> str:
    start = one.start(policy.opioid_rule)
    if start is not None and today < start:
        return "profile.opioid-recent"
    if one.action is Action.SHORT:
        return "profile.opioid"
    return "profile.opioid-long" if start is None else "profile.opioid-stopped"


def _spaced(spaced: list[Exposure], timeline: Timeline, policy: DosePolicy) -> str:
    cards = " Add the auxiliary label and the wallet card." if timeline.wallet_card else ""
    return (
        f"Opioid: {_and([_when(one) for one in spaced])}. The product label contraindicates opioid analgesics; at low"
        f" doses they are kept at least {policy.opioid_gap_hours} hours apart. Contact the prescriber and record"
        f" it.{cards}{_also(spaced)}"
    )


def _when(one: Exposure) -> str:
    if one.last_taken is None:
        return one.name
    last = one.last_taken.isoformat()
    return f"{one.name}, last taken on {last} ({one.washout_days} days without it: {one.basis})"


def _also(group: list[Exposure]) -> str:
    """What is not known about these, and the advice for a line that says it was stopped."""
    notes = [one.note for one in group if one.note]
    if any(one.last_taken is None and _STOPPED.search(one.name.casefold()) for one in group):
        notes.append("The list says that it was stopped: write the day it was last taken.")
    return "".join(f" {note}" for note in dict.fromkeys(notes))


def _and(names: list[str]) -> str:
    """Names in a sentence.

    >>> _and(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
