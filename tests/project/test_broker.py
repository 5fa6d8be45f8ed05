"""The broker without a server: nothing that happens to its folder stops a publisher or a worker."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue

from coexistence import broker

broker.register()
QUEUE = Queue("bells", Exchange("bells", type="direct"), routing_key="bells")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # As in a process that has just started.
    broker.Channel.bindings.clear()
    broker.Transport.global_state.clear()
    return tmp_path / "broker"


@pytest.fixture
def connection(folder: Path) -> Iterator[Connection]:
    options = broker.transport_options(broker.URL, folder=folder)
    with Connection(broker.URL, transport_options=options) as opened:
        yield opened


def publish(connection: Connection, *bodies: object) -> None:
    with connection.Producer() as producer:
        for body in bodies:
            producer.publish(body, exchange=QUEUE.exchange, routing_key="bells", declare=[QUEUE])


def received(connection: Connection) -> list[object]:
    """Everything that lies there, as a worker would receive it."""
    found = []
    with connection.channel() as channel:
        while True:
            try:
                found.append(channel._get("bells"))
            except Empty:
                return [channel.message_to_python(payload).decode() for payload in found]


def test_messages_come_in_order_and_once(connection: Connection, folder: Path) -> None:
    publish(connection, *range(30))
    assert received(connection) == list(range(30))
    assert received(connection) == []
    assert not [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".exchange"]


def test_nothing_is_left_in_the_temporary_folder(connection: Connection, monkeypatch, tmp_path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    publish(connection, 1, 2)
    assert received(connection) == [1, 2]
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("gone", ["", "messages", "taken", "control", "control/bells.exchange"])
def test_what_is_deleted_is_made_again(connection: Connection, folder: Path, gone: str) -> None:
    publish(connection, "before")
    received(connection)
    target = folder / gone
    target.unlink() if target.is_file() else shutil.rmtree(target)
    assert received(connection) == []
    publish(connection, "after")
    assert received(connection) == ["after"]


def test_a_publisher_that_has_declared_all_publishes_into_an_empty_place(connection: Connection, folder: Path) -> None:
    with connection.Producer() as producer:
        producer.publish(1, exchange=QUEUE.exchange, routing_key="bells", declare=[QUEUE])
        shutil.rmtree(folder)
        producer.publish(2, exchange=QUEUE.exchange, routing_key="bells")
    assert received(connection) == [2]


@pytest.mark.parametrize("content", ["", "{", "{}", '{"properties": 1}', "[]", "7", "\udcff"])
def test_a_broken_message_is_no_message(connection: Connection, folder: Path, content: str) -> None:
    publish(connection, "first")
    (folder / "messages" / "0_broken.bells.msg").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert received(connection) == ["first"]
    assert list((folder / "messages").iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", '{"a": 1}', "[1]"])
def test_a_broken_control_file_is_written_again(connection: Connection, folder: Path, content: str) -> None:
    publish(connection, 1)
    (folder / "control" / "bells.exchange").write_text(content)
    publish(connection, 2)
    assert received(connection) == [1, 2]


def test_a_message_that_vanishes_after_it_was_listed(connection: Connection, folder: Path) -> None:
    publish(connection, 1, 2, 3)
    with connection.channel() as channel:
        assert channel.message_to_python(channel._get("bells")).decode() == 1
        next(iter(sorted((folder / "messages").iterdir()))).unlink()
        assert channel.message_to_python(channel._get("bells")).decode() == 3


def test_two_workers_share_the_messages(folder: Path) -> None:
    options = broker.transport_options(broker.URL, folder=folder)
    with Connection(broker.URL, transport_options=options) as connection:
        publish(connection, *range(200))
    found: list[object] = []

    def work() -> None:
        with Connection(broker.URL, transport_options=options) as mine:
            found.extend(received(mine))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(found) == list(range(200))


def test_a_folder_that_comes_and_goes_all_the_time(connection: Connection, folder: Path) -> None:
    """Publishing may fail then, and says so; receiving never does."""
    stop = threading.Event()

    def destroy() -> None:
        while not stop.is_set():
            shutil.rmtree(folder, ignore_errors=True)

    vandal = threading.Thread(target=destroy)
    vandal.start()
    try:
        for number in range(100):
            try:
                publish(connection, number)
            except OSError:
                continue
            finally:
                received(connection)
    finally:
        stop.set()
        vandal.join()
    publish(connection, "at last")
    assert received(connection)[-1] == "at last"


def test_what_killed_workers_left_is_cleared(connection: Connection, folder: Path, monkeypatch) -> None:
    publish(connection, 1)
    (folder / "taken" / "old.bells.msg").write_text("{}")
    (folder / "half.part").write_text("{")
    monkeypatch.setattr(broker, "TAKEN_FOR_GOOD", -1.0)
    connection.channel().close()
    left = sorted(path.parent.name for path in folder.rglob("*") if path.is_file())
    assert left == ["control", "messages"]
