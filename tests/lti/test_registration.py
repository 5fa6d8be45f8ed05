"""Connecting a platform: Dynamic Registration over real HTTP, by Moodle's ways and Canvas's."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.test import Client

from lti.models import Deployment, PlatformKeySet, Registration
from lti.protocol import registration
from lti.protocol.metadata import TOOL_CONFIGURATION
from lti.protocol.registration import PLATFORM_CONFIGURATION

from .platform import Endpoint
from .test_refused_launches import code_of

pytestmark = pytest.mark.django_db

CANVAS = "https://canvas.instructure.com/lti/"
HOSTED_CANVAS = {
    "issuer": "https://canvas.instructure.com",
    "authorization_endpoint": "https://sso.canvaslms.com/api/lti/authorize_redirect",
    "token_endpoint": "https://sso.canvaslms.com/login/oauth2/token",
    "jwks_uri": "https://sso.canvaslms.com/api/lti/security/jwks",
}


class Registrar:
    """A platform that takes registrations: remembers what it was asked, and answers as told."""

    def __init__(self, endpoint: Endpoint, *, family: str = "moodle") -> None:
        self.endpoint = endpoint
        self.asked: dict[str, Any] = {}
        self.authorization: str | None = None
        self.status = 200
        self.answer: Any = {"client_id": "abc", TOOL_CONFIGURATION: {"deployment_id": "7"}}
        self.configuration = {
            "issuer": endpoint.url,
            "authorization_endpoint": f"{endpoint.url}/auth",
            "token_endpoint": f"{endpoint.url}/token",
            "jwks_uri": f"{endpoint.url}/jwks",
            "registration_endpoint": f"{endpoint.url}/register?r=1",
            PLATFORM_CONFIGURATION: {
                "product_family_code": family,
                "version": "5.0",
                "messages_supported": [{"type": "LtiResourceLinkRequest"}],
            },
        }
        self.publish()
        endpoint.routes["/register"] = self.take

    def publish(self, **changes: Any) -> None:
        self.configuration |= changes
        shown = {name: value for name, value in self.configuration.items() if value is not None}
        self.endpoint.json("/config", shown)

    def take(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        self.asked = json.loads(body)
        self.authorization = handler.headers["Authorization"]
        answer = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return self.status, {"Content-Type": "text/html"}, answer

    @property
    def parameters(self) -> dict[str, str]:
        return {"openid_configuration": f"{self.endpoint.url}/config?t=1", "registration_token": "secret-token"}


@pytest.fixture
def registrar(db: None, endpoint: Endpoint) -> Registrar:
    return Registrar(endpoint)


def test_the_page_says_what_is_asked_and_registers_nothing(registrar: Registrar, browser: Client) -> None:
    response = browser.get("/lti/register/", registrar.parameters)
    page = response.content.decode()
    assert response.status_code == 200
    assert registrar.endpoint.url in page
    assert "gradebook" in page
    assert "No e-mail addresses" in page
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert registrar.endpoint.asked == ["GET /config"]
    assert not Registration.objects.exists()


def test_moodles_way(registrar: Registrar, browser: Client) -> None:
    response = browser.post("/lti/register/", registrar.parameters)
    assert response.status_code == 200, response.content.decode()
    assert b"lti/close.js" in response.content
    assert registrar.authorization == "Bearer secret-token"
    tool = registrar.asked.pop(TOOL_CONFIGURATION)
    assert registrar.asked == {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["client_credentials", "implicit"],
        "initiate_login_uri": "http://testserver/lti/login/",
        "redirect_uris": ["http://testserver/lti/launch/"],
        "client_name": "Peaceful coexistence",
        "logo_uri": "http://testserver/static/lti/icon.png",
        "jwks_uri": "http://testserver/lti/jwks/",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem "
        "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly "
        "https://purl.imsglobal.org/spec/lti-ags/scope/score "
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    }
    assert tool["domain"] == "testserver"
    assert tool["target_link_uri"] == "http://testserver/lti/launch/"
    assert tool["claims"] == ["sub", "name", "given_name", "family_name"]
    assert [message["type"] for message in tool["messages"]] == ["LtiDeepLinkingRequest", "LtiResourceLinkRequest"]
    assert all("placements" not in message for message in tool["messages"])
    # Moodle lets these win over what a link brings along; none may be called like our own.
    assert "assignment" not in tool["custom_parameters"]
    assert tool["custom_parameters"]["context_history"] == "$Context.id.history"
    assert "frame_token" not in tool["custom_parameters"]
    row = Registration.objects.get()
    assert (row.issuer, row.client_id) == (registrar.endpoint.url, "abc")
    assert row.platform == "moodle"
    assert row.name.startswith("Moodle (127.0.0.1:")
    deployment = Deployment.objects.get()
    assert (deployment.deployment_id, deployment.state) == ("7", "active")
    assert "secret-token" not in str(Registration.objects.values())


def test_canvas_way(endpoint: Endpoint, browser: Client) -> None:
    registrar = Registrar(endpoint, family="canvas")
    registrar.status = 201
    registrar.answer = {"client_id": "10000000000001", "deployment_id": "1:abc"}
    response = browser.post("/lti/register/", registrar.parameters)
    assert response.status_code == 200, response.content.decode()
    tool = registrar.asked[TOOL_CONFIGURATION]
    assert tool[CANVAS + "privacy_level"] == "name_only"
    assert tool[CANVAS + "tool_id"] == "coexistence"
    assert tool["custom_parameters"]["due_at"] == "$ResourceLink.submission.endDateTime"
    assert tool["custom_parameters"]["frame_token"] == "$com.instructure.PostMessageToken"
    assert {message["icon_uri"] for message in tool["messages"]} == {"http://testserver/static/lti/icon.png"}
    assert _placements(tool) == {
        "LtiDeepLinkingRequest": [
            "assignment_selection",
            "link_selection",
            "editor_button",
            "course_assignments_menu",
            "module_index_menu_modal",
            "module_menu_modal",
        ],
        "LtiResourceLinkRequest": ["course_navigation"],
    }
    navigation = tool["messages"][1]
    assert navigation[CANVAS + "course_navigation/default_enabled"] is False
    assert navigation[CANVAS + "visibility"] == "members"
    assert Deployment.objects.get().deployment_id == "1:abc"


def _placements(tool: dict[str, Any]) -> dict[str, list[str]]:
    names = {message["type"]: message["placements"] for message in tool["messages"]}
    assert all(name.startswith(CANVAS) for found in names.values() for name in found)
    return {message: [name.removeprefix(CANVAS) for name in found] for message, found in names.items()}


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ([{"type": "LtiDeepLinkingRequest", "placements": ["link_selection", "homework_submission"]}], 1),
        ([{"type": "LtiDeepLinkingRequest", "placements": [CANVAS + "link_selection", "editor_button"]}], 2),
        ([{"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]}], 6),
        ([{"type": "LtiDeepLinkingRequest", "placements": "link_selection"}, 7, {"placements": [None, {}]}], 6),
        ("nonsense", 6),
        (None, 6),
    ],
)
def test_canvas_is_asked_for_the_placements_that_it_offers(
    endpoint: Endpoint, browser: Client, listed: Any, asked: int
) -> None:
    registrar = Registrar(endpoint, family="canvas")
    part = registrar.configuration[PLATFORM_CONFIGURATION]
    registrar.publish(**{PLATFORM_CONFIGURATION: {**part, "messages_supported": listed}})
    assert browser.post("/lti/register/", registrar.parameters).status_code == 200
    found = _placements(registrar.asked[TOOL_CONFIGURATION])
    assert len(found["LtiDeepLinkingRequest"]) == asked
    assert found["LtiResourceLinkRequest"] == ["course_navigation"]


def test_the_configuration_is_asked_for_with_the_platforms_token(registrar: Registrar, browser: Client) -> None:
    """Canvas gives it to nobody else."""
    seen: list[str | None] = []

    def show(handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        seen.append(handler.headers["Authorization"])
        return 200, {}, json.dumps(registrar.configuration).encode()

    registrar.endpoint.routes["/config"] = show
    assert browser.get("/lti/register/", registrar.parameters).status_code == 200
    assert seen == ["Bearer secret-token"]


@pytest.mark.parametrize(
    ("named", "audience"),
    [("https://auth.example/token", "https://auth.example/token"), ("canvas.instructure.com", "")],
)
def test_an_authorization_server_is_an_audience_if_it_is_an_address(
    registrar: Registrar, browser: Client, named: str, audience: str
) -> None:
    """Canvas names a host there, and takes no other audience than its token URL."""
    registrar.publish(authorization_server=named)
    browser.post("/lti/register/", registrar.parameters)
    assert Registration.objects.get().audience == audience


def test_the_same_client_is_updated_and_another_stands_beside_it(registrar: Registrar, browser: Client) -> None:
    browser.post("/lti/register/", registrar.parameters)
    first = Registration.objects.get()
    PlatformKeySet.objects.create(registration=first)
    registrar.publish(jwks_uri=f"{registrar.endpoint.url}/moved")
    response = browser.post("/lti/register/", registrar.parameters)
    assert b"brought up to date" in response.content
    assert Registration.objects.get().jwks_url.endswith("/moved")
    assert not PlatformKeySet.objects.exists()
    registrar.answer = {"client_id": "def"}
    browser.post("/lti/register/", registrar.parameters)
    assert set(Registration.objects.values_list("client_id", flat=True)) == {"abc", "def"}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        pytest.param("configuration_foreign", {"issuer": "https://bank.example"}, id="an issuer elsewhere"),
        pytest.param("configuration_foreign", {"issuer": "http://127.0.0.1:1"}, id="an issuer on another port"),
        pytest.param(
            "configuration_foreign", {"issuer": "https://canvas.instructure.com"}, id="Canvas with foreign endpoints"
        ),
        pytest.param("configuration_invalid", {"issuer": None}, id="no issuer"),
        pytest.param("configuration_invalid", {"jwks_uri": None}, id="no key set"),
        pytest.param("configuration_invalid", {"jwks_uri": "file:///etc/passwd"}, id="a key set on disk"),
        pytest.param("configuration_invalid", {"token_endpoint": ["x"]}, id="a token endpoint that is a list"),
        pytest.param("configuration_invalid", {"authorization_endpoint": "javascript:x"}, id="an endpoint of script"),
        pytest.param("configuration_invalid", {"registration_endpoint": None}, id="no registration endpoint"),
        pytest.param("configuration_invalid", {"authorization_endpoint": "https://a/" + "x" * 500}, id="too long"),
        pytest.param("configuration_invalid", {PLATFORM_CONFIGURATION: []}, id="a platform that is a list"),
        pytest.param(
            "configuration_invalid", {PLATFORM_CONFIGURATION: {"product_family_code": "a\x00"}}, id="NUL in the product"
        ),
        pytest.param("configuration_invalid", {"issuer": "\ud800"}, id="half a character in the issuer"),
    ],
)
def test_a_configuration_with(registrar: Registrar, browser: Client, code: str, changes: dict[str, Any]) -> None:
    registrar.publish(**changes)
    for response in (
        browser.get("/lti/register/", registrar.parameters),
        browser.post("/lti/register/", registrar.parameters),
    ):
        assert (code_of(response), response.status_code) == (code, 400)
    assert "POST /register" not in registrar.endpoint.asked
    assert not Registration.objects.exists()


def test_canvas_shared_issuer_with_its_own_endpoints(endpoint: Endpoint, browser: Client) -> None:
    """The configuration is served by the institution's own host, whichever that is."""
    registrar = Registrar(endpoint, family="canvas")
    registrar.publish(**HOSTED_CANVAS)
    assert browser.post("/lti/register/", registrar.parameters).status_code == 200
    assert Registration.objects.get().issuer == "https://canvas.instructure.com"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"', b"", b"[" * 5000])
def test_a_configuration_that_is_none(registrar: Registrar, browser: Client, body: bytes) -> None:
    registrar.endpoint.json("/config", body)
    assert code_of(browser.get("/lti/register/", registrar.parameters)) == "configuration_invalid"


def test_a_configuration_that_cannot_be_fetched(registrar: Registrar, browser: Client) -> None:
    registrar.endpoint.json("/config", b"no", status=401)
    assert code_of(browser.get("/lti/register/", registrar.parameters)) == "configuration_unreachable"
    gone = {"openid_configuration": "http://127.0.0.1:9/config"}
    assert code_of(browser.get("/lti/register/", gone)) == "configuration_unreachable"


@pytest.mark.parametrize(
    ("code", "status", "answer"),
    [
        ("platform_refused", 401, b"token_already_used"),
        ("platform_refused", 500, b"<script>alert(1)</script>"),
        ("platform_refused", 302, b""),
        ("platform_answer", 200, b"<html>"),
        ("platform_answer", 200, {}),
        ("platform_answer", 200, {"client_id": ""}),
        ("platform_answer", 200, {"client_id": 7}),
        ("platform_answer", 200, {"client_id": "x" * 256}),
        ("platform_answer", 200, {"client_id": "a\x00b"}),
        ("platform_answer", 200, b'{"client_id": "\\ud800"}'),
        ("platform_answer", 200, {"client_id": "a", "deployment_id": ""}),
        ("platform_answer", 200, {"client_id": "a", "deployment_id": ["7"]}),
        ("platform_answer", 200, {"client_id": "a", TOOL_CONFIGURATION: "x"}),
        ("platform_answer", 200, b'{"client_id": ' + b"[" * 50_000),
        ("platform_answer", 200, b"1" * 10_000),
        ("platform_refused", 200, b"x" * 300_000),
        ("platform_refused", 403, b"\x00\xff\x1b[31m<b>no"),
    ],
)
def test_a_platform_that_answers(registrar: Registrar, browser: Client, code: str, status: int, answer: Any) -> None:
    registrar.status, registrar.answer = status, answer
    response = browser.post("/lti/register/", registrar.parameters)
    assert (code_of(response), response.status_code) == (code, 400)
    assert b"<script>alert" not in response.content
    assert not Registration.objects.exists()


def test_who_may_register(registrar: Registrar, browser: Client, settings: Any) -> None:
    outside = {"openid_configuration": "http://192.0.2.1/config"}
    settings.LTI_OPEN_REGISTRATION = "closed"
    response = browser.get("/lti/register/", registrar.parameters)
    assert (code_of(response), response.status_code) == ("registration_closed", 403)
    settings.LTI_OPEN_REGISTRATION = "loopback"
    assert code_of(browser.get("/lti/register/", outside)) == "registration_closed"
    assert code_of(browser.get("/lti/register/", {"openid_configuration": "http://[x"})) == "registration_closed"
    assert browser.get("/lti/register/", registrar.parameters).status_code == 200
    settings.LTI_OPEN_REGISTRATION = "open"
    settings.LTI_ALLOW_PRIVATE_ADDRESSES = False
    assert code_of(browser.get("/lti/register/", registrar.parameters)) == "configuration_unreachable"
    settings.LTI_ALLOW_PRIVATE_ADDRESSES = True
    settings.LTI_ALLOW_HTTP = False
    assert code_of(browser.get("/lti/register/", registrar.parameters)) == "configuration_unreachable"


def test_a_platform_that_hangs_is_left_within_ten_seconds(
    registrar: Registrar, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 2 * registration.DEADLINE_SECONDS < 10
    monkeypatch.setattr(registration, "DEADLINE_SECONDS", 0.3)
    done = threading.Event()

    def hang(handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        done.wait(5)
        return 200, {}, b"{}"

    def drip(handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        while not done.wait(0.05):
            handler.wfile.write(b" ")
        return 200, {}, b""

    try:
        registrar.endpoint.routes["/register"] = hang
        assert code_of(browser.post("/lti/register/", registrar.parameters)) == "platform_refused"
        for route in (hang, drip):
            registrar.endpoint.routes["/config"] = route
            assert code_of(browser.post("/lti/register/", registrar.parameters)) == "configuration_unreachable"
    finally:
        done.set()
    assert not Registration.objects.exists()


def test_a_configuration_that_is_huge_or_elsewhere(registrar: Registrar, browser: Client) -> None:
    registrar.endpoint.json("/config", b" " * 300_000)
    assert code_of(browser.get("/lti/register/", registrar.parameters)) == "configuration_unreachable"
    moved = {"Location": f"{registrar.endpoint.url}/other"}
    registrar.endpoint.json("/config", b"", status=302, headers=moved)
    assert code_of(browser.get("/lti/register/", registrar.parameters)) == "configuration_unreachable"
    assert "GET /other" not in registrar.endpoint.asked


def test_a_client_of_a_shared_issuer_cannot_be_taken_over(endpoint: Endpoint, browser: Client) -> None:
    """Whoever serves a configuration of Canvas's issuer may name any client of any institution there."""
    registrar = Registrar(endpoint, family="canvas")
    registrar.publish(**HOSTED_CANVAS)
    registrar.answer = {"client_id": "1", "deployment_id": "1:first"}
    browser.post("/lti/register/", registrar.parameters)
    name = Registration.objects.get().name
    registrar.publish(**{PLATFORM_CONFIGURATION: {"product_family_code": "canvas", CANVAS + "account_name": "Mine"}})
    registrar.answer = {"client_id": "1", "deployment_id": "2:second"}
    assert browser.post("/lti/register/", registrar.parameters).status_code == 200
    assert Registration.objects.get().name == name
    assert set(Deployment.objects.values_list("deployment_id", "state")) == {
        ("1:first", "active"),
        ("2:second", "pending"),
    }


def test_without_a_platform_the_page_says_where_to_begin(browser: Client, db: None) -> None:
    assert code_of(browser.get("/lti/register/")) == "registration_incomplete"
