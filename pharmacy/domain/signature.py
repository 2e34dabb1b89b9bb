"""Electronic signatures: what a signer may mean, and the digest that ties a signature to the record it signed.

Designed to support 21 CFR Part 11 (11.50, 11.70: printed name, time and meaning; the signature linked to its record).
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Meaning(StrEnum):
    FORMULA_APPROVED = "I approve this master formulation record"
    LOT_RELEASED = "I examined this lot and its certificate and release it for compounding"
    TRITURATION_RELEASED = "I reviewed the record of this trituration and release it for compounding"
    PRESCRIPTION_VERIFIED = "I compared this prescription with its source and verified it"
    DEVIATION_ACCEPTED = "I accept this deviation for the reason given"
    WEIGHT_READ = "I read this weight on the balance as the second person"
    BATCH_RELEASED = "I reviewed the compounding record and release this batch"
    BATCH_REJECTED = "I reject this batch"
    ONE_PHARMACIST = "I am the only pharmacist on duty here and sign alone where two would sign"
    RULE_RETIRED = "I take this screening rule out of force for the reason given"
    RULE_RESTORED = "I put this screening rule back in force for the reason given"
    PHRASE_RELEASED = "I release this translation for labels, as the named translator has checked it"
    PHRASE_WITHDRAWN = "I withdraw this translation from labels for the reason given"
    FINAL_CHECK = "I checked the contents and the label of this container against the prescription"


def canonical(record: Mapping[str, object]) -> str:
    """One text for one record: keys sorted, no spaces, decimals and dates as strings.

    >>> from decimal import Decimal
    >>> canonical({"lot": "L000001", "assay": Decimal("0.994")})
    '{"assay":"0.994","lot":"L000001"}'
    """
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def digest(record: Mapping[str, object]) -> str:
    """SHA-256 of the canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, date):  # datetime is a date too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")
