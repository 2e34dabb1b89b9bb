"""Papers for the patient: from the signed record, kept like every label, and none where none may go out."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from pharmacy.domain import titration
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.units import format_strength
from pharmacy.domain.workflow import Subject
from pharmacy.services import courses, fills, patient_papers, patient_words, prices, printing
from pharmacy.store.tables import Batch, Fill, Label, LabelKind, Pharmacy, Prescription
from tests.services.line import Line, add_formula
from tests.services.samples import DRAFT

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def line(sqlite_line: Line) -> Line:
    """On SQLite: what a paper says does not depend on the database."""
    return sqlite_line


@pytest.fixture
def make(line: Line) -> Make:
    """Makes a paper of a fill and gives what it says."""

    def made(kind: str, fill: int, reason: str = "", stock: str = "", **given: object) -> dict[str, Any]:
        key = printing.print_of(
            line.database, LabelKind(kind), fill, **line.by, reason=reason, stock=stock, given=given
        )
        content: dict[str, Any] = line.row(Label, key).content
        return content

    return made


def checked_course(line: Line) -> list[int]:
    """The three bottles of a plan, all packed, labelled and checked."""
    shelf = [line.released_of("1.5"), line.released_of("3"), line.released()]
    rx = line.verified_plan()
    line.started(rx)
    keys = [fill.id for fill in line.read(lambda s: courses.live(s, s.get_one(Prescription, rx)))]
    for key, batch in zip(keys, shelf, strict=True):
        line.allocate(key, batch)
        line.label(key)
        line.check(key)
    return keys


def test_a_bag_names_every_checked_fill_of_its_patient_and_no_medicine(line: Line, make: Make) -> None:
    first, *_ = checked_course(line)
    line.checked(line.released())  # of somebody else
    said = make("bag", first)
    assert said["containers"] == [
        "Rx 7000011, fill 0, bottle 1 of 3: 7 capsules",
        "Rx 7000011, fill 1, bottle 2 of 3: 7 capsules",
        "Rx 7000011, fill 2, bottle 3 of 3: 16 capsules",
    ]
    # The worked price of a course of 7, 7 and 16 capsules, which its first bottle carries.
    assert (said["price_due"], said["number"]) == ("$40.50", "7000011-0")
    assert said["counsel"] == "COUNSEL THE PATIENT"
    assert not any(word in str(said).lower() for word in ("naltrexone", "fibromyalgia", "bedtime", "4.5"))


def test_a_bag_carries_the_token_of_its_container_and_leads_to_the_fill(line: Line, make: Make) -> None:
    fill = line.checked()
    make("bag", fill)
    tokens = line.read(lambda s: s.scalars(select(Label.token)).all())
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


@pytest.mark.parametrize("state", ["labelled", "dispensed", "allocated"])
def test_a_bag_is_labelled_only_between_the_final_check_and_the_hand_out(line: Line, make: Make, state: str) -> None:
    fill = getattr(line, state)()
    with pytest.raises(RuleBroken, match=f"is {state}; its bag is labelled after the final check"):
        make("bag", fill)


def test_cold_is_said_first_on_the_bag(line: Line, make: Make) -> None:
    cold = replace(DRAFT, code="COLD", storage="Store at 2 to 8 °C (36 to 46 °F).")
    line.formula = line.run(lambda s: add_formula(s, line, cold))
    fill = line.checked()
    assert make("bag", fill)["keep"] == "REFRIGERATE. Store at 2 to 8 °C (36 to 46 °F)"


def test_a_paper_after_the_final_check_leaves_its_signature_alone(line: Line, make: Make) -> None:
    fill = line.checked()
    make("bag", fill)
    assert line.read(lambda s: [one.holds for one in fills.signatures(s, s.get_one(Fill, fill))]) == [True]
    line.dispense(fill)


def test_a_second_paper_that_says_the_same_needs_a_reason_and_one_that_does_not_needs_none(
    line: Line, make: Make
) -> None:
    first, second, _ = checked_course(line)
    make("bag", second)
    with pytest.raises(RuleBroken, match="say why another is needed") as refusal:
        make("bag", second)
    assert refusal.value.field == "reason"
    assert make("bag", second, reason="it tore")["mark"] == "Reprint 1"
    line.dispense(first)
    fewer = make("bag", second)
    assert (fewer["mark"], len(fewer["containers"])) == ("", 2)
    assert [told["reason"] for told in line.trail(Event.LABEL_MADE) if told["kind"] == "bag"] == ["", "it tore", ""]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda line, fill: line.cancel(fill), "is cancelled; no paper of it goes to the patient"),
        (lambda line, fill: line.put(Subject.BATCH, line.row_allocated(fill), "recalled"), "is recalled; none of its"),
        (lambda line, fill: line.run(_change_directions), "is not what was signed; it must be verified anew"),
    ],
)
def test_no_paper_is_made_of_what_may_not_go_to_the_patient(
    line: Line, make: Make, spoil: Callable[[Line, int], None], said: str
) -> None:
    fill = line.checked()
    spoil(line, fill)
    with pytest.raises(RuleBroken, match=said):
        make("bag", fill)
    offered = line.read(lambda s: patient_papers.offers(s, s.get_one(Fill, fill)))
    assert {offer.kind: said in offer.why_not for offer in offered}["bag"]


def _change_directions(session: Any) -> None:
    row = session.get_one(Prescription, 1)
    row.directions, row.document = "Take 2 capsules", {**row.document, "directions": "Take 2 capsules"}


def test_no_paper_is_offered_before_the_capsules_are_taken(line: Line) -> None:
    fill = line.started()
    assert "has no capsules yet" in line.read(lambda s: patient_papers.why_none(s, s.get_one(Fill, fill)))


def test_a_demonstration_says_so_on_every_paper(line: Line, make: Make) -> None:
    fill = line.checked()
    line.run(lambda s: s.execute(update(Pharmacy).values(demonstration=True)))
    assert make("bag", fill)["mark"] == "DEMONSTRATION"


def test_every_paper_is_offered_on_stocks_that_a_page_has_words_for(line: Line) -> None:
    fill = line.checked()
    for offer in line.read(lambda s: patient_papers.offers(s, s.get_one(Fill, fill))):
        assert offer.stocks
        assert all(words for _, words in offer.stocks)


# The auxiliary strip

LDN_SET = [
    "Take at bedtime.",
    "Do not take with opioid medicines. Tell every doctor and dentist.",
    "May cause vivid dreams.",
    "Keep dry and away from light.",
    "Keep out of reach of children.",
]


def test_the_strip_is_the_ldn_set_and_names_the_fill(line: Line, make: Make) -> None:
    fill = line.allocated()
    assert make("auxiliary", fill) == {"number": "7000011-0", "warnings": LDN_SET, "mark": ""}


def test_the_strip_does_not_say_bedtime_where_the_directions_say_another_time(line: Line, make: Make) -> None:
    fill = line.allocated(rx=line.verified(directions="Take 1 capsule in the morning"))
    assert make("auxiliary", fill)["warnings"] == LDN_SET[1:]


# The wallet card


def test_the_card_says_how_much_a_day_and_whom_to_call(line: Line, make: Make) -> None:
    said = make("card", line.allocated())
    assert said["medicine"] == "I take naltrexone hydrochloride 4.5 mg a day."
    assert (said["patient"], said["prescriber"]) == ("Erika Beispiel", "Max Muster, 202-555-0177")
    pharmacy = line.row(Pharmacy, 1)
    assert said["pharmacy"] == f"{pharmacy.name}, {pharmacy.phone}"
    assert (said["number"], said["issued"]) == ("7000011", "24 Nov 2026")


def test_the_card_of_a_course_says_the_dose_that_it_rises_to(line: Line, make: Make) -> None:
    first, *_ = checked_course(line)
    assert make("card", first)["medicine"] == "I take naltrexone hydrochloride, up to 4.5 mg a day."


def test_the_card_counts_the_capsules_of_a_day(line: Line, make: Make) -> None:
    batch = line.released_of("1.5")
    rx = line.entered(strength="1.5 mg", quantity="60", directions="Take 2 capsules at bedtime")
    line.verify(rx, strength_again="1.5", quantity_again="60")
    assert make("card", line.allocated(batch, rx))["medicine"] == "I take naltrexone hydrochloride 3 mg a day."


# The calendar


def test_the_calendar_is_the_plan_day_by_day_from_the_first_day_that_was_given(line: Line, make: Make) -> None:
    first, second, _ = checked_course(line)
    said = make("calendar", second, first=date(2026, 12, 1))
    assert said["title"] == "Your calendar from 1 Dec 2026"
    # 7 days of 1.5 mg, 7 of 3 mg, 16 of 4.5 mg; 1 December 2026 is a Tuesday.
    assert said["days"][0] == ["1", "Tue 1 Dec", "1 capsule of 1.5 mg"]
    assert said["days"][7] == ["8", "Tue 8 Dec", "1 capsule of 3 mg"]
    assert said["days"][-1] == ["30", "Wed 30 Dec", "1 capsule of 4.5 mg"]
    plan = line.read(lambda s: titration.calendar(courses.packed(s, s.get_one(Fill, first)), date(2026, 12, 1)))
    told = [(str(d.number), f"{d.date.day} Dec", f"{d.capsules} capsule of {format_strength(d.dose_mg)}") for d in plan]
    assert [(number, on[4:], take) for number, on, take in said["days"]] == told
    assert said["bottles"][1] == [
        "Bottle 2 of 3: 7 capsules of 3 mg. Take 1 capsule at bedtime on days 8 to 14",
        "8",
    ]
    assert said["total"] == "7 capsules of 1.5 mg, 7 capsules of 3 mg, 16 capsules of 4.5 mg"
    assert "call" in said["notice"]
    assert line.row(Pharmacy, 1).phone in said["notice"]


def test_a_calendar_from_another_day_is_no_copy(line: Line, make: Make) -> None:
    first, *_ = checked_course(line)
    assert make("calendar", first)["title"] == "Your calendar from 24 Nov 2026"  # filled on that day
    assert make("calendar", first, first=date(2026, 12, 1))["mark"] == ""
    with pytest.raises(RuleBroken, match="say why another is needed"):
        make("calendar", first, first=date(2026, 12, 1))


def test_a_fill_of_one_container_has_no_calendar(line: Line, make: Make) -> None:
    fill = line.allocated()
    with pytest.raises(RuleBroken, match="is one container; a calendar goes with the bottles of a titration plan"):
        make("calendar", fill)
    assert "calendar" not in {o.kind for o in line.read(lambda s: patient_papers.offers(s, s.get_one(Fill, fill)))}


def test_a_calendar_past_the_end_of_the_calendar_is_refused(line: Line, make: Make) -> None:
    first, *_ = checked_course(line)
    with pytest.raises(RuleBroken, match="past the end of the calendar"):
        make("calendar", first, first=date(9999, 12, 20))


# The leaflet


def test_the_leaflet_says_what_the_record_of_the_fill_says(line: Line, make: Make) -> None:
    fill = line.allocated()
    said = make("leaflet", fill)
    batch, pharmacy = line.row(Batch, line.row_allocated(fill)), line.row(Pharmacy, 1)
    told = {heading: " ".join(sentences) for heading, *sentences in said["sections"]}
    assert said["drug"] == "naltrexone hydrochloride 4.5 mg capsule"
    assert "Take 1 capsule at bedtime." in told["How to take it"]
    assert "Room temperature, dry, away from light." in told["How to keep it"]
    use_by = batch.beyond_use_date
    assert f"Do not use it after {use_by.day} {use_by:%b} {use_by.year}." in told["How to keep it"]
    assert "microcrystalline cellulose, gelatin capsule size 3" in told["Tell us before you start"]
    assert (pharmacy.name in told["Questions?"], pharmacy.phone in told["Questions?"]) == (True, True)


def test_the_leaflet_has_every_part_that_a_patient_looks_for() -> None:
    headings = [heading for heading, *_ in patient_words.LEAFLET]
    assert headings == [
        "What this is",
        "How to take it",
        "What to stay away from",
        "Tell us before you start",
        "If you miss a dose",
        "Side effects",
        "When to call",
        "How to keep it",
        "Questions?",
    ]
    # The side effects to counsel on, as the design lists them.
    told = " ".join(text for section in patient_words.LEAFLET for text in section)
    for word in ("headache", "vivid dreams", "asleep", "anxious", "opioid", "operation"):
        assert word in told


def words_for_patients() -> list[str]:
    """Every sentence of the pharmacy that a patient reads."""
    leaflet = [text for section in patient_words.LEAFLET for text in section]
    return [*leaflet, *patient_words.CARD.values(), *patient_words.WARNINGS, patient_words.CALENDAR_NOTICE]


def test_no_paper_claims_that_the_medicine_does_anybody_good() -> None:
    claims = ("treat", "cure", "reliev", "heal", "effective", "improve", "benefit", "fibromyalgia", "chronic")
    for text in words_for_patients():
        assert not [claim for claim in claims if claim in text.casefold()], text


def test_the_leaflet_is_read_with_six_years_of_school() -> None:
    """Flesch and Kincaid's grade, Kincaid et al. 1975, Research Branch Report 8-75; a syllable is a group of vowels."""
    text = " ".join(sentence for _, *sentences in patient_words.LEAFLET for sentence in sentences)
    text = re.sub(r"\{\w+\}|\d[\d-]*", "", text)
    sentences = len(re.findall(r"[.?!](?:\s|$)", text))
    words = re.findall(r"[A-Za-z]+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    assert 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59 <= 6


# The receipt


def test_the_receipt_has_the_figures_of_the_price_service(line: Line, make: Make) -> None:
    fill = line.allocated()
    said = make("receipt", fill)
    # The worked example of the price schedule: 30 capsules of 4.5 mg for 40.00.
    assert (said["total"], said["contents"]) == ("$40.00", "30 × 4.5 mg for 30 days")
    priced = line.read(lambda s: prices.quote(s.get_one(Fill, fill)))
    assert said["lines"] == [[one.name, f"${one.amount}"] for one in priced.lines]
    assert sum(Decimal(amount.removeprefix("$")) for _, amount in said["lines"]) == Decimal("40.00")


def test_the_price_list_has_every_approved_strength_once(line: Line, make: Make) -> None:
    line.released_of("1.5")
    said = make("receipt", line.allocated())
    assert said["price_head"] == ["Strength", "30 capsules", "90 capsules"]
    assert [row[0] for row in said["prices"]] == ["1.5 mg", "4.5 mg"]
    assert said["prices"][1][1] == "$40.00"
    ninety = Decimal(said["prices"][1][2].removeprefix("$"))
    assert ninety < 3 * 40  # 90 days cost less a month than 30


def test_a_receipt_says_when_it_was_paid_only_where_that_was_given(line: Line, make: Make) -> None:
    fill = line.dispensed()
    assert make("receipt", fill)["paid"] == ""
    assert make("receipt", fill, paid_on=date(2026, 11, 24))["paid"] == "24 Nov 2026"


def test_the_receipt_of_a_course_is_that_of_its_first_bottle(line: Line, make: Make) -> None:
    first, second, _ = checked_course(line)
    said = make("receipt", first)
    assert said["total"] == "$40.50"  # the worked price of 7, 7 and 16 capsules
    assert said["contents"] == "7 × 1.5 mg, 7 × 3 mg, 16 × 4.5 mg for 30 days"
    with pytest.raises(RuleBroken, match="is in that of bottle 1 of its plan"):
        make("receipt", second)


@pytest.mark.parametrize(
    ("day", "said"),
    [("2026-11-25", "Paid on: 2026-11-25 is in the future"), ("24.11.2026", "is not a date written yyyy-mm-dd")],
)
def test_a_day_of_payment_that_cannot_be_is_refused(day: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said) as refusal:
        patient_papers.given(LabelKind.RECEIPT, day, today=date(2026, 11, 24))
    assert refusal.value.field == "day"


def test_papers_that_ask_for_no_day_take_none() -> None:
    assert patient_papers.given(LabelKind.CARD, "2026-11-24", today=date(2026, 11, 24)) == {}
    assert patient_papers.given(LabelKind.RECEIPT, "", today=date(2026, 11, 24)) == {}
