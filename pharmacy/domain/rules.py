"""Every rule of screening in one table: what it looks for, how grave it is, where it comes from, whose work it is.

Level, code and source of a finding stand here and nowhere else. Hard stops are few on purpose: about nine in ten
interaction alerts are overridden, so drug-use review stops only where nothing is left to weigh.
"""

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.findings import Finding, Level, Rule
from pharmacy.domain.rules_dose import DOSE_RULES, ORDER_RULES
from pharmacy.domain.rules_fields import FIELD_RULES
from pharmacy.domain.rules_review import REVIEW_RULES
from pharmacy.domain.units import clip

RULES: dict[str, Rule] = {rule.id: rule for rule in (*DOSE_RULES, *ORDER_RULES, *REVIEW_RULES, *FIELD_RULES)}
RETIRABLE = frozenset(rule.id for rule in RULES.values() if not rule.kept_because)
_GRAVITY = {level: place for place, level in enumerate(Level)}


def found(rule: str, message: str, *, level: Level | None = None, code: str = "") -> Finding:
    """A finding of a rule of the table.

    level: when it is milder here than the rule's highest. code: one of the rule's own, its usual one when "".

    >>> found("dose.unusual", "The daily dose is 6 mg.", code="HD").level
    <Level.PHARMACIST: 'pharmacist'>
    """
    known = RULES[rule]
    level, code = level or known.level, code or known.codes[0]
    if _GRAVITY[level] < _GRAVITY[known.level] or code not in known.codes:
        raise ValueError(f"The table gives {rule} no level {level} with the code {code}.")
    return Finding(rule, level, message, code, known.source, known.kind)


def refuse_to_retire(rule: str) -> None:
    """Whether the pharmacist-in-charge may retire a rule.

    Raises: RuleBroken, saying why not.

    >>> refuse_to_retire("dose.too-high")
    Traceback (most recent call last):
        ...
    pharmacy.domain.errors.RuleBroken: The rule dose.too-high may not be retired. A dose rule guards against the \
ten-fold error, which nobody may switch off.
    """
    known = RULES.get(rule)
    if known is None:
        raise RuleBroken(f"There is no rule called {clip(rule)}.", "rule")
    if known.kept_because:
        raise RuleBroken(f"The rule {rule} may not be retired. {known.kept_because}", "rule")
