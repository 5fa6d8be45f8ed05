"""The tool as it runs in life: a web server of its own, spoken to over HTTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from tests.database import database_url
from tests.ports import free_port

from .platform import TOOL

HOST = TOOL.removeprefix("http://")
#: Seconds, on a machine that is busy with other things; no answer is worth a longer wait.
PATIENCE = 15


class Answer:
    """What came back, with the names of Django's own responses."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.content = response.read()
        self.cookies: SimpleCookie = SimpleCookie()
        for written in response.headers.get_all("Set-Cookie") or []:
            self.cookies.load(written)

    def __getitem__(self, name: str) -> str:
        return str(self.headers[name])

    def __contains__(self, name: str) -> bool:
        return name in self.headers


class HttpBrowser:
    """A browser without a window: it keeps cookies by path, and follows nothing by itself."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, tuple[str, str]] = {}

    def another(self, *, with_cookies: bool = False) -> "HttpBrowser":
        browser = HttpBrowser(self.port)
        browser.cookies = dict(self.cookies) if with_cookies else {}
        return browser

    def hold(self, name: str, value: str, path: str = "/") -> None:
        self.cookies[name] = (value, path)

    def get(self, path: str, data: Mapping[str, Any] | None = None) -> Answer:
        return self.send("GET", f"{path}?{urlencode(data, doseq=True)}" if data else path)

    def post(self, path: str, data: Any = None, content_type: str = "application/x-www-form-urlencoded") -> Answer:
        body = data if isinstance(data, bytes) else urlencode(data or {}, doseq=True).encode()
        return self.send("POST", path, body, {"Content-Type": content_type})

    def send(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        held = [f"{name}={value}" for name, (value, below) in self.cookies.items() if path.startswith(below)]
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            everything = {"Host": HOST, "Connection": "close", "Cookie": "; ".join(held), **(headers or {})}
            # A server may answer before it has read everything; then its answer is what counts.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, everything)
            with closing(connection.getresponse()) as response:
                answer = Answer(response)
        for morsel in answer.cookies.values():
            self.hold(morsel.key, morsel.value, morsel["path"] or "/")
        return answer


@contextmanager
def running_tool(folder: Path) -> Iterator[int]:
    """The port of a tool that works on the tests' own database."""
    port = free_port()
    command = ("gunicorn", "coexistence.wsgi:application", "--workers", "2", "--bind", f"127.0.0.1:{port}")
    with (folder / "tool.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--no-control-socket"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "COEXISTENCE_MODE": "test", "DATABASE_URL": database_url(), "DATA_DIR": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await(port, process)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while True:
        try:
            if HttpBrowser(port).get("/livez").status_code == 200:
                return
        except OSError:
            assert process.poll() is None, "the tool has ended"
            assert time.monotonic() < ends, "the tool did not start in time"
            time.sleep(0.05)
