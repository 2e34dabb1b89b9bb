"""The figures of dose screening and drug-use review, each a default that the pharmacist-in-charge may"
" change."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class OpioidRule(StrEnum):
    """By which rule naltrexone may follow a short-acting opioid; after a long-acting one it is always the label."""

    LABEL = "label"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class DosePolicy:
    """Defaults of the pharmacy, dated and signed when they are changed.

    accept_least, accept_most: daily doses this pharmacy compounds [mg] (low-dose naltrexone literature: 1.5
    to 4.5).
    pharmacist_least, pharmacist_most: outside these a prescription stops [mg] (pharmacy policy).
    conventional_from: conventional naltrexone starts here [mg] (product label: 50 mg tablets, 50 to 300 mg a
    day).
    step_up_most: largest rise of a titration without a reason [mg] (pharmacy policy).
    refill_after_percent: part of the supply used before a refill [%] (pharmacy policy).
    valid_months: how long a prescription may be filled [months] (state law; one year where nothing else is
    set).
    washout_days, long_washout_days: without opioid before naltrexone [days] (product label: at least 7 to 10
    days after short-acting ones; up to 14 after methadone and buprenorphine).
    other_long_washout_days: after any other long-acting opioid [days]; the label is silent, so the longer of its
    two figures (pharmacy policy).
    opioid_gap_hours: from a short-acting opioid [h]. opioid_rule: by which of the two rules the start goes.
    adult_from: younger patients are a pharmacist's decision [years]. oldest: an age above it is checked [years].
    blocked_fillers: words of slow-release polymers and of calcium carbonate.
    """

    accept_least: Decimal = Decimal("1.5")
    accept_most: Decimal = Decimal("4.5")
    pharmacist_least: Decimal = Decimal("0.5")
    pharmacist_most: Decimal = Decimal("6")
    conventional_from: Decimal = Decimal("50")
    step_up_most: Decimal = Decimal("1.5")
    refill_after_percent: int = 75
    valid_months: int = 12
    washout_days: int = 10
    long_washout_days: int = 14
    other_long_washout_days: int = 14
    opioid_gap_hours: int = 6
    opioid_rule: OpioidRule = OpioidRule.LABEL
    adult_from: int = 18
    oldest: int = 120
    blocked_fillers: tuple[str, ...] = ("methylcellulose", "methocel", "calcium carbonate", "hypromellose sr")
