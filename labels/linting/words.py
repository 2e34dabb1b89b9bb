"""Checks of what a label says: what is missing, what must not stand there, what must."""

import re
from collections.abc import Sequence
from functools import lru_cache

from labels.content import spoken
from labels.linting.check import Found, looked_at
from labels.linting.rules import Rule
from labels.linting.subject import Subject

_LONGEST_QUOTED = 24


def present(subject: Subject, rule: Rule) -> Found:
    """Every one of the fields says something."""
    for field in rule.fields:
        if not rule.leaves_out(subject.paper, field) and not subject.value(field).strip():
            yield field, f"{spoken(field)} is missing"


def absent(subject: Subject, rule: Rule) -> Found:
    """A pattern is nowhere in the fields. instead: what to write."""
    pattern = _compiled(rule.given["pattern"])
    for field, text in looked_at(subject, rule):
        if found := pattern.search(text):
            yield field, _instead(field, found[0], rule.given["instead"])


def no_words(subject: Subject, rule: Rule) -> Found:
    """None of some words is in the fields. words: each with what to write instead. exact: capitals count."""
    words, exact = rule.given["words"], bool(rule.given.get("exact"))
    pattern = _words(tuple(words), exact)
    for field, text in looked_at(subject, rule):
        if found := pattern.search(text):
            same = next(word for word in words if _alike(word, found[0], exact=exact))
            yield field, _instead(field, found[0], words[same])


def matches(subject: Subject, rule: Rule) -> Found:
    """Each of the fields has a pattern in it. lacks: what is said of one that has not.

    when: a table of other fields and the patterns that they must have for the rule to ask at all.
    who: what the sentence calls the field, where several texts are meant together.
    """
    for other, pattern in rule.given.get("when", {}).items():
        if not _compiled(pattern).search(subject.value(other)):
            return
    for field in rule.fields:
        text = subject.value(field)
        if not rule.leaves_out(subject.paper, field) and not _compiled(rule.given["pattern"]).search(text):
            yield field, f"{rule.given.get('who', spoken(field))} {rule.given['lacks']}"


def silent_code(subject: Subject, rule: Rule) -> Found:
    """The token repeats no word and no number of the fields that has five signs or more.

    Shorter ones stand in letters drawn at random now and then, and tell nobody anything there.
    """
    token = subject.value("token").upper()
    for field, text in looked_at(subject, rule):
        for word in re.findall(r"[^\W_]{5,}", text.upper()):
            if word in token:
                yield "token", f"the token in the DataMatrix tells {spoken(field)}, {_quoted(word)}"


def _instead(field: str, found: str, instead: str) -> str:
    return f"{spoken(field)}: {instead}, not {_quoted(found)}"


def _quoted(text: str) -> str:
    short = " ".join(text.split())
    return repr(short if len(short) <= _LONGEST_QUOTED else f"{short[:_LONGEST_QUOTED]}…")


def _alike(word: str, found: str, *, exact: bool) -> bool:
    return word == found if exact else word.casefold() == found.casefold()


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=64)
def _words(words: Sequence[str], exact: bool) -> re.Pattern[str]:
    """One of the words, standing alone."""
    longest_first = sorted(words, key=len, reverse=True)
    either = "|".join(re.escape(word) for word in longest_first)
    return re.compile(rf"(?<![\w.])(?:{either})(?!\w)", re.NOFLAG if exact else re.IGNORECASE)
