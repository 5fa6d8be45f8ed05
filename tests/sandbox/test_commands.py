"""The commands: setting the school up by an administrator's browser, and a larger class."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from lti.sandbox.models import Course, LaunchTicket, Membership, Person, SpentToken, Tool
from lti.sandbox.platform.spent import spend

from .school import ISSUER, TOOL, client_document, register

PAGE = """<html><head><title>No</title></head><body><form action="/search"><input name="q"></form>
<form method="post" action="/lti/register/"><input type="hidden" name="registration_token" value="{token}">
<input type="checkbox" name="no"><input type="checkbox" name="yes" checked><button name="go" value="1">Register</button>
<button name="never" value="1">No</button></form></body></html>"""


@pytest.fixture
def tool_pages(web: Client) -> Iterator[dict[str, Any]]:
    """A tool whose registration page works; what was posted to it is put into the dict."""
    seen: dict[str, Any] = {}

    def show(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        token = parse_qs(str(request.url).partition("?")[2])["registration_token"][0]
        headers = {"Set-Cookie": "csrftoken=abc; Secure; Path=/", "Content-Type": "text/html"}
        return seen.get("status", 200), headers, seen.get("page", PAGE.format(token=token))

    def take(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        fields = parse_qs(str(request.body))
        seen["fields"], seen["headers"] = fields, dict(request.headers)
        if not seen.get("lazy"):
            assert register(web, client_document(), fields["registration_token"][0]).status_code == 200
        return 200, {}, "<p>Done</p>"

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{ISSUER}/lti/jwks", json={})
        mock.get(f"{TOOL}/lti/jwks/", json={})
        mock.add_callback("GET", f"{TOOL}/lti/register/", show)
        mock.add_callback("POST", f"{TOOL}/lti/register/", take)
        yield seen


def test_setting_up_registers_and_activates_once(
    tool_pages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("sandbox_setup", tool_url=f"{TOOL}/")
    assert Tool.objects.get().active
    assert set(tool_pages["fields"]) == {"registration_token", "yes", "go"}
    assert tool_pages["headers"]["Origin"] == TOOL
    assert tool_pages["headers"]["Cookie"] == "csrftoken=abc"
    assert "is registered (client" in capsys.readouterr().out
    call_command("sandbox_setup", tool_url=TOOL)
    assert "registered already" in capsys.readouterr().out
    assert SpentToken.objects.count() == 1
    client_id = Tool.objects.get().client_id
    call_command("sandbox_setup", tool_url=TOOL, again=True)
    assert Tool.objects.get().client_id == client_id


def test_a_tool_that_does_not_register_is_reported(tool_pages: dict[str, Any]) -> None:
    tool_pages["lazy"] = True
    with pytest.raises(CommandError, match=r"did not call the registration endpoint\. Its page says: Done"):
        call_command("sandbox_setup", tool_url=TOOL)


def test_a_page_without_a_form_is_reported(tool_pages: dict[str, Any]) -> None:
    tool_pages["page"] = "<p>Registration is closed</p>"
    with pytest.raises(CommandError, match=r"no form to send\. It says: Registration is closed"):
        call_command("sandbox_setup", tool_url=TOOL)
    tool_pages["status"] = 403
    with pytest.raises(CommandError, match="is an error \\(403\\)"):
        call_command("sandbox_setup", tool_url=TOOL)


def test_a_server_that_does_not_answer_is_named(web: Client) -> None:
    with responses.RequestsMock(), pytest.raises(CommandError, match=r"Nothing answers at http://127\.0\.0\.1:8001"):
        call_command("sandbox_setup", tool_url=TOOL)


def test_without_registering_no_server_is_needed(db: None) -> None:
    with responses.RequestsMock():
        call_command("sandbox_setup", no_register=True)
    assert Membership.objects.count() == 10


def test_setting_up_clears_what_has_expired(web: Client, instructor: Person, course: Course) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as clock:
        spend(SpentToken.Kind.NONCE, "old", until=timezone.now() + timedelta(hours=1))
        LaunchTicket.objects.create(person=instructor, course=course)
        clock.shift(timedelta(days=2))
        spend(SpentToken.Kind.NONCE, "new")
        kept = LaunchTicket.objects.create(person=instructor, course=course)
        call_command("sandbox_setup", no_register=True)
    assert not spend(SpentToken.Kind.NONCE, "new")
    assert spend(SpentToken.Kind.NONCE, "old")
    assert LaunchTicket.objects.get() == kept


def test_a_class_is_made_once(web: Client, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sandbox_class", size=40)
    call_command("sandbox_class", size=40)
    assert capsys.readouterr().out == "40 learners added.\n0 learners added.\n"
    assert Membership.objects.count() == 50
    assert len({person.name for person in Person.objects.all()}) == 50
    with pytest.raises(CommandError, match="must be from 0"):
        call_command("sandbox_class", size=-1)
