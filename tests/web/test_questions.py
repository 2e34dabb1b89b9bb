"""The pages of questions to the prescriber: asked from a draft, answered beside the source, faxed, withdrawn."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pharmacy.domain.events import Event
from pharmacy.domain.questions import Asking
from pharmacy.domain.roles import Role
from pharmacy.edge import logs
from pharmacy.services import people, questions
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import Prescription, Question
from tests.web.counter import Counter, field_error, open_counter, shown, typed_order

AS = Callable[[str], FlaskClient]
ASKED = {
    "about": "other",
    "text": "Please state the number of capsules.",
    "asked_how": "phone",
    "asked_whom": "Dr Muster",
}
ANSWERED = {"answer": "30 capsules, no refill", "answered_by_name": "nurse Kim", "answered_how": "fax"}


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff)


def state(counter: Counter, rx: int) -> str:
    return str(counter.row(Prescription, rx).state)


def clock(**ago: int) -> str:
    """A moment as the pharmacy's clock shows it and a browser sends it."""
    return f"{(utc_now() - timedelta(**ago)).astimezone(ZoneInfo('America/Los_Angeles')):%Y-%m-%dT%H:%M}"


def ask(counter: Counter, rx: int, text: str = ASKED["text"], **ago: int) -> int:
    asking, at = Asking("quantity", text, "phone", "Dr Muster"), utc_now() - timedelta(**ago)
    return counter.run(lambda s: questions.ask(s, rx, asking, actor=counter.who["tess"], now=at)).id


def kept(counter: Counter, rx: int) -> list[Question]:
    statement = select(Question).where(Question.prescription_id == rx).order_by(Question.id)
    return list(counter.read(lambda s: s.scalars(statement).all()))


def sent_of(answer: Any) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    page = answer.get_data(as_text=True)
    text = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    chosen = dict(re.findall(r'<select[^>]*name="(\w+)".*?value="([^"]*)" selected', page, re.DOTALL))
    whom = re.search(r'name="asked_whom"[^>]*value="([^"]*)"', page)
    assert text
    assert whom
    return {**chosen, "text": text[1], "asked_whom": whom[1]}


# asking


def test_a_draft_of_a_finding_is_asked_as_it_stands_with_one_click(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(strength="45 mg")
    client = client_as("technician")
    link = re.search(r'href="(/prescriptions/\d+/questions/ask\?about=dose.too-high)">Ask about the daily dose<',
                     client.get(f"/prescriptions/{rx}").get_data(as_text=True))  # fmt: skip
    assert link
    form = sent_of(client.get(link[1]))
    assert (form["about"], form["asked_how"], form["asked_whom"]) == ("dose.too-high", "phone", "Max Muster")
    assert "4.5" not in form["text"]
    answer = client.post(f"/prescriptions/{rx}/questions/ask", data=form)
    assert answer.location == f"/prescriptions/{rx}#t-questions"
    page = shown(client.get(f"/prescriptions/{rx}"))
    assert "open About the daily dose" in page
    assert "Please state the daily dose that you intend, in mg" in page
    assert "Asked of Max Muster, phone; by Test Technician" in page
    assert (state(counter, rx), [q.about for q in kept(counter, rx)]) == ("clarifying", ["dose.too-high"])


def test_a_draft_may_be_edited_before_it_is_asked(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(strength="45 mg")
    client = client_as("pharmacist")
    form = sent_of(client.get(f"/prescriptions/{rx}/questions/ask?about=dose.too-high"))
    client.post(f"/prescriptions/{rx}/questions/ask", data={**form, "text": "Please state the dose in your own words."})
    assert [q.text for q in kept(counter, rx)] == ["Please state the dose in your own words."]


def test_what_came_and_is_not_entered_yet_can_be_asked_about(counter: Counter, client_as: AS) -> None:
    rx = counter.received()
    answer = client_as("technician").get(f"/prescriptions/{rx}/questions/ask?about=nothing-of-the-kind")
    assert answer.status_code == 200
    assert sent_of(answer)["about"] == "other"


def test_an_empty_prescription_gives_no_draft(counter: Counter, client_as: AS) -> None:
    client = client_as("technician")
    rx = int(re.findall(r"\d+", client.post("/prescriptions/new").location)[0])
    page = shown(client.get(f"/prescriptions/{rx}/questions/ask"))
    assert "Drafts from the findings" not in page


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"text": "why?"}, "text", "at least 10 letters"),
        ({"asked_whom": ""}, "asked_whom", "at least 2 letters"),
        ({"asked_how": "pigeon"}, "asked_how", "choose one"),
        ({"about": "made.up"}, "about", "choose what the question is about"),
    ],
)
def test_a_refused_question_keeps_what_was_typed(
    counter: Counter, client_as: AS, wrong: dict[str, str], field: str, said: str
) -> None:
    rx = counter.entered()
    typed = {**ASKED, "text": "A question of my own <b>?", "asked_whom": "nurse Kim", **wrong}
    answer = client_as("technician").post(f"/prescriptions/{rx}/questions/ask", data=typed)
    assert answer.status_code == 422
    assert said in field_error(answer, field)
    for name in ("text", "asked_whom"):
        assert typed[name] in shown(answer).replace("&lt;", "<")
    assert (state(counter, rx), kept(counter, rx)) == ("entered", [])


def test_a_verified_prescription_is_asked_about_and_must_be_verified_anew(counter: Counter, client_as: AS) -> None:
    rx = counter.verified(written=counter.written)
    client = client_as("pharmacist")
    client.post(f"/prescriptions/{rx}/questions/ask", data=ASKED)
    page = shown(client.get(f"/prescriptions/{rx}"))
    assert "Start the first fill" not in page
    [question] = kept(counter, rx)
    client.post(f"/prescriptions/{rx}/questions/{question.id}/answer", data={**ANSWERED, "answered_at": clock()})
    assert state(counter, rx) == "received"


def test_one_that_is_closed_says_so_and_takes_no_question(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    client = client_as("pharmacist")
    client.post(f"/prescriptions/{rx}/steps/cancel", data={"reason": "moved away"})
    assert "no question can be asked about it now" in shown(client.get(f"/prescriptions/{rx}/questions/ask"))
    refused = client.post(f"/prescriptions/{rx}/questions/ask", data=ASKED)
    assert refused.status_code == 422
    assert "is cancelled" in shown(refused)
    assert kept(counter, rx) == []


@pytest.mark.parametrize("verb", ["ask", "answer", "withdraw", "settle"])
def test_no_question_goes_round_its_form(counter: Counter, client_as: AS, verb: str) -> None:
    rx = counter.entered()
    refused = client_as("pharmacist").post(f"/prescriptions/{rx}/steps/{verb}", data={"reason": "because I want to"})
    assert refused.status_code == 422
    assert state(counter, rx) == "entered"


# answering


def test_an_answer_stands_beside_the_source_where_it_is_entered_and_verified(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(quantity="90")
    question = ask(counter, rx, hours=2)
    client = client_as("technician")
    page = client.get(f"/prescriptions/{rx}/questions/{question}/answer").get_data(as_text=True)
    assert re.search(r'name="answered_by_name"[^>]*\svalue="Dr Muster"', page)
    data = {**ANSWERED, "answered_at": clock(hours=1)}
    answer = client.post(f"/prescriptions/{rx}/questions/{question}/answer", data=data)
    assert answer.location == f"/prescriptions/{rx}#t-questions"
    said = "30 capsules, no refill Answered by nurse Kim, fax"
    for address in (f"/prescriptions/{rx}", f"/prescriptions/{rx}/enter"):
        page = shown(client.get(address))
        assert said in page
        assert "recorded by Test Technician" in page
    client.post(f"/prescriptions/{rx}/enter", data=typed_order(quantity="30"))
    assert said in shown(client_as("pharmacist").get(f"/prescriptions/{rx}/verify"))


def test_the_verification_page_covers_what_was_entered_in_our_question_and_never_in_the_answer(
    counter: Counter, client_as: AS
) -> None:
    rx = counter.entered(quantity="77", days_supply="77", strength="1.5 mg")
    question = ask(counter, rx, text="We received 77 capsules of 1.5 mg. Which number is meant?", hours=1)
    data = {**ANSWERED, "answer": "77 capsules of 1.5 mg are right", "answered_at": clock()}
    client_as("technician").post(f"/prescriptions/{rx}/questions/{question}/answer", data=data)
    counter.entered(rx=rx, quantity="77", days_supply="77", strength="1.5 mg")
    page = shown(client_as("pharmacist").get(f"/prescriptions/{rx}/verify"))
    assert "We received [hidden] capsules of [hidden] mg." in page
    assert "77 capsules of 1.5 mg are right" in page


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"answer": " "}, "answer", "This is needed"),
        ({"answered_by_name": ""}, "answered_by_name", "at least 2 letters"),
        ({"answered_how": "phone"}, "read_back", "read an answer by phone back"),
        ({"answered_at": "yesterday"}, "answered_at", "2026-11-24 15:04"),
        ({"answered_at": "2999-01-01T10:00"}, "answered_at", "future"),
        ({"answered_at": "2020-01-01T10:00"}, "answered_at", "before the question"),
    ],
)
def test_a_refused_answer_keeps_what_was_typed(
    counter: Counter, client_as: AS, wrong: dict[str, str], field: str, said: str
) -> None:
    rx = counter.entered()
    question = ask(counter, rx, hours=1)
    typed = {**ANSWERED, "answered_at": clock(), **wrong}
    answer = client_as("technician").post(f"/prescriptions/{rx}/questions/{question}/answer", data=typed)
    assert answer.status_code == 422
    assert said.casefold() in field_error(answer, field).casefold()
    for value in typed.values():
        assert value.strip() in shown(answer)
    assert kept(counter, rx)[0].is_open


def test_an_answer_by_phone_that_was_read_back_is_taken(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    question = ask(counter, rx, hours=1)
    data = {**ANSWERED, "answered_how": "phone", "answered_at": clock(), "read_back": "y"}
    client = client_as("technician")
    client.post(f"/prescriptions/{rx}/questions/{question}/answer", data=data)
    assert "read back and confirmed" in shown(client.get(f"/prescriptions/{rx}"))


def test_the_second_of_two_who_answer_is_told_and_keeps_what_was_typed(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    question = ask(counter, rx, hours=1)
    ask(counter, rx, "Please state the days' supply.")
    data = {**ANSWERED, "answered_at": clock()}
    address = f"/prescriptions/{rx}/questions/{question}/answer"
    client_as("technician").post(address, data=data)
    second = client_as("pharmacist").post(address, data={**data, "answer": "ninety"})
    assert second.status_code == 422
    assert "This question is answered already" in shown(second)
    assert "ninety" in shown(second)
    assert kept(counter, rx)[0].answer == "30 capsules, no refill"


# withdrawing, the sheet, the queues


def test_a_question_is_withdrawn_with_its_reason(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    question = ask(counter, rx)
    client = client_as("technician")
    address = f"/prescriptions/{rx}/questions/{question}/withdraw"
    assert "Please state the number of capsules." in shown(client.get(address))
    refused = client.post(address, data={"reason": " "})
    assert refused.status_code == 422
    assert "write the reason" in field_error(refused, "reason")
    client.post(address, data={"reason": "found it in the note"})
    assert "Withdrawn by Test Technician" in shown(client.get(f"/prescriptions/{rx}"))
    assert "found it in the note" in shown(client.get(f"/prescriptions/{rx}"))
    assert state(counter, rx) == "received"


def test_after_a_question_by_fax_the_sheet_opens_with_all_that_its_reader_needs(
    counter: Counter, client_as: AS
) -> None:
    counter.run(
        lambda s: people.change_pharmacy(
            s, "Linden Pharmacy", "1 Linden Street", "202-555-0100", actor=people.OWNER, now=counter.now
        )
    )
    rx = counter.entered()
    client = client_as("technician")
    sheet = client.post(f"/prescriptions/{rx}/questions/ask", data={**ASKED, "asked_how": "fax"}).location
    page = shown(client.get(sheet))
    for word in (
        "Linden Pharmacy", "1 Linden Street", "202-555-0100", "To Dr Muster", "Max Muster", "Erika Beispiel",
        "1979-04-12", counter.row(Prescription, rx).number, "Please state the number of capsules.", "Signature",
    ):  # fmt: skip
        assert word in page
    assert sheet.endswith("/sheet")


def test_looking_at_the_sheet_is_noted(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    question = ask(counter, rx)
    client_as("auditor").get(f"/prescriptions/{rx}/questions/{question}/sheet")
    assert [entry["by"] for entry in counter.trail(Event.RECORD_READ, rx)] == ["Test Auditor"]


def test_the_queues_show_how_long_the_oldest_question_has_waited_and_its_first_words(
    counter: Counter, client_as: AS
) -> None:
    newer, older = counter.entered(), counter.entered()
    ask(counter, newer, "Please state the refills that you allow.", hours=1)
    ask(counter, older, f"Please state the quantity. {'Thank you. ' * 20}", hours=5)
    client = client_as("technician")
    page = shown(client.get("/"))
    assert "Asked 5 h ago: Please state the quantity." in page
    assert "allow" not in page
    for queue in ("/prescriptions/", "/prescriptions/?state=clarifying"):
        page = shown(client.get(queue))
        assert "asked 5 h ago: Please state the quantity." in page
        assert "asked 1 h ago: Please state the refills that you allow." in page
        assert page.count("Thank you") < 10


def test_nothing_is_said_of_questions_where_none_is_open(counter: Counter, client_as: AS) -> None:
    counter.entered()
    assert "Asked" not in shown(client_as("technician").get("/"))


def test_a_question_is_not_found_under_another_prescription(counter: Counter, client_as: AS) -> None:
    mine, other = counter.entered(), counter.entered()
    question = ask(counter, mine)
    client = client_as("pharmacist")
    for page in ("answer", "withdraw", "sheet"):
        assert client.get(f"/prescriptions/{other}/questions/{question}/{page}").status_code == 404
    for act in ("answer", "withdraw"):
        data = {**ANSWERED, "answered_at": clock(), "reason": "no need of it"}
        assert client.post(f"/prescriptions/{other}/questions/{question}/{act}", data=data).status_code == 404
    assert kept(counter, mine)[0].is_open


def test_an_auditor_sees_the_questions_and_may_change_none(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(strength="45 mg")
    question = ask(counter, rx)
    client = client_as("auditor")
    page = shown(client.get(f"/prescriptions/{rx}"))
    assert "Please state the number of capsules." in page
    for button in ("Record the answer", "Withdraw", "Ask about"):
        assert button not in page
    for address in ("ask", f"{question}/answer", f"{question}/withdraw"):
        assert client.get(f"/prescriptions/{rx}/questions/{address}").status_code == 403


def test_one_that_waits_without_a_question_on_record_says_what_to_do(counter: Counter, client_as: AS) -> None:
    rx = counter.entered()
    counter.run(lambda s: setattr(s.get_one(Prescription, rx), "state", "clarifying"))
    page = shown(client_as("technician").get(f"/prescriptions/{rx}"))
    assert "no question is on record. Ask anew what its last remark says." in page
    assert "Ask the prescriber" in page


def test_no_word_of_a_question_reaches_the_log(
    counter: Counter, client_as: AS, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rx = counter.entered()
    client = client_as("technician")
    # It passes nothing on to the root, where pytest listens; a demonstration in this process silences it.
    monkeypatch.setattr(logs.log, "handlers", [caplog.handler])
    caplog.set_level(logging.INFO, logger=logs.log.name)
    canary = {**ASKED, "text": "Zebulon Canary: which dose?", "asked_whom": "Zebulon Canary"}
    client.post(f"/prescriptions/{rx}/questions/ask", data={**canary, "asked_how": "pigeon"})
    client.post(f"/prescriptions/{rx}/questions/ask", data=canary)
    [question] = kept(counter, rx)
    data = {**ANSWERED, "answer": "Zebulon Canary takes 3 mg", "answered_at": clock()}
    client.post(f"/prescriptions/{rx}/questions/{question.id}/answer", data=data)
    assert state(counter, rx) == "received"
    assert "questions.answer_now" in caplog.text
    assert "Canary" not in caplog.text


def test_our_own_words_of_a_question_tell_a_pharmacist_neither_strength_nor_quantity(
    counter: Counter, client_as: AS
) -> None:
    rx = counter.entered()
    asking = Asking("other", "Is 4.5 mg meant, and are it 30 capsules?", "phone", "Dr Muster")
    question = counter.run(lambda s: questions.ask(s, rx, asking, **counter.by)).id
    reply = {**ANSWERED, "answered_at": clock()}
    client_as("technician").post(f"/prescriptions/{rx}/questions/{question}/answer", data=reply)
    counter.entered(rx=rx)
    page = shown(client_as("pharmacist").get(f"/prescriptions/{rx}"))
    assert "Is [hidden] mg meant, and are it [hidden] capsules?" in page
