"""A browser that has lost its connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext


@contextmanager
def offline(context: BrowserContext) -> Iterator[None]:
    """Pages of ``context`` know that they are offline, and nothing of theirs gets out until the end."""
    # Chromium on a busy machine lets through what is to outlive its page (``keepalive``), offline or not.
    context.route("**/*", lambda route: route.abort("internetdisconnected"))
    context.set_offline(True)
    try:
        yield
    finally:
        context.set_offline(False)
        context.unroute("**/*")
