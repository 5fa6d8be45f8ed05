"""An administrator's browser without a window: opens the tool's registration page and sends its form."""

import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

TIMEOUT = 20


class VisitError(Exception):
    """The visit failed; the message says where and what was seen."""


@dataclass
class Form:
    """A form of a page, with what a browser would send of it untouched."""

    action: str = ""
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open = False
        self.pressed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self.open, self.pressed = True, False
        elif self.open and tag in {"input", "button"} and given.get("name"):
            self._control(tag, given, given.get("type", "submit" if tag == "button" else "text").lower())

    def _control(self, tag: str, given: dict[str, str], kind: str) -> None:
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        if kind in {"submit", "image"}:
            if self.pressed:
                return
            self.pressed = True  # one button is pressed, the first
        elif kind in {"button", "reset", "file"} or "disabled" in given:
            return
        self.forms[-1].fields.append((given["name"], given.get("value", "on" if kind == "checkbox" else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = False


def wait_for(url: str, *, seconds: float) -> None:
    """Wait until something answers at ``url``, at most ``seconds``."""
    until = time.monotonic() + seconds
    while True:
        try:
            requests.get(url, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            if time.monotonic() >= until:
                raise VisitError(f"Nothing answers at {url}. Start that server first, or use --wait.") from error
            time.sleep(0.25)
        else:
            return


def confirm_registration(address: str) -> str:
    """Open ``address``, send the form found there, and return the text of the page that answers."""
    try:
        with requests.Session() as session:
            page = session.get(address, timeout=TIMEOUT)
            _check(page, "The tool's registration page")
            form = _form(page)
            # A browser takes localhost for a safe place and sends "Secure" cookies there without TLS.
            for cookie in session.cookies:
                cookie.secure = False
            parts = urlsplit(page.url)
            answer = session.post(
                urljoin(page.url, form.action),
                data=form.fields,
                headers={"Origin": f"{parts.scheme}://{parts.netloc}", "Referer": page.url},
                timeout=TIMEOUT,
            )
            _check(answer, "The tool's answer to its registration form")
    except requests.RequestException as error:
        raise VisitError(f"The tool could not be reached: {type(error).__name__}.") from error
    return text_of(answer.text)


def _form(page: requests.Response) -> Form:
    reader = _Forms()
    reader.feed(page.text)
    for form in reader.forms:
        if form.method == "post":
            return form
    raise VisitError(f"The tool's registration page has no form to send. It says: {text_of(page.text)}")


def _check(answer: requests.Response, what: str) -> None:
    if answer.status_code >= 400:
        raise VisitError(f"{what} is an error ({answer.status_code}). It says: {text_of(answer.text)}")


def text_of(html: str) -> str:
    """The words of a page, shortened."""
    body = re.sub(r"(?is)<(head|script|style)\b.*?</\1>|<[^>]+>", " ", html)
    return " ".join(body.split())[:400]
