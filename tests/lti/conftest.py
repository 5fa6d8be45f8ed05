from collections.abc import Iterator

import pytest
from django.test import Client

from .platform import Endpoint, Platform


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A platform's web server."""
    server = Endpoint()
    yield server
    server.close()


@pytest.fixture
def platform(db: None, endpoint: Endpoint) -> Platform:
    """A registered platform with one active deployment."""
    return Platform(endpoint)


@pytest.fixture
def browser() -> Client:
    """A browser that keeps cookies, and has Django's checks of forms switched on as in life."""
    return Client(enforce_csrf_checks=True)
