"""A broker that needs no server: messages are files in a folder, which may vanish at any moment.

It is kombu's filesystem transport with three differences. Its folders are made again whenever they are missing, by
publisher and worker alike, together with the bindings that stood in them; a message comes into being whole, by a
rename, and is taken by a rename, so that no half of one is ever read and nothing is left in the system's temporary
folder; and whatever is unreadable counts as no message. That is enough, because messages here only ring a bell: what is
to be done stands in the database, and a sweep finds what no bell announced.
"""

import logging
import time
import uuid
from collections import deque
from pathlib import Path
from queue import Empty
from typing import Any, cast

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

SCHEME = "doorbell"
# kombu warns, for every connection, of an address without a host.
URL = f"{SCHEME}://localhost/"
#: A message that was taken but not removed by then belongs to a worker that was killed in between.
TAKEN_FOR_GOOD = 60.0

log = logging.getLogger(__name__)

Binding = filesystem.exchange_queue_t


class Channel(filesystem.Channel):
    """Reads and writes the folder named by the transport option ``folder``."""

    #: What this process has bound, by exchange; it outlives the files that say so.
    bindings: dict[str, list[Binding]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listed: dict[str, deque[str]] = {}
        self._complained_at = float("-inf")
        self._guard(self._clear_taken)

    @property
    def folder(self) -> Path:
        return Path(self.transport_options["folder"])

    @property
    def messages(self) -> Path:
        return self.folder / "messages"

    @property
    def taken(self) -> Path:
        return self.folder / "taken"

    @property
    def control_folder(self) -> Path:
        return self.folder / "control"

    def get_table(self, exchange: str) -> list[Binding]:  # type: ignore[override]
        known = self.bindings.get(exchange, [])
        return [*known, *(found for found in self._read_table(exchange) if found not in known)]

    def _table(self, exchange: str) -> Path:
        return cast("Path", super()._exchange_file(exchange))  # type: ignore[misc]

    def _read_table(self, exchange: str) -> list[Binding]:
        try:
            return [Binding(*row) for row in loads(self._table(exchange).read_text())]
        except (OSError, ValueError, TypeError):
            return []

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        known = self.bindings.setdefault(exchange, [])
        if binding not in known:
            known.insert(0, binding)
        self._guard(lambda: self._write_table(exchange))

    def _write_table(self, exchange: str) -> None:
        if self._read_table(exchange) != (table := self.get_table(exchange)):
            self._write(self._table(exchange), dumps(table))

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        gone = Binding(routing_key or "", pattern or "", queue or "")
        left = [binding for binding in self.get_table(exchange) if binding != gone]
        self.bindings[exchange] = [binding for binding in self.bindings.get(exchange, []) if binding != gone]
        self._guard(lambda: self._write(self._table(exchange), dumps(left)))
        self._purge(queue)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        # The time comes first so that names sort by age; the clock of the wall, which all processes share.
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        self._write(self.messages / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        listed = self._listed.get(queue)
        if not listed:
            listed = self._listed[queue] = deque(self._guard(lambda: self._names(queue)) or ())
        while listed:
            payload = self._take(listed.popleft())
            if payload is not None:
                return payload
        raise Empty

    def _names(self, queue: str) -> list[str]:
        end = f".{queue}.msg"
        try:
            return sorted(path.name for path in self.messages.iterdir() if path.name.endswith(end))
        except FileNotFoundError:
            self._make_folders()
            return []

    def _take(self, name: str) -> Any:
        """The message in the file ``name``; None where another worker was faster, or nothing readable is left."""
        mine = self.taken / name
        try:
            (self.messages / name).rename(mine)
            payload = loads(mine.read_text())
            mine.unlink(missing_ok=True)
        except FileNotFoundError:
            self._guard(self._make_folders)
        except (OSError, ValueError):
            log.warning("A message of the broker's folder was unreadable and is dropped: %s", name)
        else:
            properties = payload.get("properties") if isinstance(payload, dict) else None
            if isinstance(properties, dict) and "delivery_tag" in properties:
                return payload
        return None

    def _purge(self, queue: str) -> int:
        names = self._guard(lambda: self._names(queue)) or []
        for name in names:
            (self.messages / name).unlink(missing_ok=True)
        return len(names)

    def _size(self, queue: str) -> int:
        return len(self._guard(lambda: self._names(queue)) or [])

    def _make_folders(self) -> None:
        for folder in (self.messages, self.taken, self.control_folder):
            folder.mkdir(parents=True, exist_ok=True)
        for exchange in self.bindings:
            self._write_table(exchange)

    def _write(self, path: Path, text: str) -> None:
        """Write the whole file or none of it; its folder may go missing between any two steps."""
        for last in (False, False, True):
            part = self.folder / f"{uuid.uuid4().hex}.part"
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                part.write_text(text)
                part.rename(path)
            except FileNotFoundError:
                if last:
                    raise
            else:
                return

    def _clear_taken(self) -> None:
        self._make_folders()
        ended = time.time() - TAKEN_FOR_GOOD
        for path in (*self.taken.iterdir(), *self.folder.glob("*.part")):
            try:
                if path.stat().st_mtime < ended:
                    path.unlink()
            except FileNotFoundError:
                continue

    def _guard(self, step: Any) -> Any:
        """Run ``step``; a worker survives what the folder does to it, and says so once a minute."""
        try:
            return step()
        except OSError as error:
            if time.monotonic() - self._complained_at > 60:
                self._complained_at = time.monotonic()
                log.warning("The broker's folder cannot be used: %s", error)
            return None


class Transport(filesystem.Transport):
    """The transport behind ``doorbell://``."""

    Channel = Channel
    driver_type = driver_name = SCHEME
    #: Seconds between two looks into the folder: how long a bell may go unheard.
    polling_interval = 0.25


def transport_options(url: str, *, folder: Path) -> dict[str, Any]:
    """What Celery is to tell the transport of ``url``: one try and short time-outs for whoever publishes."""
    scheme = url.partition("://")[0].partition("+")[0]
    # Without these a channel is asked for until the broker answers, whatever the publisher's own policy says. A worker
    # goes by Celery's settings for its connection and is not bound by them.
    options: dict[str, Any] = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    if scheme == SCHEME:
        options["folder"] = str(folder)
    elif scheme in {"redis", "rediss"}:
        options["socket_connect_timeout"] = 1
        options["socket_timeout"] = 3
        # A message that its worker did not acknowledge comes back after this many seconds.
        options["visibility_timeout"] = 3600
    elif scheme in {"amqp", "amqps", "pyamqp"}:
        options["write_timeout"] = 2
    return options


def register() -> None:
    """Make ``doorbell://`` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
