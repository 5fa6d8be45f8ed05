"""A client that makes several requests at once, each on a connection of its own, as visitors of a site do."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the seconds until it was complete."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    cookies: str = ""


@dataclass(frozen=True, slots=True)
class Volley:
    """Replies to the first requests, in their order, and the seconds from the first request to the last reply."""

    replies: list[Reply]
    seconds: float


def request(method: str, url: str, *, headers: dict[str, str] | None = None, form: str = "") -> tuple[str, int, bytes]:
    """Where to send a request, and its bytes."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if form:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
    assert parts.hostname
    return parts.hostname, parts.port or 80, "\r\n".join([*lines, "", form]).encode()


def fire(requests: Sequence[tuple[str, int, bytes]], *, at_once: int, seconds: float | None = None) -> Volley:
    """Send ``requests``, ``at_once`` of them at any time; none is begun after ``seconds``."""
    return asyncio.run(_fire(requests, at_once, math.inf if seconds is None else seconds))


async def _fire(requests: Sequence[tuple[str, int, bytes]], at_once: int, limit: float) -> Volley:
    replies: dict[int, Reply] = {}
    waiting = iter(enumerate(requests))
    begun = time.perf_counter()

    async def client() -> None:
        for number, (host, port, data) in waiting:
            async with asyncio.timeout(TIMEOUT):
                replies[number] = await exchange(host, port, data)
            if time.perf_counter() - begun > limit:
                return

    await asyncio.gather(*(client() for _ in range(at_once)))
    return Volley([replies[number] for number in range(len(replies))], time.perf_counter() - begun)


async def exchange(host: str, port: int, data: bytes) -> Reply:
    """Send a request, and wait for the whole answer."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(data)
        answer = await reader.read(-1)
    finally:
        writer.close()
    seconds = time.perf_counter() - begun
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    cookies: SimpleCookie = SimpleCookie()
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
        if name.lower() == "set-cookie":
            # Up to the first semicolon: Python knows no cookie that is partitioned.
            cookies.load(value.split(";", 1)[0])
    pairs = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    return Reply(int(first.split()[1]), headers, body, seconds, pairs)
