"""Invitations: who has one may register one platform, once, for a while."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from lti import cleaning, invitations
from lti.models import Invitation, Registration
from lti.protocol.metadata import TOOL_CONFIGURATION

from .platform import Endpoint
from .test_refused_launches import code_of
from .test_registration import Registrar

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def closed(settings: Any) -> None:
    settings.LTI_OPEN_REGISTRATION = "closed"


@pytest.fixture
def registrar(endpoint: Endpoint) -> Registrar:
    return Registrar(endpoint)


def invite(**changes: Any) -> str:
    return invitations.invite(**{"note": "", "names": True, "now": timezone.now(), **changes})[1]


@pytest.mark.parametrize("in_path", [True, False])
def test_one_registration_spends_it(registrar: Registrar, browser: Client, in_path: bool) -> None:
    token = invite()
    address = f"/lti/register/{token}/" if in_path else "/lti/register/"
    more = {} if in_path else {"invitation": token}
    page = browser.get(address, registrar.parameters | more)
    assert page.status_code == 200
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page.content.decode()))
    assert fields == registrar.parameters | {"invitation": token}
    assert Invitation.objects.get().spent_at is None
    assert browser.post("/lti/register/", fields).status_code == 200
    invitation = Invitation.objects.get()
    assert invitation.spent_at is not None
    assert invitation.registration == Registration.objects.get()
    asked = list(registrar.endpoint.asked)
    for again in (browser.get(address, registrar.parameters | more), browser.post("/lti/register/", fields)):
        assert (code_of(again), again.status_code) == ("invitation_spent", 403)
    assert registrar.endpoint.asked == asked


def test_what_fails_does_not_spend_it(registrar: Registrar, browser: Client) -> None:
    address = f"/lti/register/{invite()}/"
    registrar.status = 500
    assert code_of(browser.post(address, registrar.parameters)) == "platform_refused"
    registrar.status, registrar.answer = 200, {}
    assert code_of(browser.post(address, registrar.parameters)) == "platform_answer"
    registrar.answer = {"client_id": "abc"}
    assert browser.post(address, registrar.parameters).status_code == 200


def test_two_at_a_time_cannot_both_use_it(registrar: Registrar, browser: Client) -> None:
    address = f"/lti/register/{invite()}/"
    inside: list[str] = []
    take = registrar.endpoint.routes["/register"]

    def take_while_another_tries(handler: Any, body: bytes) -> Any:
        inside.append("asked")
        return take(handler, body)

    registrar.endpoint.routes["/register"] = take_while_another_tries
    invitation = Invitation.objects.get()
    invitations.claim(invitation, now=timezone.now())
    assert code_of(browser.post(address, registrar.parameters)) == "invitation_spent"
    assert not inside
    invitations.release(invitation)
    assert browser.post(address, registrar.parameters).status_code == 200


def test_it_expires(registrar: Registrar, browser: Client) -> None:
    address = f"/lti/register/{invite()}/"
    assert browser.get(address, registrar.parameters).status_code == 200
    ends = Invitation.objects.get().expires_at
    assert timedelta(days=6) < ends - timezone.now() <= timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now())
    assert code_of(browser.get(address, registrar.parameters)) == "invitation_expired"


@pytest.mark.parametrize("token", ["nobody-made-this", "%00", "x" * 5000])
def test_what_nobody_was_given_opens_nothing(registrar: Registrar, browser: Client, token: str) -> None:
    for address in (f"/lti/register/{token}/", f"/lti/register/?invitation={token}"):
        assert code_of(browser.get(address)) == "invitation_unknown"
    # Where anybody may register, a wrong invitation is still a wrong one.
    assert code_of(browser.get(f"/lti/register/{token}/", registrar.parameters)) == "invitation_unknown"
    assert code_of(browser.get("/lti/register/", registrar.parameters)) == "registration_closed"
    assert not registrar.endpoint.asked


def test_only_its_hash_is_kept_and_no_log_names_it(
    registrar: Registrar, browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    token = invite()
    assert token not in str(list(Invitation.objects.values()))
    registrar.publish(issuer="https://elsewhere.example")
    assert code_of(browser.get(f"/lti/register/{token}/", registrar.parameters)) == "configuration_foreign"
    assert token not in caplog.text
    assert "configuration_foreign" in caplog.text


def test_opened_without_a_platform_it_says_what_to_do_with_it(browser: Client) -> None:
    token = invite(names=False)
    response = browser.get(f"/lti/register/{token}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert f"http://testserver/lti/register/{token}/" in page
    assert "Moodle" in page
    assert "<dt>Names</dt>" not in page
    assert response["Cache-Control"] == "no-store"


def test_one_can_ask_for_no_names(endpoint: Endpoint, browser: Client) -> None:
    for family in ("moodle", "canvas"):
        registrar = Registrar(endpoint, family=family)
        address = f"/lti/register/{invite(names=False)}/"
        page = browser.get(address, registrar.parameters).content.decode()
        assert "<dt>Names</dt>" not in page
        assert "No names" in page
        assert browser.post(address, registrar.parameters).status_code == 200
        tool = registrar.asked[TOOL_CONFIGURATION]
        assert tool["claims"] == ["sub"]
        assert tool.get("https://canvas.instructure.com/lti/privacy_level", "anonymous") == "anonymous"


def run(**options: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("lti_invite", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_a_link_that_works(browser: Client) -> None:
    link, said = run(note="Our school", days=3, no_names=True, url="https://tool.example/")
    assert re.fullmatch(r"https://tool\.example/lti/register/[\w-]{43}/\n", link)
    assert "until" in said
    invitation = Invitation.objects.get()
    assert (invitation.note, invitation.asks_names) == ("Our school", False)
    assert timedelta(days=2.9) < invitation.expires_at - timezone.now() < timedelta(days=3)
    assert browser.get(link.strip().removeprefix("https://tool.example")).status_code == 200


def test_the_command_knows_where_the_tool_is(settings: Any) -> None:
    settings.TOOL_URL = "http://localhost:9000"
    assert run()[0].startswith("http://localhost:9000/lti/register/")
    settings.TOOL_URL, settings.ALLOWED_HOSTS = "", [".example", "tool.example"]
    assert run()[0].startswith("https://tool.example/lti/register/")
    settings.ALLOWED_HOSTS = ["*"]
    with pytest.raises(CommandError, match="--url"):
        run()


@pytest.mark.parametrize(
    ("options", "named"),
    [({"days": 0}, "--days"), ({"days": 400}, "--days"), ({"note": "x" * 201}, "--for"), ({"url": "tool"}, "--url")],
)
def test_the_command_names_what_is_wrong(options: dict[str, Any], named: str) -> None:
    with pytest.raises(CommandError, match=named):
        run(**options)
    assert not Invitation.objects.exists()


def test_old_ones_are_thrown_away() -> None:
    invite(now=timezone.now() - timedelta(days=98))
    invite(now=timezone.now() - timedelta(days=30))
    cleaning.clean(now=timezone.now())
    assert Invitation.objects.count() == 1
