"""What the verification page must not show: strength, doses of a plan and quantity, which the pharmacist types anew."""

import re
from dataclasses import dataclass
from decimal import Decimal

HIDDEN = "[hidden]"
_AMOUNT = re.compile(
    r"(?<![\d.,])(?P<number>\d*[.,]?\d+)(?P<unit>\s*-?\s*(?:mg|milligrams?|mcg|µg|μg|micrograms?)\b)", re.IGNORECASE
)
_MICROGRAMS = re.compile(r"mcg|µg|μg|micro", re.IGNORECASE)
_CAPSULES = re.compile(r"(?<![\d.,])(?P<number>\d+)(?P<unit>\s*(?:capsules?|caps?)\b)", re.IGNORECASE)
_COUNTED = re.compile(r"(?P<word>#\s*|\bquantity(?: of)?:?\s+)(?P<number>\d+)(?![\d.,]\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Blind:
    """Covers strength, doses and quantity as they were entered wherever a text names them, and nothing else.

    doses_mg: of a titration plan [mg].
    """

    strength_mg: Decimal | None
    quantity: int | None
    doses_mg: frozenset[Decimal] = frozenset()

    def strength(self, text: str) -> str:
        """A text without the strength and the doses.

        >>> Blind(Decimal("4.5"), 30).strength("Take 1 capsule (4.5mg, 4500 mcg), not 45 mg")
        'Take 1 capsule ([hidden]mg, [hidden] mcg), not 45 mg'
        """
        return _AMOUNT.sub(self._amount, text)

    def both(self, text: str) -> str:
        """A text without either.

        >>> Blind(Decimal("4.5"), 30).both("30 capsules of 4.5 mg last 15 days; quantity 30, 30 days' supply")
        "[hidden] capsules of [hidden] mg last 15 days; quantity [hidden], 30 days' supply"
        """
        without = _CAPSULES.sub(self._capsules, self.strength(text))
        return _COUNTED.sub(self._counted, without)

    def _amount(self, found: re.Match[str]) -> str:
        number = Decimal(found["number"].replace(",", "."))
        mg = number / 1000 if _MICROGRAMS.search(found["unit"]) else number
        return f"{HIDDEN}{found['unit']}" if mg == self.strength_mg or mg in self.doses_mg else found[0]

    def _capsules(self, found: re.Match[str]) -> str:
        return f"{HIDDEN}{found['unit']}" if int(found["number"]) == self.quantity else found[0]

    def _counted(self, found: re.Match[str]) -> str:
        return f"{found['word']}{HIDDEN}" if int(found["number"]) == self.quantity else found[0]
