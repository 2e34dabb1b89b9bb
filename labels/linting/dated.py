"""Checks of the dates on a label."""

import re

from labels.content import spoken
from labels.linting import dates
from labels.linting.check import Found, looked_at
from labels.linting.rules import Rule
from labels.linting.subject import Subject


def readable(subject: Subject, rule: Rule) -> Found:
    """Each of the fields is a date."""
    for field, text in looked_at(subject, rule):
        if text and dates.read(text) is None:
            yield field, f"{spoken(field)} {text[:24]!r} is no date that can be read, such as 22 May 2027"


def not_past(subject: Subject, rule: Rule) -> Found:
    """None of the fields is before today. unless: a table of fields and patterns that excuse it."""
    for other, pattern in rule.given.get("unless", {}).items():
        if re.search(pattern, subject.value(other)):
            return
    for field, text in looked_at(subject, rule):
        day = dates.read(text)
        if day and day < subject.today:
            yield field, f"{spoken(field)} {text} is past"


def not_ahead(subject: Subject, rule: Rule) -> Found:
    """None of the fields is after today."""
    for field, text in looked_at(subject, rule):
        day = dates.read(text)
        if day and day > subject.today:
            yield field, f"{spoken(field)} {text} is still to come"


def not_before(subject: Subject, rule: Rule) -> Found:
    """None of the fields is before another date of the label. of: the fields of those dates."""
    for field, text in looked_at(subject, rule):
        day = dates.read(text)
        for other in rule.given["of"]:
            first = dates.read(subject.value(other))
            if day and first and day < first:
                yield field, f"{spoken(field)} {text} is before {spoken(other)} {subject.value(other)}"


def soon_enough(subject: Subject, rule: Rule) -> Found:
    """None of the fields is more than so many days from another date of the label, which counts as the first."""
    most = int(rule.given["days"])
    for field, text in looked_at(subject, rule):
        day = dates.read(text)
        for other in rule.given["of"]:
            first = dates.read(subject.value(other))
            if day and first and (day - first).days >= most:
                days = (day - first).days + 1
                yield field, f"{spoken(field)} {text} is day {days} from {spoken(other)}, later than day {most}"
