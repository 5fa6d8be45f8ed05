"""A small fake tool with a key of its own, and the ways of the tests around the school."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import responses
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from jwt.algorithms import RSAAlgorithm

from lti.sandbox import classroom, manners
from lti.sandbox.models import Activity, Course, LineItem, Person, School, SigningKey, Tool
from lti.sandbox.platform import registration
from lti.sandbox.vocabulary import CLAIM, DEEP_LINKING_CLAIM, SCOPES, TOOL_CONFIGURATION

TOOL = "http://localhost:8000"
ISSUER = "http://127.0.0.1:8001"
TOKEN_URL = f"{ISSUER}/lti/token"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SCHOOL_PEM = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)


def public_jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": "RS256", "use": "sig"}


def client_document(**changes: Any) -> dict[str, Any]:
    """A registration that both manners take; ``None`` removes a member, a dict is merged."""
    document: dict[str, Any] = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{TOOL}/lti/login/",
        "redirect_uris": [f"{TOOL}/lti/launch/"],
        "client_name": "A tool",
        "jwks_uri": f"{TOOL}/lti/jwks/",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        TOOL_CONFIGURATION: {
            "domain": "localhost:8000",
            "target_link_uri": f"{TOOL}/lti/launch/",
            "claims": ["iss", "sub", "name", "given_name", "family_name"],
            "messages": [{"type": "LtiDeepLinkingRequest", "target_link_uri": f"{TOOL}/lti/launch/"}],
            "https://canvas.instructure.com/lti/privacy_level": "name_only",
        },
    }
    for name, value in changes.items():
        if value is None:
            document.pop(name)
        elif isinstance(value, dict):
            document[name] = {k: v for k, v in {**document[name], **value}.items() if v is not None}
        else:
            document[name] = value
    return document


def registration_token() -> str:
    address = registration.invitation(TOOL, manners.current())
    return parse_qs(urlsplit(address).query)["registration_token"][0]


def register(web: Client, document: dict[str, Any], token: str | None = None) -> HttpResponse:
    token = registration_token() if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return web.post("/lti/registration", json.dumps(document), content_type="application/json", headers=headers)


def keep(manner: str) -> None:
    School.objects.update(manner=manner)


@dataclass
class FakeTool:
    """The tool of the tests: signs as it is told, rightly unless told otherwise."""

    row: Tool
    web: Client
    tokens: dict[str, str] = field(default_factory=dict)

    def jwt(
        self,
        claims: dict[str, Any],
        *,
        key: Any = KEY,
        headers: dict[str, Any] | None = None,
        algorithm: str = "RS256",
    ) -> str:
        clean = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(clean, key, algorithm=algorithm, headers={"kid": "one"} if headers is None else headers)

    def assertion(self, *, signing: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.row.client_id,
            "sub": self.row.client_id,
            "aud": TOKEN_URL,
            "iat": now - 2,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        }
        return self.jwt(claims | changes, **(signing or {}))

    def ask_token(self, *, assertion: str | None = None, scope: str | None = None, **changes: str) -> HttpResponse:
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion() if assertion is None else assertion,
            "scope": " ".join(SCOPES) if scope is None else scope,
        }
        return self.web.post("/lti/token", fields | changes)

    def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        accept: str = "*/*",
        content_type: str = "",
        scope: str | None = None,
    ) -> HttpResponse:
        """Call a service with a token for ``scope`` (all of them by default)."""
        if (scope or "") not in self.tokens:
            self.tokens[scope or ""] = json.loads(self.ask_token(scope=scope).content)["access_token"]
        return self.web.generic(
            method,
            url.removeprefix(ISSUER),
            body if isinstance(body, str | bytes) else json.dumps(body) if body is not None else b"",
            content_type=content_type,
            headers={"Authorization": f"Bearer {self.tokens[scope or '']}", "Accept": accept},
        )

    def deep_link(self, items: list[Any], *, signing: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.row.client_id,
            "aud": ISSUER,
            "iat": now - 2,
            "exp": now + 60,
            "nonce": secrets.token_hex(8),
            f"{CLAIM}deployment_id": self.row.deployment_id,
            f"{CLAIM}message_type": "LtiDeepLinkingResponse",
            f"{CLAIM}version": "1.3.0",
            f"{DEEP_LINKING_CLAIM}content_items": items,
        }
        return self.jwt(claims | changes, **(signing or {}))


def form_of(response: HttpResponse) -> tuple[str, dict[str, str]]:
    """The self-submitting form of a page: where it goes, and its fields."""
    html = response.content.decode()
    found = re.search(r'<form id="hop" method="post" action="([^"]*)">(.*?)</form>', html, re.DOTALL)
    assert found, html
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', found[2])
    return unescape(found[1]), {unescape(name): unescape(value) for name, value in fields}


def login(web: Client, path: str) -> dict[str, str]:
    """Begin a launch and return the fields of the login request."""
    address, fields = form_of(web.get(path))
    assert address == f"{TOOL}/lti/login/"
    return fields


def request_for(fields: dict[str, str], **changes: str | None) -> dict[str, str]:
    """The authorization request that answers a login request."""
    request: dict[str, str | None] = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": fields["client_id"],
        "redirect_uri": f"{TOOL}/lti/launch/",
        "login_hint": fields["login_hint"],
        "lti_message_hint": fields["lti_message_hint"],
        "nonce": secrets.token_hex(8),
        "state": "the-state",
    }
    return {name: value for name, value in {**request, **changes}.items() if value is not None}


def message(web: Client, path: str) -> dict[str, Any]:
    """Launch what stands at ``path`` and return the verified claims of the message."""
    fields = login(web, path)
    _, posted = form_of(web.get("/lti/authorize", request_for(fields)))
    assert "id_token" in posted, posted
    header = jwt.get_unverified_header(posted["id_token"])
    keys = {key["kid"]: key for key in web.get("/lti/jwks").json()["keys"]}
    return jwt.decode(
        posted["id_token"], jwt.PyJWK.from_dict(keys[header["kid"]]), algorithms=["RS256"], audience=fields["client_id"]
    )


def column(tool: FakeTool, **fields: Any) -> LineItem:
    """A graded activity's column, as deep linking makes it."""
    course = Course.objects.get()
    number = Activity.objects.count() + 1
    activity = Activity.objects.create(
        course=course,
        tool=tool.row,
        resource_link_id=str(number),
        title=f"Quiz {number}",
        url=f"{TOOL}/lti/launch/",
        custom={"assignment": "abc"},
    )
    return LineItem.objects.create(
        **{
            "course": course,
            "tool": tool.row,
            "activity": activity,
            "label": activity.title,
            "score_maximum": 10,
            "coupled": True,
            **fields,
        }
    )


@pytest.fixture
def course(db: None) -> Course:
    # Making a key takes longer than most tests.
    SigningKey.objects.create(kid="school", private_pem=SCHOOL_PEM)
    return classroom.ensure()


@pytest.fixture
def instructor(course: Course) -> Person:
    return Person.objects.get(username="adaeze.okafor")


@pytest.fixture
def learner(course: Course) -> Person:
    return Person.objects.get(username="maya.lindqvist")


@pytest.fixture
def web(course: Course) -> Client:
    """A browser that has opened the course page: it is the teacher's."""
    browser = Client(headers={"host": "127.0.0.1:8001"})
    browser.get("/")
    return browser


@pytest.fixture
def tool(web: Client) -> Iterator[FakeTool]:
    """A registered, active tool whose keys can be fetched."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{TOOL}/lti/jwks/", json={"keys": [public_jwk(KEY, "one")]})
        assert register(web, client_document()).status_code == 200
        Tool.objects.update(active=True)
        yield FakeTool(Tool.objects.get(), web)


@pytest.fixture
def as_canvas(tool: FakeTool) -> Callable[[], None]:
    """A function that switches the school to Canvas's manners."""
    return lambda: keep("canvas")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
