"""Where a demo may live, and the sentence that a person reads when it may not."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lti.demo.places import Place, PlaceError
from lti.demo.programs import programs
from tests.ports import free_port


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_free_place_is_made_ready(tmp_path: Path) -> None:
    place = Place(free_port(), free_port(), tmp_path / "new")
    place.check()
    assert place.logs.is_dir()


def test_a_taken_port_is_said_with_the_variable_that_moves_it(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(PlaceError, match=f"Port {taken_port} is taken: choose another one with PORT="):
        Place(taken_port, free_port(), tmp_path).check()
    with pytest.raises(PlaceError, match=f"Port {taken_port} is taken: choose another one with SANDBOX_PORT="):
        Place(free_port(), taken_port, tmp_path).check()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_said(tmp_path: Path, port: int) -> None:
    with pytest.raises(PlaceError, match=f"PORT={port} is no port"):
        Place(port, free_port(), tmp_path).check()


def test_one_port_does_not_serve_two(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(PlaceError, match=f"cannot share port {port}"):
        Place(port, port, tmp_path).check()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlaceError, match="name another folder with DATA_DIR="):
        Place(free_port(), free_port(), tmp_path / "file" / "data").check()


def test_a_folder_holds_one_demo_at_a_time(tmp_path: Path) -> None:
    place = Place(8000, 8001, tmp_path)
    handle = place.occupy()
    with pytest.raises(PlaceError, match="Another demo is running"):
        place.occupy()
    os.close(handle)
    os.close(place.occupy())


def test_the_sandbox_gets_nothing_of_the_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://tool@127.0.0.1/tool")
    monkeypatch.setenv("SECRET_KEY", "the tool's own")
    tool, worker, sandbox = programs(Place(8000, 8001, tmp_path))
    assert tool.env["DATABASE_URL"] == worker.env["DATABASE_URL"] == "postgres://tool@127.0.0.1/tool"
    assert not {"DATABASE_URL", "SECRET_KEY", "DATA_DIR"} & sandbox.env.keys()
    assert (sandbox.env["SANDBOX_URL"], sandbox.env["TOOL_URL"]) == ("http://127.0.0.1:8001", "http://localhost:8000")
