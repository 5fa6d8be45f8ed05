"""A visitor without a browser: keeps cookies, follows redirects, and sends forms as the pages wrote them."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

MOST_REDIRECTS = 10
TIMEOUT = 30.0


class VisitorError(Exception):
    """A page was not what a visitor could go on from."""


@dataclass
class Form:
    """A form as the page has it: ``fields`` are its filled-in values, ``buttons`` its named submit buttons."""

    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Page:
    """What an address answered, after redirects."""

    url: str
    status: int
    html: str
    forms: list[Form] = field(default_factory=list)
    #: The addresses of its links and frames.
    links: list[str] = field(default_factory=list)

    def form(self, *, having: str = "", action: str = "") -> Form:
        """The one form with that field and with ``action`` in its address; raises ``VisitorError``."""
        found = [each for each in self.forms if (not having or having in each.fields) and action in each.action]
        if len(found) != 1:
            raise VisitorError(f"{self.url} has {len(found)} forms with {having or action}, not one: {self.html[:400]}")
        return found[0]


@dataclass
class Visitor:
    """One person's browser. ``jar`` holds value by (host, path, name), as browsers keep cookies apart."""

    jar: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def open(self, url: str) -> Page:
        return self._follow("GET", url, b"")

    def submit(self, page: Page, form: Form, changes: Mapping[str, str | list[str]] | None = None) -> Page:
        """Send ``form`` with ``changes`` made to its fields; a list is a field of several values."""
        body = urlencode({**form.fields, **(changes or {})}, doseq=True)
        address = urljoin(page.url, form.action)
        if form.method == "get":
            return self._follow("GET", f"{address.partition('?')[0]}?{body}", b"")
        return self._follow("POST", address, body.encode())

    def _follow(self, method: str, url: str, body: bytes) -> Page:
        for _ in range(MOST_REDIRECTS):
            status, headers, text = self._request(method, url, body)
            target = headers.get("Location")
            if status not in {301, 302, 303, 307, 308} or not target:
                return _read(url, status, text)
            url = urljoin(url, target)
            if status in {301, 302, 303}:
                method, body = "GET", b""
        raise VisitorError(f"{url} sends in circles.")

    def _request(self, method: str, url: str, body: bytes) -> tuple[int, http.client.HTTPMessage, str]:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path or "/"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies(host, path))}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)
        try:
            connection.request(method, f"{path}?{parts.query}" if parts.query else path, body or None, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self._keep(host, line)
        return response.status, response.headers, text

    def _cookies(self, host: str, path: str) -> list[tuple[str, str]]:
        return [(name, value) for (at, below, name), value in self.jar.items() if at == host and path.startswith(below)]

    def _keep(self, host: str, line: str) -> None:
        # Secure cookies too: browsers take localhost for trustworthy, which Python's own jar does not.
        pair, *rest = (part.strip() for part in line.split(";"))
        name, _, value = pair.partition("=")
        attributes = {key.lower(): text for key, _, text in (part.partition("=") for part in rest)}
        key = (host, attributes.get("path") or "/", name)
        if attributes.get("max-age") == "0":
            self.jar.pop(key, None)
        else:
            self.jar[key] = value


class _Reader(HTMLParser):
    """Collects forms, links and frames."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.form: Form | None = None
        self.select = ""
        self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in {"a", "iframe"}:
            self.page.links.append(urljoin(self.page.url, at.get("href") or at.get("src") or ""))
        elif tag == "form":
            self.form = Form(action=at.get("action", ""), method=at.get("method", "get").lower())
            self.page.forms.append(self.form)
        elif self.form is not None:
            self._control(self.form, tag, at)

    def _control(self, form: Form, tag: str, at: dict[str, str]) -> None:
        name, kind = at.get("name", ""), at.get("type", "")
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.textarea = name
            form.fields[name] = ""
        elif tag == "option" and self.select:
            if "selected" in at or self.select not in form.fields:
                form.fields[self.select] = at.get("value", "")
        elif tag == "button" or (tag == "input" and kind in {"submit", "image"}):
            form.buttons.append((name, at.get("value", "")))
        elif (tag == "input" and name) and (kind not in {"radio", "checkbox"} or "checked" in at):
            form.fields[name] = at.get("value", "on" if kind == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        if self.form is not None and self.textarea:
            self.form.fields[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""


def _read(url: str, status: int, text: str) -> Page:
    page = Page(url, status, text)
    _Reader(page).feed(text)
    return page
