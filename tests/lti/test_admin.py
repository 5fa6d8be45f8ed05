"""The operator's pages: registrations can be changed, deployments approved, and the rest only looked at."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from lti.models import Context, Deployment, Invitation, Registration
from tests.factories import QuizFactory, UnitFactory

from .platform import Platform

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("operator"))
    return client


def test_a_pending_deployment_is_approved_in_one_action(platform: Platform, browser: Client, operator: Client) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    assert platform.launch(browser, deployment_id="d2").status_code == 403
    waiting = Deployment.objects.get(deployment_id="d2")
    assert b"d2" in operator.get("/admin/lti/deployment/?state__exact=pending").content
    form = {"action": "approve", "_selected_action": [waiting.pk]}
    assert operator.post("/admin/lti/deployment/", form).status_code == 302
    assert platform.launch(browser, deployment_id="d2").status_code == 303
    operator.post("/admin/lti/deployment/", form | {"action": "refuse"})
    assert platform.launch(browser, deployment_id="d2").status_code == 403


def test_a_pending_deployment_is_approved_by_one_button(platform: Platform, browser: Client, operator: Client) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    platform.launch(browser, deployment_id="d2")
    waiting = Deployment.objects.get(deployment_id="d2")
    registration = f"/admin/lti/registration/{platform.registration.pk}/change/"
    button = f'formaction="/admin/lti/deployment/{waiting.pk}/approve/"'
    assert button in operator.get(registration).content.decode()
    assert button in operator.get("/admin/lti/deployment/").content.decode()
    assert operator.get(f"/admin/lti/deployment/{waiting.pk}/approve/").status_code == 405
    response = operator.post(f"/admin/lti/deployment/{waiting.pk}/approve/", {"name": "of the form around it"})
    assert (response.status_code, response["Location"]) == (302, registration)
    assert platform.launch(browser, deployment_id="d2").status_code == 303
    operator.post(f"/admin/lti/deployment/{waiting.pk}/refuse/")
    assert platform.launch(browser, deployment_id="d2").status_code == 403


def test_only_who_may_change_deployments_approves_them(platform: Platform) -> None:
    deployment = Deployment.objects.get()
    reader = get_user_model().objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_deployment"))
    client = Client()
    address = f"/admin/lti/deployment/{deployment.pk}/refuse/"
    assert client.post(address).status_code == 302
    client.force_login(reader)
    assert client.post(address).status_code == 403
    assert client.post(f"/admin/lti/registration/{platform.registration.pk}/keys/").status_code == 403
    assert Deployment.objects.get().state == "active"


def test_the_page_of_a_pending_deployment_says_what_to_send_to_whom(
    platform: Platform, browser: Client, settings: Any
) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    settings.OPERATOR_CONTACT = "lti@school.example"
    page = platform.launch(browser, deployment_id="d<2").content.decode()
    letter = re.search(r"data-copy>([^<]+)<", page)
    assert letter
    lines = unescape(letter[1]).splitlines()
    assert f"Issuer: {platform.registration.issuer}" in lines
    assert "Client id: client-1" in lines
    assert "Deployment id: d<2" in lines
    assert f"Where: http://testserver/admin/lti/registration/{platform.registration.pk}/change/" in lines
    assert "lti@school.example" in page


def test_an_invitation_is_shown_once(operator: Client) -> None:
    assert operator.get("/admin/lti/invitation/add/").status_code == 200
    wrong = operator.post("/admin/lti/invitation/add/", {"note": "x", "days": "0"})
    assert b"errorlist" in wrong.content
    response = operator.post("/admin/lti/invitation/add/", {"note": "Our school", "days": "2"})
    link = re.search(r"http://testserver(/lti/register/[\w-]{43}/)", response.content.decode())
    assert link
    assert "no-store" in response["Cache-Control"]
    assert Client().get(link[1]).status_code == 200
    invitation = Invitation.objects.get()
    assert (invitation.note, invitation.asks_names) == ("Our school", False)
    token = link[1].split("/")[3]
    for page in ("/admin/lti/invitation/", f"/admin/lti/invitation/{invitation.pk}/change/"):
        shown = operator.get(page)
        assert b"Our school" in shown.content
        assert token not in shown.content.decode()


def test_who_may_not_invite_does_not(db: None) -> None:
    reader = get_user_model().objects.create_user("reader", is_staff=True)
    client = Client()
    client.force_login(reader)
    assert client.post("/admin/lti/invitation/add/", {"days": "2"}).status_code == 403
    assert not Invitation.objects.exists()


def test_the_registration_says_what_is_wrong_and_what_to_copy(platform: Platform, operator: Client) -> None:
    address = f"/admin/lti/registration/{platform.registration.pk}/change/"
    page = operator.get(address).content.decode()
    assert "Nobody has opened the tool" in page
    assert "http://testserver/lti/launch/" in page
    assert "Not fetched yet" in page
    assert operator.post(f"/admin/lti/registration/{platform.registration.pk}/keys/").status_code == 302
    page = operator.get(address).content.decode()
    assert "The keys were fetched." in page
    assert "1, fetched" in page
    platform.endpoint.json("/jwks", b"gone", status=500)
    operator.post(f"/admin/lti/registration/{platform.registration.pk}/keys/")
    assert "could not be fetched" in operator.get(address).content.decode()
    assert operator.get("/admin/lti/registration/add/").status_code == 200


@pytest.mark.parametrize(
    "model",
    ["registration", "deployment", "invitation", "ltiuser", "context", "resourcelink", "lineitem", "scoredelivery"],
)
def test_every_list_opens(platform: Platform, browser: Client, operator: Client, model: str) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    platform.launch(browser)
    assert operator.get(f"/admin/lti/{model}/").status_code == 200


def test_what_launches_write_cannot_be_changed_here(platform: Platform, browser: Client, operator: Client) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    platform.launch(browser)
    address = f"/admin/lti/context/{Context.objects.get().pk}/"
    assert operator.get(f"{address}change/").status_code == 200
    assert operator.post(f"{address}change/", {"context_id": "other"}).status_code == 403
    assert operator.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert operator.get("/admin/lti/context/add/").status_code == 403


def test_a_registration_is_switched_off(platform: Platform, browser: Client, operator: Client) -> None:
    address = f"/admin/lti/registration/{platform.registration.pk}/change/"
    assert operator.get(address).status_code == 200
    names = ("name", "issuer", "client_id", "auth_url", "token_url", "jwks_url", "algorithms", "deployment_policy")
    form = {name: getattr(platform.registration, name) for name in names}
    management = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    form |= {f"deployments-{name}": value for name, value in management.items()}
    assert operator.post(address, form).status_code == 302
    assert not Registration.objects.get().active
    assert platform.login(browser).status_code == 403
