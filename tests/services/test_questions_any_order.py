"""Whatever is done in whatever order: a prescription waits exactly while a question is open, then is verified anew."""

from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.questions import Asking, Reply
from pharmacy.services import prescriptions, questions
from pharmacy.store.asked import questions_of
from pharmacy.store.tables import Prescription
from tests.services.line import NOW
from tests.services.test_conservation import fresh, furnished


class Clarifying(RuleBasedStateMachine):
    """One prescription, and everything that people may do to it in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.must_verify = True  # since the last question, or since the last entry

    @initialize()
    def open(self) -> None:
        self.line = fresh(furnished())
        self.rx = self.line.entered()

    def teardown(self) -> None:
        if hasattr(self, "line"):
            self.line.database.close()

    def attempt(self, act: Any, *args: Any, **named: Any) -> bool:
        """Whether it was allowed; what is refused changes nothing."""
        with suppress(RuleBroken):
            act(*args, **named)
            return True
        return False

    @rule(text=st.sampled_from(["Which strength is meant?", "Which quantity is meant?", "Which refills?"]))
    def ask(self, text: str) -> None:
        asking = Asking("other", text, "fax", "Dr Muster")
        if self.attempt(self.line.run, lambda s: questions.ask(s, self.rx, asking, **self.line.by)):
            self.must_verify = True

    @rule(which=st.integers(0, 2))
    def answer(self, which: int) -> None:
        reply, question = Reply("as you read it", "Dr Muster", "fax", NOW), self.one_of_those_asked(which)
        self.attempt(self.line.run, lambda s: questions.answer(s, self.rx, question, reply, **self.line.by))

    @rule(which=st.integers(0, 2))
    def withdraw(self, which: int) -> None:
        question = self.one_of_those_asked(which)
        self.attempt(
            self.line.run, lambda s: questions.withdraw(s, self.rx, question, reason="no need", **self.line.by)
        )

    def one_of_those_asked(self, which: int) -> int:
        """The last one or one shortly before it, open or not; 0 while nothing was asked."""
        asked = [question.id for question in self.line.read(lambda s: questions_of(s, self.rx))]
        return asked[-1 - which % len(asked)] if asked else 0

    @rule()
    def enter(self) -> None:
        if self.attempt(self.line.entered, rx=self.rx):
            self.must_verify = True

    @rule()
    def verify(self) -> None:
        if self.attempt(self.line.verify, self.rx):
            self.must_verify = False

    @rule(verb=st.sampled_from(["send_back", "hold", "resume"]), ends=st.integers(0, 9))
    def step(self, verb: str, ends: int) -> None:
        taken = "cancel" if ends == 9 else verb
        told = {"reason": "told so", "actor": self.line.who["paul"], "now": NOW}
        self.attempt(self.line.run, lambda s: prescriptions.advance(s, self.rx, taken, **told))

    @rule()
    def fill(self) -> None:
        if self.attempt(self.line.started, self.rx):
            assert not self.must_verify

    @invariant()
    def it_waits_exactly_while_a_question_is_open(self) -> None:
        if hasattr(self, "line"):
            waits = self.line.row(Prescription, self.rx).state == "clarifying"
            asked = self.line.read(lambda s: questions_of(s, self.rx))
            assert waits is any(question.is_open for question in asked)

    @invariant()
    def what_is_verified_was_verified_after_the_last_question(self) -> None:
        if hasattr(self, "line") and self.line.row(Prescription, self.rx).state == "verified":
            assert not self.must_verify


Clarifying.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestClarifying = Clarifying.TestCase
