"""Connecting without Dynamic Registration: the page of values, Canvas's developer key, and the command."""

import builtins
import re
import sys
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command
from django.test import Client

from lti import platforms
from lti.models import Deployment, Registration

pytestmark = pytest.mark.django_db

TOOL = "http://testserver/lti"


def test_the_page_has_every_value_for_every_platform(browser: Client) -> None:
    response = browser.get("/lti/configuration/")
    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert not response.cookies
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    for platform in platforms.BY_NAME.values():
        assert f"<summary>{platform.name}</summary>" in page
    sheets = dict(re.findall(r'<details class="sheet" id="(\w+)">(.*?)</details>', page, flags=re.DOTALL))
    for key, sheet in sheets.items():
        copied = set(re.findall(r"data-copy>([^<]+)<", sheet))
        assert f"{TOOL}/launch/" in copied, key
        assert key == "canvas" or {f"{TOOL}/login/", f"{TOOL}/jwks/"} <= copied, key
    assert f"{TOOL}/canvas.json" in sheets["canvas"]
    assert "context_history=$Context.id.history" in sheets["moodle"]


def test_canvas_takes_its_developer_key_from_an_address(browser: Client) -> None:
    response = browser.get("/lti/canvas.json")
    key = response.json()
    assert response["Content-Type"] == "application/json"
    assert key["oidc_initiation_url"] == f"{TOOL}/login/"
    assert key["target_link_uri"] == f"{TOOL}/launch/"
    assert key["redirect_uris"] == [f"{TOOL}/launch/"]
    assert key["public_jwk_url"] == f"{TOOL}/jwks/"
    assert len(key["scopes"]) == 4
    (extension,) = key["extensions"]
    assert extension["privacy_level"] == "name_only"
    assert extension["domain"] == "testserver"
    placements = {each["placement"]: each for each in extension["settings"]["placements"]}
    assert {name for name, each in placements.items() if each["message_type"] == "LtiDeepLinkingRequest"} == {
        "assignment_selection",
        "link_selection",
        "editor_button",
        "course_assignments_menu",
        "module_index_menu_modal",
        "module_menu_modal",
    }
    assert placements["course_navigation"]["default"] == "disabled"
    assert placements["editor_button"]["icon_url"]
    assert "email" not in response.content.decode()
    assert browser.get("/lti/canvas.json?names=no").json()["extensions"][0]["privacy_level"] == "anonymous"


def test_the_icon_that_platforms_are_told_of_is_there(browser: Client) -> None:
    address = browser.get("/lti/canvas.json").json()["extensions"][0]["settings"]["icon_url"]
    assert address == "http://testserver/static/lti/icon.png"
    found = finders.find("lti/icon.png")
    assert isinstance(found, str)
    assert Path(found).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


VALUES = {
    "name": "Our Moodle",
    "issuer": "https://moodle.example",
    "client_id": "abc",
    "deployment_id": "1",
    "auth_url": "https://moodle.example/mod/lti/auth.php",
    "token_url": "https://moodle.example/mod/lti/token.php",
    "jwks_url": "https://moodle.example/mod/lti/certs.php",
}


def register(**options: Any) -> str:
    out = StringIO()
    call_command("lti_register", stdout=out, **options)
    return out.getvalue()


def test_the_command_registers_and_updates() -> None:
    assert "Registered Our Moodle, deployment 1." in register(**VALUES)
    changed = VALUES | {"name": "Renamed", "deployment_id": "2", "audience": "https://aud.example"}
    assert "up to date" in register(**changed)
    registration = Registration.objects.get()
    assert (registration.name, registration.audience) == ("Renamed", "https://aud.example")
    assert set(registration.deployments.values_list("deployment_id", "state")) == {("1", "active"), ("2", "active")}


def test_a_known_platforms_addresses_need_not_be_given() -> None:
    register(platform="moodle", site="https://school.example/moodle/", client_id="x")
    row = Registration.objects.get()
    assert (row.issuer, row.platform) == ("https://school.example/moodle", "moodle")
    assert row.auth_url == "https://school.example/moodle/mod/lti/auth.php"
    assert row.jwks_url == "https://school.example/moodle/mod/lti/certs.php"
    assert row.name == "Moodle (school.example)"
    # The first deployment that launches will be it.
    assert not row.deployments.exists()


@pytest.mark.parametrize(
    ("site", "issuer", "auth_url"),
    [
        ("", "https://canvas.instructure.com", "https://sso.canvaslms.com/api/lti/authorize_redirect"),
        (
            "https://school.instructure.com",
            "https://canvas.instructure.com",
            "https://sso.canvaslms.com/api/lti/authorize_redirect",
        ),
        (
            "https://school.beta.instructure.com",
            "https://canvas.beta.instructure.com",
            "https://sso.beta.canvaslms.com/api/lti/authorize_redirect",
        ),
        (
            "https://canvas.school.example",
            "https://canvas.instructure.com",
            "https://canvas.school.example/api/lti/authorize_redirect",
        ),
    ],
)
def test_canvas_is_hosted_or_ones_own(site: str, issuer: str, auth_url: str) -> None:
    register(platform="canvas", site=site, client_id="10000000000001", deployment_id="1:abc")
    row = Registration.objects.get()
    assert (row.issuer, row.auth_url) == (issuer, auth_url)


def test_many_institutions_share_one_issuer() -> None:
    for number in (1, 2):
        register(platform="canvas", client_id=f"1000{number}", deployment_id="1:abc", name=f"School {number}")
    assert Registration.objects.filter(issuer="https://canvas.instructure.com").count() == 2
    assert Deployment.objects.filter(deployment_id="1:abc", state="active").count() == 2


def test_brightspace_wants_an_audience_of_its_own() -> None:
    register(platform="brightspace", site="https://school.brightspace.com", client_id="x")
    assert Registration.objects.get().audience == "https://api.brightspace.com/auth/token"
    assert Registration.objects.get().platform == "desire2learn"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"auth_url": "not a url"}, "--auth-url"),
        ({"jwks_url": ""}, "--jwks-url"),
        ({"client_id": "x" * 256}, "--client-id"),
        ({"client_id": ""}, "--client-id"),
        ({"issuer": ""}, "--issuer"),
        ({"deployment_id": "x" * 256}, "--deployment-id"),
        ({"platform": "sakai", "site": "https://sakai.example", "token_url": ""}, "--token-url"),
    ],
)
def test_the_command_names_what_is_wrong(changes: dict[str, str], named: str) -> None:
    with pytest.raises(CommandError, match=named):
        register(**{**VALUES, **changes})
    assert not Registration.objects.exists()


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_plain_http_needs_leave(settings: Any, scheme: str) -> None:
    settings.LTI_ALLOW_HTTP = False
    with pytest.raises(CommandError, match="--jwks-url"):
        register(**{**VALUES, "jwks_url": f"{scheme}://moodle.example/certs"})


def test_on_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = iter(["nonsense", "moodle", "https://school.example", "", "abc", "7", "", "", "", "", ""])

    def answer(prompt: str = "") -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr(builtins, "input", answer)
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    said = register()
    row = Registration.objects.get()
    assert (row.issuer, row.client_id) == ("https://school.example", "abc")
    assert row.token_url == "https://school.example/mod/lti/token.php"
    assert Deployment.objects.get().deployment_id == "7"
    # What follows from the rest is proposed, and taken by pressing Enter.
    assert any("[https://school.example/mod/lti/auth.php]" in prompt for prompt in asked)
    assert "Registered" in said
    assert "moodle, canvas" in said


def test_without_a_terminal_it_says_what_is_missing() -> None:
    with pytest.raises(CommandError, match="--client-id"):
        register()
