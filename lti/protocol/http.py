"""Every request that the tool itself sends goes through ``request``.

It bounds what a platform, or somebody who claims to be one, can do to us: a deadline for the whole exchange (a peer
that sends a byte now and then keeps nobody waiting), a limit to the answer's size, no redirects (a token would follow
them), and no connection into our own network: the address is checked after the one resolution that is also connected
to, so that a name cannot answer harmlessly at first and otherwise a moment later.
"""

import contextvars
import http.client
import io
import ipaddress
import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlsplit

import certifi
import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationValueError, NewConnectionError, ProtocolError
from urllib3.exceptions import TimeoutError as WireTimeoutError

Code = Literal["timeout", "connection", "too_large", "forbidden_address", "bad_url"]

USER_AGENT = "coexistence"
CHUNK = 16_384

#: When the exchange of this thread must be over, as ``time.monotonic()`` counts.
_deadline: contextvars.ContextVar[float] = contextvars.ContextVar("deadline")


class TransportError(Exception):
    """No answer that could be used. ``code`` says why; the text names the host, never a path, query or header."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code: Code = code


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer, whatever its status. Header names are matched in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is one of success, 200 to 299."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def text(self) -> str:
        """The body as UTF-8, whatever the answer claims to be; what does not fit is replaced."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON, whatever media type it claims (Moodle sends tokens as text/html); else ``ValueError``."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None


class Pool:
    """Connections kept alive between requests: at most ``connections`` to each host, shared by threads."""

    def __init__(self, *, connections: int = 4) -> None:
        self._manager = urllib3.PoolManager(
            num_pools=16, maxsize=connections, ssl_context=_tls(), headers={"User-Agent": USER_AGENT}
        )
        self._manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, limit: int) -> Reply:
        """One exchange within the deadline that ``request`` has set."""
        response = self._manager.urlopen(
            method,
            url,
            headers={"User-Agent": USER_AGENT, **headers},
            body=body,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(total=_remaining()),
        )
        received = bytearray()
        complete = False
        try:
            while chunk := response.read(CHUNK, decode_content=True):
                received += chunk
                if len(received) > limit:
                    raise TransportError("too_large", urlsplit(url).hostname or "")
                _remaining()
            complete = True
        finally:
            if not complete:
                response.close()
            response.release_conn()
        return Reply(status=response.status, headers=response.headers, body=bytes(received))

    def close(self) -> None:
        """Close the connections that nobody is using."""
        self._manager.clear()


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    data: bytes | str | None = None,
    pool: Pool | None = None,
    deadline: float = 10.0,
    limit: int = 1_000_000,
) -> Reply:
    """Send one request and read its whole answer; redirects are answers like any other.

    ``deadline`` is in seconds, from resolving the name to the last byte; ``limit`` in bytes, after decompression. A
    ``pool`` keeps connections between calls; without one a pool of the process is used. Raises ``TransportError``.
    """
    host = _checked_host(url)
    body = data.encode() if isinstance(data, str) else data
    token = _deadline.set(time.monotonic() + deadline)
    try:
        return (pool or _shared_pool()).send(method, url, headers or {}, body, limit)
    except (LocationValueError, ValueError):
        # Header values and paths that no request line can carry.
        raise TransportError("bad_url", host) from None
    except (HTTPError, OSError, http.client.HTTPException) as error:
        code: Code = "timeout" if _is_timeout(error) else "connection"
        raise TransportError(code, f"{host}: {type(error).__name__}") from None
    finally:
        _deadline.reset(token)


def _is_timeout(error: Exception) -> bool:
    if isinstance(error, ProtocolError) and len(error.args) > 1:
        return isinstance(error.args[1], TimeoutError)
    # A refused connection is, of all things, a kind of time-out to urllib3.
    return isinstance(error, TimeoutError | WireTimeoutError) and not isinstance(error, NewConnectionError)


def _checked_host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise TransportError("bad_url", "not a URL") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise TransportError("bad_url", "only http and https addresses are opened")
    if parts.scheme == "http" and not settings.LTI_ALLOW_HTTP:
        raise TransportError("bad_url", f"{host}: plain http is not allowed here")
    if parts.username is not None or parts.password is not None:
        raise TransportError("bad_url", f"{host}: an address must not carry a user name or password")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise TransportError("bad_url", f"{host}: an address must not contain spaces or control characters")
    return host


def _remaining() -> float:
    seconds = _deadline.get() - time.monotonic()
    if seconds <= 0:
        raise TransportError("timeout", "the deadline has passed")
    return seconds


class _DeadlineReader(io.RawIOBase):
    """Reads a socket under one deadline for all reads together, where a socket's own time-out counts each anew."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        # The unbuffered file keeps the socket open until the answer is read, also when the connection lets go of it.
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(_remaining())
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_DeadlineReader(sock))


class _GuardedConnection(HTTPConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        error: OSError = OSError("the name has no address")
        for address in _resolve(self._dns_host, self.port or self.default_port):
            if not (settings.LTI_ALLOW_PRIVATE_ADDRESSES or _is_public(address[0])):
                raise TransportError("forbidden_address", f"{self.host} is not an address of the public internet")
            try:
                sock = socket.create_connection(address, timeout=_remaining())
            except OSError as failure:
                error = failure
                continue
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            return sock
        raise error

    def send(self, data: Any) -> None:
        if self.sock is not None:
            # A kept connection still has what was left of the time of its last exchange.
            self.sock.settimeout(_remaining())
        super().send(data)


class _GuardedTlsConnection(_GuardedConnection, HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _GuardedConnection


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _GuardedTlsConnection


def _resolve(host: str, port: int) -> list[tuple[str, int]]:
    """The addresses of ``host``, by a thread of its own: the system's resolver takes no time-out."""
    found: queue.SimpleQueue[list[tuple[str, int]] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(str(row[4][0]), int(row[4][1])) for row in rows])
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError("not a host name"))

    threading.Thread(target=look_up, daemon=True, name="resolve").start()
    try:
        result = found.get(timeout=_remaining())
    except queue.Empty:
        raise TransportError("timeout", f"{host}: no address in time") from None
    if isinstance(result, OSError):
        raise result
    return result


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return ip.is_global and not ip.is_multicast


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The system's certificate authorities, which an institution may extend, and the usual ones where it has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@lru_cache(maxsize=1)
def _shared_pool() -> Pool:
    return Pool()
