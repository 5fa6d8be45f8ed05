"""The preview: the unit's own pages in a frame, what is to mend beside it, and items with their keys."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from coexistence.content.management.commands.new_unit import STARTER
from coexistence.web.preview import desk as desks
from tests.content.small_unit import FILES, WITHOUT_ITEMS, write_unit
from tests.web.pages import sound

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, settings, db: None) -> Iterator[Path]:
    """The small unit without its items, whose type is for other tests, on a desk."""
    settings.ROOT_URLCONF = "coexistence.web.preview.urls"
    write_unit(tmp_path, WITHOUT_ITEMS)
    desks.set_up(desks.Desk(folder=tmp_path))
    yield tmp_path
    desks._desks.clear()


def save(path: Path, old: str, new: str) -> None:
    """Save a file of the small unit with one thing replaced, as its author would."""
    text = FILES[path.name].split("routes:")[0]
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_the_unit_is_in_a_frame_and_reloads_when_a_file_is_saved(folder: Path, client: Client) -> None:
    page = sound(client.get("/"))
    assert "Nothing to mend." in page.text
    assert "frame-src 'self'" in client.get("/")["Content-Security-Policy"]
    (address,) = page.values("src")[:1]
    assert "Three of them" in sound(client.get(address)).text
    digest = client.get("/preview/state/").json()["digest"]
    assert digest in page.values("data-digest")
    assert client.get("/preview/state/").json()["digest"] == digest
    save(folder / "unit.yaml", "Three of them", "Four of them")
    assert client.get("/preview/state/").json()["digest"] != digest
    assert "Four of them" in sound(client.get(address)).text


def test_what_is_to_mend_stands_beside_the_last_good_version(folder: Path, client: Client) -> None:
    address = sound(client.get("/")).values("src")[0]
    save(folder / "people.yaml", "born: 1871", "born: x")
    client.get("/preview/state/")
    margin = client.get("/preview/troubles/").content.decode()
    assert "people.yaml:3" in margin
    assert "born: x" in margin
    assert "Found &#x27;x&#x27;; expected a whole number" in margin
    assert "Otto Brook" in sound(client.get(address.replace("lesson/", "lesson/arches/"))).text
    save(folder / "people.yaml", "text: She built.", "text: She <b>built</b>.")
    client.get("/preview/state/")
    assert "Look again" in client.get("/preview/troubles/").content.decode()


def test_a_unit_that_was_never_right_shows_what_to_mend(tmp_path: Path, folder: Path, client: Client) -> None:
    (folder / "unit.yaml").write_text("title: Bridges")
    desks.set_up(desks.Desk(folder=folder))
    page = sound(client.get("/"))
    assert "No version of this unit could be loaded yet" in page.text
    assert "unit.yaml:1" in page.text
    assert "There are no items yet." in sound(client.get("/preview/items/")).text


def test_items_stand_beside_their_keys_and_feedback(folder: Path, client: Client) -> None:
    desks.set_up(desks.Desk(folder=STARTER))
    client.get("/")
    page = sound(client.get("/preview/items/"))
    assert page.has("input", type="radio")
    for words in ("how-often", "High and low water together make four.", "29", "The tides are explained by a force"):
        assert words in page.text
    assert page.text.index("how-often") < page.text.index("in-order")


def test_a_folder_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("preview", str(tmp_path / "nothing"))


def test_the_command_serves_on_this_machine_and_leaves_nothing_behind(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path), "COEXISTENCE_MODE": "test"}
    command = [sys.executable, "manage.py", "preview", str(STARTER), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            said = process.stdout.readline()
            address = re.match(r"(http://127\.0\.0\.1:\d+/) shows ", said)
            assert address, said
            html = urllib.request.urlopen(address[1]).read().decode()
            assert "Nothing to mend." in html
            frame = re.search(r'src="/(l/[^"]+)"', html)
            assert frame
            assert "Why the sea comes and goes" in urllib.request.urlopen(address[1] + frame[1]).read().decode()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
    assert list(tmp_path.iterdir()) == []
