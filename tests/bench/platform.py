"""A platform that takes every score at once or after a while, and counts: ``python -m tests.bench.platform PORT KEYS``.

``KEYS`` is a file with its key set. It keeps connections open and checks nothing, so that it costs little beside what
it is there to measure. ``POST /begin?latency=<ms>`` starts counting anew, ``GET /count`` tells.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class State:
    """What has come in since counting began: requests by kind, and when the first and the last score were taken."""

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.requests: dict[str, int] = {}
        self.users: set[str] = set()
        self.first = self.last = 0.0

    def told(self) -> bytes:
        return json.dumps(
            {"requests": self.requests, "users": len(self.users), "seconds": self.last - self.first, "last": self.last}
        ).encode()


class Platform(asyncio.Protocol):
    """One connection."""

    state = State()
    keys = b"{}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(rest) >= length:
            self.buffer = rest[length:]
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            self.request(method, target, rest[:length])

    def request(self, method: str, target: str, body: bytes) -> None:
        parts, state = urlsplit(target), self.state
        if parts.path == "/count":
            self.answer(state.told())
        elif parts.path == "/begin":
            Platform.state = State(float(parse_qs(parts.query)["latency"][0]) / 1000)
            self.answer(b"{}")
        else:
            kind = parts.path.rsplit("/", 1)[1]
            state.requests[kind] = state.requests.get(kind, 0) + 1
            if kind == "scores":
                state.first = state.first or time.time()
                asyncio.get_running_loop().call_later(state.latency, self.taken, state, json.loads(body)["userId"])
            elif kind == "token":
                self.answer(b'{"access_token":"t","token_type":"Bearer","expires_in":3600}')
            else:
                self.answer(self.keys if kind == "jwks" else b"[]")

    def taken(self, state: State, user: str) -> None:
        state.users.add(user)
        state.last = time.time()
        self.answer(b"{}")

    def answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.transport.write(f"{head}Cache-Control: max-age=3600\r\n\r\n".encode() + body)


async def main(port: int, keys: Path) -> None:
    Platform.keys = keys.read_bytes()
    server = await asyncio.get_running_loop().create_server(Platform, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
