"""What was found in a message and where: evidence, doubts and problems, gathered while reading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from pharmacy.intake.reading import Problem

LONGEST_TEXT = 2000  # letters; a SigText has at most 1000


@dataclass(frozen=True, slots=True)
class Places:
    """Where a value is written: the places of SCRIPT 2017071, then those of other versions and vendors."""

    expected: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    evidence: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def doubt(self, field: str, sentence: str) -> None:
        self.doubts.append(f"{field}: {sentence}")

    def problem(self, path: str, sentence: str) -> None:
        self.problems.append(Problem(path, sentence))

    def one(self, name: str, parent: Element, at: str, places: Places) -> str:
        """The text of a field from the first place that has one; "" when none has.

        A place filled twice with different texts is a problem, two places that disagree are a doubt.
        """
        chosen, chosen_path = "", ""
        for path in (*places.expected, *places.elsewhere):
            text, where = self.text(parent, at, path)
            if not text:
                continue
            if not chosen:
                chosen, chosen_path = text, where
                self.evidence[name] = where
                if path in places.elsewhere:
                    self.doubt(name, f"found in {where}, an unusual place.")
            elif text != chosen:
                self.doubt(name, f"{chosen_path} and {where} differ.")
        return chosen

    def text(self, parent: Element, at: str, path: str) -> tuple[str, str]:
        """The text of the only filled leaf at a path, with the full path; ("", path) when there is none."""
        texts: dict[str, str] = {}
        for where, element in walk(parent, at, path):
            text = self.leaf(element, where)
            if text:
                texts.setdefault(text, where)
        if len(texts) > 1:
            self.problem(f"{at}/{path}", f"{path} is filled {len(texts)} times with different content.")
            return "", f"{at}/{path}"
        return next(iter(texts.items()), ("", f"{at}/{path}"))

    def leaf(self, element: Element, where: str) -> str:
        """The text of an element without children; words between children are a problem, never half read."""
        if len(element):
            if leaf(element):
                self.problem(where, f"{element.tag} mixes text and elements; it cannot be read whole.")
            return ""
        text = leaf(element)
        if len(text) > LONGEST_TEXT:
            self.problem(where, f"{element.tag} has {len(text)} letters; at most {LONGEST_TEXT} are read.")
            return ""
        return text


def leaf(element: Element) -> str:
    """The element's own words with white space made single, as XML line breaks mean nothing in SCRIPT."""
    own = (element.text or "", *(child.tail or "" for child in element))
    return " ".join(" ".join(own).split())


def walk(parent: Element, at: str, path: str) -> Iterator[tuple[str, Element]]:
    """Every element at a path with its own path; a repeated element carries its number, "Diagnosis[2]"."""
    name, _, rest = path.partition("/")
    children = parent.findall(name)
    for number, child in enumerate(children, start=1):
        where = f"{at}/{name}[{number}]" if len(children) > 1 else f"{at}/{name}"
        if rest:
            yield from walk(child, where, rest)
        else:
            yield where, child
