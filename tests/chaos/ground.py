"""The database of a run: a PostgreSQL cluster of its own, which may be crashed and restarted, or SQLite."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Protocol

from tests.ports import free_port


class Ground(Protocol):
    """Where the tool's data lies, and what can be done to it."""

    name: str
    url: str

    def disturb(self, seconds: float) -> None:
        """Take the database away from everybody for so long."""

    def close(self) -> None:
        """Remove what the run has made."""


class Postgres:
    """A cluster in a folder of the run's, on a port of its own. No other cluster is ever touched."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self._programs = programs()
        assert self._programs is not None
        self._port = free_port()
        folder.mkdir()
        self._data, self._log = folder / "cluster", folder / "cluster.log"
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            for above in folder.parents:
                if above.stat().st_uid == os.getuid() and above != Path("/"):
                    above.chmod(above.stat().st_mode | 0o011)
                if above == Path("/tmp"):
                    break
        self._call("initdb", "-D", str(self._data), "-U", "chaos", "-A", "trust", "-E", "UTF8", "--locale=C")
        self._control("start")
        self.url = f"postgres://chaos@127.0.0.1:{self._port}/postgres"

    def _call(self, program: str, *arguments: str) -> None:
        assert self._programs is not None
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=self._user, cwd="/")

    def _control(self, action: str, *arguments: str) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._data.parent}"
        options += " -c max_connections=60"
        self._call("pg_ctl", "-D", str(self._data), "-l", str(self._log), "-w", "-o", options, *arguments, action)

    def disturb(self, seconds: float) -> None:
        # As if its machine had lost power: what was not committed is gone, and every connection with it.
        self._control("stop", "-m", "immediate")
        time.sleep(seconds)
        self._control("start")

    def close(self) -> None:
        self._control("stop", "-m", "immediate")


class Sqlite:
    """A file. It cannot restart; a writer that holds its lock is the worst that happens to it."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._path = folder / "chaos.sqlite3"
        self.url = f"sqlite:///{self._path}"

    def disturb(self, seconds: float) -> None:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def close(self) -> None:
        pass


def programs() -> Path | None:
    """The folder of PostgreSQL's own programs; None where there is none, or nobody to run them as."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("pg_ctl")
    places += [Path(found).parent] if found else []
    if os.getuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return None
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)
