"""Ports for programs that tests start."""

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager

# Below the range that Linux and macOS give to outgoing connections: of those, one may take a port between the look
# at it here and the program's bind, and a busy run makes thousands.
FIRST, LAST = 12_000, 32_000

# Two test processes of one seed must not look at the same ports.
dice = random.SystemRandom()

# A port is still free after it was given and before its program listens there: none is given twice by one process.
given: set[int] = set()


def free_ports(count: int) -> int:
    """The first of ``count`` ports in a row on which a program may listen now."""
    for _ in range(100):
        first = dice.randrange(FIRST, LAST - count)
        row = range(first, first + count)
        if given.isdisjoint(row) and all(_is_free(port) for port in row):
            given.update(row)
            return first
    raise OSError(f"no {count} free ports in a row between {FIRST} and {LAST}")


def free_port() -> int:
    return free_ports(1)


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port at which every connection is refused, and at which nobody else can begin to listen meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: what an ended connection leaves behind does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
