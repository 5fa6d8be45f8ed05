"""Accounts belong to the administration; what learners and platforms see knows nothing of them."""

import pytest
from django.test import Client
from django.urls import reverse

from coexistence.administration import PATH

pytestmark = pytest.mark.django_db

HELD = ("session", "auser", "_messages")


def test_the_administration_has_them(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index"))
    assert page.status_code == 200
    assert reverse("admin:index") == PATH
    assert all(hasattr(page.wsgi_request, name) for name in HELD)


@pytest.mark.parametrize("path", ["/", "/livez", "/lti/launch/", "/api/v1/"])
def test_nothing_else_does_even_for_somebody_who_is_logged_in(admin_client: Client, path: str) -> None:
    page = admin_client.get(path)
    assert not any(hasattr(page.wsgi_request, name) for name in HELD)
    assert not page.cookies
