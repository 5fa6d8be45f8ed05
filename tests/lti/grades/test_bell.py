"""Ringing the bell can neither fail nor delay whoever submits."""

import logging
import shutil
import socket
import threading
from collections.abc import Iterator

import pytest
from celery import Celery
from django.db import transaction
from django.utils import timezone

from coexistence import broker
from coexistence.celery import app
from lti import grades, tasks
from lti.grades import bell
from tests.ports import deaf_port

pytestmark = pytest.mark.django_db(transaction=True)

#: Seconds for which a broker that says nothing may keep whoever submits, and what adds to them.
LONGEST = 5
PATIENCE = {"socket_connect_timeout", "socket_timeout", "write_timeout"}


class DeadBroker:
    """Accepts connections and hangs up, or says nothing at all; counts them."""

    def __init__(self) -> None:
        self.silent = False
        self._kept: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.tries = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.tries += 1
            if self.silent:
                self._kept.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def dead() -> Iterator[DeadBroker]:
    server = DeadBroker()
    yield server
    server.close()


@pytest.fixture
def use_broker(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """A function that points Celery at another broker for one test, configured as the settings would."""
    made: list[Celery] = []
    # Celery reads the variable itself, over its configuration.
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)

    def use(url: str) -> None:
        other = Celery("other", set_as_current=False)
        other.conf.update(
            {name: app.conf[name] for name in ("task_publish_retry", "broker_connection_timeout", "task_ignore_result")}
        )
        other.conf.update(
            broker_url=url, broker_transport_options=broker.transport_options(url, folder=tmp_path / "broker")
        )
        made.append(other)
        tasks.deliver.bind(other)

    yield use
    tasks.deliver.bind(app)
    for other in made:
        other.close()


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_broker_that_is_down_is_tried_once(dead: DeadBroker, use_broker, caplog, scheme: str, silent: bool) -> None:
    dead.silent = silent
    use_broker(f"{scheme}://user:secret@127.0.0.1:{dead.port}//")
    with caplog.at_level(logging.WARNING), transaction.atomic():
        grades.ring(7, at=timezone.now())
    assert dead.tries == 1
    assert "The bell deliver of 7 could not be rung" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_nobody_listens_where_the_broker_was(use_broker, caplog, monkeypatch, scheme: str) -> None:
    def wait(seconds: float) -> None:
        raise AssertionError(f"whoever submits was to wait {seconds} s")

    # A client that tries again, sleeps in between.
    monkeypatch.setattr("time.sleep", wait)
    with deaf_port() as port:
        use_broker(f"{scheme}://127.0.0.1:{port}//")
        for _ in range(3):
            grades.ring(7, at=timezone.now())
    assert [record.getMessage() for record in caplog.records if record.name == bell.__name__] == [
        "The bell deliver of 7 could not be rung: OperationalError"
    ] * 3


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_silent_broker_is_not_waited_for_longer_than_a_moment(tmp_path, scheme: str) -> None:
    options = broker.transport_options(f"{scheme}://127.0.0.1//", folder=tmp_path)
    waits = [value for name, value in options.items() if name in PATIENCE]
    assert waits
    assert sum(waits) + app.conf.broker_connection_timeout <= LONGEST


def test_nothing_is_rung_for_what_is_undone(use_broker, tmp_path) -> None:
    use_broker(broker.URL)
    with transaction.atomic():
        grades.ring(7, at=timezone.now())
        transaction.set_rollback(True)
    assert list((tmp_path / "broker").glob("messages/*")) == []


def test_the_folder_is_made_again_between_two_bells(use_broker, tmp_path) -> None:
    use_broker(broker.URL)
    for _ in range(3):
        grades.ring(7, at=timezone.now())
        assert len(list((tmp_path / "broker" / "messages").iterdir())) == 1
        shutil.rmtree(tmp_path / "broker")


def test_a_folder_that_cannot_be_written_is_no_error(use_broker, tmp_path, caplog) -> None:
    (tmp_path / "broker").write_text("in the way")
    use_broker(broker.URL)
    grades.ring(7, at=timezone.now())
    assert "could not be rung" in caplog.text


def test_what_is_due_much_later_is_left_to_the_sweep(use_broker, tmp_path) -> None:
    use_broker(broker.URL)
    grades.ring(7, at=timezone.now() + bell.SOON * 2)
    assert list((tmp_path / "broker").glob("messages/*")) == []
