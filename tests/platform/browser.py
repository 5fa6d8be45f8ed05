"""A browser without a window: keeps cookies, follows redirects, and sends the forms that it finds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

TIMEOUT = 20
MOST_REDIRECTS = 10
Value = str | Sequence[str]


@dataclass
class Form:
    """A form as it stands: ``fields`` is what a browser sends of it, ``choices`` what its controls could also say."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._control(self._open, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.setdefault(self._select, []).append(value)
            if "selected" in given:
                form.fields.setdefault(self._select, []).append(value)
        elif tag == "input" and name and given.get("type") != "submit":
            form.choices.setdefault(name, []).append(value)
            if given.get("type") not in {"radio", "checkbox"} or "checked" in given:
                form.fields.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


class Page:
    """What the browser shows."""

    def __init__(self, response: requests.Response) -> None:
        self.url, self.status, self.text = response.url, response.status_code, response.text
        reader = _Reader()
        reader.feed(response.text)
        self.forms = reader.forms

    @property
    def site(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def json(self) -> Any:
        return json.loads(self.text)

    def form(self, *, having: str) -> Form:
        """The one form with a control called ``having``."""
        found = [form for form in self.forms if having in form.choices or having in form.fields]
        assert len(found) == 1, f"{len(found)} forms with {having} at {self.url}: {self.text[:2000]}"
        return found[0]


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def open(self, url: str) -> Page:
        return self._go("GET", url)

    def send(self, page: Page, form: Form, **changes: Value) -> Page:
        """Send ``form`` of ``page``, with ``changes`` in place of its fields."""
        fields = {**form.fields, **changes}
        return self._go("POST", urljoin(page.url, form.action), data=fields, headers={"Origin": page.site})

    def _go(self, method: str, url: str, **options: Any) -> Page:
        for _ in range(MOST_REDIRECTS):
            answer = self._session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **options)
            # As browsers do on loopback, it takes http for safe enough for cookies marked Secure.
            for cookie in self._session.cookies:
                cookie.secure = False
            if not answer.is_redirect:
                return Page(answer)
            # The tool answers a form with 302 or 303 only, and browsers make a GET of both.
            method, url, options = "GET", urljoin(url, answer.headers["Location"]), {}
        raise AssertionError(f"redirected without end: {url}")

    def close(self) -> None:
        self._session.close()
