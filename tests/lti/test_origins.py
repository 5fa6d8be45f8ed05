"""Who may frame the pages of a visit: the platform's own origins and the operator's list, and never everybody."""

import pytest
from django.test import Client

from coexistence.courses.models import Visit
from lti.models import Registration
from lti.origins import frame_ancestors, origin
from tests.factories import QuizFactory, UnitFactory

from .platform import Platform


def registration(**fields: str) -> Registration:
    return Registration(auth_url="https://lms.example/auth", issuer="https://lms.example", **fields)


def test_the_platforms_own_origins_and_that_of_the_way_back() -> None:
    found = frame_ancestors(registration(), ["https://school.example:8443/course/1", "", "https://LMS.example:443/"])
    assert found == ["https://lms.example", "https://school.example:8443"]


def test_canvas_frames_from_domains_of_its_own(settings) -> None:
    settings.LTI_FRAME_ANCESTORS = ["https://portal.example.edu"]
    found = frame_ancestors(registration(platform="canvas"), [])
    assert found == ["https://*.instructure.com", "https://lms.example", "https://portal.example.edu"]


@pytest.mark.parametrize(
    "address",
    ["*", "https://*", "https://*.example", "javascript:x", "https://a;b/", "https://", "https://a b/", "//a/"],
)
def test_no_address_lets_everybody_in_or_ends_the_policy(address: str) -> None:
    assert origin(address) is None
    assert frame_ancestors(registration(), [address]) == ["https://lms.example"]


@pytest.mark.django_db
def test_pages_with_a_session_say_who_and_pages_without_one_may_be_framed(platform: Platform, browser: Client) -> None:
    unit = UnitFactory()
    QuizFactory(unit=unit, types=("true_false",))
    inside = browser.get(platform.launch(browser)["Location"], follow=True)
    closed = Client().get(f"/l/{Visit.objects.get().pk}/")
    refused = Client().post("/lti/launch/")

    def ancestors(response) -> list[str]:
        policy = dict(part.split(None, 1) for part in response["Content-Security-Policy"].split("; "))
        assert "X-Frame-Options" not in response
        return policy["frame-ancestors"].split()

    assert ancestors(inside) == ["'self'", platform.endpoint.url]
    assert "*" in ancestors(closed)
    assert ancestors(refused) == ["*"]
    assert not closed.cookies
    assert not refused.cookies
