"""What the tool's own requests refuse, and what they survive: against a server of this test's own."""

import gzip
import re
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from lti.protocol import http
from tests.ports import deaf_port


class Server:
    """Answers each connection with the bytes or the behaviour that the test has set; counts connections."""

    def __init__(self) -> None:
        self.answer: Callable[[socket.socket], bool] = say(b"HTTP/1.1 204 No Content\r\n\r\n")
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            received = b""
            while True:
                try:
                    chunk = connection.recv(65536)
                except OSError:
                    return
                if not chunk:
                    return
                received += chunk
                head, ended, body = received.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                if not ended or len(body) < int(length[1] if length else 0):
                    continue
                self.requests.append(received)
                received = b""
                try:
                    if not self.answer(connection):
                        return
                except OSError:
                    return

    def close(self) -> None:
        self._listener.close()


def say(answer: bytes) -> Callable[[socket.socket], bool]:
    def behave(connection: socket.socket) -> bool:
        connection.sendall(answer)
        return True

    return behave


def plain(body: bytes, *headers: str) -> bytes:
    return b"\r\n".join(
        [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *(line.encode() for line in headers), b"", body]
    )


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(http.TransportError) as caught:
        call()
    return caught.value.code


def test_reads_an_answer(server: Server) -> None:
    server.answer = say(plain(b'{"a": 1}', "X-Thing: yes"))
    reply = http.request("POST", server.url + "/x?y=z", headers={"Accept": "application/json"}, data="b=ü")
    assert (reply.status, reply.ok, reply.json(), reply.headers["x-thing"]) == (200, True, {"a": 1}, "yes")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x?y=z HTTP/1.1\r\n")
    assert b"accept: application/json" in head.lower()
    assert body == "b=ü".encode()


def test_keeps_connections_and_follows_no_redirect(server: Server) -> None:
    server.answer = say(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    pool = http.Pool(connections=1)
    assert [http.request("GET", server.url, pool=pool).status for _ in range(3)] == [302, 302, 302]
    assert (server.connections, len(server.requests)) == (1, 3)
    pool.close()


@pytest.mark.parametrize("part", ["nothing", "head", "body"])
def test_the_deadline_counts_the_whole_exchange(server: Server, part: str) -> None:
    begin = {
        "nothing": b"",
        "head": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
    }

    given_up = threading.Event()

    def dribble(connection: socket.socket) -> bool:
        connection.sendall(begin[part])
        # Each byte comes long before a wait for one byte would end. Whoever hears all of them finds a broken answer.
        for _ in range(200):
            if given_up.wait(0.05):
                break
            if part != "nothing":
                connection.sendall(b"x")
        return False

    server.answer = dribble
    try:
        assert code_of(lambda: http.request("GET", server.url, deadline=0.4)) == "timeout"
    finally:
        given_up.set()


def test_an_enormous_answer_is_cut_off(server: Server) -> None:
    server.answer = say(plain(b"x" * 5000))
    assert code_of(lambda: http.request("GET", server.url, limit=4999)) == "too_large"
    assert len(http.request("GET", server.url, limit=5000).body) == 5000


def test_what_unpacks_enormously_is_cut_off(server: Server) -> None:
    server.answer = say(plain(gzip.compress(b"0" * 3_000_000), "Content-Encoding: gzip"))
    assert code_of(lambda: http.request("GET", server.url, limit=1_000_000)) == "too_large"


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"])
def test_a_broken_answer_is_an_error_of_the_connection(server: Server, answer: bytes) -> None:
    def behave(connection: socket.socket) -> bool:
        connection.sendall(answer)
        return False

    server.answer = behave
    assert code_of(lambda: http.request("GET", server.url, deadline=3)) == "connection"


def test_nobody_there() -> None:
    with deaf_port() as port:
        assert code_of(lambda: http.request("GET", f"http://127.0.0.1:{port}/")) == "connection"
    assert code_of(lambda: http.request("GET", "http://nobody.invalid/")) == "connection"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "javascript:alert(1)",
        "/relative",
        "http://",
        "http://[::1/",
        "http://a:99999/",
        "http://user:secret@example.org/",
        "http://example.org/a b",
        "http://example.org/\r\nHost: other",
        "",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    assert code_of(lambda: http.request("GET", url)) == "bad_url"


def test_a_header_cannot_smuggle_another(server: Server) -> None:
    assert code_of(lambda: http.request("GET", server.url, headers={"X": "a\r\nY: b"})) == "bad_url"


def test_plain_http_only_where_allowed(server: Server, settings) -> None:
    settings.LTI_ALLOW_HTTP = False
    assert code_of(lambda: http.request("GET", server.url)) == "bad_url"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_our_own_network_is_out_of_reach(server: Server, settings, name: str) -> None:
    settings.LTI_ALLOW_PRIVATE_ADDRESSES = False
    url = server.url.replace("127.0.0.1", name)
    assert code_of(lambda: http.request("GET", url)) == "forbidden_address"
    assert server.connections == 0


def test_a_name_that_changes_its_mind_is_resolved_once(server: Server, settings, monkeypatch) -> None:
    settings.LTI_ALLOW_PRIVATE_ADDRESSES = False
    port = int(server.url.rpartition(":")[2])
    answers = iter(["93.184.216.34", "127.0.0.1"])
    connected: list[tuple[str, int]] = []
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]
    )

    def connect(address: tuple[str, int], **_: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert code_of(lambda: http.request("GET", f"http://rebinding.example:{port}/")) == "connection"
    assert connected == [("93.184.216.34", port)]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert http._is_public(address) is public
