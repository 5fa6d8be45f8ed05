"""What the tool stands on: the embedded default, or the services that the environment names."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

SERVICES = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL")
EMBEDDED = "embedded"


def configured(environment: Mapping[str, str]) -> str:
    """A name for the services that are named; empty where none is."""
    return " + ".join(urlsplit(environment[name]).scheme for name in SERVICES if environment.get(name))


@contextmanager
def prepared(*, embedded: bool, data: Path) -> Iterator[dict[str, str]]:
    """The environment of the tool on that ground, with a database and a queue of its own that go away afterwards."""
    environment = {
        **{name: value for name, value in os.environ.items() if not (embedded and name in SERVICES)},
        "COEXISTENCE_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "DATA_DIR": str(data),
        "CELERY_QUEUE": f"bench-{os.getpid()}",
        # Statements are counted, and the sweep's are not those of a score.
        "SWEEP_SECONDS": "3600",
        "LOG_LEVEL": "WARNING",
    }
    url = environment.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield environment
        return
    parts = urlsplit(url)
    name = f"{parts.path.lstrip('/')}_bench_{os.getpid()}"
    identifier = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        try:
            yield {**environment, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
