"""What the auxiliary strip of a container says."""

from dataclasses import dataclass

from labels.content.words import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxiliaryStrip(Label):
    """Warnings for the outside of a container, a line each. number: of the prescription and fill that it belongs to."""

    number: str
    warnings: tuple[str, ...]
    mark: str = ""


AUXILIARY_EXAMPLE = AuxiliaryStrip(
    number="7000017-0",
    warnings=(
        "Take at bedtime.",
        "Do not take with opioid medicines. Tell every doctor and dentist.",
        "May cause vivid dreams.",
        "Keep dry and away from light.",
        "Keep out of reach of children.",
    ),
    mark="DEMONSTRATION",
)
