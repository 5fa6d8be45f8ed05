"""The Open edX site as a process, the tool as a server, and people who go from one to the other."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import call_command

from coexistence.content.models import Unit
from lti import grades, sending
from lti.grades import bell
from lti.models import Registration, ScoreDelivery
from lti.protocol import keys, tokens
from tests.browser.stack import wait_for
from tests.factories import QuizFactory, UnitFactory
from tests.ports import free_port

from .browser import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".venv-openedx"
START_SECONDS = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Copied there when everything in it has been installed.
    if (PEER / "requirements.lock").exists():
        return
    missing = pytest.mark.skip(reason="no environment with Open edX's LTI consumer; `make peer` makes it")
    for item in items:
        if "tests/platform/" in str(item.path):
            item.add_marker(missing)


@pytest.fixture(scope="session")
def openedx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running site."""
    folder = tmp_path_factory.mktemp("openedx")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PEER / "bin" / "python", "-m", "tests.platform.openedx.serve", str(port), str(folder / "site.sqlite3")],
            cwd=ROOT,
            # Nothing of the tool's environment: the site has packages, settings and a database of its own.
            env={"PATH": os.environ.get("PATH", ""), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(address, process, folder / "log")
            yield address
        finally:
            process.terminate()
            process.wait(90)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            requests.get(address, timeout=5)
        except requests.RequestException:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, f"The Open edX site did not start.\n{log.read_text()}"
            time.sleep(0.1)
        else:
            return


@dataclass
class Activity:
    """A block of the Open edX course, connected with the tool."""

    site: str
    number: int
    registration: Registration

    def get(self, path: str) -> Any:
        response = requests.get(f"{self.site}/{path}", timeout=20)
        assert response.status_code == 200, response.text
        return response.json()

    @property
    def items(self) -> list[dict[str, Any]]:
        """What deep linking has left in the block."""
        return self.get(f"studio/activities/{self.number}")["items"]

    @property
    def location(self) -> str:
        return self.get(f"studio/activities/{self.number}")["location"]

    @property
    def gradebook(self) -> dict[str, float]:
        """The share of the full mark, by user name."""
        return self.get(f"gradebook/{self.number}")

    def deliver(self) -> None:
        """Send what waits, as a worker does; a second message waits for the second after the first."""
        due = ScoreDelivery.objects.filter(registration=self.registration, next_try_at__isnull=False)

        def nothing_left() -> bool:
            grades.deliver(registration_id=self.registration.pk)
            return not due.filter(state=ScoreDelivery.State.WAITING).exists()

        wait_for(nothing_left, 90, what="the delivery of what waits")


@dataclass
class Person:
    """Somebody with an account on the site, and their browser."""

    browser: Browser
    activity: Activity
    external_id: str

    def start(self, path: str = "") -> Page:
        """Open the block; the site's page then holds the message for the tool."""
        page = self.browser.open(f"{self.activity.site}/course/{self.activity.number}{path}")
        assert page.status == 200, page.text
        return page

    def launch(self) -> Page:
        """Open the tool from the block."""
        page = self.start()
        return self.browser.send(page, page.form(having="id_token"))

    def select(self) -> Page:
        """Open the tool's picker from the block."""
        page = self.start("/select")
        return self.browser.send(page, page.form(having="id_token"))


@pytest.fixture
def unit(transactional_db: None) -> Unit:
    unit = UnitFactory(slug="thaw", title="The Thaw")
    QuizFactory(unit=unit, types=("true_false", "single_choice"))
    return unit


@pytest.fixture
def activity(unit: Unit, live_server: Any, openedx: str, monkeypatch: pytest.MonkeyPatch) -> Activity:
    """A new block, registered with the tool by the values that Studio shows."""
    monkeypatch.setattr(bell, "_ring", lambda registration_id, at: None)
    tokens._known.clear()
    sending.pool_of.cache_clear()
    keys.ensure_tool_key()
    tool = live_server.url
    response = requests.post(
        f"{openedx}/studio/activities",
        json={
            "login_url": f"{tool}/lti/login/",
            "launch_url": f"{tool}/lti/launch/",
            "keys_url": f"{tool}/lti/jwks/",
        },
        timeout=20,
    )
    assert response.status_code == 201, response.text
    shown = response.json()
    call_command(
        "lti_register",
        "--name=Open edX",
        "--platform=openedx",
        f"--issuer={shown['issuer']}",
        f"--client-id={shown['client_id']}",
        f"--deployment-id={shown['deployment_id']}",
        f"--auth-url={shown['oidc_callback']}",
        f"--token-url={shown['token_url']}",
        f"--jwks-url={shown['keyset_url']}",
    )
    return Activity(openedx, shown["activity"], Registration.objects.get(client_id=shown["client_id"]))


@pytest.fixture
def person(activity: Activity) -> Iterator[Callable[[str], Person]]:
    """A function that signs somebody in to the site; staff are those whose names begin with ``teacher``."""
    browsers: list[Browser] = []

    def sign_in(name: str) -> Person:
        browsers.append(Browser())
        page = browsers[-1].open(f"{activity.site}/sign-in/{name}")
        assert page.status == 200, page.text
        return Person(browsers[-1], activity, page.json()["external_id"])

    yield sign_in
    for browser in browsers:
        browser.close()
