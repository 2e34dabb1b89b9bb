"""Screening rules: how often each is answered, and which the pharmacist-in-charge took out of force.

Screening asks which rules are in force each time, so a change counts at once, for prescriptions under way too.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.findings import Rule
from pharmacy.domain.roles import Role
from pharmacy.domain.rules import RULES, refuse_to_retire
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import clip
from pharmacy.services import signing
from pharmacy.services.acting import Actor, get_to_change, record
from pharmacy.services.signing import Proof, Standing
from pharmacy.store import overrides
from pharmacy.store.tables import Pharmacy, RuleChange

LEAST_REASON = 10
AS_IS = frozenset({"1A", "1B"})  # NCPDP result of service: the prescription was filled as it was written


@dataclass(frozen=True, slots=True)
class Used:
    """A rule and what became of its findings. as_is: answered by filling as written; asked: questions to prescribers.

    id: of the rule, also of one that the table does not hold any more; then rule is None.
    """

    id: str
    rule: Rule | None
    in_force: bool
    answers: int
    as_is: int
    asked: int


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a rule with the signature under it."""

    change: RuleChange
    signatures: tuple[Standing, ...]


def find(rule: str) -> Rule:
    """The rule of this name.

    Raises: NotFound.
    """
    if rule not in RULES:
        raise NotFound(f"There is no rule called {clip(rule)}.")
    return RULES[rule]


def change(
    session: Session, rule: str, *, in_force: bool, proof: Proof, reason: str, actor: Actor, now: datetime
) -> RuleChange:
    """The pharmacist-in-charge takes a rule out of force, or puts it back, and signs for it.

    Raises: RuleBroken naming the field; Conflict when it is not what the signer saw.
    """
    known = find(rule)
    if actor.role is not Role.PHARMACIST_IN_CHARGE:
        raise RuleBroken("Only the pharmacist-in-charge takes a screening rule out of force or puts it back.")
    if len(reason.strip()) < LEAST_REASON:
        raise RuleBroken(f"Reason: at least {LEAST_REASON} letters; it is kept with your name.", field="reason")
    if not in_force:
        refuse_to_retire(rule)
    get_to_change(session, Pharmacy, 1, "pharmacy")  # two people act one after the other
    if (rule not in overrides.out_of_force(session)) is in_force:
        raise RuleBroken(f"The rule {rule} is {'in force' if in_force else 'out of force'} already.")
    row = RuleChange(rule=rule, in_force=in_force, reason=reason.strip(), person_id=actor.id, at=now)
    session.add(row)
    session.flush()
    signing.sign(
        session,
        signing.by_actor(proof, actor),
        Meaning.RULE_RESTORED if in_force else Meaning.RULE_RETIRED,
        subject="rule-change",
        subject_id=row.id,
        content=content(known, in_force=not in_force),
        now=now,
        reason=reason,
    )
    record(
        session,
        Event.RULE_RESTORED if in_force else Event.RULE_RETIRED,
        actor=actor,
        now=now,
        subject="rule-change",
        subject_id=row.id,
        rule=rule,
        before={"in_force": not in_force},
        after={"in_force": in_force},
        reason=row.reason,
    )
    return row


def content(rule: Rule, *, in_force: bool) -> dict[str, object]:
    """What is signed: the rule as the table states it, and whether it was in force before."""
    return {
        "rule": rule.id,
        "level": rule.level.value,
        "looks_for": rule.looks_for,
        "source": rule.source,
        "since": rule.since.isoformat(),
        "in_force": in_force,
    }


def history(session: Session, rule: str) -> tuple[Changed, ...]:
    """Every change of a rule, oldest first; a signature holds while the table still states what was signed."""
    known = find(rule)
    return tuple(
        Changed(row, signing.standing(session, "rule-change", row.id, content(known, in_force=not row.in_force)))
        for row in overrides.changes_of(session, rule)
    )


def used(session: Session, since: datetime) -> tuple[Used, ...]:
    """Every rule of the table with what was answered to it since a moment, the most answered first."""
    answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in overrides.by_rule(session, since):
        answers[row.rule][row.result_code] = row.answers
    asked = overrides.questions_by_rule(session, since)
    retired = overrides.out_of_force(session)
    found = [
        Used(
            id=name,
            rule=RULES.get(name),
            in_force=name not in retired,
            answers=answers[name].total(),
            as_is=sum(answers[name][code] for code in AS_IS),
            asked=asked.get(name, 0),
        )
        for name in dict.fromkeys((*RULES, *answers))
    ]
    return tuple(sorted(found, key=lambda one: (-one.answers, -one.asked)))
