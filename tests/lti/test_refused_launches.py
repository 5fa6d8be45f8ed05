"""Launches that must be refused: each with its own code and a 4xx page, and with nothing left behind."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from coexistence.courses import visits
from coexistence.courses.models import Assignment, Course, Enrollment, Participant, Visit
from lti import cleaning
from lti.doctor import EXPLANATIONS
from lti.errors import Code
from lti.models import Context, DeepLinkRequest, Deployment, LineItem, LtiUser, Registration, ResourceLink
from lti.protocol import state as states
from tests.factories import QuizFactory, UnitFactory

from .platform import Platform

pytestmark = pytest.mark.django_db

KEPT = (Course, Participant, Enrollment, Assignment, Visit, Context, LtiUser, ResourceLink, LineItem, DeepLinkRequest)


@pytest.fixture(autouse=True)
def unit() -> Any:
    unit = UnitFactory()
    QuizFactory(unit=unit, types=("true_false",))
    return unit


def code_of(response: Any) -> str:
    match = re.search(r"<dd><code>(\w+)</code></dd>", response.content.decode())
    return match[1] if match else ""


def check_page(response: Any, code: str) -> None:
    """A 4xx page for people, with the code on it, framed by anyone, without a session."""
    assert (code_of(response), 400 <= response.status_code < 500) == (code, True), response.content.decode()[:3000]
    assert escape(str(EXPLANATIONS[Code(code)].title)) in response.content.decode()
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert not response.cookies


def check_refused(response: HttpResponse, code: str) -> None:
    """The page of a refusal, and no row in the database."""
    check_page(response, code)
    assert {model.__name__: model.objects.count() for model in KEPT if model.objects.exists()} == {}


# --- State, browser, replay -------------------------------------------------------------------------------------------


def test_a_state_must_be_ours(platform: Platform, browser: Client) -> None:
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    for state in ("", "x", asked["state"] + "x", "x" + asked["state"], asked["state"][:-2], "\x00"):
        check_refused(platform.post(browser, state, token), "state_invalid")


def test_a_state_lasts_ten_minutes(platform: Platform, browser: Client) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=11), tick=False):
        asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    check_refused(platform.post(browser, asked["state"], token), "state_expired")


def test_a_state_is_good_in_the_browser_that_began(platform: Platform, browser: Client) -> None:
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    check_refused(platform.post(Client(), asked["state"], token), "cookie_missing")
    thief = Client()
    platform.begin(thief)
    check_refused(platform.post(thief, asked["state"], token), "cookie_missing")
    # Also under the right name it must be the right secret.
    (name,) = (name for name in browser.cookies if name.startswith(states.COOKIE_PREFIX))
    thief.cookies[name] = "guessed"
    check_refused(platform.post(thief, asked["state"], token), "cookie_missing")
    assert platform.post(browser, asked["state"], token).status_code == 303


def test_a_message_belongs_to_its_own_login(platform: Platform, browser: Client) -> None:
    first, second = platform.begin(browser), platform.begin(browser)
    check_refused(platform.post(browser, first["state"], platform.sign(platform.claims(second["nonce"]))), "nonce")


def test_a_message_of_another_client_does_not_pass_in_our_login(platform: Platform, browser: Client) -> None:
    other = Platform(platform.endpoint, client_id="client-2")
    asked = platform.begin(browser)
    check_refused(platform.post(browser, asked["state"], other.sign(other.claims(asked["nonce"]))), "audience")


def test_the_same_message_is_good_once(platform: Platform, browser: Client) -> None:
    asked = platform.begin(browser)
    cookies = browser.cookies.copy()
    token = platform.sign(platform.claims(asked["nonce"]))
    assert platform.post(browser, asked["state"], token).status_code == 303
    before = {model: model.objects.count() for model in KEPT}
    for id_token in (token, platform.sign({**platform.claims(asked["nonce"]), "sub": "user-2"})):
        browser.cookies = cookies.copy()
        response = platform.post(browser, asked["state"], id_token)
        assert (code_of(response), response.status_code) == ("replayed", 400)
    assert {model: model.objects.count() for model in KEPT} == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True], ids=["new person", "known person"])
def test_of_many_at_once_one_opens_a_visit(platform: Platform, browser: Client, unit: Any, known: bool) -> None:
    """A nonce is spent once, whichever process is asked; and who comes second leaves nothing behind."""
    if known:
        platform.launch(browser)
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))

    def post(_: int) -> tuple[int, str]:
        another = Client()
        another.cookies = browser.cookies.copy()
        try:
            answer = platform.post(another, asked["state"], token)
        finally:
            connections.close_all()
        return answer.status_code, code_of(answer)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(post, range(16))) == [(303, ""), *[(400, "replayed")] * 15]
    assert (Visit.objects.count(), LtiUser.objects.count(), Course.objects.count()) == (1 + known, 1, 1)


def test_a_spent_nonce_is_kept_for_longer_than_its_login_can_be_used(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    cleaning.clean(now=timezone.now() + visits.LIFETIME)
    assert Visit.objects.get().login
    assert visits.LIFETIME > states.LIFETIME


def test_a_disconnected_platform(platform: Platform, browser: Client) -> None:
    asked = platform.begin(browser)
    Registration.objects.update(active=False)
    response = platform.post(browser, asked["state"], platform.sign(platform.claims(asked["nonce"])))
    check_refused(response, "registration_inactive")
    check_refused(platform.login(browser), "registration_inactive")
    Registration.objects.all().delete()
    response = platform.post(browser, asked["state"], platform.sign(platform.claims(asked["nonce"])))
    check_refused(response, "registration_inactive")


# --- Deployments ------------------------------------------------------------------------------------------------------


def test_a_further_deployment_waits_for_approval(platform: Platform, browser: Client) -> None:
    for _ in range(2):
        check_refused(platform.launch(browser, deployment_id="d2"), "deployment_pending")
        assert Deployment.objects.get(deployment_id="d2").state == Deployment.State.PENDING
    Deployment.objects.filter(deployment_id="d2").update(state=Deployment.State.ACTIVE)
    assert platform.launch(browser, deployment_id="d2").status_code == 303


def test_a_further_deployment_is_let_in_where_the_policy_says_so(platform: Platform, browser: Client) -> None:
    Registration.objects.update(deployment_policy=Registration.DeploymentPolicy.ACCEPT)
    assert platform.launch(browser, deployment_id="d2").status_code == 303
    assert Deployment.objects.get(deployment_id="d2").state == Deployment.State.ACTIVE


def test_the_first_deployment_is_active_where_none_was_named(platform: Platform, browser: Client) -> None:
    Deployment.objects.all().delete()
    assert platform.launch(browser).status_code == 303
    assert Deployment.objects.get().state == Deployment.State.ACTIVE


def test_a_refused_deployment_also_ends_known_links(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    Deployment.objects.update(state=Deployment.State.REFUSED)
    response = platform.launch(browser)
    assert (code_of(response), response.status_code) == ("deployment_refused", 403)
    assert Visit.objects.count() == 1


def test_a_deployment_of_another_client_is_refused(platform: Platform, browser: Client) -> None:
    Platform(platform.endpoint, client_id="client-2", deployment_id="theirs")
    check_refused(platform.launch(browser, deployment_id="theirs"), "deployment_foreign")
    Registration.objects.update(deployment_policy=Registration.DeploymentPolicy.ACCEPT)
    check_refused(platform.launch(browser, deployment_id="theirs"), "deployment_foreign")
    assert Deployment.objects.filter(deployment_id="theirs").count() == 1


# --- Requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_the_launch_address_is_only_posted_to(client: Client, method: str) -> None:
    response = getattr(client, method)("/lti/launch/")
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_parameters_may_come_once_only(platform: Platform, browser: Client) -> None:
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    response = browser.post("/lti/launch/", {"state": asked["state"], "id_token": [token, token]})
    check_refused(response, "duplicate_parameter")
    check_refused(browser.get("/lti/login/?iss=a&iss=b"), "duplicate_parameter")


def test_parameters_in_the_address_of_a_launch_do_not_count(platform: Platform, browser: Client) -> None:
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    response = browser.post(f"/lti/launch/?state={asked['state']}&id_token={token}")
    check_refused(response, "state_invalid")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded; charset=latin-1", b"state=%e4"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000))),
    ],
)
def test_forms_that_cannot_be_read(browser: Client, db: None, content_type: str, body: bytes) -> None:
    response = browser.post("/lti/launch/", body, content_type=content_type)
    assert code_of(response) in {"malformed_request", "state_invalid"}


def test_a_huge_form(browser: Client, db: None) -> None:
    check_refused(browser.post("/lti/launch/", {"state": "x" * 300_000}), "too_large")


@pytest.mark.parametrize("error", ["login_required", "launch_no_longer_valid", "<script>alert(1)</script>"])
def test_the_platforms_own_error_gets_a_page_that_says_what_to_do(browser: Client, db: None, error: str) -> None:
    response = browser.post("/lti/launch/", {"error": error, "error_description": "<b>x</b>", "state": "s"})
    check_refused(response, "platform_error")
    assert "open the activity again" in response.content.decode()
    assert b"<script>alert" not in response.content
    assert b"<b>x" not in response.content


def test_a_login_without_a_client_is_good_where_there_is_only_one(platform: Platform, browser: Client) -> None:
    assert platform.login(browser, client_id=None).status_code == 302
    Platform(platform.endpoint, client_id="client-2")
    check_refused(platform.login(browser, client_id=None), "client_ambiguous")


def test_the_log_names_code_and_registration_and_nothing_of_the_person(
    platform: Platform, browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        asked = platform.begin(browser)
        token = platform.sign(platform.claims(asked["nonce"], roles=None, email="ada@example.org"))
        platform.post(browser, asked["state"], token)
    (record,) = (record for record in caplog.records if record.name == "lti")
    assert record.code == "claim_missing"  # type: ignore[attr-defined]
    assert record.registration_id == platform.registration.pk  # type: ignore[attr-defined]
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert not any(secret in logged for secret in (token, "ada@example.org", "Ada", "user-1", asked["state"]))


def test_every_code_has_words() -> None:
    assert set(EXPLANATIONS) == set(Code)
    for explanation in EXPLANATIONS.values():
        assert all(str(text).endswith((".", "?")) for text in (explanation.advice, explanation.setting))
