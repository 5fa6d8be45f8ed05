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

pytestmark = pytest.mark.django_db(transaction=True)


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
    # One try, and no longer than that.
    assert (app.conf.task_publish_retry, app.conf.broker_connection_timeout) == (False, 1)
    assert "The bell deliver of 7 could not be rung" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_nobody_listens_where_the_broker_was(use_broker, caplog, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    use_broker(f"{scheme}://127.0.0.1:{port}//")
    for _ in range(3):
        grades.ring(7, at=timezone.now())
    assert caplog.text.count("The bell deliver of 7 could not be rung") == 3


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
