"""A browser without a screen: it keeps cookies, reads the forms of a page, and sends them back filled in."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

_WAIT_S = 60


class Refused(Exception):
    """The application answered with a refusal; the message is the sentence it gave."""


@dataclass
class Form:
    """A form of a page: where it goes, and what stands in its fields."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    text: str
    body: bytes
    forms: tuple[Form, ...]

    def form(self, part_of_action: str) -> Form:
        """The first form whose address contains this."""
        for form in self.forms:
            if part_of_action in form.action and form.method == "post":
                return form
        raise Refused(f"the page {self.url} has no form for {part_of_action}")

    def has_form(self, part_of_action: str) -> bool:
        return any(part_of_action in form.action and form.method == "post" for form in self.forms)

    def find(self, pattern: str) -> str:
        """The first group of a pattern in the page."""
        found = re.search(pattern, unescape(self.text))
        if found is None:
            raise Refused(f"the page {self.url} does not show {pattern}")
        return found[1]


class Browser:
    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = http.cookiejar.CookieJar()
        # No proxy: the server is on this machine.
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), urllib.request.ProxyHandler({})
        )

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path)))  # noqa: S310 - our own server

    def send(self, page: Page, part_of_action: str, **typed: str) -> Page:
        """Sends a form of the page: what stood in it, changed by what was typed."""
        form = page.form(part_of_action)
        data = urllib.parse.urlencode({**form.values, **typed}).encode()
        address = urllib.parse.urljoin(page.url, form.action or page.url)
        return self._open(urllib.request.Request(address, data=data))  # noqa: S310

    def post_bytes(self, path: str, body: bytes, headers: Mapping[str, str]) -> Page:
        request = urllib.request.Request(  # noqa: S310
            urllib.parse.urljoin(self.base, path), data=body, headers=dict(headers)
        )
        return self._open(request)

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=_WAIT_S) as answer:
                body, status, url = answer.read(), answer.status, answer.url
        except urllib.error.HTTPError as error:
            raise Refused(_sentences(error.read().decode("utf-8", "replace")) or f"status {error.code}") from error
        text = body.decode("utf-8", "replace")
        return Page(url, status, text, body, _forms(text, url))


class _FormReader(HTMLParser):
    """Collects forms and the values of their fields, as a browser would send them."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(given.get("action") or self.url, given.get("method", "get").lower())
            self.forms.append(self._inside)
        elif self._inside is None:
            return
        elif tag == "input":
            self._input(self._inside, given, "checked" in dict(attrs))
        elif tag == "textarea":
            self._area = given.get("name", "")
            self._inside.values.setdefault(self._area, "")
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            first = self._select not in self._inside.values
            if first or "selected" in dict(attrs):
                self._inside.values[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._inside is not None and self._area:
            self._inside.values[self._area] += data

    def _input(self, form: Form, given: dict[str, str], checked: bool) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if not name or kind in ("submit", "button", "file"):
            return
        if kind in ("checkbox", "radio"):
            if checked:
                form.values[name] = given.get("value", "on")
            return
        form.values[name] = given.get("value", "")


def _forms(text: str, url: str) -> tuple[Form, ...]:
    reader = _FormReader(url)
    reader.feed(text)
    return tuple(reader.forms)


def _sentences(page: str) -> str:
    """What a refused page says: its alerts and the sentences beside its fields, without markup."""
    told = re.findall(r'(?s)(?:role="alert"|invalid-feedback|class="lead")[^>]*>(.*?)</(?:div|p)>', page)
    plain = [" ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split()) for part in told]
    return " ".join(part for part in plain if part) or " ".join(re.sub(r"<[^>]+>", " ", page).split())[:300]
