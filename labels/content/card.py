"""What the wallet card says, front and back."""

from dataclasses import dataclass

from labels.content.words import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletCard(Label):
    """The card that a patient shows to whoever may give an opioid.

    Front: title, patient, medicine ("I take ..."), warning, show. Back: back_title, which (medicines), call (when to),
    prescriber and pharmacy with their phone numbers, number of the prescription, issued: the date.
    """

    title: str
    patient: str
    medicine: str
    warning: str
    show: str
    back_title: str
    which: str
    call: str
    prescriber: str
    pharmacy: str
    number: str
    issued: str
    mark: str = ""


CARD_EXAMPLE = WalletCard(
    title="NALTREXONE - NO OPIOIDS",
    patient="Rosa Delgado",
    medicine="I take naltrexone hydrochloride 4.5 mg a day.",
    warning="Opioid medicines may not work for me, or may make me ill.",
    show="Show this card to every doctor, dentist and pharmacist.",
    back_title="BEFORE YOU GIVE ME AN OPIOID",
    which=(
        "Opioids are pain medicines such as codeine, fentanyl, hydrocodone, morphine, oxycodone and tramadol. "
        "Some medicines for cough or diarrhea are opioids too."
    ),
    call="For pain relief or an operation, call first:",
    prescriber="Maria Lindqvist, MD, (503) 555-0177",
    pharmacy="Harbor Compounding Pharmacy, (503) 555-0142",
    number="7000017",
    issued="24 Nov 2026",
    mark="DEMONSTRATION",
)
