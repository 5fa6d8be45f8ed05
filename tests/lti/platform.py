"""A platform to test against: its keys behind real HTTP, its logins, and tokens of any shape, right or wrong."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from lti.models import Deployment, Registration

CORE = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
M = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER, INSTRUCTOR = f"{M}#Learner", f"{M}#Instructor"
TOOL = "http://testserver"
LAUNCH_URL = f"{TOOL}/lti/launch/"


@lru_cache
def rsa_key(name: str = "first", bits: int = 2048) -> rsa.RSAPrivateKey:
    """A private key of the test run's; the same for the same name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@lru_cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """A private key on the curve of ES256."""
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: rsa.RSAPrivateKey, kid: str, **members: Any) -> dict[str, Any]:
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "RSA", "n": public["n"], "e": public["e"], "kid": kid, "alg": "RS256", "use": "sig", **members}


def b64(data: bytes | str) -> str:
    return urlsafe_b64encode(data.encode() if isinstance(data, str) else data).rstrip(b"=").decode()


class Endpoint:
    """A real HTTP server on loopback: answers what ``routes`` has for a path, and counts what it was asked."""

    def __init__(self) -> None:
        self.routes: dict[str, Callable[[BaseHTTPRequestHandler, bytes], tuple[int, Mapping[str, str], bytes]]] = {}
        self.asked: list[str] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = urlsplit(self.path).path
                endpoint.asked.append(f"{self.command} {path}")
                route = endpoint.routes.get(path, lambda handler, body: (404, {}, b"nothing here"))
                status, headers, answer = route(self, body)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET  # noqa: N815 - the name that http.server looks for

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def json(self, path: str, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        answer = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.routes[path] = lambda handler, body: (status, headers or {}, answer)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Platform:
    """One registered platform. Its defaults are a learner known by name, in a course, at a link with a column."""

    def __init__(self, endpoint: Endpoint, *, client_id: str = "client-1", deployment_id: str = "d1") -> None:
        self.endpoint = endpoint
        self.key, self.kid = rsa_key(), "platform-1"
        self.publish()
        self.registration = Registration.objects.create(
            name="Test platform",
            issuer=endpoint.url,
            client_id=client_id,
            auth_url=f"{endpoint.url}/auth",
            token_url=f"{endpoint.url}/token",
            jwks_url=f"{endpoint.url}/jwks",
        )
        if deployment_id:
            Deployment.objects.create(
                registration=self.registration, deployment_id=deployment_id, state=Deployment.State.ACTIVE
            )

    def publish(self, *keys: dict[str, Any], **headers: str) -> None:
        """Serve these keys, by default the platform's own."""
        shown = {"keys": list(keys) or [jwk(self.key, self.kid)]}
        self.endpoint.json("/jwks", shown, headers={name.replace("_", "-"): v for name, v in headers.items()})

    def login(self, client: Client, method: str = "post", **parameters: Any) -> HttpResponse:
        form = {
            "iss": self.registration.issuer,
            "client_id": self.registration.client_id,
            "login_hint": "u-17",
            "target_link_uri": LAUNCH_URL,
            "lti_message_hint": '{"cmid":3,"launchid":"x,y"}',
            **parameters,
        }
        form = {name: value for name, value in form.items() if value is not None}
        return getattr(client, method)("/lti/login/", form)

    def begin(self, client: Client, **parameters: Any) -> dict[str, str]:
        """Log in, and return the authorization request's parameters."""
        response = self.login(client, **parameters)
        assert response.status_code == 302, response.content
        return dict(parse_qsl(urlsplit(response["Location"]).query))

    def claims(self, nonce: str = "", **changes: Any) -> dict[str, Any]:
        """The claims of a learner's launch; ``changes`` by short or full name, ``None`` leaves a claim out."""
        now = int(timezone.now().timestamp())
        claims = {
            "iss": self.registration.issuer,
            "aud": self.registration.client_id,
            "sub": "user-1",
            "exp": now + 60,
            "iat": now,
            "nonce": nonce,
            "name": "Ada Learner",
            CORE + "version": "1.3.0",
            CORE + "message_type": "LtiResourceLinkRequest",
            CORE + "deployment_id": "d1",
            CORE + "target_link_uri": LAUNCH_URL,
            CORE + "roles": [LEARNER],
            CORE + "resource_link": {"id": "link-1", "title": "Our quiz"},
            CORE + "context": {"id": "course-1", "label": "HIS 101", "title": "History"},
            CORE + "launch_presentation": {"return_url": f"{self.endpoint.url}/course/1", "locale": "en"},
            AGS: {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitems": f"{self.endpoint.url}/1/lineitems?type_id=2",
                "lineitem": f"{self.endpoint.url}/1/lineitems/5/lineitem?type_id=2",
            },
            NRPS: {"context_memberships_url": f"{self.endpoint.url}/members", "service_versions": ["2.0"]},
        }
        short = {name.removeprefix(CORE).removeprefix(DL): name for name in claims}
        for name, value in changes.items():
            plain = name in {"azp", "email", "given_name", "family_name"} or name.startswith("http")
            full = short.get(name, name if plain else CORE + name)
            claims[full] = value
        return {name: value for name, value in claims.items() if value is not None}

    def deep_linking(self, nonce: str = "", *, settings: Mapping[str, Any] | None = None, **changes: Any) -> dict:
        """The claims of an instructor's content selection."""
        changes = {"message_type": "LtiDeepLinkingRequest", "roles": [INSTRUCTOR], "resource_link": None, **changes}
        claims = self.claims(nonce, **changes)
        asked = {
            "deep_link_return_url": f"{self.endpoint.url}/return?course=1&id=2",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": True,
            **(settings or {}),
        }
        claims[DL + "deep_linking_settings"] = {name: value for name, value in asked.items() if value is not None}
        return claims

    def sign(self, claims: Mapping[str, Any], *, key: Any = None, alg: str = "RS256", **headers: Any) -> str:
        """A token under our key, or another; ``headers`` are added, or left out where they are ``None``."""
        if alg != "RS256":
            return jwt.encode(dict(claims), key or self.key, alg, headers={"kid": self.kid})
        header = {"alg": alg, "typ": "JWT", "kid": self.kid, **headers}
        present = {name: value for name, value in header.items() if value is not None}
        return self.raw(json.dumps(present), json.dumps(claims), key=key)

    def raw(self, header: str | bytes, payload: str | bytes, *, key: rsa.RSAPrivateKey | None = None) -> str:
        """A token of any text whatever, properly signed."""
        signed = f"{b64(header)}.{b64(payload)}"
        signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(signed.encode(), key or self.key)
        return f"{signed}.{b64(signature)}"

    def launch(self, client: Client, **changes: Any) -> HttpResponse:
        """Log in and launch with the default claims, changed."""
        asked = self.begin(client)
        return self.post(client, asked["state"], self.sign(self.claims(**{"nonce": asked["nonce"], **changes})))

    def select(self, client: Client, **changes: Any) -> HttpResponse:
        """Log in and begin a content selection."""
        asked = self.begin(client)
        return self.post(client, asked["state"], self.sign(self.deep_linking(asked["nonce"], **changes)))

    def post(self, client: Client, state: str, id_token: str, **more: Any) -> HttpResponse:
        return client.post("/lti/launch/", {"state": state, "id_token": id_token, **more})


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)
