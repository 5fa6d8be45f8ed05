"""A small platform on a site of its own, as far as a browser sees one: course pages, logins, launches and storage."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db import close_old_connections

from tests.lti.platform import Endpoint, Platform

TARGET = "post_message_forwarding"
#: How the platform's storage behaves: it keeps values, it never answers, or it is not offered.
ANSWERING, SILENT, NONE = "answering", "silent", "none"

#: Canvas's forwarding frame, in short: values by origin, kept for as long as the course page is open.
FORWARDING = """
const kept = new Map();
addEventListener("message", (event) => {
  const { subject, message_id, key, value } = event.data;
  top.heard.push([subject, event.origin, value === undefined ? "" : value]);
  if (!MODE || !message_id) return;
  const place = `${event.origin} ${key}`;
  const answer = { subject: `${subject}.response`, message_id, key };
  if (subject === "lti.put_data") {
    value === null ? kept.delete(place) : kept.set(place, value);
    answer.value = value;
  } else if (subject === "lti.get_data") {
    answer.value = kept.get(place) ?? null;
  }
  top.kept = kept.size;
  event.source.postMessage(answer, event.origin);
});
"""
COURSE = """
window.heard = [];
window.kept = 0;
addEventListener("message", (event) => heard.push([JSON.parse(event.data).subject, event.origin, ""]));
"""


@dataclass
class CoursePlatform:
    """A registered platform whose pages a browser opens; ``claims`` are those of each person's launches."""

    endpoint: Endpoint
    tool: str
    storage: str = NONE
    platform: Platform = field(init=False)
    posted: list[dict[str, str]] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.platform = Platform(self.endpoint)
        for path, page in {
            "/course": self._course,
            "/storage": self._storage,
            "/start": self._start,
            "/auth": self._auth,
            "/again": lambda asked: _form(f"{self.tool}/lti/launch/", self.posted[-1]),
            "/course/1": lambda asked: "<h1>The course page</h1>",
        }.items():
            self.endpoint.routes[path] = self._served(page)

    def person(self, sub: str, name: str, course: str) -> str:
        """Enrol somebody; returns the address of the course page with the activity in a frame."""
        self.people[sub] = {
            "sub": sub,
            "name": name,
            "context": {"id": course, "title": course},
            "resource_link": {"id": f"link in {course}", "title": "Week six"},
            "launch_presentation": {"return_url": f"{self.endpoint.url}/course/1"},
            "target_link_uri": f"{self.tool}/lti/launch/",
        }
        return f"{self.endpoint.url}/course?{urlencode({'person': sub})}"

    def alone(self, sub: str) -> str:
        """The address that opens the activity in a window of its own."""
        return f"{self.endpoint.url}/start?{urlencode({'person': sub})}"

    def _served(
        self, page: Callable[[dict[str, str]], str]
    ) -> Callable[[BaseHTTPRequestHandler, bytes], tuple[int, dict[str, str], bytes]]:
        def answer(handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
            close_old_connections()
            asked = dict(parse_qsl(urlsplit(handler.path).query)) | dict(parse_qsl(body.decode()))
            return 200, {"Content-Type": "text/html; charset=utf-8"}, page(asked).encode()

        return answer

    def _course(self, asked: dict[str, str]) -> str:
        forwarding = "" if self.storage == NONE else f'<iframe name="{TARGET}" src="/storage" hidden></iframe>'
        start = f"/start?{urlencode({'person': asked['person']})}"
        return (
            f"<!doctype html><title>Course</title><meta name=viewport content='width=device-width'>"
            f"<script>{COURSE}</script>{forwarding}"
            f'<iframe name="tool" src="{start}" style="width: 100%; height: 800px; border: 0"></iframe>'
        )

    def _storage(self, asked: dict[str, str]) -> str:
        return f"<script>const MODE = {json.dumps(self.storage == ANSWERING)};{FORWARDING}</script>"

    def _start(self, asked: dict[str, str]) -> str:
        fields = {
            "iss": self.endpoint.url,
            "client_id": "client-1",
            "login_hint": asked["person"],
            "target_link_uri": f"{self.tool}/lti/launch/",
            "lti_deployment_id": "d1",
        }
        if self.storage != NONE:
            fields["lti_storage_target"] = TARGET
        return _form(f"{self.tool}/lti/login/", fields)

    def _auth(self, asked: dict[str, str]) -> str:
        claims = self.platform.claims(asked["nonce"], **self.people[asked["login_hint"]])
        self.posted.append({"state": asked["state"], "id_token": self.platform.sign(claims)})
        return _form(asked["redirect_uri"], self.posted[-1])


def _form(action: str, fields: dict[str, str]) -> str:
    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items())
    return f'<form method="post" action="{escape(action)}">{inputs}</form><script>document.forms[0].submit()</script>'
