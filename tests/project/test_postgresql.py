"""Connections to PostgreSQL that are kept are looked at with care, and at no cost where there is nothing to see."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from psycopg import OperationalError

from coexistence.postgresql import base
from coexistence.settings import database

URL = "postgres://u:p@db.example:5433/tool"


class Line:
    """A connection as far as the look needs it; the other end of the line is the server's."""

    def __init__(self) -> None:
        self.ours, self.servers = socket.socketpair()
        self.closed = False

    def fileno(self) -> int:
        if self.closed:
            raise OperationalError("the connection is closed")
        return self.ours.fileno()

    def close(self) -> None:
        self.closed = True


class Wrapper(base.DatabaseWrapper):
    """Counts how often the server is asked whether it is there."""

    asked = 0

    def is_usable(self) -> bool:
        self.asked += 1
        return False


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.ours.close()
    line.servers.close()


@pytest.fixture
def wrapper(line: Line) -> Wrapper:
    """A connection that has just been looked at, and a new request that is about to use it."""
    wrapper = Wrapper({**settings.DATABASES["default"], **database(URL), "NAME": "tool", "TIME_ZONE": None})
    wrapper.connection = line
    wrapper.health_check_enabled, wrapper._looked_at = True, time.monotonic()
    return wrapper


def test_a_connection_that_was_used_just_now_costs_no_question(wrapper: Wrapper, line: Line) -> None:
    wrapper.close_if_health_check_failed()
    assert (wrapper.asked, wrapper.connection) == (0, line)


def test_a_server_that_said_something_is_asked(wrapper: Wrapper, line: Line) -> None:
    line.servers.send(b"terminating connection due to administrator command")
    wrapper.close_if_health_check_failed()
    assert (wrapper.asked, wrapper.connection) == (1, None)


def test_a_server_that_hung_up_is_asked(wrapper: Wrapper, line: Line) -> None:
    line.servers.close()
    wrapper.close_if_health_check_failed()
    assert (wrapper.asked, wrapper.connection) == (1, None)


def test_a_connection_that_is_closed_is_made_anew(wrapper: Wrapper, line: Line) -> None:
    line.closed = True
    wrapper.close_if_health_check_failed()
    assert (wrapper.asked, wrapper.connection) == (1, None)


def test_after_a_long_silence_the_server_is_asked(wrapper: Wrapper, line: Line) -> None:
    wrapper._looked_at -= base.SILENCE + 1
    wrapper.close_if_health_check_failed()
    assert (wrapper.asked, wrapper.connection) == (1, None)


@pytest.mark.parametrize(("query", "threshold"), [("", 0), ("?prepare=yes", 0), ("?prepare=no", None)])
def test_statements_are_prepared_unless_a_pooler_forbids_it(query: str, threshold: int | None) -> None:
    config = database(URL + query)
    assert config["OPTIONS"] == {"prepare_threshold": threshold}
    assert (config["ENGINE"], config["PORT"]) == ("coexistence.postgresql", 5433)
