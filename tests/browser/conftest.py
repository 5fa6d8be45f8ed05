"""A real Chromium, and the demo for it to walk through. Without Chromium these tests are skipped, and say so."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .stack import Stack

ARGUMENTS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A frame that goes from site to site and back, as at every launch, would change processes each time, and now and
    # then Playwright loses it on the way and waits for ever. Sites, cookies and storage stay as separate as ever.
    "--disable-site-isolation-trials",
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, in which Django would refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # A page that is slow to come on a busy machine is no failure.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        # The strictest of what learners' browsers do: no cookie across sites but partitioned ones.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--test-third-party-cookie-phaseout"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo, started once for all walks and stopped without a trace."""
    with Stack(tmp_path_factory.mktemp("demo") / "data").started() as stack:
        yield stack
