"""What the test page of a printer says; its rulers and bars are drawn by its layout."""

from dataclasses import dataclass

from labels.content.words import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterTest(Label):
    """A page that is measured and scanned back.

    title: "Test page 12". held: stock and dots, "vial-4x2, 203 dots an inch". made: when, and by whom. what_to_do: what
    the person does with it. token: in the DataMatrix and, in part, in the bars; nowhere in words: it is scanned.
    """

    title: str
    printer: str
    held: str
    made: str
    what_to_do: str = "Measure both rulers with a steel rule. Scan both codes."
    token: str
    mark: str = ""

    @property
    def line_code(self) -> str:
        """What the Code 128 holds: T and the letters of the token, so that one code is not scanned for both."""
        return f"T{self.token.rpartition(':')[2][:5]}"


PRINTER_TEST_EXAMPLE = PrinterTest(
    title="Test page 12",
    printer="zebra",
    held="vial-4x2, 203 dots an inch",
    made="24 Nov 2026, 07:00, Jane Doe",
    token="MTR1:P7Q2M5WX3C",
    mark="DEMONSTRATION",
)
