"""Where a demo lives: its ports, its addresses and its folder, checked before anything starts."""

import errno
import fcntl
import os
import socket
from dataclasses import dataclass
from pathlib import Path

_FAMILIES = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


class PlaceError(Exception):
    """The demo cannot live here; the message says in one sentence what to change."""


@dataclass(frozen=True)
class Place:
    """Two ports and a folder. The two hosts differ by name, so that a browser takes them for different sites."""

    port: int
    sandbox_port: int
    data_dir: Path

    @property
    def tool_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    def check(self) -> None:
        """Raise ``PlaceError`` unless both ports can be had and the folder can be written."""
        if self.port == self.sandbox_port:
            raise PlaceError(f"The tool and the sandbox cannot share port {self.port}: give them different ones.")
        for variable, port in (("PORT", self.port), ("SANDBOX_PORT", self.sandbox_port)):
            _check_port(variable, port)
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PlaceError(
                f"Nothing can be kept in {self.data_dir} ({error.strerror}): name another folder with DATA_DIR=…"
            ) from None

    def occupy(self) -> int:
        """Take the folder for this process as long as it lives; return the descriptor that holds it.

        Two supervisors over one folder would mean two sweeps and two databases' worth of confusion.
        """
        handle = os.open(self.data_dir / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise PlaceError(
                f"Another demo is running in {self.data_dir}: stop it, or give this one a folder with DATA_DIR=…"
            ) from None
        return handle


def _check_port(variable: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise PlaceError(f"{variable}={port} is no port: name one between 1024 and 65535.")
    for family, address in _FAMILIES.items():
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                # As the server itself will: connections of the last demo that are still closing do not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except PermissionError:
            raise PlaceError(f"Port {port} needs an administrator: choose one from 1024 on with {variable}=…") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PlaceError(f"Port {port} is taken: choose another one with {variable}=…") from None
            # Without IPv6 on this machine there is nothing to be taken there.
            if family == socket.AF_INET:
                raise PlaceError(
                    f"Port {port} cannot be used ({error.strerror}): choose another one with {variable}=…"
                ) from None
