"""Counts the SQL statements of a process, for whoever measures it from outside.

Each process keeps its count in a file of eight bytes, named by its number, in the folder ``BENCH_STATEMENTS``.
"""

import mmap
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

#: What opens and closes transactions is not counted: databases differ in how much of it can be seen.
UNCOUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
COUNT = struct.Struct("<q")


class Counter:
    """This process's count; safe among its threads, and begun anew in a forked child."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._pid = 0

    def add(self) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                path = self._folder / str(self._pid)
                path.write_bytes(COUNT.pack(0))
                with path.open("r+b") as file:
                    self._memory = mmap.mmap(file.fileno(), COUNT.size)
            (count,) = COUNT.unpack(self._memory)
            self._memory[:] = COUNT.pack(count + 1)


def total(folder: Path) -> int:
    """The statements of all processes that count into ``folder``."""
    return sum(COUNT.unpack(path.read_bytes())[0] for path in folder.iterdir())


class Counting(AppConfig):
    name = "tests.bench.counting"
    label = "bench_counting"

    def ready(self) -> None:
        folder = os.environ.get("BENCH_STATEMENTS")
        if not folder:
            return
        counter = Counter(Path(folder))

        def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            if not sql.lstrip().upper().startswith(UNCOUNTED):
                counter.add()
            return execute(sql, params, many, context)

        def begin(connection: Any, **kwargs: Any) -> None:
            if count not in connection.execute_wrappers:
                connection.execute_wrappers.append(count)

        # Weakly referenced receivers would be gone when this method returns.
        connection_created.connect(begin, weak=False)
