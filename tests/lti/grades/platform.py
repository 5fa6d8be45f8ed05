"""A platform's grade service for tests: real HTTP on loopback, in Moodle's or Canvas's manner, with faults on order.

Every accepted score is kept in order, so that a test can tell what the gradebook held at any time.
"""

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

SUBMISSION = "https://canvas.instructure.com/lti/submission"


@dataclass
class Fault:
    """What to answer instead of the right thing.

    ``stores`` accepts the score first; ``drop`` hangs up unanswered, ``cut`` in the midst of the answer, with a reset.
    """

    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    stores: bool = False
    drop: bool = False
    cut: bool = False
    hang: float = 0.0


@dataclass
class Entry:
    """What the gradebook holds for one user in one column."""

    score: float | None
    maximum: float
    stamp: datetime
    by_hand: bool = False
    submissions: set[str] = field(default_factory=set)
    comment: str = ""


def line_item(url: str, manner: str, number: int) -> str:
    """The address of a column on the platform at ``url``."""
    if manner == "moodle":
        return f"{url}/mod/lti/services.php/2/lineitems/{number}/lineitem?type_id=3"
    return f"{url}/api/lti/courses/2/line_items/{number}"


class Platform:
    """``manner`` is ``moodle``, ``canvas`` or empty. Each of the ``faults`` is used up by one request of its kind."""

    def __init__(self, manner: str = "", *, port: int = 0) -> None:
        self.manner = manner
        self.lock = threading.Lock()
        self.faults: deque[Fault] = deque()
        self.token_faults: deque[Fault] = deque()
        self.result_faults: deque[Fault] = deque()
        self.scopes_granted: set[str] | None = None
        self.expires_in: Any = 3600
        self.students: set[str] | None = None
        self.gone: set[str] = set()
        self.latency = 0.0
        #: While it is closed, no score is answered; ``knocked`` is set once one has come.
        self.gate, self.knocked = threading.Event(), threading.Event()
        self.gate.set()
        #: How far its clock is ahead of ours.
        self.ahead = timedelta()
        self.columns: dict[str, dict[str, Any]] = {}
        self.page: int | None = 10 if manner == "canvas" else None
        self.link = '<{}>; rel="next"'
        self.item_faults: deque[Fault] = deque()
        self.gradebook: dict[tuple[str, str], Entry] = {}
        self.accepted: list[tuple[str, dict[str, Any]]] = []
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.tokens: dict[str, str] = {}
        self.assertions: list[dict[str, Any]] = []
        self.connections = self.posted = 0
        self.at_once = self.most_at_once = 0
        platform = self

        class Handler(_Handler):
            owner = platform

        self._server = _Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    def line_item(self, number: int) -> str:
        return line_item(self.url, self.manner, number)

    def held(self, line_item: str, user: str) -> float | None:
        entry = self.gradebook.get((urlsplit(line_item).path, user))
        return entry.score if entry else None

    def posts(self) -> list[dict[str, Any]]:
        """Every score that was posted, accepted or not."""
        return [json.loads(body) for method, path, _, body in self.requests if method == "POST" and "/scores" in path]

    def edit(self, line_item: str, user: str, score: float, *, at: datetime, maximum: float = 10) -> None:
        """A teacher's own change."""
        self.gradebook[urlsplit(line_item).path, user] = Entry(score, maximum, at)

    def told(self, path: str) -> Any:
        """What to tell whoever asks for ``path`` beside the services; None: nothing is there."""
        return None

    def override(self, line_item: str, user: str, score: float, *, at: datetime, maximum: float = 10) -> None:
        """A teacher's own change in the manner that protects it: Moodle moves the time, Canvas does not."""
        key = urlsplit(line_item).path, user
        with self.lock:
            entry = self.gradebook.get(key)
            stamp = at if entry is None or self.manner == "moodle" else entry.stamp
            self.gradebook[key] = Entry(score, maximum, stamp, True, entry.submissions if entry else set())

    # --- What it answers

    def token(self, form: dict[str, list[str]]) -> Fault:
        if self.token_faults:
            return self.token_faults.popleft()
        claims = jwt.decode(form["client_assertion"][0], options={"verify_signature": False})
        self.assertions.append(claims)
        now = (datetime.now(UTC) + self.ahead).timestamp()
        if not claims["iat"] <= now < claims["exp"]:
            return Fault(400, json.dumps({"error": "invalid_request" if self.manner == "canvas" else "invalid_client"}))
        asked = set(form["scope"][0].split())
        granted = asked if self.scopes_granted is None else asked & self.scopes_granted
        if not granted or (self.manner == "canvas" and granted != asked):
            return Fault(400, json.dumps({"error": "invalid_scope"}))
        value = f"secret-token-{len(self.tokens) + 1}"
        self.tokens[value] = " ".join(sorted(granted))
        answer = {"access_token": value, "token_type": "Bearer", "scope": self.tokens[value]}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        # Moodle's media type, which is wrong.
        return Fault(200, json.dumps(answer), {"Content-Type": "text/html; charset=utf-8"})

    def score(self, path: str, body: bytes) -> Fault:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None and not fault.stores:
            return fault
        answer = self._take(path, json.loads(body))
        return fault or answer

    def _take(self, path: str, message: dict[str, Any]) -> Fault:
        item = path.removesuffix("/scores")
        if item in self.gone:
            return Fault(404, '{"status":404,"reason":"Not Found"}')
        user = message["userId"]
        if self.students is not None and user not in self.students:
            if self.manner == "moodle":
                return Fault(400, '{"status":400,"reason":"Incorrect score received"}')
            return Fault(
                422,
                '{"errors":{"type":"unprocessable_entity","message":"User not found in course or is not a student"}}',
            )
        stamp = datetime.fromisoformat(message["timestamp"])
        entry = self.gradebook.get((item, user))
        if entry is not None and self.manner == "moodle" and stamp <= entry.stamp:
            return Fault(409, "[]")
        if entry is not None and self.manner != "moodle" and stamp < entry.stamp:
            return Fault(400, '{"errors":{"message":"Provided timestamp before last updated timestamp"}}')
        submissions = entry.submissions if entry else set()
        extension = message.get(SUBMISSION, {})
        if extension.get("new_submission", True):
            submissions = submissions | {extension.get("submitted_at", message["timestamp"])}
        final = message["gradingProgress"] == "FullyGraded"
        score = message.get("scoreGiven") if final else None
        maximum = message.get("scoreMaximum", 1)
        by_hand = entry is not None and entry.by_hand
        if entry is not None and by_hand and (self.manner == "moodle" or extension.get("prioritize_non_tool_grade")):
            # It takes the score and goes on showing the teacher's.
            score, maximum = entry.score, entry.maximum
        else:
            by_hand = False
        kept = entry.comment if entry is not None and self.manner != "moodle" else ""
        comment = message.get("comment", kept)
        self.gradebook[item, user] = Entry(score, maximum, stamp, by_hand, submissions, comment)
        self.accepted.append((item, message))
        return Fault(200, "" if self.manner == "moodle" else '{"resultUrl":"x"}')

    def results(self, path: str, query: dict[str, list[str]]) -> Fault:
        if self.result_faults:
            return self.result_faults.popleft()
        if "limit" in query and self.manner == "moodle":
            return Fault(404, "<html>")
        item = path.removesuffix("/results")
        rows = []
        for (column, user), entry in self.gradebook.items():
            if column == item and user in query.get("user_id", [user]):
                row: dict[str, Any] = {"id": f"{path}/{user}", "userId": user}
                if entry.score or (entry.score is not None and self.manner != "moodle"):
                    row |= {"resultScore": entry.score, "resultMaximum": entry.maximum}
                if entry.comment:
                    row["comment"] = entry.comment
                rows.append(row)
        return self._paged(path, query, rows)

    @property
    def container(self) -> str:
        if self.manner == "moodle":
            return f"{self.url}/mod/lti/services.php/2/lineitems?type_id=3"
        return f"{self.url}/api/lti/courses/2/line_items"

    def column(self, number: int, **fields: Any) -> str:
        """A gradebook column that exists on the platform; its address."""
        url = self.line_item(number)
        self.columns[url] = {"id": url, "label": "Quiz", "scoreMaximum": 10, **fields}
        return url

    def items(self, path: str, query: dict[str, list[str]]) -> Fault:
        """The container's GET, a page at a time where the platform pages."""
        if self.item_faults:
            return self.item_faults.popleft()
        names = {"resource_link_id": "resourceLinkId", "resource_id": "resourceId", "tag": "tag"}
        asked = {names[name]: values[0] for name, values in query.items() if name in names}
        found = [row for row in self.columns.values() if all(row.get(k) == v for k, v in asked.items())]
        return self._paged(path, query, found)

    def make(self, body: bytes) -> Fault:
        """The container's POST; never deduplicated."""
        fault = self.item_faults.popleft() if self.item_faults else None
        if fault is not None and not fault.stores:
            return fault
        url = self.column(100 + len(self.columns), **json.loads(body))
        return fault or Fault(201, json.dumps(self.columns[url]))

    def _paged(self, path: str, query: dict[str, list[str]], rows: list[Any]) -> Fault:
        size = int(query["limit"][0]) if "limit" in query else self.page
        if size is None:
            return Fault(200, json.dumps(rows))
        start = int(query.get("from", ["0"])[0])
        headers = {}
        if start + size < len(rows):
            kept = {name: values[0] for name, values in query.items() if name != "from"}
            address = f"{self.url}{path}?{urlencode({**kept, 'from': start + size})}"
            # Moodle's typographic quotes come as UTF-8, and with entities.
            link = self.link.format(address.replace("&", "&amp;") if "“" in self.link else address)
            headers = {"Link": link.encode().decode("latin-1")}
        return Fault(200, json.dumps(rows[start : start + size]), headers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that a test breaks on purpose are no news."""


class _Handler(BaseHTTPRequestHandler):
    owner: Platform
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        with self.owner.lock:
            self.owner.connections += 1

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = urlsplit(self.path).path
        if path == "/token":
            with self.owner.lock:
                answer = self.owner.token(parse_qs(body.decode()))
            self._answer(body, answer)
            return
        if path.endswith(("/lineitems", "/line_items")):
            refused = self._refusal("scope/lineitem", "application/vnd.ims.lis.v2.lineitem+json")
            with self.owner.lock:
                answer = refused or self.owner.make(body)
            self._answer(body, answer)
            return
        with self._counted():
            if (refusal := self._refusal("scope/score", "application/vnd.ims.lis.v1.score+json")) is not None:
                self._answer(body, refusal)
                return
            with self.owner.lock:
                self.owner.posted += 1
                answer = self.owner.score(path, body)
            self.owner.knocked.set()
            time.sleep(self.owner.latency)
            self.owner.gate.wait()
            self._answer(body, answer)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        with self.owner.lock:
            told = self.owner.told(parts.path)
        if told is not None:
            self._answer(b"", Fault(200, json.dumps(told)))
            return
        if parts.path.endswith(("/lineitems", "/line_items")):
            exact = self.headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
            refused = self._refusal("scope/lineitem", None) or (None if exact else Fault(400, "No handler found"))
            with self.owner.lock:
                answer = refused or self.owner.items(parts.path, parse_qs(parts.query))
            self._answer(b"", answer)
            return
        if not parts.path.endswith("/results"):
            known = f"{self.owner.url}{self.path}" in self.owner.columns
            self._answer(b"", Fault(200 if known else 404, "{}"))
            return
        accept = self.headers["Accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"
        refusal = self._refusal("result.readonly", None) or (None if accept else Fault(400, "No handler found"))
        with self.owner.lock:
            answer = refusal or self.owner.results(parts.path, parse_qs(parts.query))
        self._answer(b"", answer)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self.owner.lock:
            self.owner.at_once += 1
            self.owner.most_at_once = max(self.owner.at_once, self.owner.most_at_once)
        try:
            yield
        finally:
            with self.owner.lock:
                self.owner.at_once -= 1

    def _refusal(self, scope: str, media_type: str | None) -> Fault | None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if scope not in self.owner.tokens.get(token, ""):
            return Fault(401, json.dumps({"errors": {"message": "Invalid access token", "sent": token}}))
        if media_type and self.headers["Content-Type"] != media_type:
            return Fault(400, "No handler found")
        return None

    def _answer(self, body: bytes, fault: Fault) -> None:
        with self.owner.lock:
            self.owner.requests.append((self.command, self.path, dict(self.headers.items()), body))
        time.sleep(fault.hang)
        if fault.drop:
            self.close_connection = True
            self.connection.close()
            return
        content = fault.body.encode()
        self.send_response_only(fault.status)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.owner.ahead, usegmt=True))
        for name, value in {"Content-Type": "application/json", **fault.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + (1000 if fault.cut else 0)))
        self.end_headers()
        self.wfile.write(content)
        if fault.cut:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
