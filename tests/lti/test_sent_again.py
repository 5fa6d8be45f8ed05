"""A launch that is sent again: back to its visit in the browser that holds it, and refused everywhere else."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from coexistence.courses.models import Visit
from coexistence.courses.visits import LIFETIME
from lti.models import Deployment
from tests.factories import QuizFactory, UnitFactory

from .platform import INSTRUCTOR, Platform
from .test_refused_launches import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unit() -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))


class Sent:
    """A launch that has been, and can be sent again."""

    def __init__(self, platform: Platform, browser: Client, **changes: Any) -> None:
        self.platform = platform
        asked = platform.begin(browser)
        self.login = browser.cookies.copy()
        claims = platform.deep_linking if changes.pop("selecting", False) else platform.claims
        self.form = (asked["state"], platform.sign(claims(asked["nonce"], **changes)))
        self.answer = platform.post(browser, *self.form)

    def again(self, browser: Client) -> HttpResponse:
        return self.platform.post(browser, *self.form)


def test_the_browser_that_holds_the_visit_is_led_back(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser)
    for _ in range(2):
        again = sent.again(browser)
        assert (again.status_code, again["Location"]) == (303, sent.answer["Location"])
        assert "no-store" in again["Cache-Control"]
        assert browser.get(again["Location"], follow=True).status_code == 200
    assert Visit.objects.count() == 1


def test_a_visit_cookie_that_got_lost_is_given_back(platform: Platform, browser: Client) -> None:
    """The way back has a cookie of its own, with the same secret in it."""
    sent = Sent(platform, browser)
    del browser.cookies["visit"]
    assert sent.again(browser).cookies["visit"].value == sent.answer.cookies["visit"].value


def test_also_when_the_token_has_expired_but_not_when_the_login_has(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser)
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=9), tick=False):
        assert sent.again(browser).status_code == 303
    with time_machine.travel(now + timedelta(minutes=11), tick=False):
        assert code_of(sent.again(browser)) == "state_expired"


def test_another_browser_is_not(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser)
    # With nothing; with what the login had set; amid a launch of its own; with another visit's cookie.
    stranger, thief, other, guest = Client(), Client(), Client(), Client()
    thief.cookies = sent.login
    Sent(platform, other, sub="user-2", name="Somebody else")
    guest.cookies["visit"] = sent.answer.cookies["visit"].value
    for each in (stranger, thief, other, guest):
        answer = sent.again(each)
        assert (code_of(answer), answer.status_code) == ("replayed", 400)
        assert not answer.cookies
    assert Visit.objects.count() == 2


def test_a_secret_that_is_not_the_visits_opens_nothing(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser)
    (name,) = (name for name in browser.cookies if name.startswith("lti_login_"))
    good = browser.cookies[name].value
    for wrong in (good[:-1], f"{good}x", good.partition("~")[0] + "~", "~", f"{'v' * 16}~{good.partition('~')[2]}"):
        browser.cookies[name] = wrong
        assert code_of(sent.again(browser)) == "replayed"


def test_a_visit_that_has_ended_is_not_gone_back_to(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser)
    Visit.objects.update(expires_at=timezone.now() - LIFETIME)
    assert code_of(sent.again(browser)) == "replayed"


def test_a_visit_with_its_secret_in_the_path_is_not_opened_by_a_cookie(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser)
    Visit.objects.update(carrier=Visit.Carrier.PATH)
    assert code_of(sent.again(browser)) == "replayed"


def test_content_selection_is_gone_back_to_as_well(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser, selecting=True, roles=[INSTRUCTOR])
    again = sent.again(browser)
    assert re.fullmatch(r"/l/[\w-]{16}/select/", again["Location"])
    assert again["Location"] == sent.answer["Location"]
    assert browser.get(again["Location"]).status_code == 200


def test_where_nothing_was_opened_the_same_is_said_again(platform: Platform, browser: Client) -> None:
    sent = Sent(platform, browser, roles=[])
    for answer in (sent.answer, sent.again(browser)):
        assert (answer.status_code, code_of(answer)) == (200, "")
        assert "There is nothing for you to do here" in answer.content.decode()
    assert not Visit.objects.exists()


def test_what_was_refused_for_a_reason_that_has_passed_is_let_in(platform: Platform, browser: Client) -> None:
    """As when an administrator approves a deployment while somebody waits, who then presses reload."""
    sent = Sent(platform, browser, deployment_id="another")
    assert code_of(sent.answer) == "deployment_pending"
    Deployment.objects.update(state=Deployment.State.ACTIVE)
    assert sent.again(browser).status_code == 303
