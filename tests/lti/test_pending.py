"""Launches whose cookie did not come back: by the platform's storage, or in a new window, and by nothing else."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coexistence.courses.models import Enrollment, Visit
from lti import cleaning, pending
from lti.models import LtiUser, PendingLaunch, Registration
from lti.protocol import state as states
from tests.factories import QuizFactory, UnitFactory

from .platform import INSTRUCTOR, Platform, query
from .test_refused_launches import KEPT, check_refused, code_of

pytestmark = pytest.mark.django_db

OURS = {"HTTP_ORIGIN": "http://testserver"}
TARGET = "post_message_forwarding"


@pytest.fixture(autouse=True)
def unit() -> Any:
    unit = UnitFactory(title="Peaceful coexistence")
    QuizFactory(unit=unit, types=("true_false",))
    return unit


def attribute(response: HttpResponse, name: str) -> str:
    match = re.search(rf'\b{name}="([^"]*)"', response.content.decode())
    assert match, response.content.decode()
    return unescape(match[1])


def secret_in(response: HttpResponse) -> str:
    match = re.search(r'name="pending" value="([^"]+)"', response.content.decode())
    assert match, response.content.decode()
    return match[1]


def login_with_storage(platform: Platform, browser: Client, **more: Any) -> tuple[dict[str, str], HttpResponse]:
    """The authorization request that the page of a login leads to, and that page."""
    page = platform.login(browser, lti_storage_target=TARGET, **more)
    assert page.status_code == 200
    address = re.search(r'href="([^"]+)" data-next', page.content.decode())
    assert address
    return dict(parse_qsl(urlsplit(unescape(address[1])).query)), page


def without_cookies(platform: Platform, **changes: Any) -> HttpResponse:
    """The answer to a good launch in a browser that keeps nothing, of a platform without storage."""
    asked = platform.begin(Client())
    token = platform.sign(platform.claims(**{"nonce": asked["nonce"], **changes}))
    return platform.post(Client(), asked["state"], token)


def with_storage(platform: Platform, **changes: Any) -> tuple[HttpResponse, str]:
    """The same where the platform keeps values: the answer, and the value that it was given at login."""
    asked, page = login_with_storage(platform, Client())
    token = platform.sign(platform.claims(**{"nonce": asked["nonce"], **changes}))
    return platform.post(Client(), asked["state"], token), attribute(page, "data-value")


# --- Login ------------------------------------------------------------------------------------------------------------


def test_a_login_with_storage_is_a_page_that_needs_no_script(platform: Platform) -> None:
    browser = Client()
    asked, page = login_with_storage(platform, browser)
    assert asked["response_mode"] == "form_post"
    assert asked["lti_message_hint"] == '{"cmid":3,"launchid":"x,y"}'
    assert attribute(page, "data-target") == TARGET
    assert attribute(page, "data-origin") == platform.endpoint.url
    value = attribute(page, "data-value")
    # 256 bits, and neither the state nor anything that could be found out from it.
    assert len(value) == 43
    assert value not in asked["state"]
    assert len(attribute(page, "data-key")) < 20
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert page["Cache-Control"] == "no-store"
    (cookie,) = page.cookies.values()
    assert cookie["samesite"] == "None"
    assert cookie["partitioned"]


def test_a_login_with_storage_writes_nothing(platform: Platform) -> None:
    with CaptureQueriesContext(connection) as queries:
        login_with_storage(platform, Client())
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


@pytest.mark.parametrize("target", ["", "a frame", "x" * 101, "javascript:'x'", "<b>"])
def test_a_target_that_names_no_frame_is_none(platform: Platform, target: str) -> None:
    assert platform.login(Client(), lti_storage_target=target).status_code == 302


def test_a_returned_cookie_wins_at_once_and_leaves_nothing_behind(platform: Platform, browser: Client) -> None:
    asked, page = login_with_storage(platform, browser)
    response = platform.post(browser, asked["state"], platform.sign(platform.claims(asked["nonce"])))
    assert response.status_code == 303
    visit = Visit.objects.get()
    path, _, fragment = response["Location"].partition("#")
    assert path == f"/l/{visit.pk}/"
    assert visit.carrier == Visit.Carrier.COOKIE
    # What the first page's script deletes in the platform's storage.
    assert query("?" + fragment) == {
        "lti-forget": [attribute(page, "data-key")],
        "target": [TARGET],
        "origin": [platform.endpoint.url],
    }
    assert not PendingLaunch.objects.exists()


# --- Storage ----------------------------------------------------------------------------------------------------------


def test_what_was_stored_lets_the_browser_in_by_a_secret_in_the_path(platform: Platform) -> None:
    page, value = with_storage(platform)
    assert page.status_code == 200
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert not page.cookies
    for model in KEPT:
        assert not model.objects.exists()

    browser = Client(enforce_csrf_checks=True)
    response = browser.post("/lti/launch/stored/", {"pending": secret_in(page), "stored": value}, **OURS)
    assert response.status_code == 303
    assert not response.cookies
    visit = Visit.objects.get()
    assert visit.carrier == Visit.Carrier.PATH
    assert re.fullmatch(rf"/l/{visit.pk}~[\w-]{{43}}/", response["Location"])
    home = browser.get(response["Location"], follow=True)
    assert home.status_code == 200
    assert "Ada Learner" in home.content.decode()
    assert Client().get(f"/l/{visit.pk}/").status_code == 403


def test_the_page_that_waits_holds_no_token_and_no_claim(platform: Platform) -> None:
    asked, _page = login_with_storage(platform, Client())
    token = platform.sign(platform.claims(asked["nonce"], email="ada@example.org"))
    text = platform.post(Client(), asked["state"], token).content.decode()
    assert not any(part in text for part in token.split("."))
    assert "Ada" not in text
    held = PendingLaunch.objects.get()
    row = str({field.name: getattr(held, field.name) for field in held._meta.fields})
    assert "Ada" not in row
    assert secret_in(HttpResponse(text)) not in row
    assert "ada@example.org" not in pending.message(held).model_dump_json()


@pytest.mark.parametrize("wrong", ["", "guessed", None])
def test_another_value_opens_nothing_but_still_offers_the_window(platform: Platform, wrong: str | None) -> None:
    page, _value = with_storage(platform)
    _other, foreign = with_storage(platform)
    given = foreign if wrong is None else wrong
    response = Client().post("/lti/launch/stored/", {"pending": secret_in(page), "stored": given}, **OURS)
    check_refused(response, "cookie_missing")
    assert 'target="_blank"' in response.content.decode()
    assert "data-storage" not in response.content.decode()


def test_the_waiting_page_is_good_once(platform: Platform) -> None:
    page, value = with_storage(platform)
    form = {"pending": secret_in(page), "stored": value}
    assert Client().post("/lti/launch/stored/", form, **OURS).status_code == 303
    response = Client().post("/lti/launch/stored/", form, **OURS)
    assert (response.status_code, code_of(response)) == (400, "replayed")
    assert Visit.objects.count() == 1
    assert PendingLaunch.objects.get().sealed_message == ""


def test_a_message_sent_again_waits_in_one_row_and_not_after_its_launch(platform: Platform, browser: Client) -> None:
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    first, second = (platform.post(Client(), asked["state"], token) for _ in range(2))
    assert PendingLaunch.objects.count() == 1
    check_refused(window(secret_in(first)), "state_expired")
    assert platform.post(browser, asked["state"], token).status_code == 303
    response = platform.post(Client(), asked["state"], token)
    assert code_of(response) == "replayed"
    shown = Client()
    window(secret_in(second), shown)
    response = shown.post("/lti/launch/window/go-on/", {"pending": secret_in(second)}, **OURS)
    assert code_of(response) == "replayed"
    assert Visit.objects.count() == 1


def test_a_pending_launch_ends_soon_and_is_swept(platform: Platform) -> None:
    page, value = with_storage(platform)
    later = timezone.now() + pending.LIFETIME + timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        form = {"pending": secret_in(page), "stored": value}
        check_refused(Client().post("/lti/launch/stored/", form, **OURS), "state_expired")
    cleaning.clean(now=timezone.now())
    assert PendingLaunch.objects.count() == 1
    cleaning.clean(now=later)
    assert not PendingLaunch.objects.exists()


def test_a_pending_launch_of_a_platform_that_was_disconnected_opens_nothing(platform: Platform) -> None:
    page, value = with_storage(platform)
    Registration.objects.update(active=False)
    form = {"pending": secret_in(page), "stored": value}
    check_refused(Client().post("/lti/launch/stored/", form, **OURS), "registration_inactive")


@pytest.mark.parametrize("where", ["stored", "window", "window/go-on"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_forms_of_other_sites_are_refused(platform: Platform, where: str, origin: str) -> None:
    page, value = with_storage(platform)
    form = {"pending": secret_in(page), "stored": value}
    check_refused(Client().post(f"/lti/launch/{where}/", form, HTTP_ORIGIN=origin), "state_invalid")


def test_a_bad_message_is_refused_with_its_own_code_also_without_a_cookie(platform: Platform) -> None:
    check_refused(without_cookies(platform, aud="another"), "audience")
    check_refused(without_cookies(platform, version="1.1"), "version")
    assert not PendingLaunch.objects.exists()


def test_rights_are_asked_when_it_is_opened(platform: Platform) -> None:
    page, value = with_storage(platform, deployment_id="another")
    form = {"pending": secret_in(page), "stored": value}
    check_refused(Client().post("/lti/launch/stored/", form, **OURS), "deployment_pending")


def test_content_selection_goes_by_storage_but_never_into_a_window(platform: Platform) -> None:
    asked, page = login_with_storage(platform, Client())
    token = platform.sign(platform.deep_linking(asked["nonce"]))
    waiting = platform.post(Client(), asked["state"], token)
    assert 'target="_blank"' not in waiting.content.decode()
    check_refused(window(secret_in(waiting)), "cookie_missing")
    form = {"pending": secret_in(waiting), "stored": attribute(page, "data-value")}
    browser = Client()
    response = browser.post("/lti/launch/stored/", form, **OURS)
    assert re.fullmatch(r"/l/[\w-]{16}~[\w-]{43}/select/", response["Location"])
    assert browser.get(response["Location"]).status_code == 200

    asked = platform.begin(Client())
    refused = platform.post(Client(), asked["state"], platform.sign(platform.deep_linking(asked["nonce"])))
    assert code_of(refused) == "cookie_missing"
    assert 'name="pending"' not in refused.content.decode()


# --- A new window -----------------------------------------------------------------------------------------------------


def window(secret: str, browser: Client | None = None) -> HttpResponse:
    return (browser or Client()).post("/lti/launch/window/", {"pending": secret}, **OURS)


def test_without_storage_a_new_window_shows_who_it_is_and_asks(platform: Platform) -> None:
    page = without_cookies(platform)
    check_refused(page, "cookie_missing")
    assert "data-storage" not in page.content.decode()
    assert "Ada" not in page.content.decode()
    browser = Client(enforce_csrf_checks=True)
    asked = window(secret_in(page), browser)
    assert asked.status_code == 200
    assert "Go on as Ada Learner?" in asked.content.decode()
    assert "History" in asked.content.decode()
    assert "frame-ancestors &#x27;none&#x27;" in asked["Content-Security-Policy"].replace("'", "&#x27;")
    assert (asked.cookies["lti_window"]["samesite"], asked.cookies["lti_window"]["path"]) == ("Strict", "/lti/launch/")
    assert not LtiUser.objects.exists()

    response = browser.post("/lti/launch/window/go-on/", {"pending": secret_in(asked)}, **OURS)
    visit = Visit.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/l/{visit.pk}/")
    assert visit.carrier == Visit.Carrier.COOKIE
    assert browser.get(response["Location"], follow=True).status_code == 200
    assert Enrollment.objects.get().participant.name == "Ada Learner"


def test_the_window_that_was_not_shown_it_cannot_go_on(platform: Platform) -> None:
    secret = secret_in(without_cookies(platform))
    check_refused(Client().post("/lti/launch/window/go-on/", {"pending": secret}, **OURS), "cookie_missing")
    window(secret)
    other = Client()
    window(secret_in(without_cookies(platform)), other)
    check_refused(other.post("/lti/launch/window/go-on/", {"pending": secret}, **OURS), "cookie_missing")


def test_a_window_without_a_name_says_so(platform: Platform) -> None:
    asked = window(secret_in(without_cookies(platform, name=None, context=None, resource_link={"id": "l"})))
    assert "has not told us your name" in asked.content.decode()


def test_names_in_the_window_are_text(platform: Platform) -> None:
    asked = window(secret_in(without_cookies(platform, name="<script>alert(1)</script>")))
    assert "<script>alert" not in asked.content.decode()


def test_staff_come_in_as_staff(platform: Platform) -> None:
    browser = Client()
    asked = window(secret_in(without_cookies(platform, roles=[INSTRUCTOR])), browser)
    browser.post("/lti/launch/window/go-on/", {"pending": secret_in(asked)}, **OURS)
    assert Visit.objects.select_related("enrollment").get().is_staff


def test_a_state_tells_nothing_of_the_secrets() -> None:
    state, known = states.begin(1, storage_target=TARGET)
    assert states.read(states.write(state)) == state
    assert known.cookie not in states.write(state)
    assert known.stored not in states.write(state)
    plain, known = states.begin(1)
    assert (plain.stored, known.stored) == ("", "")
