"""In which band a daily dose falls, and which mistake would explain one outside the usual range."""

from decimal import Decimal

from pharmacy.domain.dose import factors
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.findings import Finding
from pharmacy.domain.rules import found
from pharmacy.domain.sig_phases import Phase
from pharmacy.domain.units import format_number, format_strength

# What was written over what was meant.
_MIX_UPS = (
    (Decimal(10), "ten times", "a decimal point was probably lost"),
    (Decimal(1000), "a thousand times", "mcg was probably written as mg"),
    (Decimal("0.1"), "one tenth of", "a decimal point was probably moved"),
    (Decimal("0.001"), "one thousandth of", "mg was probably written as mcg"),
)


def band(
    daily_mg: Decimal,
    policy: DosePolicy,
    *,
    what: str = "The daily dose",
    strength_mg: Decimal | None = None,
    phase: Phase | None = None,
) -> Finding | None:
    """What the daily dose [mg] asks for; None inside the range that is compounded.

    strength_mg, phase: what the daily dose was computed from, to show the arithmetic when there is any.

    >>> band(Decimal("4.5"), DosePolicy()) is None
    True
    >>> band(Decimal("45"), DosePolicy()).level
    <Level.STOP: 'stop'>
    """
    if policy.accept_least <= daily_mg <= policy.accept_most:
        return None
    shown = ""
    if strength_mg is not None and phase is not None and strength_mg != daily_mg:
        shown = f" ({factors(strength_mg, phase)})"
    said = f"{what} is {format_strength(daily_mg)}"
    cause = likely_cause(daily_mg, policy, strength_mg=strength_mg)
    if daily_mg < policy.pharmacist_least:
        least = format_strength(policy.pharmacist_least)
        return found(
            "dose.too-low", f"{said}, below {least}{shown}.{cause} Nothing is corrected here; ask the prescriber."
        )
    if daily_mg > policy.pharmacist_most:
        most = format_strength(policy.pharmacist_most)
        return found(
            "dose.too-high", f"{said}, above {most}{shown}.{cause} Nothing is corrected here; ask the prescriber."
        )
    usual = f"{format_number(policy.accept_least)} to {format_strength(policy.accept_most)}"
    message = (
        f"{said}, outside {usual}{shown}; only a pharmacist may accept it, with the reason and the contact with the"
        f" prescriber recorded.{cause}"
    )
    return found("dose.unusual", message, code="LD" if daily_mg < policy.accept_least else "HD")


def likely_cause(daily_mg: Decimal, policy: DosePolicy, *, strength_mg: Decimal | None = None) -> str:
    """The mistakes that would explain a dose [mg] outside the usual range, each a sentence, "" when none would.

    strength_mg: per capsule [mg], None when it is not known.

    >>> likely_cause(Decimal("45"), DosePolicy())
    ' That is ten times 4.5 mg: a decimal point was probably lost.'
    """
    causes = []
    if daily_mg >= policy.conventional_from:
        least = format_strength(policy.conventional_from)
        causes.append(f"That is conventional naltrexone ({least} and more a day), not low-dose naltrexone.")
    for factor, relation, why in _MIX_UPS:
        meant = daily_mg / factor
        if policy.accept_least <= meant <= policy.accept_most:
            causes.append(f"That is {relation} {format_strength(meant)}: {why}.")
    if strength_mg is not None and policy.accept_least <= strength_mg <= policy.accept_most < daily_mg:
        shown = format_strength(strength_mg)
        causes.append(f"{shown} is a usual daily dose: it may have been written as the strength of one capsule.")
    return "".join(f" {cause}" for cause in causes)
